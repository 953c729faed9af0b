//! Cases about keys: which are taken, and in which form.

use chatapi_core::auth::issuer::{KeyError, VerifyingKey};
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

use super::support::{Signer, key};

#[test]
fn public_keys_alone_are_taken_in_pem_form() {
    for pem in [key!("rsa"), key!("p256"), key!("ed25519"), "", "-----BEGIN PUBLIC KEY-----"] {
        let refused = VerifyingKey::from_pem(pem);
        assert!(matches!(refused, Err(KeyError::BadPem)), "{refused:?}");
    }
    let both = format!("{}\n{}", key!("rsa"), key!("rsa.pub"));
    assert!(matches!(VerifyingKey::from_pem(&both), Err(KeyError::BadPem)));
}

#[test]
fn keys_of_other_kinds_are_not_taken() {
    for pem in [key!("p521.pub"), key!("ed448.pub")] {
        let refused = VerifyingKey::from_pem(pem);
        assert!(matches!(refused, Err(KeyError::BadPem)), "{refused:?}");
    }
}

#[test]
fn a_short_rsa_key_is_not_taken() {
    let refused = VerifyingKey::from_pem(key!("short_rsa.pub"));
    assert!(matches!(refused, Err(KeyError::BadLength)), "{refused:?}");
}

/// A JSON Web Key of the issuer's, with these members changed.
fn jwk(algorithm: Algorithm, changes: &Value) -> Result<VerifyingKey, KeyError> {
    let mut jwk = Signer::new(algorithm).jwk();
    jwk.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    VerifyingKey::from_jwk(&jwk.to_string())
}

#[test]
fn a_json_web_key_that_verifies_signatures_is_taken() {
    for fitting in [
        json!({}),
        json!({ "use": "sig" }),
        json!({ "key_ops": ["verify"] }),
        json!({ "alg": "ES256", "x5t": "…", "x5c": [], "unknown": { "to": "us" } }),
    ] {
        jwk(Algorithm::ES256, &fitting).unwrap();
    }
    jwk(Algorithm::EdDSA, &json!({ "alg": "Ed25519" })).unwrap();
    assert_eq!(jwk(Algorithm::ES256, &json!({ "kid": "2026" })).unwrap().id(), Some("2026"));
}

#[test]
fn a_json_web_key_for_something_else_is_not_taken() {
    for odd in [
        json!({ "use": "enc" }),
        json!({ "key_ops": ["sign"] }),
        json!({ "alg": "RS256" }),
        json!({ "alg": "ES384" }),
        json!({ "alg": "HS256" }),
        json!({ "alg": "none" }),
        json!({ "crv": "P-384" }),
        json!({ "crv": "secp256k1" }),
        json!({ "x": "AAAA" }),
        json!({ "x": "not base64!" }),
        json!({ "y": null }),
        json!({ "kty": "oct", "k": "AAAA" }),
    ] {
        let refused = jwk(Algorithm::ES256, &odd);
        assert!(matches!(refused, Err(KeyError::BadJwk)), "{odd}: {refused:?}");
    }
    assert!(matches!(jwk(Algorithm::RS256, &json!({ "n": "AQAB" })), Err(KeyError::BadLength)));
    assert!(matches!(VerifyingKey::from_jwk("{}"), Err(KeyError::BadJson(_))));
    assert!(matches!(VerifyingKey::from_jwk("nothing"), Err(KeyError::BadJson(_))));
}

#[test]
fn what_cannot_be_taken_of_a_set_is_left_out() {
    let set = json!({ "keys": [
        { "kty": "AKP", "alg": "ML-DSA-44", "pub": "AAAA" },
        { "kty": "oct", "k": "AAAA" },
        { "kty": 7 },
        "a key",
        Signer::new(Algorithm::EdDSA).named("one").jwk(),
        { "kty": "EC", "crv": "P-521", "x": "AAAA", "y": "AAAA" },
        Signer::new(Algorithm::RS256).named("two").jwk(),
    ], "more": true });
    let keys = VerifyingKey::from_jwk_set(&set.to_string()).unwrap();
    assert_eq!(keys.iter().map(VerifyingKey::id).collect::<Vec<_>>(), [Some("one"), Some("two")]);
}

#[test]
fn a_set_without_keys_that_can_be_taken_is_none() {
    for set in [json!({ "keys": [] }), json!({ "keys": [{ "kty": "oct", "k": "AAAA" }] })] {
        let refused = VerifyingKey::from_jwk_set(&set.to_string());
        assert!(matches!(refused, Err(KeyError::NoKeys)), "{refused:?}");
    }
    for text in ["", "[]", "{}", "<html>", r#"{"keys":7}"#] {
        let refused = VerifyingKey::from_jwk_set(text);
        assert!(matches!(refused, Err(KeyError::BadJson(_))), "{refused:?}");
    }
}

#[test]
fn what_is_logged_of_a_key_is_its_name() {
    let key = Signer::new(Algorithm::ES256).named("2026").verifying();
    assert_eq!(format!("{key:?}"), r#"VerifyingKey { id: Some("2026"), algorithm: ES256, .. }"#);
}
