//! The servers that are compared: the same answer from a route in the chat's table and from a handler of the framework's own.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::str::FromStr;

use actix_web::{App, HttpResponse, HttpServer, web};
use axum::Router;
use axum::routing::get;
use chatapi_core::http::{Access, Call, Response, Route, json};
use chatapi_core::store::memory::MemoryStore;
use chatapi_core::{ChatApi, Result};
use http::StatusCode;
use poem::handler;
use poem::listener::TcpAcceptor;
use tokio::net::TcpListener;

use crate::cpu;

pub(crate) const FRAMEWORKS: [&str; 3] = ["axum", "actix", "poem"];

#[derive(Clone, Copy)]
pub(crate) enum Handler {
    Chat,
    Bare,
}

impl Handler {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::Bare => "bare",
        }
    }
}

impl FromStr for Handler {
    type Err = Infallible;

    fn from_str(name: &str) -> Result<Self, Infallible> {
        Ok(if name == "chat" { Self::Chat } else { Self::Bare })
    }
}

const BODY: &str = "{\"ping\":\"pong\"}";

/// What the chat's answers carry.
const HEADERS: [(&str, &str); 7] = [
    ("content-type", "application/json"),
    ("allow", "GET, HEAD, OPTIONS"),
    ("vary", "Accept"),
    ("x-frame-options", "DENY"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
];

/// Serves until it is killed.
pub(crate) fn serve(framework: &str, handler: Handler) {
    cpu::pin(0);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    match framework {
        "axum" => runtime.block_on(axum(handler)),
        "actix" => runtime.block_on(actix(handler)),
        _ => runtime.block_on(poem(handler)),
    }
}

fn chat() -> ChatApi {
    async fn ping(_: ChatApi, _: Call) -> Result<Response> {
        json(StatusCode::OK, &[("ping", "pong")].into_iter().collect::<std::collections::BTreeMap<_, _>>())
    }
    let route = Route::new("/ping/").access(Access::Public).get(ping);
    ChatApi::builder(MemoryStore::new(), [7; 32]).route(route).build().unwrap()
}

async fn listen() -> TcpListener {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    println!("{}", listener.local_addr().unwrap());
    listener
}

async fn axum(handler: Handler) {
    let app = match handler {
        Handler::Chat => chatapi_axum::router(chat()),
        Handler::Bare => Router::new().route("/ping/", get(async || (HEADERS, BODY))),
    };
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listen().await, app).await.unwrap();
}

async fn actix(handler: Handler) {
    async fn ping() -> HttpResponse {
        let mut answer = HttpResponse::Ok();
        for header in HEADERS {
            answer.insert_header(header);
        }
        answer.body(BODY)
    }
    let api = chat();
    let listener = listen().await.into_std().unwrap();
    let app = move || match handler {
        Handler::Chat => App::new().configure(chatapi_actix::configure(api.clone())),
        Handler::Bare => App::new().route("/ping/", web::get().to(ping)),
    };
    HttpServer::new(app).workers(1).listen(listener).unwrap().run().await.unwrap();
}

async fn poem(handler: Handler) {
    #[handler]
    fn ping() -> poem::Response {
        let answer = HEADERS
            .into_iter()
            .fold(poem::Response::builder(), |answer, (name, value)| answer.header(name, value));
        answer.body(BODY)
    }
    let app = match handler {
        Handler::Chat => chatapi_poem::endpoint(chat()),
        Handler::Bare => poem::Route::new().at("/ping/", poem::get(ping)),
    };
    let listener = TcpAcceptor::from_tokio(listen().await).unwrap();
    poem::Server::new_with_acceptor(listener).run(app).await.unwrap();
}
