//! The suite that every adapter passes, on each of the stores.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up ends in a panic that says why")]

use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;

use axum::Router;
use chatapi_core::ChatApi;
use chatapi_core::testing::http_suite::{HttpSuite, Server};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

fn main() -> ExitCode {
    HttpSuite::new(serve).on_memory().on_sqlite().on_postgres().run()
}

async fn serve(api: ChatApi, prefix: &'static str) -> Server {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let routes = chatapi_axum::router(api);
    let app: Router = if prefix.is_empty() { routes } else { Router::new().nest(prefix, routes) };
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    let mut tasks = JoinSet::new();
    tasks.spawn(async { axum::serve(listener, app).await });
    Server::new(address, tasks)
}
