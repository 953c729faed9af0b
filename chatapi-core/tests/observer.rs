//! What an observer hears.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends in a panic that says why")]

use std::future::IntoFuture as _;
use std::sync::{Arc, Mutex};

use chatapi_core::http::{Access, Call, Method, Response, Route};
use chatapi_core::observer::{Answered, Notice, Observer};
use chatapi_core::rate_limit::RateClass;
use chatapi_core::{ChatApi, ChatApiBuilder, Config, Result};
use chatapi_testing::TestChat;
use futures_util::FutureExt as _;
use serde_json::json;

/// Writes down what it hears, without the times.
#[derive(Clone, Debug, Default)]
struct Notebook(Arc<Mutex<Vec<String>>>);

impl Notebook {
    fn note(&self, line: String) {
        self.0.lock().unwrap().push(line);
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

impl Observer for Notebook {
    fn asked(&self, route: &Route, method: &Method) {
        self.note(format!("{method} {}", route.path()));
    }

    fn answered(&self, answer: &Answered<'_>) {
        self.note(answer.status.map_or("left".to_owned(), |status| status.to_string()));
    }

    fn noticed(&self, notice: Notice) {
        self.note(match notice {
            Notice::Searched { .. } => "searched".to_owned(),
            other => format!("{other:?}"),
        });
    }
}

fn observed(finish: impl FnOnce(ChatApiBuilder) -> ChatApiBuilder) -> (TestChat, Notebook) {
    let notebook = Notebook::default();
    (TestChat::new(|builder| finish(builder.observer(notebook.clone()))), notebook)
}

#[tokio::test]
async fn requests_are_told_by_the_pattern_of_their_route() {
    let (chat, notebook) = observed(|builder| builder);
    let ann = chat.user("ann").await;
    let room = chat.room(&ann, &[]).await.id;
    chat.get(format!("/rooms/{room}/")).by(&ann).await;
    chat.get("/rooms/99/").by(&ann).await;
    chat.post("/rooms/").await;
    chat.get("/nowhere/").await;
    let heard = ["GET /rooms/{id}/", "200", "GET /rooms/{id}/", "404", "POST /rooms/", "401", "Unrouted"];
    assert_eq!(notebook.take(), heard);
}

#[tokio::test]
async fn searches_and_failed_attempts_to_log_in_are_told() {
    let (chat, notebook) = observed(|builder| builder);
    let ann = chat.user("ann").await;
    for path in ["/messages/", "/messages/?search=tea", "/messages/?q=tea", "/messages/?search=tea&limit=5"] {
        chat.get(path).by(&ann).await;
    }
    chat.post("/auth/jwt/create/").json(&json!({"username": "ann", "password": "nope"})).await;
    let heard = notebook.take();
    assert_eq!(heard.iter().filter(|line| *line == "searched").count(), 3, "{heard:?}");
    assert_eq!(heard.iter().filter(|line| *line == "LogInFailed").count(), 1, "{heard:?}");
}

#[tokio::test]
async fn what_is_refused_as_too_much_is_told_with_its_class() {
    let mut config = Config::default();
    config.limits.send = Some("1/h".parse().unwrap());
    let (chat, notebook) = observed(|builder| builder.config(config));
    let ann = chat.user("ann").await;
    let room = chat.room(&ann, &[]).await.id;
    for status in [201, 429] {
        let sent = chat.post("/messages/").by(&ann).json(&json!({"room": room, "content": "tea"})).await;
        assert_eq!(sent.status, status);
    }
    let throttled = format!("{:?}", Notice::Throttled(RateClass::Send));
    assert_eq!(notebook.take().iter().filter(|line| **line == throttled).count(), 1);
}

#[tokio::test]
async fn a_client_that_leaves_before_its_answer_is_told_too() {
    async fn never(_: ChatApi, _: Call) -> Result<Response> {
        std::future::pending().await
    }
    let route = Route::new("/never/").access(Access::Public).get(never);
    let (chat, notebook) = observed(|builder| builder.route(route));
    assert!(chat.get("/never/").into_future().now_or_never().is_none());
    assert_eq!(notebook.take(), ["GET /never/", "left"]);
}

#[tokio::test]
async fn queues_are_empty_where_nothing_is_to_be_done() {
    let chat = TestChat::new(|builder| builder);
    chat.user("ann").await;
    let queues = chat.api().stats();
    assert_eq!((queues.hashing, queues.passwords, queues.events, queues.rooms_to_index), (0, 0, 0, 0));
}
