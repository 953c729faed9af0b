//! The suite that every adapter passes: once, for all that differs from one store to the next is behind the same table.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up ends in a panic that says why")]

use std::net::Ipv4Addr;

use chatapi_core::ChatApi;
use chatapi_core::http::Peer;
use chatapi_core::testing::http_suite::{Server, http_suite_on_memory};
use hyper::server::conn::http1::Builder;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tower::ServiceExt as _;

#[tokio::test(flavor = "multi_thread")]
async fn hyper_serves_a_store_in_memory_as_documented() {
    http_suite_on_memory(serve).await;
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
                request
            });
            connections
                .spawn(Builder::new().serve_connection(TokioIo::new(stream), TowerToHyperService::new(chat)));
        }
    });
    Server::new(address, tasks)
}
