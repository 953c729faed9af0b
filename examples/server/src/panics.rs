//! A panic is a fault of ours: the client gets an answer, the log the reason, and the server goes on.

use std::any::Any;
use std::panic;

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use chatapi_core::Error;
use chatapi_core::http::{self as chat, json};
use tower_http::catch_panic::CatchPanicLayer;
use tracing::error;

/// Logs panics like other faults, with the id of the request that they happened in.
pub(crate) fn log() {
    panic::set_hook(Box::new(|panic| {
        error!(place = panic.location().map(ToString::to_string), "{panic}");
    }));
}

/// Answers a request whose handler panicked.
pub(crate) fn catch() -> CatchPanicLayer<fn(Box<dyn Any + Send>) -> Response> {
    CatchPanicLayer::custom(answer)
}

fn answer(_: Box<dyn Any + Send>) -> Response {
    // The cause is in the log already, and none of the client's business.
    let error = Error::Internal("a panic".into());
    match json(error.status(), &error.body()).map(|answer| answer.map(full)) {
        Ok(answer) => answer,
        Err(_) => error.status().into_response(),
    }
}

fn full(body: chat::Body) -> Body {
    match body {
        chat::Body::Full(bytes) => Body::from(bytes),
        _ => Body::empty(),
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::to_bytes;
    use axum::extract::Request;
    use axum::routing::get;
    use tower::ServiceExt as _;

    use super::*;

    #[tokio::test]
    async fn a_panic_is_answered_like_any_fault_of_the_server() {
        async fn panics() -> &'static str {
            panic!("this test panics")
        }
        let app: Router = Router::new().route("/", get(panics)).layer(catch());
        let answer = app.oneshot(Request::new(Body::empty())).await.unwrap();
        assert_eq!(answer.status(), 500);
        assert_eq!(answer.headers()["content-type"], "application/json");
        let body = to_bytes(answer.into_body(), 1000).await.unwrap();
        assert_eq!(body, r#"{"detail":"A server error occurred."}"#);
    }
}
