//! The servers that are compared: the same answer from a route in the chat's table and from a handler of the framework's own.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::str::FromStr;

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use axum::routing::get;
use chatapi_core::store::sqlite::SqliteStore;
use chatapi_core::users::NewAccount;
use chatapi_core::{ChatApi, Store as _, UserId};
use poem::listener::TcpAcceptor;
use poem::web::Data;
use poem::{EndpointExt as _, Request, handler};
use serde::Serialize;
use tokio::net::TcpListener;

use crate::cpu;

pub(crate) const FRAMEWORKS: [&str; 3] = ["axum", "actix", "poem"];

/// The user's own account: the cheapest of the documented endpoints that answers with something.
const PATH: &str = "/auth/users/me/";

const PASSWORD: &str = "earl-grey-4-two";

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

/// What the chat's answers carry.
const HEADERS: [(&str, &str); 7] = [
    ("content-type", "application/json"),
    ("allow", "GET, PUT, PATCH, DELETE, HEAD, OPTIONS"),
    ("vary", "Accept"),
    ("x-frame-options", "DENY"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
];

/// Serves until it is killed, on a store in this file, which is made.
pub(crate) fn serve(framework: &str, handler: Handler, file: &str) {
    cpu::pin(0);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    match framework {
        "axum" => runtime.block_on(axum(handler, file)),
        "actix" => runtime.block_on(actix(handler, file)),
        _ => runtime.block_on(poem(handler, file)),
    }
}

/// A chat with one user.
async fn chat(file: &str) -> (ChatApi, String) {
    let store = SqliteStore::open(file).await.unwrap();
    store.migrate().await.unwrap();
    let api = ChatApi::builder(store, [7; 32]).build().unwrap();
    api.register(NewAccount::new("ann", PASSWORD)).await.unwrap();
    let token = api.log_in("ann", PASSWORD).await.unwrap().access;
    (api, token)
}

/// What a handler of the framework's own does for the same answer: it reads the token, and writes the account.
async fn me(api: &ChatApi, authorization: Option<&str>) -> String {
    let token = authorization.and_then(|header| header.strip_prefix("Bearer ")).unwrap();
    // Who asks is known for some seconds; what the account says is read, by both sides.
    let user = api.user_of_access_token(token).await.unwrap();
    let user = api.store().user(user.id).await.unwrap().unwrap();
    serde_json::to_string(&Account { email: &user.email, id: user.id, username: &user.username }).unwrap()
}

#[derive(Serialize)]
struct Account<'a> {
    email: &'a str,
    id: UserId,
    username: &'a str,
}

async fn listen(token: &str) -> TcpListener {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    println!("{} {token}", listener.local_addr().unwrap());
    listener
}

async fn axum(handler: Handler, file: &str) {
    async fn bare(State(api): State<ChatApi>, headers: HeaderMap) -> impl IntoResponse {
        let authorization = headers.get("authorization").and_then(|value| value.to_str().ok());
        (HEADERS, me(&api, authorization).await)
    }
    let (api, token) = chat(file).await;
    let app = match handler {
        Handler::Chat => chatapi_axum::router(api),
        Handler::Bare => Router::new().route(PATH, get(bare)).with_state(api),
    };
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listen(&token).await, app).await.unwrap();
}

async fn actix(handler: Handler, file: &str) {
    async fn bare(api: web::Data<ChatApi>, request: HttpRequest) -> HttpResponse {
        let authorization = request.headers().get("authorization").and_then(|value| value.to_str().ok());
        let mut answer = HttpResponse::Ok();
        for header in HEADERS {
            answer.insert_header(header);
        }
        answer.body(me(&api, authorization).await)
    }
    let (api, token) = chat(file).await;
    let listener = listen(&token).await.into_std().unwrap();
    let app = move || match handler {
        Handler::Chat => App::new().configure(chatapi_actix::configure(api.clone())),
        Handler::Bare => App::new().app_data(web::Data::new(api.clone())).route(PATH, web::get().to(bare)),
    };
    HttpServer::new(app).workers(1).listen(listener).unwrap().run().await.unwrap();
}

async fn poem(handler: Handler, file: &str) {
    #[handler]
    async fn bare(api: Data<&ChatApi>, request: &Request) -> poem::Response {
        let body = me(&api, request.header("authorization")).await;
        let answer = poem::Response::builder();
        let answer = HEADERS.into_iter().fold(answer, |answer, (name, value)| answer.header(name, value));
        answer.body(body)
    }
    let (api, token) = chat(file).await;
    let listener = TcpAcceptor::from_tokio(listen(&token).await).unwrap();
    let server = poem::Server::new_with_acceptor(listener);
    match handler {
        Handler::Chat => server.run(chatapi_poem::endpoint(api)).await.unwrap(),
        Handler::Bare => server.run(poem::Route::new().at(PATH, poem::get(bare)).data(api)).await.unwrap(),
    }
}
