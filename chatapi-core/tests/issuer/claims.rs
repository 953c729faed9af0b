//! Cases about claims: who issued a token, for whom, and for how long.

use std::time::Duration;

use chatapi_core::Config;
use chatapi_core::auth::issuer::IssuerAuthenticator;
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

use super::support::{AUDIENCE, Chat, ISSUER, NOW, Signer, claims, claims_with};

fn chat() -> Chat {
    Chat::new(Signer::new(Algorithm::EdDSA).verifying())
}

fn token(changes: &Value) -> String {
    Signer::new(Algorithm::EdDSA).sign(&claims_with(changes))
}

#[tokio::test]
async fn a_token_of_another_issuer_is_refused() {
    for issuer in [json!(null), json!("https://id.example.org/"), json!(""), json!([ISSUER]), json!(7)] {
        chat().refuses(&token(&json!({ "iss": issuer }))).await;
    }
}

#[tokio::test]
async fn a_token_for_somebody_else_is_refused() {
    for audience in
        [json!(null), json!("shop"), json!("Chat"), json!([]), json!(["shop", "mail"]), json!([["chat"]])]
    {
        chat().refuses(&token(&json!({ "aud": audience }))).await;
    }
}

#[tokio::test]
async fn a_token_for_several_is_for_each_of_them() {
    for audience in [json!(["chat"]), json!(["shop", "chat"]), json!([7, "chat"])] {
        chat().takes(&token(&json!({ "aud": audience }))).await;
    }
}

#[tokio::test]
async fn a_token_is_good_until_its_time_is_up_by_the_chats_clock() {
    let chat = chat();
    let token = token(&json!({ "exp": NOW + 60 }));
    chat.takes(&token).await;
    chat.clock.advance(59);
    chat.takes(&token).await;
    chat.clock.advance(1);
    chat.refuses(&token).await;
}

#[tokio::test]
async fn a_token_without_an_end_is_refused() {
    for end in [json!(null), json!("soon"), json!((NOW + 60).to_string()), json!([NOW + 60]), json!(true)] {
        chat().refuses(&token(&json!({ "exp": end }))).await;
    }
    chat().takes(&token(&json!({ "exp": NOW as f64 + 0.5 }))).await;
    chat().refuses(&token(&json!({ "exp": NOW as f64 - 0.5 }))).await;
    chat().refuses(&token(&json!({ "exp": -1e300 }))).await;
}

#[tokio::test]
async fn a_token_is_not_good_before_its_time() {
    let chat = chat();
    let token = token(&json!({ "nbf": NOW + 10 }));
    chat.refuses(&token).await;
    chat.clock.advance(10);
    chat.takes(&token).await;
}

#[tokio::test]
async fn a_beginning_that_cannot_be_read_is_refused() {
    for begin in [json!("now"), json!([]), json!(false)] {
        chat().refuses(&token(&json!({ "nbf": begin }))).await;
    }
}

#[tokio::test]
async fn clocks_may_differ_by_the_leeway() {
    let mut config = Config::default();
    config.leeway = Duration::from_secs(5);
    let keys = Signer::new(Algorithm::EdDSA).verifying();
    let chat = Chat::with(IssuerAuthenticator::new(ISSUER, AUDIENCE, keys), config);
    for within in [json!({ "exp": NOW - 4 }), json!({ "nbf": NOW + 5 })] {
        chat.takes(&token(&within)).await;
    }
    for beyond in [json!({ "exp": NOW - 5 }), json!({ "nbf": NOW + 6 })] {
        chat.refuses(&token(&beyond)).await;
    }
}

#[tokio::test]
async fn claims_are_an_object() {
    for odd in [json!([claims()]), json!("claims"), json!(null)] {
        chat().refuses(&Signer::new(Algorithm::EdDSA).sign(&odd)).await;
    }
}
