//! Cases about the users whom tokens name.

use async_trait::async_trait;
use chatapi_core::auth::issuer::{IssuerAuthenticator, KeySource, VerifyingKey};
use chatapi_core::auth::jwt::JwtAuthenticator;
use chatapi_core::error::Unauthenticated;
use chatapi_core::page::PageRequest;
use chatapi_core::store::Cause;
use chatapi_core::users::{ExternalUser, NewAccount, User, UserChange};
use chatapi_core::{Error, Timestamp};
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

use super::support::{AUDIENCE, Chat, ISSUER, Signer, claims, claims_with};

fn signer() -> Signer {
    Signer::new(Algorithm::ES256)
}

fn authenticator() -> IssuerAuthenticator {
    IssuerAuthenticator::new(ISSUER, AUDIENCE, signer().verifying())
}

/// The user whom a token with these claims names.
async fn seen(chat: &Chat, changes: &Value) -> User {
    chat.takes(&signer().sign(&claims_with(changes))).await;
    let external_id = changes["sub"].as_str().unwrap_or("auth0|42");
    chat.api.store().user_by_external_id(external_id).await.unwrap().unwrap()
}

#[tokio::test]
async fn the_user_is_the_one_that_the_subject_names() {
    let chat = Chat::of(authenticator());
    let said = json!({ "preferred_username": "ann", "name": "Ann Müller", "email": "ann@example.org" });
    let ann = seen(&chat, &said).await;
    assert_eq!((&*ann.username, &*ann.email, ann.is_staff), ("ann", "ann@example.org", false));
    assert_eq!(seen(&chat, &said).await, ann);
    let bob = seen(&chat, &json!({ "sub": "auth0|43", "name": "Bob B." })).await;
    assert_eq!((&*bob.username, &*bob.email), ("Bob_B.", ""));
    let nameless = seen(&chat, &json!({ "sub": "auth0|44", "preferred_username": "", "name": 7 })).await;
    assert_eq!(nameless.username, "auth0_44");
}

#[tokio::test]
async fn what_a_later_token_says_is_the_users_now() {
    let chat = Chat::of(authenticator());
    let ann = seen(&chat, &json!({ "preferred_username": "ann", "email": "ann@example.org" })).await;
    let changed = seen(&chat, &json!({ "preferred_username": "anna", "email": "anna@example.org" })).await;
    assert_eq!(
        changed,
        User { username: "anna".to_owned(), email: "anna@example.org".to_owned(), ..ann.clone() }
    );
    assert_eq!(seen(&chat, &json!({})).await, changed, "what is unsaid stays");
}

#[tokio::test]
async fn an_address_that_is_not_verified_is_not_taken() {
    let chat = Chat::of(authenticator());
    let unverified = json!({ "email": "boss@example.org", "email_verified": false });
    assert_eq!(seen(&chat, &unverified).await.email, "");
    let verified = json!({ "email": "ann@example.org", "email_verified": true });
    assert_eq!(seen(&chat, &verified).await.email, "ann@example.org");
}

#[tokio::test]
async fn a_token_that_names_nobody_is_refused() {
    let chat = Chat::of(authenticator());
    for subject in [json!(null), json!(""), json!(42), json!("a\0b"), json!("x".repeat(256))] {
        let (status, body) = chat.ask(&signer().sign(&claims_with(&json!({ "sub": subject })))).await;
        let detail = "Token contained no recognizable user identification";
        assert_eq!((status, body), (401, format!(r#"{{"detail":"{detail}","code":"token_not_valid"}}"#)));
    }
    assert_eq!(chat.api.store().users(PageRequest::first(1)).await.unwrap().unwrap().results.len(), 0);
}

#[tokio::test]
async fn a_user_who_is_inactive_is_refused() {
    let chat = Chat::of(authenticator());
    let ann = seen(&chat, &json!({})).await;
    let change = UserChange::UnprovedEmail(String::new());
    chat.api.store().update_user(ann.id, change).await.unwrap();
    let (status, body) = chat.ask(&signer().sign(&claims())).await;
    assert_eq!((status, &*body), (401, r#"{"detail":"User is inactive","code":"user_inactive"}"#));
}

#[tokio::test]
async fn the_host_may_read_the_user_in_the_claims_in_its_own_way() {
    let chat = Chat::of(authenticator().user_from(|claims| {
        let Some(id) = claims.get("employee").and_then(Value::as_u64) else {
            return Err(Unauthenticated::NoUserInToken.into());
        };
        if id == 13 {
            return Err(Error::forbidden());
        }
        let is_staff = claims.get("roles").is_some_and(|roles| roles[0] == "support");
        Ok(ExternalUser::new(format!("employee {id}")).username(format!("e{id}")).staff(is_staff))
    }));
    chat.takes(&signer().sign(&claims_with(&json!({ "employee": 7, "roles": ["support"] })))).await;
    let user = chat.api.store().user_by_external_id("employee 7").await.unwrap().unwrap();
    assert_eq!((&*user.username, user.is_staff), ("e7", true));
    assert_eq!(chat.ask(&signer().sign(&claims())).await.0, 401);
    assert_eq!(chat.ask(&signer().sign(&claims_with(&json!({ "employee": 13 })))).await.0, 403);
}

#[tokio::test]
async fn who_sends_no_token_is_nobody() {
    let chat = Chat::of(authenticator());
    for header in ["Basic YW5uOmFubg==", "bearer x", ""] {
        let (status, body) = chat.ask_with(header).await;
        assert_eq!(status, 401);
        assert!(body.contains("credentials were not provided"), "{body}");
    }
    for header in ["Bearer", "Bearer a b"] {
        assert!(chat.ask_with(header).await.1.contains("bad_authorization_header"));
    }
}

#[derive(Debug)]
struct Nowhere;

#[async_trait]
impl KeySource for Nowhere {
    async fn keys(&self, _now: Timestamp, _key_id: Option<&str>) -> Result<Vec<VerifyingKey>, Cause> {
        Err("the keys are nowhere".into())
    }
}

#[tokio::test]
async fn where_the_keys_cannot_be_had_the_chat_is_unavailable() {
    let chat = Chat::new(Nowhere);
    assert_eq!(chat.ask(&signer().sign(&claims())).await.0, 503);
    // What could be a token of nobody's needs no key to be refused.
    chat.refuses("x.y.z").await;
}

#[tokio::test]
async fn the_chats_own_tokens_work_beside_those_of_an_issuer() {
    let issuer = Chat::of(authenticator());
    issuer.takes(&signer().sign(&claims())).await;
    let own = Chat::of(JwtAuthenticator);
    own.api.register(NewAccount::new("ann", "earl-grey-4-two")).await.unwrap();
    let tokens = own.api.log_in("ann", "earl-grey-4-two").await.unwrap();
    own.takes(&tokens.access).await;
    own.refuses(&signer().sign(&claims())).await;
    issuer.refuses(&tokens.access).await;
}
