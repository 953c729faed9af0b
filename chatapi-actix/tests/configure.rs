//! What the endpoints are to the application around them.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up ends in a panic that says why")]

use std::sync::{Arc, Mutex};

use actix_http::Request;
use actix_web::body::{BoxBody, to_bytes};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::middleware::{Next, from_fn};
use actix_web::test::{TestRequest, init_service};
use actix_web::{App, Error, HttpMessage, HttpResponse, web};
use chatapi_core::store::memory::MemoryStore;
use chatapi_core::users::{ExternalUser, NewAccount};
use chatapi_core::{ChatApi, ChatApiBuilder, CurrentUser};

#[actix_web::test]
async fn the_hosts_middleware_sees_the_path_that_matched() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = seen.clone();
    let note = move |request: ServiceRequest, next: Next<BoxBody>| {
        log.lock().unwrap().push(request.match_pattern().unwrap_or_default());
        next.call(request)
    };
    let chat = web::scope("/chat").configure(chatapi_actix::configure(api()));
    let app = init_service(App::new().service(chat).wrap(from_fn(note))).await;
    for path in ["/chat/rooms/7/", "/chat/rooms/7", "/chat/rooms", "/chat/auth/users/me/"] {
        ask(&app, path).await;
    }
    let paths = ["/chat/rooms/{id}/", "/chat/rooms/{id}", "/chat/rooms", "/chat/auth/users/me/"];
    assert_eq!(*seen.lock().unwrap(), paths);
}

#[actix_web::test]
async fn the_user_whom_the_hosts_middleware_found_is_the_user() {
    let api = api();
    let ann = api.register(NewAccount::new("ann", "zaq123wsx!Q")).await.unwrap();
    let ann = CurrentUser::from(&ann);
    let put_in = move |request: ServiceRequest, next: Next<BoxBody>| {
        request.extensions_mut().insert(ann.clone());
        next.call(request)
    };
    let chat = chatapi_actix::configure(api.clone());
    let app = init_service(App::new().configure(chat.clone()).wrap(from_fn(put_in))).await;
    let me = r#"{"email":"","id":1,"username":"ann"}"#.to_owned();
    assert_eq!(ask(&app, "/auth/users/me/").await, (StatusCode::OK, me));
    let app = init_service(App::new().configure(chat)).await;
    assert_eq!(ask(&app, "/auth/users/me/").await.0, StatusCode::UNAUTHORIZED);
}

#[actix_web::test]
async fn a_user_whom_the_hosts_middleware_names_appears_at_first_sight() {
    let put_in = |request: ServiceRequest, next: Next<BoxBody>| {
        request.extensions_mut().insert(ExternalUser::new("host|7").username("bob"));
        next.call(request)
    };
    let app = App::new().configure(chatapi_actix::configure(api())).wrap(from_fn(put_in));
    let app = init_service(app).await;
    let me = r#"{"email":"","id":1,"username":"bob"}"#.to_owned();
    for _ in 0..2 {
        assert_eq!(ask(&app, "/auth/users/me/").await, (StatusCode::OK, me.clone()));
    }
}

#[actix_web::test]
async fn paths_that_are_not_the_chats_are_the_hosts() {
    let app = App::new()
        .route("/", web::get().to(|| async { "home" }))
        .configure(chatapi_actix::configure(api()))
        .default_service(web::to(|| async { HttpResponse::NotFound().body("the host's own") }));
    let app = init_service(app).await;
    assert_eq!(ask(&app, "/").await, (StatusCode::OK, "home".to_owned()));
    for path in ["/nothing/here/", "/rooms/1/2/", "/auth/jwt/createXYZ", "/auth/jwt/"] {
        assert_eq!(ask(&app, path).await, (StatusCode::NOT_FOUND, "the host's own".to_owned()), "{path}");
    }
}

#[actix_web::test]
async fn a_host_may_have_the_chats_404_on_every_path() {
    let api = api();
    let app = App::new()
        .configure(chatapi_actix::configure(api.clone()))
        .default_service(chatapi_actix::not_found(api));
    let expected = (StatusCode::NOT_FOUND, r#"{"detail":"Not found."}"#.to_owned());
    assert_eq!(ask(&init_service(app).await, "/nothing/here/").await, expected);
}

#[actix_web::test]
async fn without_accounts_their_paths_are_the_hosts() {
    let app = App::new()
        .configure(chatapi_actix::configure(builder().without_accounts().build().unwrap()))
        .route("/auth/users/me/", web::get().to(|| async { "the host's own" }));
    let app = init_service(app).await;
    assert_eq!(ask(&app, "/auth/users/me/").await, (StatusCode::OK, "the host's own".to_owned()));
    assert_eq!(ask(&app, "/rooms/").await.0, StatusCode::UNAUTHORIZED);
}

fn builder() -> ChatApiBuilder {
    ChatApi::builder(MemoryStore::new(), "a secret for tests: it signs nothing that counts")
}

fn api() -> ChatApi {
    builder().build().unwrap()
}

async fn ask<S>(app: &S, path: &str) -> (StatusCode, String)
where
    S: Service<Request, Response = ServiceResponse<BoxBody>, Error = Error>,
{
    let request = TestRequest::get().uri(path).insert_header(("host", "chat")).to_request();
    let answer = app.call(request).await.unwrap();
    let status = answer.status();
    let body = to_bytes(answer.into_body()).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}
