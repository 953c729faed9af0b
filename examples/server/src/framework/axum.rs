//! The chat on axum.

use std::net::SocketAddr;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use chatapi_core::ChatApi;
use http::{Request, Response};
use hyper::body::Incoming;
use tokio::net::TcpListener;
use tower::ServiceExt as _;

use crate::connections::{self, App, Connection, ConnectionSettings};
use crate::stop::Stop;

pub(super) async fn serve(
    listener: TcpListener,
    api: ChatApi,
    settings: ConnectionSettings,
    stop: &mut Stop,
) {
    let missing = chatapi_axum::not_found(api.clone()).with_state(());
    let app = chatapi_axum::router(api.clone()).fallback_service(missing);
    let spawn = |connection: Connection| drop(tokio::spawn(connection.run(app.clone())));
    connections::serve(listener, &api, settings, stop, spawn).await;
}

impl App for Router {
    type Body = Body;

    async fn answer(&self, mut request: Request<Incoming>, peer: SocketAddr) -> Response<Body> {
        request.extensions_mut().insert(ConnectInfo(peer));
        match self.clone().oneshot(request.map(Body::new)).await {
            Ok(answer) => answer,
            Err(never) => match never {},
        }
    }
}
