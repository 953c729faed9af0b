//! Cases about the form of an answer.

use chatapi_core::ChatApi;
use chatapi_core::http::{Body, Call, HeaderValue, Pages, Response, Shown};
use http::Method;
use http::header::CONTENT_TYPE;

use super::case::cases;
use super::chat::Suite;

cases! {
    whoever_accepts_json_html_or_anything_gets_json,
    whoever_accepts_nothing_of_it_is_refused,
    an_answer_is_indented_on_request,
    an_error_is_indented_on_request,
    the_format_may_be_named_in_the_query,
    another_format_in_the_query_is_not_found,
    the_characters_of_an_answer_are_unicode,
    a_browser_gets_a_page_where_the_host_has_pages,
    a_page_has_the_status_and_the_headers_of_the_answer_that_it_shows,
}

async fn whoever_accepts_json_html_or_anything_gets_json(suite: Suite) {
    let chat = suite.chat().await;
    let ann = chat.person("ann").await;
    let plain = chat.get("/rooms/").by(&ann).await;
    for accept in [
        "*/*",
        "application/json",
        "application/*",
        "text/html,application/xml;q=0.9",
        "text/plain, */*;q=0.1",
    ] {
        chat.get("/rooms/").by(&ann).header("accept", accept).await.is(200, &plain.body);
    }
    let two = chat
        .get("/rooms/")
        .by(&ann)
        .header("accept", "text/plain")
        .header("accept", "application/json")
        .await;
    two.is(200, &plain.body);
}

async fn whoever_accepts_nothing_of_it_is_refused(suite: Suite) {
    let chat = suite.chat().await;
    let ann = chat.person("ann").await;
    for accept in ["application/xml", "text/plain", "image/*", "json", "*", "*/xml", ""] {
        let refused = chat.get("/rooms/").by(&ann).header("accept", accept).await;
        refused.detail(406, "Could not satisfy the request Accept header.");
        let refused = chat.post("/auth/jwt/create/").header("accept", accept).json("{}").await;
        refused.detail(406, "Could not satisfy the request Accept header.");
    }
}

async fn an_answer_is_indented_on_request(suite: Suite) {
    let chat = suite.chat().await;
    let ann = chat.person("ann").await;
    let ask = |accept| chat.get("/rooms/").by(&ann).header("accept", accept);
    let indented = "{\n  \"count\": 0,\n  \"next\": null,\n  \"previous\": null,\n  \"results\": []\n}";
    ask("application/json; indent=2").await.is(200, indented);
    ask("application/json; indent=4").await.is(200, indented.replace("  ", "    "));
    let room = chat.room(&ann, &[]).await;
    let laid_out =
        chat.get(format!("/rooms/{room}/")).by(&ann).header("accept", "application/json; indent=1").await;
    let users = format!(
        "{{\n   \"id\": {},\n   \"username\": \"ann\",\n   \"email\": \"ann@example.org\"\n  }}",
        ann.id
    );
    let expected = format!(
        "{{\n \"id\": {room},\n \"name\": \"tea\",\n \"admin\": {},\n \"users\": [\n  {users}\n ]\n}}",
        ann.id
    );
    laid_out.is(200, expected);
}

async fn an_error_is_indented_on_request(suite: Suite) {
    let chat = suite.chat().await;
    let ann = chat.person("ann").await;
    let missing = chat.get("/rooms/999999/").by(&ann).header("accept", "application/json; indent=2").await;
    missing.is(404, "{\n  \"detail\": \"No Room matches the given query.\"\n}");
}

async fn the_format_may_be_named_in_the_query(suite: Suite) {
    let chat = suite.chat().await;
    let ann = chat.person("ann").await;
    let plain = chat.get("/rooms/").by(&ann).await;
    for query in ["format=json", "format="] {
        chat.get(format!("/rooms/?{query}")).by(&ann).await.is(200, &plain.body);
        let both = chat.get(format!("/rooms/?{query}")).by(&ann).header("accept", "application/xml").await;
        both.detail(406, "Could not satisfy the request Accept header.");
    }
}

async fn another_format_in_the_query_is_not_found(suite: Suite) {
    let chat = suite.chat().await;
    let ann = chat.person("ann").await;
    for format in ["xml", "JSON", "json%20"] {
        chat.get(format!("/rooms/?format={format}")).by(&ann).await.detail(404, "Not found.");
        chat.post(format!("/auth/jwt/create/?format={format}")).json("{}").await.detail(404, "Not found.");
    }
}

async fn the_characters_of_an_answer_are_unicode(suite: Suite) {
    let chat = suite.chat().await;
    let ann = chat.person("ann").await;
    let room = chat.room(&ann, &[]).await;
    // JavaScript once took the two separators for line ends within a string: they alone are escaped.
    let message = chat.say(&ann, room, "Grüße 🚀 <&>/ \u{7f} a\u{2028}b\u{2029}c \"\\").await;
    let answer = chat.get(format!("/messages/{message}/")).by(&ann).await;
    let written = "\"content\":\"Grüße 🚀 <&>/ \u{7f} a\\u2028b\\u2029c \\\"\\\\\"";
    assert!(answer.status(200).body.contains(written), "{}", answer.body);
}

/// Says who asked, and what the path offers them.
#[derive(Debug)]
struct Plain;

impl Pages for Plain {
    fn page(&self, shown: &Shown<'_>, answer: Response) -> Response {
        let name = shown.call.user().map_or("nobody", |user| &user.username);
        let offers: Vec<_> = shown.offers.iter().map(|endpoint| endpoint.method().as_str()).collect();
        let page = format!("<p>{name}: {}</p>", offers.join(", "));
        let mut page = answer.map(|_| Body::Full(page.into()));
        page.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        page
    }

    fn not_found(&self, _: &ChatApi, _: &Call, answer: Response) -> Response {
        answer
    }
}

/// What Firefox accepts.
const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

async fn a_browser_gets_a_page_where_the_host_has_pages(suite: Suite) {
    let chat = suite.chat_of("/chat", |_| {}, |builder| builder.pages(Plain)).await;
    let [ann, bob] = chat.people(["ann", "bob"]).await;
    let room = chat.room(&ann, &[&bob]).await;
    let path = format!("/rooms/{room}/");
    let seen = |person| chat.get(&path).by(person).header("accept", BROWSER);
    seen(&ann).await.is(200, "<p>ann: GET, PUT, PATCH, DELETE</p>");
    seen(&bob).await.is(200, "<p>bob: GET</p>");
    chat.get("/auth/users/?format=api").await.is(401, "<p>nobody: POST</p>");
    let json = chat.get(&path).by(&ann).await;
    for accept in ["*/*", "application/json", "text/html, application/json", "text/plain, */*;q=0.1"] {
        chat.get(&path).by(&ann).header("accept", accept).await.is(200, &json.body);
    }
    chat.get(format!("{path}?format=json")).by(&ann).header("accept", BROWSER).await.is(200, &json.body);
    for (format, accept, status) in
        [("api", "application/json", 406), ("json", "text/html", 406), ("xml", BROWSER, 404)]
    {
        let refused = chat.get(format!("{path}?format={format}")).by(&ann).header("accept", accept).await;
        assert_eq!(refused.status(status).header("content-type"), Some("application/json"), "{format}");
    }
}

async fn a_page_has_the_status_and_the_headers_of_the_answer_that_it_shows(suite: Suite) {
    let chat = suite.chat_of("", |config| config.body_limit = 1000, |builder| builder.pages(Plain)).await;
    let ann = chat.person("ann").await;
    let long = "x".repeat(2000);
    for (method, path, body) in [
        (Method::GET, "/rooms/", ""),
        (Method::HEAD, "/rooms/", ""),
        (Method::OPTIONS, "/rooms/", ""),
        (Method::POST, "/rooms/", "{}"),
        (Method::POST, "/rooms/", "{"),
        (Method::POST, "/rooms/", &long),
        (Method::GET, "/rooms/abc/", ""),
        (Method::GET, "/rooms/7/", ""),
        (Method::GET, "/auth/jwt/create/", ""),
    ] {
        for by in [&ann.access, "nobody"] {
            let ask = || chat.ask(method.clone(), path).bearer(by).json(body);
            let (json, page) = (ask().await, ask().header("accept", BROWSER).await);
            assert_eq!(page.status, json.status, "{method} {path}");
            assert_eq!(page.body.starts_with('<'), method != Method::HEAD, "{method} {path}: {}", page.body);
            let (mut json, mut page) = (json.headers, page.headers);
            for header in ["date", "content-length", "content-type"] {
                json.remove(header);
                page.remove(header);
            }
            assert_eq!(page, json, "{method} {path}");
        }
    }
}
