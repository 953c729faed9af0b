//! Cases about how long a body and a message may be.

use http::Method;

use super::ask::raw;
use super::case::cases;
use super::chat::{Chat, Person, Suite, ids};

cases! {
    a_body_is_read_up_to_the_limit_and_not_past_it,
    a_body_without_a_length_is_read_up_to_the_limit_and_not_past_it,
    a_body_far_past_the_limit_is_answered,
    who_asks_and_how_comes_before_the_length_of_the_body,
    what_the_head_is_refused_for_is_answered_before_the_body_comes,
    the_body_of_a_question_means_nothing,
    a_message_is_kept_up_to_the_limit_and_not_past_it,
    a_message_is_measured_in_characters_and_trimmed,
}

const LIMIT: usize = 1000;
const TOO_LONG: &str = "Request body too large: at most 1000 bytes are accepted.";

async fn a_body_is_read_up_to_the_limit_and_not_past_it(suite: Suite) {
    let (chat, ann) = limited(&suite).await;
    chat.post("/rooms/").by(&ann).json(padded(&ann, LIMIT)).await.status(201);
    chat.post("/rooms/").by(&ann).json(padded(&ann, LIMIT + 1)).await.detail(413, TOO_LONG);
    chat.post("/rooms/").by(&ann).json(padded(&ann, LIMIT)).await.status(201);
}

async fn a_body_without_a_length_is_read_up_to_the_limit_and_not_past_it(suite: Suite) {
    let (chat, ann) = limited(&suite).await;
    for (length, status) in [(LIMIT, 201), (LIMIT + 1, 413), (3 * LIMIT, 413), (LIMIT, 201)] {
        let head = format!(
            "POST /rooms/ HTTP/1.1\r\nhost: chat\r\nconnection: close\r\nauthorization: Bearer {}\r\n\
             content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n",
            ann.access
        );
        let body = padded(&ann, length);
        let (one, two) = body.split_at(length / 2);
        let chunks: String =
            [one, two, ""].iter().map(|chunk| format!("{:x}\r\n{chunk}\r\n", chunk.len())).collect();
        let answer = raw(&chat, (head + &chunks).into_bytes()).await;
        answer.status(status);
        if status == 413 {
            answer.detail(413, TOO_LONG);
            assert_eq!(answer.header("content-type"), Some("application/json"));
        }
    }
}

async fn a_body_far_past_the_limit_is_answered(suite: Suite) {
    let (chat, ann) = limited(&suite).await;
    for _ in 0..5 {
        chat.post("/rooms/").by(&ann).json(padded(&ann, 4_000_000)).await.detail(413, TOO_LONG);
        chat.post("/rooms/").by(&ann).json(padded(&ann, LIMIT)).await.status(201);
    }
}

async fn who_asks_and_how_comes_before_the_length_of_the_body(suite: Suite) {
    let (chat, ann) = limited(&suite).await;
    let long = padded(&ann, LIMIT + 1);
    chat.post("/rooms/abc/").by(&ann).json(&long).await.detail(404, "Not found.");
    let refused = chat.post("/rooms/").header("accept", "image/png").json(&long).await;
    refused.detail(406, "Could not satisfy the request Accept header.");
    chat.post("/rooms/").json(&long).await.detail(401, "Authentication credentials were not provided.");
    chat.put("/rooms/").by(&ann).json(&long).await.detail(405, "Method \"PUT\" not allowed.");
    chat.post("/rooms/").by(&ann).json(&long).await.detail(413, TOO_LONG);
    chat.post("/auth/jwt/create/").json(&long).await.detail(413, TOO_LONG);
}

async fn what_the_head_is_refused_for_is_answered_before_the_body_comes(suite: Suite) {
    let (chat, ann) = limited(&suite).await;
    let bearer = format!("authorization: Bearer {}\r\n", ann.access);
    for (line, headers, length, status) in [
        ("POST /rooms/", "", LIMIT, 401),
        ("POST /rooms/abc/", &bearer, LIMIT, 404),
        ("PUT /rooms/", &bearer, LIMIT, 405),
        ("POST /rooms/", &bearer, LIMIT + 1, 413),
        ("POST /auth/jwt/create/", "", 1 << 40, 413),
    ] {
        let head = format!(
            "{line} HTTP/1.1\r\nhost: chat\r\nconnection: close\r\n{headers}\
             content-type: application/json\r\ncontent-length: {length}\r\n\r\n"
        );
        raw(&chat, head.into_bytes()).await.status(status);
    }
}

async fn the_body_of_a_question_means_nothing(suite: Suite) {
    let (chat, ann) = limited(&suite).await;
    for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
        for length in [LIMIT, 3 * LIMIT] {
            chat.ask(method.clone(), "/rooms/").by(&ann).json(padded(&ann, length)).await.status(200);
        }
    }
}

async fn a_message_is_kept_up_to_the_limit_and_not_past_it(suite: Suite) {
    let chat = suite.chat_with(|config| config.message_limit = 10).await;
    let ann = chat.person("ann").await;
    let room = chat.room(&ann, &[]).await;
    let message = chat.say(&ann, room, "0123456789").await;
    let path = format!("/messages/{message}/");
    let too_long = format!(r#"{{"room":{room},"content":"0123456789x"}}"#);
    let fault = "Ensure this field has no more than 10 characters.";
    chat.post("/messages/").by(&ann).json(&too_long).await.fault("content", fault);
    chat.put(&path).by(&ann).json(&too_long).await.fault("content", fault);
    chat.patch(&path).by(&ann).json(&too_long).await.fault("content", fault);
    assert_eq!(chat.get(&path).by(&ann).await.text("content"), "0123456789");
}

async fn a_message_is_measured_in_characters_and_trimmed(suite: Suite) {
    let chat = suite.chat_with(|config| config.message_limit = 4).await;
    let ann = chat.person("ann").await;
    let room = chat.room(&ann, &[]).await;
    let message = chat.say(&ann, room, " \n ß🚀日é\t ").await;
    assert_eq!(chat.get(format!("/messages/{message}/")).by(&ann).await.text("content"), "ß🚀日é");
    let long = suite.chat().await;
    let ann = long.person("ann").await;
    let room = long.room(&ann, &[]).await;
    let text = "🚀".repeat(100_000);
    let message = long.say(&ann, room, &text).await;
    assert_eq!(long.get(format!("/messages/{message}/")).by(&ann).await.text("content"), text);
}

async fn limited(suite: &Suite) -> (Chat, Person) {
    let chat = suite.chat_with(|config| config.body_limit = LIMIT).await;
    let ann = chat.person("ann").await;
    (chat, ann)
}

/// A room, in so many bytes.
fn padded(admin: &Person, length: usize) -> String {
    let room = format!(r#"{{"name":"tea","users":{}}}"#, ids([admin]));
    format!("{room}{}", " ".repeat(length - room.len()))
}
