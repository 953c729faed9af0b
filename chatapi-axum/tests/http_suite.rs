//! The suite that every adapter passes, on each of the stores.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up ends in a panic that says why")]

use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;

use axum::Router;
use axum::extract::Request;
use axum::middleware::map_request;
use chatapi_core::ChatApi;
use chatapi_testing::http_suite::{HttpSuite, Server, Session};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

fn main() -> ExitCode {
    HttpSuite::new(serve).on_memory().on_sqlite().on_postgres().run()
}

async fn serve(api: ChatApi, prefix: &'static str) -> Server {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let routes = chatapi_axum::router(api).layer(map_request(find_session));
    let app: Router = if prefix.is_empty() { routes } else { Router::new().nest(prefix, routes) };
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    let mut tasks = JoinSet::new();
    tasks.spawn(async { axum::serve(listener, app).await });
    Server::new(address, tasks)
}

/// The host's middleware.
async fn find_session(mut request: Request) -> Request {
    let cookie = request.headers().get("cookie").and_then(|cookie| cookie.to_str().ok());
    if let Some(session) = cookie.and_then(Session::of) {
        request.extensions_mut().insert(session.user());
        request.extensions_mut().insert(session);
    }
    request
}
