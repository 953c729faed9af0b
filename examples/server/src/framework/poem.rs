//! The chat on poem.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use chatapi_core::ChatApi;
use http::uri::Scheme;
use http::{Request, Response};
use http_body_util::combinators::BoxBody;
use hyper::body::{Bytes, Incoming};
use poem::error::NotFoundError;
use poem::web::{LocalAddr, RemoteAddr};
use poem::{Addr, Endpoint, EndpointExt as _};
use tokio::net::TcpListener;

use crate::connections::{self, App};
use crate::stop::Stop;

/// poem's own server has no limit to the time that a client takes to send the head of a request, so ours serves its routes.
pub(super) async fn serve(listener: TcpListener, api: ChatApi, stop: &mut Stop) {
    let chat = api.clone();
    // Not as a route for every path: poem would prefer that one to a route of the chat's at `/`.
    let app = chatapi_poem::endpoint(api.clone()).catch_error(move |_: NotFoundError| {
        let missing = chatapi_poem::response(chat.not_found());
        async { missing }
    });
    connections::serve(listener, &api, Arc::new(app), stop).await;
}

impl<E: Endpoint + 'static> App for Arc<E> {
    type Body = BoxBody<Bytes, io::Error>;

    async fn answer(&self, request: Request<Incoming>, peer: SocketAddr) -> Response<Self::Body> {
        let peer = RemoteAddr(Addr::SocketAddr(peer));
        let request = poem::Request::from((request, LocalAddr::default(), peer, Scheme::HTTP));
        self.get_response(request).await.into()
    }
}
