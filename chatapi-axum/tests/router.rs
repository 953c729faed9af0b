//! What the router is to the application around it.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up ends in a panic that says why")]

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{MatchedPath, Request};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::get;
use chatapi_core::store::memory::MemoryStore;
use chatapi_core::users::{ExternalUser, NewAccount};
use chatapi_core::{ChatApi, ChatApiBuilder, CurrentUser};
use tower::ServiceExt;

#[tokio::test]
async fn the_hosts_middleware_sees_the_path_that_matched() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = seen.clone();
    let note = move |request: Request, next: Next| {
        let path = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
        log.lock().unwrap().push(path.unwrap_or_default());
        next.run(request)
    };
    let app = Router::new().nest("/chat", chatapi_axum::router(api())).layer(from_fn(note));
    for path in ["/chat/rooms/7/", "/chat/rooms/7", "/chat/rooms", "/chat/auth/users/me/"] {
        ask(&app, path).await;
    }
    let paths = ["/chat/rooms/{id}/", "/chat/rooms/{id}", "/chat/rooms", "/chat/auth/users/me/"];
    assert_eq!(*seen.lock().unwrap(), paths);
}

#[tokio::test]
async fn the_user_whom_the_hosts_middleware_found_is_the_user() {
    let api = api();
    let ann = api.register(NewAccount::new("ann", "zaq123wsx!Q")).await.unwrap();
    let ann = CurrentUser::from(&ann);
    let put_in = move |mut request: Request, next: Next| {
        request.extensions_mut().insert(ann.clone());
        next.run(request)
    };
    let app = chatapi_axum::router(api.clone()).layer(from_fn(put_in));
    let (status, body) = ask(&app, "/auth/users/me/").await;
    assert_eq!((status, body.as_str()), (StatusCode::OK, r#"{"email":"","id":1,"username":"ann"}"#));
    let (status, _) = ask(&chatapi_axum::router(api), "/auth/users/me/").await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_user_whom_the_hosts_middleware_names_appears_at_first_sight() {
    let put_in = |mut request: Request, next: Next| {
        request.extensions_mut().insert(ExternalUser::new("host|7").username("bob"));
        next.run(request)
    };
    let app = chatapi_axum::router(api()).layer(from_fn(put_in));
    for _ in 0..2 {
        let (status, body) = ask(&app, "/auth/users/me/").await;
        assert_eq!((status, body.as_str()), (StatusCode::OK, r#"{"email":"","id":1,"username":"bob"}"#));
    }
}

#[tokio::test]
async fn paths_that_are_not_the_chats_are_the_hosts() {
    let app = Router::new()
        .route("/", get(async || "home"))
        .merge(chatapi_axum::router(api()))
        .fallback(async || (StatusCode::NOT_FOUND, "the host's own"));
    assert_eq!(ask(&app, "/").await, (StatusCode::OK, "home".to_owned()));
    for path in ["/nothing/here/", "/rooms/1/2/", "/auth/jwt/createXYZ", "/auth/jwt/"] {
        assert_eq!(ask(&app, path).await, (StatusCode::NOT_FOUND, "the host's own".to_owned()), "{path}");
    }
}

#[tokio::test]
async fn a_host_may_have_the_chats_404_on_every_path() {
    let api = api();
    let missing = chatapi_axum::not_found::<()>(api.clone()).with_state(());
    let app = Router::new().merge(chatapi_axum::router(api)).fallback_service(missing);
    let expected = (StatusCode::NOT_FOUND, r#"{"detail":"Not found."}"#.to_owned());
    assert_eq!(ask(&app, "/nothing/here/").await, expected);
}

#[tokio::test]
async fn without_accounts_their_paths_are_the_hosts() {
    let app = chatapi_axum::router(builder().without_accounts().build().unwrap());
    let app: Router = app.route("/auth/users/me/", get(async || "the host's own"));
    assert_eq!(ask(&app, "/auth/users/me/").await, (StatusCode::OK, "the host's own".to_owned()));
    assert_eq!(ask(&app, "/rooms/").await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_router_with_a_state_takes_the_routes_too() {
    let app: Router = Router::<u8>::new().nest("/deep/down", chatapi_axum::router(api())).with_state(7);
    assert_eq!(ask(&app, "/deep/down/rooms/").await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(ask(&app, "/deep/down/rooms").await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(ask(&app, "/rooms/").await.0, StatusCode::NOT_FOUND);
}

fn builder() -> ChatApiBuilder {
    ChatApi::builder(MemoryStore::new(), "a secret for tests: it signs nothing that counts")
}

fn api() -> ChatApi {
    builder().build().unwrap()
}

async fn ask(app: &Router, path: &str) -> (StatusCode, String) {
    let request = Request::builder().uri(path).header("host", "chat").body(Body::empty()).unwrap();
    let response: Response = app.clone().oneshot(request).await.unwrap();
    let (head, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    (head.status, String::from_utf8(body.to_vec()).unwrap())
}
