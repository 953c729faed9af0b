//! Facts about the form of an answer.

use super::chat::Suite;
use super::fact::facts;

facts! {
    whoever_accepts_json_html_or_anything_gets_json,
    whoever_accepts_nothing_of_it_is_refused,
    an_answer_is_indented_on_request,
    an_error_is_indented_on_request,
    the_format_may_be_named_in_the_query,
    another_format_in_the_query_is_not_found,
    the_characters_of_an_answer_are_unicode,
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
