//! The suite that every adapter passes, on each of the stores.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up ends in a panic that says why")]

use std::net::Ipv4Addr;
use std::process::ExitCode;

use actix_web::{App, HttpServer, web};
use chatapi_core::ChatApi;
use chatapi_core::testing::http_suite::{HttpSuite, Server};
use tokio::task::JoinSet;

fn main() -> ExitCode {
    HttpSuite::new(serve).on_memory().on_sqlite().on_postgres().run()
}

async fn serve(api: ChatApi, prefix: &'static str) -> Server {
    let app = move || App::new().service(web::scope(prefix).configure(chatapi_actix::configure(api.clone())));
    let server = HttpServer::new(app).workers(1).disable_signals();
    let server = server.bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = server.addrs()[0];
    let mut tasks = JoinSet::new();
    tasks.spawn(server.run());
    Server::new(address, tasks)
}
