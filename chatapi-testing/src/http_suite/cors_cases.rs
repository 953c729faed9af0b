//! Cases about pages of other sites.

use chatapi_core::http::{Cors, Method};

use super::ask::{Answer, Ask};
use super::case::cases;
use super::chat::{Chat, Suite};

cases! {
    a_page_of_another_site_may_ask_what_it_is_listed_for,
    a_preflight_is_answered_before_anybody_is_asked_who_it_is,
    every_site_may_ask_where_all_are_listed,
    faults_can_be_read_by_pages_too,
    without_a_list_nothing_is_said_of_other_sites,
}

const APP: &str = "https://app.example.org";
const EVIL: &str = "https://evil.example";

async fn listed(suite: &Suite) -> Chat {
    suite.chat_with(|config| config.cors = APP.parse().unwrap()).await
}

fn preflight<'a>(chat: &'a Chat, path: &str, origin: &str) -> Ask<'a> {
    chat.ask(Method::OPTIONS, path)
        .header("origin", origin)
        .header("access-control-request-method", "PATCH")
        .header("access-control-request-headers", "authorization,content-type")
}

fn allowed(answer: &Answer) -> Option<&str> {
    assert_eq!(answer.header("access-control-allow-credentials"), None);
    answer.header("access-control-allow-origin")
}

async fn a_page_of_another_site_may_ask_what_it_is_listed_for(suite: Suite) {
    let chat = listed(&suite).await;
    let ann = chat.person("ann").await;
    for (origin, expected) in
        [(APP, Some(APP)), (EVIL, None), ("null", None), ("https://app.example.org.evil", None)]
    {
        let answer = chat.get("/rooms/").by(&ann).header("origin", origin).await;
        assert_eq!(allowed(answer.status(200)), expected, "{origin}");
        assert_eq!(answer.header("vary"), Some("Accept, Origin"));
        let exposed = answer.header("access-control-expose-headers").unwrap_or_default();
        for name in ["X-Count", "Retry-After", "X-RateLimit-Remaining"] {
            assert_eq!(exposed.contains(name), expected.is_some(), "{name} for {origin}");
        }
    }
    let answer = chat.get("/rooms/").by(&ann).await;
    assert_eq!((allowed(&answer), answer.header("vary")), (None, Some("Accept, Origin")));
}

async fn a_preflight_is_answered_before_anybody_is_asked_who_it_is(suite: Suite) {
    let chat = listed(&suite).await;
    for path in ["/rooms/", "/rooms/7/", "/auth/jwt/create/"] {
        let answer = preflight(&chat, path, APP).header("accept", "text/plain").await;
        answer.is(204, "");
        assert_eq!(allowed(&answer), Some(APP), "{path}");
        assert_eq!(answer.header("access-control-allow-methods"), answer.header("allow"));
        assert_eq!(answer.header("access-control-allow-headers"), Some("authorization,content-type"));
        assert!(answer.header("access-control-max-age").is_some());
        assert!(answer.header("vary").unwrap().contains("Origin"));
    }
    let answer = preflight(&chat, "/rooms/", EVIL).await;
    assert_eq!(allowed(answer.status(204)), None);
    assert_eq!(answer.header("access-control-allow-methods"), None);
    let plain = chat.ask(Method::OPTIONS, "/rooms/").header("origin", APP).await;
    plain.detail(401, "Authentication credentials were not provided.");
}

async fn every_site_may_ask_where_all_are_listed(suite: Suite) {
    let chat = suite.chat_with(|config| config.cors = Cors::AnyOrigin).await;
    let ann = chat.person("ann").await;
    let answer = chat.get("/rooms/").by(&ann).header("origin", EVIL).await;
    assert_eq!((allowed(&answer), answer.header("vary")), (Some("*"), Some("Accept")));
    assert_eq!(allowed(&preflight(&chat, "/rooms/", EVIL).await), Some("*"));
    assert_eq!(allowed(&chat.get("/rooms/").by(&ann).await), None, "who names no origin is no page");
}

async fn faults_can_be_read_by_pages_too(suite: Suite) {
    let chat = suite.chat_with(|config| {
        config.cors = Cors::AnyOrigin;
        config.body_limit = 16;
    });
    let chat = chat.await;
    for (ask, status) in [
        (chat.get("/rooms/"), 401),
        (chat.get("/rooms/x/"), 404),
        (chat.get("/auth/jwt/create/"), 405),
        (chat.post("/auth/jwt/create/").json("{"), 400),
        (chat.post("/auth/jwt/create/").json(r#"{"username":"somebody"}"#), 413),
    ] {
        let answer = ask.header("origin", EVIL).await;
        assert_eq!(allowed(answer.status(status)), Some("*"), "{status}");
    }
}

async fn without_a_list_nothing_is_said_of_other_sites(suite: Suite) {
    let chat = suite.chat().await;
    let ann = chat.person("ann").await;
    assert_eq!(allowed(chat.get("/rooms/").by(&ann).header("origin", APP).await.status(200)), None);
    preflight(&chat, "/rooms/", APP).await.status(401);
    preflight(&chat, "/rooms/", APP).by(&ann).await.status(200);
}
