//! A panic is a fault of ours: the client gets an answer, the log the reason, and the server goes on.

use std::panic;

use axum::body::Body;
use chatapi_core::http as chat;
use chatapi_core::{ChatApi, Error};
use tower_http::catch_panic::{CatchPanicLayer, ResponseForPanic};
use tracing::error;

/// Logs panics like other faults, with the id of the request that they happened in.
pub(crate) fn log() {
    panic::set_hook(Box::new(|panic| {
        error!(place = panic.location().map(ToString::to_string), "{panic}");
    }));
}

/// Answers a request whose handler panicked.
pub(crate) fn catch(api: ChatApi) -> CatchPanicLayer<impl ResponseForPanic<ResponseBody = Body>> {
    // The cause is in the log already, and none of the client's business.
    CatchPanicLayer::custom(move |_| api.refused(&Error::Internal("a handler panicked".into())).map(full))
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
    use chatapi_core::store::memory::MemoryStore;
    use tower::ServiceExt as _;

    use super::*;

    #[tokio::test]
    async fn a_panic_is_answered_like_any_fault_of_the_server() {
        async fn panics() -> &'static str {
            panic!("this test panics")
        }
        let api = ChatApi::builder(MemoryStore::new(), [7; 32]).build().unwrap();
        let app: Router = Router::new().route("/", get(panics)).layer(catch(api));
        let answer = app.oneshot(Request::new(Body::empty())).await.unwrap();
        assert_eq!(answer.status(), 500);
        assert_eq!(answer.headers()["content-type"], "application/json");
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
        let body = to_bytes(answer.into_body(), 1000).await.unwrap();
        assert_eq!(body, r#"{"detail":"A server error occurred."}"#);
    }
}
