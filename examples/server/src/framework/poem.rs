//! The chat on poem.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use chatapi_core::ChatApi;
use chatapi_core::http::Peer;
use http::request::Parts;
use http::uri::Scheme;
use http::{Request, Response};
use http_body_util::combinators::BoxBody;
use hyper::body::{Bytes, Incoming};
use poem::error::NotFoundError;
use poem::web::{LocalAddr, RemoteAddr};
use poem::{Addr, Endpoint, EndpointExt as _};
use tokio::net::TcpListener;

use crate::connections::{self, App, Connection, ConnectionSettings};
use crate::stop::Stop;

pub(super) async fn serve(
    listener: TcpListener,
    api: ChatApi,
    settings: ConnectionSettings,
    stop: &mut Stop,
) {
    let chat = api.clone();
    // Not as a route for every path: poem would prefer that one to a route of the chat's at `/`.
    let app = chatapi_poem::endpoint(api.clone()).around(move |routes, request: poem::Request| {
        let (chat, head) = (chat.clone(), head(&request));
        async move {
            match routes.call(request).await {
                Err(error) if error.is::<NotFoundError>() => {
                    Ok(chatapi_poem::response(chat.not_found(&head)))
                }
                answered => answered,
            }
        }
    });
    let app = Arc::new(app);
    let spawn = |connection: Connection| drop(tokio::spawn(connection.run(app.clone())));
    connections::serve(listener, &api, settings, stop, spawn).await;
}

/// The head of a request, which the routes take with it.
fn head(request: &poem::Request) -> Parts {
    let (mut head, ()) = Request::new(()).into_parts();
    head.method = request.method().clone();
    head.uri = request.original_uri().clone();
    head.version = request.version();
    head.headers = request.headers().clone();
    if let Some(peer) = request.remote_addr().as_socket_addr() {
        head.extensions.insert(Peer(*peer));
    }
    head
}

impl<E: Endpoint + 'static> App for Arc<E> {
    type Body = BoxBody<Bytes, io::Error>;

    async fn answer(&self, request: Request<Incoming>, peer: SocketAddr) -> Response<Self::Body> {
        let peer = RemoteAddr(Addr::SocketAddr(peer));
        let request = poem::Request::from((request, LocalAddr::default(), peer, Scheme::HTTP));
        self.get_response(request).await.into()
    }
}
