//! Cases about the endpoints that a host adds, and about what goes wrong in them.

use std::time::Duration;

use bytes::Bytes;
use chatapi_core::http::{Access, Body, Call, Response, Route, StatusCode, json};
use chatapi_core::{ChatApi, Result, RoomId};
use futures_util::{StreamExt, stream};

use super::ask::raw;
use super::case::cases;
use super::chat::{Chat, Suite};

cases! {
    a_hosts_own_endpoint_stands_beside_ours,
    a_hosts_own_endpoint_knows_who_asks,
    a_hosts_own_endpoint_reads_json_and_ids,
    a_path_that_a_host_spells_out_comes_before_one_with_a_parameter,
    a_parameter_is_decoded_once,
    an_answer_may_come_in_pieces,
    an_endpoint_that_panics_is_answered_and_the_next_one_too,
    a_body_that_does_not_come_is_not_waited_for,
}

async fn a_hosts_own_endpoint_stands_beside_ours(suite: Suite) {
    for prefix in ["", "/chat"] {
        let chat = chat_with(&suite, prefix, things()).await;
        let ann = chat.person("ann").await;
        for path in ["/things/", "/things", "/things.json"] {
            chat.get(path).by(&ann).await.is(200, r#""things""#);
        }
        chat.post("/things/").by(&ann).await.detail(405, "Method \"POST\" not allowed.");
        chat.get("/things/").await.detail(401, "Authentication credentials were not provided.");
        chat.get("/rooms/").by(&ann).await.status(200);
    }
}

async fn a_hosts_own_endpoint_knows_who_asks(suite: Suite) {
    async fn greet(_: ChatApi, call: Call) -> Result<Response> {
        json(StatusCode::OK, &format!("Hello {}", call.user()?.username))
    }
    let chat = chat_with(&suite, "", Route::new("/hello/").get(greet)).await;
    let ann = chat.person("ann").await;
    chat.get("/hello/").by(&ann).await.is(200, r#""Hello ann""#);
}

async fn a_hosts_own_endpoint_reads_json_and_ids(suite: Suite) {
    async fn add(_: ChatApi, call: Call) -> Result<Response> {
        let numbers: Vec<i64> = call.json()?;
        json(StatusCode::CREATED, &(call.id::<RoomId>("Room")?.0 + numbers.iter().sum::<i64>()))
    }
    let sums = Route::new("/sums/{id}/").integer_id().access(Access::Public).post(add);
    let chat = chat_with(&suite, "", sums).await;
    chat.post("/sums/4/").json("[1,2]").await.is(201, "7");
    chat.post("/sums/x/").json("[1,2]").await.detail(404, "Not found.");
    let broken = chat.post("/sums/4/").json("[1,").await;
    assert!(broken.status(400).text("detail").starts_with("JSON parse error - "), "{broken:?}");
}

async fn a_path_that_a_host_spells_out_comes_before_one_with_a_parameter(suite: Suite) {
    async fn mine(_: ChatApi, _: Call) -> Result<Response> {
        json(StatusCode::OK, "mine")
    }
    let chat = chat_with(&suite, "", Route::new("/rooms/mine/").get(mine)).await;
    let ann = chat.person("ann").await;
    let room = chat.room(&ann, &[]).await;
    chat.get("/rooms/mine/").by(&ann).await.is(200, r#""mine""#);
    chat.get(format!("/rooms/{room}/")).by(&ann).await.status(200);
}

async fn a_parameter_is_decoded_once(suite: Suite) {
    async fn name(_: ChatApi, call: Call) -> Result<Response> {
        json(StatusCode::OK, call.param("name").unwrap_or("none"))
    }
    let chat = chat_with(&suite, "", Route::new("/names/{name}/").access(Access::Public).get(name)).await;
    for (sent, name) in [
        ("ann", "ann"),
        ("a%2Fb", "a/b"),
        ("a%2fb", "a/b"),
        ("a+b", "a+b"),
        ("a%20b", "a b"),
        ("%2541", "%41"),
        ("%C3%9F", "ß"),
        ("a.json", "a.json"),
        ("%FF", "none"),
    ] {
        for path in [format!("/names/{sent}/"), format!("/names/{sent}")] {
            chat.get(path).await.is(200, format!("\"{name}\""));
        }
    }
}

async fn an_answer_may_come_in_pieces(suite: Suite) {
    async fn count(_: ChatApi, _: Call) -> Result<Response> {
        let pieces = stream::iter(["one ", "two ", "three"]).map(|piece| Ok(Bytes::from(piece)));
        let mut answer = Response::new(Body::Stream(pieces.boxed()));
        let kind = http::HeaderValue::from_static("application/json");
        answer.headers_mut().insert(http::header::CONTENT_TYPE, kind);
        Ok(answer)
    }
    let chat = chat_with(&suite, "", Route::new("/count/").access(Access::Public).get(count)).await;
    chat.get("/count/").await.is(200, "one two three");
}

async fn an_endpoint_that_panics_is_answered_and_the_next_one_too(suite: Suite) {
    async fn panics(_: ChatApi, _: Call) -> Result<Response> {
        // Without a message for the process's hook, which would print it amid the results.
        std::panic::resume_unwind(Box::new(()))
    }
    let chat =
        chat_with(&suite, "", Route::new("/panic/").access(Access::Public).get(panics).post(panics)).await;
    for _ in 0..3 {
        chat.get("/panic/").await.detail(500, "A server error occurred.");
        chat.post("/panic/").json("{}").await.detail(500, "A server error occurred.");
    }
}

async fn a_body_that_does_not_come_is_not_waited_for(suite: Suite) {
    let chat = suite.chat_with(|config| config.body_timeout = Duration::from_millis(20)).await;
    let head = "POST /auth/users/ HTTP/1.1\r\nhost: chat\r\nconnection: close\r\ncontent-length: 9\r\n\r\n";
    let answer = raw(&chat, format!("{head}{{").into_bytes()).await;
    answer.detail(400, "The request body could not be read.");
}

fn things() -> Route {
    async fn list(_: ChatApi, _: Call) -> Result<Response> {
        json(StatusCode::OK, "things")
    }
    Route::new("/things/").json_suffix().get(list)
}

async fn chat_with(suite: &Suite, prefix: &'static str, route: Route) -> Chat {
    suite.chat_of(prefix, |_| {}, |builder| builder.route(route)).await
}
