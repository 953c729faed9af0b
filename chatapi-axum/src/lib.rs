#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, FromRequestParts, OriginalUri, RawPathParams, Request};
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::any;
use chatapi_core::ChatApi;
use chatapi_core::http::{Body as Answer, Params, Peer, Route};

/// The chat's endpoints as a router: nest it wherever they are to be.
///
/// Paths are registered natively, with and without the slash at their end, so that middleware sees them as
/// [`MatchedPath`](https://docs.rs/axum/0.8/axum/extract/struct.MatchedPath.html). Nothing is said about paths that are not the chat's.
///
/// The address of a client is known where the server was started with
/// [`into_make_service_with_connect_info`](Router::into_make_service_with_connect_info).
#[expect(
    clippy::needless_pass_by_value,
    reason = "a host hands the chat over, as it does with other routers"
)]
pub fn router<S: Clone + Send + Sync + 'static>(api: ChatApi) -> Router<S> {
    let mut router = Router::new();
    for route in api.routes() {
        for path in route.paths() {
            let (api, route) = (api.clone(), route.clone());
            router = router.route(&path, any(move |request| serve(api.clone(), route.clone(), request)));
        }
    }
    router
}

/// The API's own 404, for hosts that want it on every path: `router.fallback_service(chatapi_axum::not_found(api))`.
pub fn not_found<S: Clone + Send + Sync + 'static>(api: ChatApi) -> axum::routing::MethodRouter<S> {
    any(move |request: Request| {
        let answer = api.not_found(&as_sent(request.into_parts().0));
        async move { response(answer) }
    })
}

async fn serve(api: ChatApi, route: Arc<Route>, request: Request) -> Response {
    let (mut head, body) = request.into_parts();
    // What cannot be decoded is no id of anything.
    let params = match RawPathParams::from_request_parts(&mut head, &()).await {
        Ok(params) => params.iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        Err(_) => Params::default(),
    };
    response(api.serve(&route, as_sent(head), body.into_data_stream(), params).await)
}

/// The head with the URI that the client sent, whatever the router took off it, and the client's address.
fn as_sent(mut head: Parts) -> Parts {
    if let Some(OriginalUri(uri)) = head.extensions.remove() {
        head.uri = uri;
    }
    if let Some(ConnectInfo::<SocketAddr>(peer)) = head.extensions.get().copied() {
        head.extensions.insert(Peer(peer));
    }
    head
}

/// An answer of the chat's as one of axum's: `response(api.refused(&error))` gives an error of the chat's from a handler of the
/// host's own.
pub fn response(answer: chatapi_core::http::Response) -> Response {
    answer.map(|body| match body {
        Answer::Full(bytes) => Body::from(bytes),
        Answer::Stream(pieces) => Body::from_stream(pieces),
        _ => Body::empty(),
    })
}
