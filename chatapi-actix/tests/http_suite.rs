//! The suite that every adapter passes, on each of the stores.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up ends in a panic that says why")]

use std::net::Ipv4Addr;
use std::process::ExitCode;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::{Next, from_fn};
use actix_web::{App, Error, HttpMessage, HttpServer, web};
use chatapi_actix::Carried;
use chatapi_core::ChatApi;
use chatapi_testing::http_suite::{HttpSuite, Server, Session};
use tokio::task::JoinSet;

fn main() -> ExitCode {
    HttpSuite::new(serve).on_memory().on_sqlite().on_postgres().run()
}

async fn serve(api: ChatApi, prefix: &'static str) -> Server {
    let app = move || {
        let carried = Carried::default().and::<Session>();
        let chat = web::scope(prefix).configure(chatapi_actix::configure_with(api.clone(), carried));
        App::new().service(chat).wrap(from_fn(find_session))
    };
    let server = HttpServer::new(app).workers(1).disable_signals();
    let server = server.bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = server.addrs()[0];
    let mut tasks = JoinSet::new();
    tasks.spawn(server.run());
    Server::new(address, tasks)
}

/// The host's middleware.
async fn find_session<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let cookie = request.headers().get("cookie").and_then(|cookie| cookie.to_str().ok());
    if let Some(session) = cookie.and_then(Session::of) {
        request.extensions_mut().insert(session.user());
        request.extensions_mut().insert(session);
    }
    next.call(request).await
}
