//! The suite that every adapter passes: once, for all that differs from one store to the next is behind the same table.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up ends in a panic that says why")]

use std::net::Ipv4Addr;
use std::process::ExitCode;

use chatapi_core::ChatApi;
use chatapi_core::http::Peer;
use chatapi_testing::http_suite::{HttpSuite, Server, Session};
use hyper::server::conn::http1::Builder;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tower::ServiceExt as _;

fn main() -> ExitCode {
    HttpSuite::new(serve).on_memory().run()
}

async fn serve(api: ChatApi, prefix: &'static str) -> Server {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let chat = chatapi_tower::service(api).below(prefix);
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        let mut connections = JoinSet::new();
        loop {
            let (stream, peer) = listener.accept().await.unwrap();
            let chat = chat.clone().map_request(move |mut request: http::Request<hyper::body::Incoming>| {
                request.extensions_mut().insert(Peer(peer));
                find_session(&mut request);
                request
            });
            connections
                .spawn(Builder::new().serve_connection(TokioIo::new(stream), TowerToHyperService::new(chat)));
        }
    });
    Server::new(address, tasks)
}

/// The host's middleware.
fn find_session<B>(request: &mut http::Request<B>) {
    let cookie = request.headers().get("cookie").and_then(|cookie| cookie.to_str().ok());
    if let Some(session) = cookie.and_then(Session::of) {
        request.extensions_mut().insert(session.user());
        request.extensions_mut().insert(session);
    }
}
