//! Cases about signatures: the key decides what is taken.

use chatapi_core::auth::issuer::VerifyingKey;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::json;

use super::support::{Chat, Signer, claims, claims_with, forged, key};

const ALL: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

#[tokio::test]
async fn a_token_of_each_algorithm_is_taken() {
    for algorithm in ALL {
        let signer = Signer::new(algorithm);
        Chat::new(signer.verifying()).takes(&signer.sign(&claims())).await;
    }
}

#[tokio::test]
async fn keys_in_pem_form_verify_too() {
    for (algorithm, pem) in [
        (Algorithm::RS256, key!("rsa.pub")),
        (Algorithm::PS512, key!("rsa.pkcs1.pub")),
        (Algorithm::ES256, key!("p256.pub")),
        (Algorithm::ES384, key!("p384.pub")),
        (Algorithm::EdDSA, key!("ed25519.pub")),
    ] {
        let chat = Chat::new(VerifyingKey::from_pem(pem).unwrap());
        chat.takes(&Signer::new(algorithm).sign(&claims())).await;
    }
}

#[tokio::test]
async fn any_one_of_several_keys_is_enough() {
    let signers = [Algorithm::ES256, Algorithm::EdDSA, Algorithm::RS256].map(Signer::new);
    let chat = Chat::new(signers.iter().map(Signer::verifying).collect::<Vec<_>>());
    for signer in &signers {
        chat.takes(&signer.sign(&claims())).await;
    }
}

#[tokio::test]
async fn a_token_of_a_key_of_another_family_is_refused() {
    for algorithm in ALL {
        let token = Signer::new(algorithm).sign(&claims());
        for other in [Algorithm::RS256, Algorithm::ES256, Algorithm::ES384, Algorithm::EdDSA] {
            if other.family() != algorithm.family() {
                Chat::new(Signer::new(other).verifying()).refuses(&token).await;
            }
        }
    }
    let token = Signer::new(Algorithm::ES384).sign(&claims());
    Chat::new(Signer::new(Algorithm::ES256).verifying()).refuses(&token).await;
}

#[tokio::test]
async fn a_token_of_somebody_elses_key_is_refused() {
    let token = Signer::of(Algorithm::RS256, key!("other_rsa")).sign(&claims());
    Chat::new(Signer::new(Algorithm::RS256).verifying()).refuses(&token).await;
    Chat::new(Vec::new()).refuses(&token).await;
}

#[tokio::test]
async fn a_key_that_says_its_algorithm_verifies_by_that_alone() {
    let chat = Chat::new(Signer::new(Algorithm::RS256).verifying());
    for other in [Algorithm::RS512, Algorithm::PS256] {
        chat.refuses(&Signer::new(other).sign(&claims())).await;
    }
    let mut jwk = Signer::new(Algorithm::RS256).jwk();
    jwk.as_object_mut().unwrap().remove("alg");
    let chat = Chat::new(VerifyingKey::from_jwk(&jwk.to_string()).unwrap());
    for any in [Algorithm::RS256, Algorithm::RS512, Algorithm::PS256] {
        chat.takes(&Signer::new(any).sign(&claims())).await;
    }
}

#[tokio::test]
async fn a_public_key_is_no_secret_to_sign_by() {
    for (algorithm, pem) in [
        (Algorithm::RS256, key!("rsa.pub")),
        (Algorithm::ES256, key!("p256.pub")),
        (Algorithm::EdDSA, key!("ed25519.pub")),
    ] {
        let chat = Chat::new(Signer::new(algorithm).verifying());
        for hmac in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
            let secret = EncodingKey::from_secret(pem.as_bytes());
            chat.refuses(&encode(&Header::new(hmac), &claims(), &secret).unwrap()).await;
        }
        // Nor is what the chat's own tokens are signed by.
        let own = EncodingKey::from_secret(&[7; 32]);
        chat.refuses(&encode(&Header::default(), &claims(), &own).unwrap()).await;
    }
}

#[tokio::test]
async fn a_token_without_a_signature_is_refused() {
    let chat = Chat::new(Signer::new(Algorithm::ES256).verifying());
    for none in ["none", "None", "NONE", "nOnE", ""] {
        for signature in [&[][..], &[0; 64]] {
            chat.refuses(&forged(&json!({ "alg": none, "typ": "JWT" }), &claims(), signature)).await;
        }
    }
    for algorithm in ["ES256", "EdDSA", "RS256"] {
        for signature in [&[][..], &[0; 64], &[0; 256]] {
            chat.refuses(&forged(&json!({ "alg": algorithm }), &claims(), signature)).await;
        }
    }
}

#[tokio::test]
async fn a_token_that_was_changed_is_refused() {
    let signer = Signer::new(Algorithm::ES256);
    let chat = Chat::new(signer.verifying());
    let token = signer.sign(&claims());
    let other = signer.sign(&claims_with(&json!({ "sub": "auth0|43" })));
    let parts: Vec<&str> = token.split('.').collect();
    let others: Vec<&str> = other.split('.').collect();
    chat.takes(&token).await;
    for changed in [
        format!("{}.{}.{}", parts[0], others[1], parts[2]),
        format!("{}.{}.{}", parts[0], parts[1], others[2]),
        format!("{}.{}", parts[0], parts[1]),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{token}."),
        format!("{token}.{}", parts[2]),
        format!("{token}="),
        format!("{token}AAAA"),
        "..".to_owned(),
        "x".to_owned(),
    ] {
        chat.refuses(&changed).await;
    }
}

#[tokio::test]
async fn what_a_token_says_of_keys_is_not_believed() {
    let stranger = Signer::of(Algorithm::RS256, key!("other_rsa"));
    let chat = Chat::new(Signer::new(Algorithm::RS256).verifying());
    let header = Header {
        jwk: Some(serde_json::from_value(stranger.jwk()).unwrap()),
        jku: Some("http://127.0.0.1/jwks.json".to_owned()),
        ..Header::new(Algorithm::RS256)
    };
    let key = EncodingKey::from_rsa_pem(key!("other_rsa").as_bytes()).unwrap();
    let token = encode(&header, &claims(), &key).unwrap();
    chat.refuses(&token).await;
    Chat::new(stranger.verifying()).takes(&token).await;
}

#[tokio::test]
async fn a_token_that_demands_what_is_not_understood_is_refused() {
    let signer = Signer::new(Algorithm::ES256);
    let crit = Header { crit: Some(vec!["exp".to_owned()]), ..Header::new(Algorithm::ES256) };
    let key = EncodingKey::from_ec_pem(key!("p256").as_bytes()).unwrap();
    Chat::new(signer.verifying()).refuses(&encode(&crit, &claims(), &key).unwrap()).await;
}

#[tokio::test]
async fn a_token_that_names_its_key_is_verified_by_that_alone() {
    let named = Signer::new(Algorithm::ES256).named("2026");
    let chat = Chat::new(named.verifying());
    chat.takes(&named.sign(&claims())).await;
    chat.takes(&Signer::new(Algorithm::ES256).sign(&claims())).await;
    chat.refuses(&Signer::new(Algorithm::ES256).named("2025").sign(&claims())).await;
    let unnamed = VerifyingKey::from_pem(key!("p256.pub")).unwrap();
    Chat::new(unnamed.clone()).takes(&named.sign(&claims())).await;
    Chat::new(unnamed.named("2025")).refuses(&named.sign(&claims())).await;
}
