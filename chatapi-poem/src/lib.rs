#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

use std::collections::HashMap;
use std::sync::Arc;

use chatapi_core::ChatApi;
use chatapi_core::http::{Body as Answer, Peer, Route};
use poem::http::request::Parts;
use poem::{Body, Endpoint, Request, Response};

/// The chat's endpoints: nest them wherever they are to be.
///
/// Paths are registered natively, with and without the slash at their end, so that middleware sees them as
/// [`PathPattern`](https://docs.rs/poem/3/poem/struct.PathPattern.html). Nothing is said about paths that are not the chat's.
#[expect(
    clippy::needless_pass_by_value,
    reason = "a host hands the chat over, as it does with other endpoints"
)]
pub fn endpoint(api: ChatApi) -> poem::Route {
    let mut routes = poem::Route::new();
    for route in api.routes() {
        for path in route.paths() {
            routes = routes.at(native(&path), Mounted { api: api.clone(), route: route.clone() });
        }
    }
    routes
}

/// The API's own 404, for hosts that want it on every path: `.at("/*path", chatapi_poem::not_found(api))`.
///
/// poem prefers such a route to one at `/`. A host that added an endpoint there catches
/// [`NotFoundError`](poem::error::NotFoundError) instead, and answers `response(api.not_found(&head))`.
pub fn not_found(api: ChatApi) -> impl Endpoint<Output = Response> {
    poem::endpoint::make_sync(move |request| response(api.not_found(&into_parts(request).0)))
}

/// `/rooms/{id}/` as poem writes it: `/rooms/:id/`.
fn native(path: &str) -> String {
    path.replace('{', ":").replace('}', "")
}

/// A route of the table at one of its paths.
struct Mounted {
    api: ChatApi,
    route: Arc<Route>,
}

impl Endpoint for Mounted {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        // What cannot be decoded is no id of anything.
        let params: HashMap<String, String> = request.path_params().unwrap_or_default();
        let (head, body) = into_parts(request);
        let body = body.into_bytes_stream();
        Ok(response(self.api.serve(&self.route, head, body, params.into_iter().collect()).await))
    }
}

/// The head, with the URI that the client sent and the client's address; and the body.
fn into_parts(request: Request) -> (Parts, Body) {
    let peer = request.remote_addr().as_socket_addr().copied();
    let uri = request.original_uri().clone();
    let (mut head, body) = poem::http::Request::from(request).into_parts();
    head.uri = uri;
    if let Some(peer) = peer {
        head.extensions.insert(Peer(peer));
    }
    (head, body.into())
}

/// An answer of the chat's as one of poem's: `response(api.refused(&error))` gives an error of the chat's from a handler of the
/// host's own.
pub fn response(answer: chatapi_core::http::Response) -> Response {
    let (head, body) = answer.into_parts();
    let body = match body {
        Answer::Full(bytes) => Body::from(bytes),
        Answer::Stream(pieces) => Body::from_bytes_stream(pieces),
        _ => Body::empty(),
    };
    let mut answer = Response::builder().status(head.status).body(body);
    *answer.headers_mut() = head.headers;
    answer
}
