//! What the endpoint is to the application around it.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up ends in a panic that says why")]

use std::sync::{Arc, Mutex};

use chatapi_core::store::memory::MemoryStore;
use chatapi_core::users::{ExternalUser, NewAccount};
use chatapi_core::{ChatApi, ChatApiBuilder, CurrentUser};
use poem::http::StatusCode;
use poem::{Endpoint, EndpointExt, PathPattern, Request, Route, handler};

#[tokio::test]
async fn the_hosts_middleware_sees_the_path_that_matched() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = seen.clone();
    let app = Route::new().nest("/chat", chatapi_poem::endpoint(api())).after(move |answer| {
        let log = log.clone();
        async move {
            let pattern = answer.as_ref().ok().and_then(poem::Response::data::<PathPattern>);
            log.lock().unwrap().extend(pattern.map(|pattern| pattern.0.to_string()));
            answer
        }
    });
    for path in ["/chat/rooms/7/", "/chat/rooms/7", "/chat/rooms", "/chat/auth/users/me/"] {
        ask(&app, path).await;
    }
    let paths = ["/chat/rooms/:id/", "/chat/rooms/:id", "/chat/rooms", "/chat/auth/users/me/"];
    assert_eq!(*seen.lock().unwrap(), paths);
}

#[tokio::test]
async fn the_user_whom_the_hosts_middleware_found_is_the_user() {
    let api = api();
    let ann = api.register(NewAccount::new("ann", "zaq123wsx!Q")).await.unwrap();
    let ann = CurrentUser::from(&ann);
    let app = chatapi_poem::endpoint(api.clone()).before(move |mut request: Request| {
        request.extensions_mut().insert(ann.clone());
        async move { Ok(request) }
    });
    let me = r#"{"email":"","id":1,"username":"ann"}"#.to_owned();
    assert_eq!(ask(&app, "/auth/users/me/").await, (StatusCode::OK, me));
    assert_eq!(ask(&chatapi_poem::endpoint(api), "/auth/users/me/").await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_user_whom_the_hosts_middleware_names_appears_at_first_sight() {
    let app = chatapi_poem::endpoint(api()).before(|mut request: Request| {
        request.extensions_mut().insert(ExternalUser::new("host|7").username("bob"));
        async move { Ok(request) }
    });
    let me = r#"{"email":"","id":1,"username":"bob"}"#.to_owned();
    for _ in 0..2 {
        assert_eq!(ask(&app, "/auth/users/me/").await, (StatusCode::OK, me.clone()));
    }
}

#[tokio::test]
async fn paths_that_are_not_the_chats_are_the_hosts() {
    #[handler]
    fn home() -> &'static str {
        "home"
    }
    let app = chatapi_poem::endpoint(api()).at("/", home);
    assert_eq!(ask(&app, "/").await, (StatusCode::OK, "home".to_owned()));
    for path in ["/nothing/here/", "/rooms/1/2/", "/auth/jwt/createXYZ", "/auth/jwt/"] {
        assert_eq!(ask(&app, path).await, (StatusCode::NOT_FOUND, "not found".to_owned()), "{path}");
    }
}

#[tokio::test]
async fn a_host_may_have_the_chats_404_on_every_path() {
    let api = api();
    let app = chatapi_poem::endpoint(api.clone()).at("/*path", chatapi_poem::not_found(api));
    let expected = (StatusCode::NOT_FOUND, r#"{"detail":"Not found."}"#.to_owned());
    assert_eq!(ask(&app, "/nothing/here/").await, expected);
    assert_eq!(ask(&app, "/rooms/").await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn without_accounts_their_paths_are_the_hosts() {
    #[handler]
    fn me() -> &'static str {
        "the host's own"
    }
    let app = chatapi_poem::endpoint(builder().without_accounts().build().unwrap()).at("/auth/users/me/", me);
    assert_eq!(ask(&app, "/auth/users/me/").await, (StatusCode::OK, "the host's own".to_owned()));
    assert_eq!(ask(&app, "/rooms/").await.0, StatusCode::UNAUTHORIZED);
}

fn builder() -> ChatApiBuilder {
    ChatApi::builder(MemoryStore::new(), "a secret for tests: it signs nothing that counts")
}

fn api() -> ChatApi {
    builder().build().unwrap()
}

async fn ask(app: &impl Endpoint, path: &str) -> (StatusCode, String) {
    let request = Request::builder().uri(path.parse().unwrap()).header("host", "chat").finish();
    let answer = app.get_response(request).await;
    (answer.status(), answer.into_body().into_string().await.unwrap())
}
