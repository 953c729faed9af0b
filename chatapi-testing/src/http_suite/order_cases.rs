//! Cases about which of several faults a request is told of: path, `Accept`, who asks, method, permission, body, fields.

use super::case::cases;
use super::chat::Suite;

cases! {
    an_unknown_path_comes_before_everything,
    what_cannot_be_accepted_comes_before_who_asks,
    who_asks_comes_before_the_method,
    the_method_comes_before_the_body,
    a_missing_thing_comes_before_the_body,
    a_permission_comes_before_the_body,
    the_type_of_a_body_comes_before_its_fields,
    credentials_that_are_sent_must_be_good_even_where_none_are_needed,
    credentials_are_not_looked_at_where_tokens_are_made,
}

const MISSING: &str = "Authentication credentials were not provided.";
const FORBIDDEN: &str = "You do not have permission to perform this action.";
const NOT_ACCEPTABLE: &str = "Could not satisfy the request Accept header.";

async fn an_unknown_path_comes_before_everything(suite: Suite) {
    let chat = suite.chat().await;
    let ask = chat.put("/rooms/abc/?format=xml").header("accept", "application/xml").bearer("garbage");
    ask.body("text/plain", "{").await.detail(404, "Not found.");
}

async fn what_cannot_be_accepted_comes_before_who_asks(suite: Suite) {
    let chat = suite.chat().await;
    for path in ["/rooms/", "/rooms/1/", "/auth/users/me/", "/auth/jwt/create/"] {
        let ask = chat.put(path).header("accept", "application/xml").bearer("garbage");
        ask.body("text/plain", "{").await.detail(406, NOT_ACCEPTABLE);
        let ask = chat.put(format!("{path}?format=xml")).header("accept", "application/xml");
        ask.bearer("garbage").await.detail(404, "Not found.");
    }
}

async fn who_asks_comes_before_the_method(suite: Suite) {
    let chat = suite.chat().await;
    let ann = chat.person("ann").await;
    chat.delete("/rooms/").body("text/plain", "{").await.detail(401, MISSING);
    chat.get("/auth/users/activation/").await.detail(401, MISSING);
    chat.get("/auth/users/set_password/").await.detail(401, MISSING);
    chat.delete("/rooms/")
        .by(&ann)
        .body("text/plain", "{")
        .await
        .detail(405, "Method \"DELETE\" not allowed.");
    chat.get("/auth/jwt/create/").await.detail(405, "Method \"GET\" not allowed.");
}

async fn the_method_comes_before_the_body(suite: Suite) {
    let chat = suite.chat().await;
    let ann = chat.person("ann").await;
    chat.put("/rooms/").by(&ann).json("{").await.detail(405, "Method \"PUT\" not allowed.");
    chat.put("/auth/jwt/create/").json("{").await.detail(405, "Method \"PUT\" not allowed.");
}

async fn a_missing_thing_comes_before_the_body(suite: Suite) {
    let chat = suite.chat().await;
    let ann = chat.person("ann").await;
    for content_type in ["application/json", "text/plain"] {
        let put = |path| chat.put(path).by(&ann).body(content_type, "{");
        put("/rooms/999999/").await.detail(404, "No Room matches the given query.");
        put("/messages/999999/").await.detail(404, "No Message matches the given query.");
        put("/auth/users/999999/").await.detail(404, "Not found.");
    }
}

async fn a_permission_comes_before_the_body(suite: Suite) {
    let chat = suite.chat().await;
    let [ann, bob] = chat.people(["ann", "bob"]).await;
    let room = chat.room(&ann, &[&bob]).await;
    let message = chat.say(&ann, room, "hello").await;
    for content_type in ["application/json", "text/plain"] {
        for path in [format!("/rooms/{room}/"), format!("/messages/{message}/")] {
            chat.put(&path).by(&bob).body(content_type, "{").await.detail(403, FORBIDDEN);
            chat.patch(&path).by(&bob).body(content_type, "{").await.detail(403, FORBIDDEN);
            chat.delete(&path).by(&bob).body(content_type, "{").await.detail(403, FORBIDDEN);
        }
        chat.delete(format!("/auth/users/{}/", ann.id))
            .by(&bob)
            .body(content_type, "{")
            .await
            .detail(403, FORBIDDEN);
    }
}

async fn the_type_of_a_body_comes_before_its_fields(suite: Suite) {
    let chat = suite.chat().await;
    let ann = chat.person("ann").await;
    let refused = chat.post("/messages/").by(&ann).body("text/plain", "{}").await;
    refused.detail(415, "Unsupported media type \"text/plain\" in request.");
    let refused = chat.post("/messages/").by(&ann).body("", "{}").await;
    refused.detail(415, "Unsupported media type \"\" in request.");
    let broken = chat.post("/messages/").by(&ann).json("{").await;
    assert!(broken.status(400).text("detail").starts_with("JSON parse error - "), "{}", broken.body);
    let required = r#"{"content":["This field is required."],"room":["This field is required."]}"#;
    chat.post("/messages/").by(&ann).json("{}").await.is(400, required);
}

async fn credentials_that_are_sent_must_be_good_even_where_none_are_needed(suite: Suite) {
    let chat = suite.chat().await;
    for path in ["/auth/users/", "/auth/users/reset_password/", "/auth/users/activation/"] {
        let answer = chat.post(path).bearer("garbage").json("{}").await;
        assert_eq!(answer.status(401).text("code"), "token_not_valid");
        chat.post(path).json("{}").await.status(400);
        // Credentials of another scheme are none.
        chat.post(path).header("authorization", "Token abc").json("{}").await.status(400);
    }
}

async fn credentials_are_not_looked_at_where_tokens_are_made(suite: Suite) {
    let chat = suite.chat().await;
    for path in ["/auth/jwt/create/", "/auth/jwt/refresh/", "/auth/jwt/verify/"] {
        chat.post(path).bearer("garbage").json("{}").await.status(400);
        chat.post(path).header("authorization", "Bearer").json("{}").await.status(400);
    }
}
