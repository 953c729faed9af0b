//! The suite that every adapter passes, on each of the stores.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up ends in a panic that says why")]

use std::net::Ipv4Addr;
use std::process::ExitCode;

use chatapi_core::ChatApi;
use chatapi_testing::http_suite::{HttpSuite, Server, Session};
use poem::listener::TcpAcceptor;
use poem::{EndpointExt as _, Request, Route};
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
    let app = app.before(find_session);
    let server = poem::Server::new_with_acceptor(TcpAcceptor::from_tokio(listener).unwrap());
    let mut tasks = JoinSet::new();
    tasks.spawn(async { server.run(app).await });
    Server::new(address, tasks)
}

/// The host's middleware.
async fn find_session(mut request: Request) -> poem::Result<Request> {
    if let Some(session) = request.header("cookie").and_then(Session::of) {
        request.extensions_mut().insert(session.user());
        request.extensions_mut().insert(session);
    }
    Ok(request)
}
