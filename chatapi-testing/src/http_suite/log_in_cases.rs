//! Cases about log-in and the password hashes behind it.

use chatapi_core::auth::password::unusable;
use chatapi_core::clock::Clock;
use chatapi_core::random::SystemRandom;
use chatapi_core::users::{NewUser, User};

use super::case::cases;
use super::chat::{Chat, PASSWORD, Suite};

cases! {
    a_hash_that_django_wrote_is_good_and_replaced,
    a_hash_is_replaced_only_by_who_knows_the_password,
    an_account_without_a_password_is_nobodys_to_log_in_to,
    who_is_inactive_is_told_apart_by_no_log_in,
    a_user_who_became_inactive_is_told_so,
    a_password_is_taken_as_it_is_typed_but_trimmed,
}

const NO_ACCOUNT: &str = "No active account found with the given credentials";

/// What Django's PBKDF2 hasher makes of [`PASSWORD`], with few iterations.
const DJANGO: &str = "pbkdf2_sha256$1000$suitesalt$WgiZzKtfITJ+KOBYF96Mp5NA/161ln+k8alIDga7tG4=";

async fn a_hash_that_django_wrote_is_good_and_replaced(suite: Suite) {
    let chat = suite.chat().await;
    moved(&chat, "ann", DJANGO, true).await;
    let first = chat.log_in("ann", PASSWORD).await;
    let kept = chat.api().store().user_by_name("ann").await.unwrap().unwrap().password;
    assert!(kept.starts_with("$argon2id$"), "{kept}");
    let second = chat.log_in("ann", PASSWORD).await;
    for person in [first, second] {
        chat.get("/rooms/").by(&person).await.status(200);
        let refresh = format!(r#"{{"refresh":"{}"}}"#, person.refresh);
        chat.post("/auth/jwt/refresh/").json(refresh).await.status(200);
    }
    chat.try_log_in("ann", "nope").await.detail(401, NO_ACCOUNT);
}

async fn a_hash_is_replaced_only_by_who_knows_the_password(suite: Suite) {
    let chat = suite.chat().await;
    moved(&chat, "ann", DJANGO, true).await;
    chat.try_log_in("ann", "nope").await.detail(401, NO_ACCOUNT);
    assert_eq!(chat.api().store().user_by_name("ann").await.unwrap().unwrap().password, DJANGO);
}

async fn an_account_without_a_password_is_nobodys_to_log_in_to(suite: Suite) {
    let chat = suite.chat().await;
    for (name, hash) in [
        ("a", ""),
        ("b", "!"),
        ("c", "nonsense"),
        ("d", "pbkdf2_sha256$1000$x$"),
        ("e", "plain$$zaq123wsx!Q"),
    ] {
        moved(&chat, name, hash, true).await;
        for password in ["!", "x", PASSWORD, hash] {
            let answer = chat.try_log_in(name, if password.is_empty() { "y" } else { password }).await;
            answer.detail(401, NO_ACCOUNT);
        }
    }
    let hash = unusable(&SystemRandom);
    moved(&chat, "f", &hash, true).await;
    chat.try_log_in("f", &hash).await.detail(401, NO_ACCOUNT);
}

async fn who_is_inactive_is_told_apart_by_no_log_in(suite: Suite) {
    let chat = suite.chat().await;
    moved(&chat, "ann", DJANGO, false).await;
    for (name, password) in [("ann", PASSWORD), ("ann", "nope"), ("nobody", PASSWORD)] {
        let answer = chat.try_log_in(name, password).await;
        answer.detail(401, NO_ACCOUNT);
        assert_eq!(answer.header("www-authenticate"), Some("Bearer realm=\"api\""));
    }
}

async fn a_user_who_became_inactive_is_told_so(suite: Suite) {
    let chat = suite.chat().await;
    let ann = moved(&chat, "ann", DJANGO, false).await;
    let token = super::forge::access(ann.id.0);
    chat.get("/rooms/")
        .bearer(token)
        .await
        .is(401, r#"{"detail":"User is inactive","code":"user_inactive"}"#);
    let refresh = super::forge::claims("refresh", super::forge::NOW + 60, ann.id.0);
    let refresh = super::forge::token(r#"{"alg":"HS256","typ":"JWT"}"#, &refresh, super::forge::FORMER_KEY);
    let answer = chat.post("/auth/jwt/refresh/").json(format!(r#"{{"refresh":"{refresh}"}}"#)).await;
    answer.is(401, r#"{"detail":"Token is invalid or expired","code":"token_not_valid"}"#);
}

async fn a_password_is_taken_as_it_is_typed_but_trimmed(suite: Suite) {
    let chat = suite.chat().await;
    let body = r#"{"username":"ann","password":"  Pässwörd 🚀 ü  "}"#;
    chat.post("/auth/users/").json(body).await.status(201);
    chat.log_in("ann", "Pässwörd 🚀 ü").await;
    chat.log_in(" ann ", " Pässwörd 🚀 ü").await;
    chat.try_log_in("ann", "pässwörd 🚀 ü").await.detail(401, NO_ACCOUNT);
}

/// An account that another implementation made on the same database.
pub(super) async fn moved(chat: &Chat, name: &str, hash: &str, is_active: bool) -> User {
    let user = NewUser {
        username: name.to_owned(),
        email: format!("{name}@example.org"),
        password: hash.to_owned(),
        is_active,
        awaits_activation: false,
        is_staff: false,
        is_superuser: false,
        is_viewer: false,
        date_joined: chat.clock.now(),
        revision: 0,
    };
    chat.api().store().create_user(user).await.unwrap()
}
