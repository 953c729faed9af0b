//! What a browser gets.
#![cfg(feature = "browse")]

use chatapi_core::{ChatApiBuilder, CurrentUser};
use chatapi_testing::{TestAnswer, TestChat, TestRequest};
use serde_json::json;

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

fn chat() -> TestChat {
    TestChat::new(chatapi_openapi::add)
}

fn seen(request: TestRequest) -> TestRequest {
    request.header("accept", BROWSER)
}

fn has(answer: &TestAnswer, part: &str) {
    assert!(answer.body.contains(part), "no {part} in {}", answer.body);
}

fn lacks(answer: &TestAnswer, part: &str) {
    assert!(!answer.body.contains(part), "{part} in {}", answer.body);
}

async fn message(chat: &TestChat, author: &CurrentUser, content: &str) -> String {
    let room = chat.room(author, &[]).await.id;
    chat.post("/messages/").by(author).json(&json!({ "room": room, "content": content })).await;
    "/messages/1/".to_owned()
}

#[tokio::test]
async fn an_endpoint_is_a_page_with_its_answer_its_links_and_its_forms() {
    let chat = chat();
    let ann = chat.user("ann").await;
    chat.room(&ann, &[]).await;
    let page = seen(chat.get("/rooms/?count=exact").by(&ann)).await;
    assert_eq!(
        (page.status, page.headers["content-type"].to_str().unwrap()),
        (200, "text/html; charset=utf-8")
    );
    assert_eq!(page.headers["vary"], "Accept");
    has(&page, "<h1>Room</h1>");
    has(&page, "<b>GET /rooms/?count=exact</b>");
    has(&page, "HTTP 200 OK");
    has(&page, "<span class=\"h\">Content-Type:</span> application/json");
    has(&page, "<a href=\"../rooms/1/\"");
    has(&page, "data-method=\"POST\"");
    has(&page, "<span class=\"who\">ann</span>");
    let detail = seen(chat.get("/rooms/1").by(&ann)).await;
    has(&detail, "<a href=\"../rooms/\">Room</a>");
    has(&detail, "name=\"name\" type=\"text\" value=\"Tea\"");
    has(&detail, "name=\"users\" type=\"text\" value=\"1\"");
    has(&detail, "data-method=\"PATCH\"");
    has(&detail, "data-method=\"DELETE\"");
}

#[tokio::test]
async fn a_suffix_names_the_format_and_links_lead_on_from_there() {
    let chat = chat();
    let ann = chat.user("ann").await;
    for (path, root) in [
        ("/auth/users.api", "../"),
        ("/auth/users.api/", "../../"),
        ("/auth/.api", "../"),
        ("/auth/.api/", "../../"),
        ("/auth/users/1.api", "../../"),
    ] {
        let page = chat.get(path).by(&ann).header("accept", "*/*").await;
        assert_eq!(
            (page.status, page.headers["content-type"].as_bytes()),
            (200, &b"text/html; charset=utf-8"[..])
        );
        has(&page, &format!("<a href=\"{root}rooms/\""));
        let bare = path.trim_end_matches('/').trim_end_matches(".api").trim_matches('/');
        has(&page, &format!("href=\"{root}{bare}/?format=json\""));
    }
    let json = seen(chat.get("/auth/users.json").by(&ann)).await;
    assert_eq!(json.headers["content-type"], "application/json");
}

#[tokio::test]
async fn markup_in_what_people_write_is_text() {
    let chat = chat();
    let ann = chat.user("ann").await;
    let path =
        message(&chat, &ann, "<script>alert(1)</script> \"'><img src=x onerror=alert(1)></textarea>").await;
    for page in [
        seen(chat.get(&path).by(&ann)).await,
        seen(chat.get("/messages/?search=%3Cscript%3E").by(&ann)).await,
    ] {
        assert_eq!(page.status, 200);
        for markup in ["<script>", "<img", "alert(1)></", "</textarea></"] {
            lacks(&page, markup);
        }
        has(&page, "&lt;script&gt;");
    }
    let link = chat.patch(&path).by(&ann).json(&json!({ "content": "javascript:alert(1)" })).await;
    assert_eq!(link.status, 200);
    lacks(&seen(chat.get(&path).by(&ann)).await, "href=\"javascript");
}

#[tokio::test]
async fn nothing_stands_inline_that_the_policy_would_have_to_allow() {
    let chat = chat();
    let ann = chat.user("ann").await;
    chat.room(&ann, &[]).await;
    for path in ["/rooms/", "/rooms/1/", "/messages/", "/auth/jwt/create/", "/docs/"] {
        let page = seen(chat.get(path).by(&ann)).await;
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self';") && !policy.contains("unsafe"));
        for inline in [" style=", " onclick=", "<style", "<script>", "http://", "https://"] {
            lacks(&page, inline);
        }
    }
}

#[tokio::test]
async fn a_stranger_gets_the_401_as_a_page_to_log_in_by() {
    let chat = chat();
    let page = seen(chat.get("/rooms/7/")).await;
    assert_eq!(
        (page.status, page.headers["www-authenticate"].to_str().unwrap()),
        (401, "Bearer realm=\"api\"")
    );
    has(&page, "<form method=\"post\" action=\"../../auth/jwt/create/\" data-log-in>");
    has(&page, "Authentication credentials were not provided.");
    lacks(&page, "data-method=\"PUT\"");
    let hosts = TestChat::new(|builder| chatapi_openapi::add(ChatApiBuilder::without_accounts(builder)));
    let page = seen(hosts.get("/rooms/")).await;
    assert_eq!(page.status, 401);
    has(&page, "Access token");
    lacks(&page, "data-log-in");
}

#[tokio::test]
async fn forms_are_offered_to_those_alone_who_may_send_them() {
    let chat = chat();
    let (ann, bob) = (chat.user("ann").await, chat.user("bob").await);
    chat.room(&ann, &[&bob]).await;
    let page = seen(chat.get("/rooms/1/").by(&bob)).await;
    assert_eq!(page.status, 200);
    lacks(&page, "data-method=");
    has(&seen(chat.get("/auth/users/")).await, "data-method=\"POST\"");
}

#[tokio::test]
async fn what_is_wrong_stands_beside_its_field_and_what_was_sent_in_it() {
    let chat = chat();
    let ann = chat.user("ann").await;
    let page = seen(chat.post("/rooms/").by(&ann).json(&json!({ "name": "<b>Tea", "users": [99] }))).await;
    assert_eq!(page.status, 400);
    has(&page, "value=\"&#60;b&#62;Tea\"");
    has(&page, "value=\"99\" data-json=\"integers\"");
    has(&page, "<p class=\"error\" role=\"alert\">Invalid pk &#34;99&#34; - object does not exist.</p>");
    let page =
        seen(chat.post("/auth/jwt/create/").json(&json!({ "username": "ann", "password": "secret-1" })))
            .await;
    assert_eq!(page.status, 401);
    lacks(&page, "secret-1");
}

#[tokio::test]
async fn what_is_no_json_and_what_is_no_endpoint_stays_as_it_is() {
    let chat = chat();
    let ann = chat.user("ann").await;
    let path = message(&chat, &ann, "Hi").await;
    let gone = seen(chat.delete(&path).by(&ann)).await;
    assert_eq!((gone.status, gone.body.as_str()), (204, ""));
    assert_eq!(seen(chat.get("/schema/")).await.headers["content-type"], "application/json");
    let style = chat.get("/pages/pages.css").header("accept", "text/css").await;
    assert_eq!(
        (style.status, style.headers["content-type"].to_str().unwrap()),
        (200, "text/css; charset=utf-8")
    );
    assert_eq!(chat.get("/pages/passwd").await.status, 404);
}

#[tokio::test]
async fn pages_lead_to_pages_of_lists_and_say_what_they_are_filtered_by() {
    let chat = TestChat::new(|builder| {
        let mut config = chatapi_core::Config::default();
        config.page_size = 1;
        chatapi_openapi::add(builder.config(config))
    });
    let ann = chat.user("ann").await;
    chat.room(&ann, &[]).await;
    chat.room(&ann, &[]).await;
    let page = seen(chat.get("/rooms/").by(&ann)).await;
    has(&page, "2 in all");
    has(&page, "rel=\"next\" href=\"http://test/rooms/?page=2\"");
    let last = seen(chat.get("/rooms/?page=last&count=exact").by(&ann)).await;
    has(&last, "rel=\"prev\"");
    has(&last, "<option selected>exact</option>");
    has(&last, "href=\"?page=last&#38;count=exact&#38;format=json\"");
}
