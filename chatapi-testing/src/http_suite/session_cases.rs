//! Cases about users whom a host's middleware finds by a cookie, and about requests that pages of other sites forge.

use chatapi_core::http::{Call, Cors, Method, Response, Route, StatusCode, json};
use chatapi_core::{ChatApi, Result};

use super::ask::Ask;
use super::case::cases;
use super::chat::{Chat, Suite};
use super::session::Session;

cases! {
    a_hosts_own_endpoint_sees_what_the_hosts_middleware_found,
    a_session_of_the_hosts_reads_and_writes,
    a_page_of_another_site_writes_nothing_with_a_session,
    a_page_of_another_site_may_read_what_browsers_let_it,
    a_page_of_an_origin_that_is_listed_may_write,
    a_token_proves_who_asks_whatever_page_sends_it,
    a_host_may_check_where_requests_come_from_by_itself,
}

const REFUSED: &str = "Cross-site request refused. Send the request from a page of this site, or with a token in the Authorization header.";
const APP: &str = "https://app.example.org";

async fn a_hosts_own_endpoint_sees_what_the_hosts_middleware_found(suite: Suite) {
    async fn whose(_: ChatApi, call: Call) -> Result<Response> {
        let session = call.head().extensions.get::<Session>();
        json(StatusCode::OK, &(session.map(Session::name), &*call.user()?.username))
    }
    for prefix in ["", "/chat"] {
        let chat = suite
            .chat_of(prefix, |_| {}, |builder| builder.route(Route::new("/whose/{thing}/").get(whose)))
            .await;
        let ann = chat.person("ann").await;
        chat.get("/whose/tea/").header("cookie", "session=bob").await.is(200, r#"["bob","bob"]"#);
        chat.get("/whose/tea").by(&ann).await.is(200, r#"[null,"ann"]"#);
        chat.get("/whose/tea/").await.status(401);
    }
}

async fn a_session_of_the_hosts_reads_and_writes(suite: Suite) {
    let chat = suite.chat().await;
    let room = room(&chat).await;
    let own = format!("http://{}", chat.address());
    for (name, value) in [
        // No browser.
        ("x-none", "1"),
        ("sec-fetch-site", "same-origin"),
        // The user opened it, as from a bookmark.
        ("sec-fetch-site", "none"),
        ("origin", &own),
    ] {
        for ask in writes(&chat, room) {
            ask.header("cookie", "session=ann").header(name, value).await.status(200);
        }
    }
    // What the browser says of itself counts, not what it says beside that.
    let renamed = chat.patch(format!("/rooms/{room}/")).form("name=x").header("cookie", "session=ann");
    renamed.header("sec-fetch-site", "same-origin").header("origin", "null").await.status(200);
}

async fn a_page_of_another_site_writes_nothing_with_a_session(suite: Suite) {
    for cors in [Cors::Off, Cors::AnyOrigin, APP.parse().unwrap()] {
        let chat = suite.chat_with(|config| config.cors = cors).await;
        let room = room(&chat).await;
        let own = format!("http://{}", chat.address());
        for headers in [
            &[("sec-fetch-site", "cross-site")][..],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "anything")],
            &[("sec-fetch-site", "cross-site"), ("origin", &own)],
            &[("origin", "https://evil.example")],
            &[("origin", "null")],
            &[("origin", "http://127.0.0.1")],
            &[("origin", "https://app.example.org.evil.example")],
            // A page cannot add the header without asking; that another scheme is named proves nothing.
            &[("sec-fetch-site", "cross-site"), ("authorization", "Basic YW5uOnRlYQ==")],
        ] {
            for mut ask in writes(&chat, room) {
                ask = ask.header("cookie", "session=ann");
                for (name, value) in headers {
                    ask = ask.header(name, value);
                }
                ask.await.detail(403, REFUSED);
            }
        }
        let unchanged = chat.get(format!("/rooms/{room}/")).header("cookie", "session=ann").await;
        assert_eq!(unchanged.text("name"), "tea");
    }
}

async fn a_page_of_another_site_may_read_what_browsers_let_it(suite: Suite) {
    let chat = suite.chat().await;
    let room = room(&chat).await;
    for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
        let ask = chat.ask(method, format!("/rooms/{room}/")).header("cookie", "session=ann");
        ask.header("sec-fetch-site", "cross-site").header("origin", "https://evil.example").await.status(200);
    }
}

async fn a_page_of_an_origin_that_is_listed_may_write(suite: Suite) {
    let chat = suite.chat_with(|config| config.cors = APP.parse().unwrap()).await;
    let room = room(&chat).await;
    for site in ["cross-site", "same-site"] {
        for ask in writes(&chat, room) {
            let ask = ask.header("cookie", "session=ann").header("sec-fetch-site", site);
            ask.header("origin", APP).await.status(200);
        }
    }
}

async fn a_token_proves_who_asks_whatever_page_sends_it(suite: Suite) {
    let chat = suite.chat().await;
    let ann = chat.person("ann").await;
    let room = chat.room(&ann, &[]).await;
    for ask in writes(&chat, room) {
        let ask = ask.by(&ann).header("sec-fetch-site", "cross-site");
        ask.header("origin", "https://evil.example").await.status(200);
    }
    // Nor does what nobody is asked for: a log-in form may be anywhere.
    let log_in = chat.try_log_in("ann", super::chat::PASSWORD).header("sec-fetch-site", "cross-site");
    log_in.await.status(200);
}

async fn a_host_may_check_where_requests_come_from_by_itself(suite: Suite) {
    let chat = suite.chat_with(|config| config.csrf_check = false).await;
    let room = room(&chat).await;
    for ask in writes(&chat, room) {
        ask.header("cookie", "session=ann").header("sec-fetch-site", "cross-site").await.status(200);
    }
}

/// A room of ann's, who has a session.
async fn room(chat: &Chat) -> i64 {
    let ann = chat.api().user_of_host(&Session::of("session=ann").unwrap().user()).await.unwrap().id;
    let made = chat.post("/rooms/").header("cookie", "session=ann");
    made.json(format!(r#"{{"name":"tea","users":[{ann}]}}"#)).await.status(201).id()
}

/// What a page might have a browser send, each time as another type.
fn writes(chat: &Chat, room: i64) -> [Ask<'_>; 3] {
    let path = format!("/rooms/{room}/");
    [
        chat.patch(&path).form("name=coffee"),
        chat.patch(&path).json(r#"{"name":"coffee"}"#),
        chat.patch(&path).parts(&[("name=\"name\"", "coffee")]),
    ]
}
