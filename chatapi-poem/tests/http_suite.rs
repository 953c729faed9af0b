//! The suite that every adapter passes, on each of the stores.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up ends in a panic that says why")]

use std::net::Ipv4Addr;
use std::process::ExitCode;

use chatapi_core::ChatApi;
use chatapi_core::testing::http_suite::{HttpSuite, Server};
use poem::Route;
use poem::listener::TcpAcceptor;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

fn main() -> ExitCode {
    HttpSuite::new(serve).on_memory().on_sqlite().on_postgres().run()
}

async fn serve(api: ChatApi, prefix: &'static str) -> Server {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let routes = chatapi_poem::endpoint(api);
    let app = if prefix.is_empty() { routes } else { Route::new().nest(prefix, routes) };
    let server = poem::Server::new_with_acceptor(TcpAcceptor::from_tokio(listener).unwrap());
    let mut tasks = JoinSet::new();
    tasks.spawn(async { server.run(app).await });
    Server::new(address, tasks)
}
