//! Cases about keys that take turns, and tokens of other implementations.

use super::case::cases;
use super::chat::{Chat, Person, Suite};
use super::forge::{self, FORMER_KEY, NOW, claims, token, with_revision_of};
use super::log_in_cases::moved;

cases! {
    a_token_names_the_key_that_signed_it,
    a_key_that_signed_before_is_good_for_the_tokens_that_name_it,
    a_key_without_a_name_is_good_for_every_token,
    a_token_of_another_implementation_is_good_for_who_was_taken_over_until_the_password_changes,
    a_token_of_another_implementation_names_nobody_who_is_new,
}

async fn a_token_names_the_key_that_signed_it(suite: Suite) {
    let (chat, ann) = rotated(&suite).await;
    for issued in [&ann.access, &ann.refresh] {
        let (header, _) = forge::read(issued);
        assert_eq!(header.at("kid").unwrap().as_str(), Some("2026"));
    }
    chat.get("/rooms/").by(&ann).await.status(200);
}

async fn a_key_that_signed_before_is_good_for_the_tokens_that_name_it(suite: Suite) {
    let (chat, ann) = rotated(&suite).await;
    let claims = with_revision_of(&ann.access, &claims("access", NOW + 60, ann.id));
    let ask = |kid: &str| {
        let header = format!(r#"{{"alg":"HS256","typ":"JWT"{kid}}}"#);
        chat.get("/rooms/").bearer(token(&header, &claims, FORMER_KEY))
    };
    ask(r#","kid":"2025""#).await.status(200);
    ask("").await.status(200);
    ask(r#","kid":"2026""#).await.status(401);
    ask(r#","kid":"2024""#).await.status(401);
    ask(r#","kid":"""#).await.status(401);
}

async fn a_key_without_a_name_is_good_for_every_token(suite: Suite) {
    let chat = suite.chat_of("", |_| {}, |builder| builder.key_id("2026").former_key(None, FORMER_KEY)).await;
    let ann = chat.person("ann").await;
    let claims = with_revision_of(&ann.access, &claims("access", NOW + 60, ann.id));
    for header in
        [r#"{"alg":"HS256","typ":"JWT","kid":"any"}"#, r#"{"alg":"HS256","typ":"JWT"}"#, r#"{"alg":"HS256"}"#]
    {
        chat.get("/rooms/").bearer(token(header, &claims, FORMER_KEY)).await.status(200);
    }
}

async fn a_token_of_another_implementation_is_good_for_who_was_taken_over_until_the_password_changes(
    suite: Suite,
) {
    let chat = suite.chat().await;
    let bob = chat.person("bob").await;
    let hash = chat.api().store().user(chatapi_core::UserId(bob.id)).await.unwrap().unwrap().password;
    let ann = moved(&chat, "ann", &hash, true).await.id.0;
    let text_id = claims("access", NOW + 60, ann)
        .replace(&format!("\"user_id\":{ann}"), &format!("\"user_id\":\"{ann}\""));
    let tokens = [forge::access(ann), token(r#"{"alg":"HS256"}"#, &text_id, FORMER_KEY)];
    for token in &tokens {
        chat.get("/rooms/").bearer(token).await.status(200);
    }
    let body = r#"{"new_password":"nhy678UJM,ki","current_password":"zaq123wsx!Q"}"#;
    chat.post("/auth/users/set_password/").bearer(&tokens[0]).json(body).await.is(204, "");
    for token in &tokens {
        chat.get("/rooms/").bearer(token).await.status(401);
    }
}

async fn a_token_of_another_implementation_names_nobody_who_is_new(suite: Suite) {
    let chat = suite.chat().await;
    let ann = chat.person("ann").await;
    chat.get("/rooms/").bearer(forge::access(ann.id)).await.status(401);
}

/// A chat whose present key is named 2026, and whose former one 2025.
async fn rotated(suite: &Suite) -> (Chat, Person) {
    let keys = |builder: chatapi_core::ChatApiBuilder| {
        builder.key_id("2026").former_key(Some("2025".to_owned()), FORMER_KEY)
    };
    let chat = suite.chat_of("", |_| {}, keys).await;
    let ann = chat.person("ann").await;
    (chat, ann)
}
