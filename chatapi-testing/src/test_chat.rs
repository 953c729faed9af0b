//! A chat for the tests of whoever embeds one.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot be set up ends in a panic that says why"
)]

use std::future::IntoFuture;

use bytes::Bytes;
use chatapi_core::auth::password::PasswordConfig;
use chatapi_core::http::{Body, Request};
use chatapi_core::rooms::{Room, RoomDraft};
use chatapi_core::store::memory::MemoryStore;
use chatapi_core::users::NewAccount;
use chatapi_core::{ChatApi, ChatApiBuilder, CurrentUser};
use futures_util::TryStreamExt as _;
use futures_util::future::BoxFuture;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The password of everybody.
const PASSWORD: &str = "zaq123wsx!Q";

/// A chat on a store in memory, for tests of a host's own endpoints, rules and hooks. Nothing is served: a request goes to the
/// chat as an adapter would hand it over.
///
/// ```
/// use chatapi_core::http::{Call, Response, Route, json};
/// use chatapi_core::{ChatApi, Result};
/// use chatapi_testing::TestChat;
///
/// async fn hello(_: ChatApi, call: Call) -> Result<Response> {
///     json(http::StatusCode::OK, &format!("Hello {}", call.user()?.username))
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let chat = TestChat::new(|builder| builder.route(Route::new("/hello/").get(hello)));
/// let ann = chat.user("ann").await;
/// assert_eq!(chat.get("/hello/").by(&ann).await.body, r#""Hello ann""#);
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct TestChat {
    api: ChatApi,
}

impl TestChat {
    /// A chat to which `finish` adds what is to be tested.
    ///
    /// # Panics
    /// Where it cannot be put together.
    pub fn new(finish: impl FnOnce(ChatApiBuilder) -> ChatApiBuilder) -> Self {
        let builder = ChatApi::builder(MemoryStore::new(), [7; 32]).passwords(cheapest_hashes());
        Self { api: finish(builder).build().expect("the chat can be put together") }
    }

    /// The chat.
    pub fn api(&self) -> &ChatApi {
        &self.api
    }

    /// A new user of this name.
    ///
    /// # Panics
    /// Where the name is taken, or cannot be one.
    pub async fn user(&self, name: &str) -> CurrentUser {
        let account = NewAccount::new(name, PASSWORD);
        CurrentUser::from(&self.api.register(account).await.expect("the name can be taken"))
    }

    /// A new room of `admin`'s with these others.
    ///
    /// # Panics
    /// Where one of them does not exist.
    pub async fn room(&self, admin: &CurrentUser, others: &[&CurrentUser]) -> Room {
        let users = [&[admin], others].concat().iter().map(|user| user.id).collect();
        let draft = RoomDraft { name: "Tea".into(), users, admin: None };
        self.api.create_room(admin, draft).await.expect("the room can be made")
    }

    /// A `GET` of a path and its query.
    pub fn get(&self, path: impl Into<String>) -> TestRequest {
        self.request(Method::GET, path)
    }

    /// A `POST`.
    pub fn post(&self, path: impl Into<String>) -> TestRequest {
        self.request(Method::POST, path)
    }

    /// A `PATCH`.
    pub fn patch(&self, path: impl Into<String>) -> TestRequest {
        self.request(Method::PATCH, path)
    }

    /// A `DELETE`.
    pub fn delete(&self, path: impl Into<String>) -> TestRequest {
        self.request(Method::DELETE, path)
    }

    /// A request of any method.
    ///
    /// # Panics
    /// Where the path is no part of a URI.
    pub fn request(&self, method: Method, path: impl Into<String>) -> TestRequest {
        let mut request = Request::new(Bytes::new());
        *request.method_mut() = method;
        *request.uri_mut() = path.into().parse().expect("the path is one");
        TestRequest { api: self.api.clone(), request }.header("host", "test")
    }
}

/// A request that is answered when it is awaited.
#[derive(Debug)]
#[must_use = "a request is answered when it is awaited"]
pub struct TestRequest {
    api: ChatApi,
    request: Request,
}

impl TestRequest {
    /// From this user, as if the host's middleware had named it.
    pub fn by(mut self, user: &CurrentUser) -> Self {
        self.request.extensions_mut().insert(user.clone());
        self
    }

    /// With a header.
    ///
    /// # Panics
    /// Where it cannot be one.
    pub fn header(mut self, name: &'static str, value: impl AsRef<str>) -> Self {
        let value = HeaderValue::from_str(value.as_ref()).expect("the value can stand in a header");
        self.request.headers_mut().insert(HeaderName::from_static(name), value);
        self
    }

    /// With a body in JSON.
    ///
    /// # Panics
    /// Where `body` has no JSON form.
    pub fn json(mut self, body: &(impl Serialize + ?Sized)) -> Self {
        *self.request.body_mut() = serde_json::to_vec(body).expect("the body has a JSON form").into();
        self.header("content-type", "application/json")
    }

    async fn answer(self) -> TestAnswer {
        let path = self.request.uri().path().to_owned();
        let answer = match self.api.find(&path) {
            Some((route, params)) => self.api.call(route, self.request, params).await,
            None => self.api.not_found(&self.request.into_parts().0),
        };
        let (head, body) = answer.into_parts();
        let body: Vec<Bytes> = match body {
            Body::Full(bytes) => vec![bytes],
            Body::Stream(pieces) => pieces.try_collect().await.expect("the answer does not break off"),
            unknown => panic!("the body is of an unknown kind: {unknown:?}"),
        };
        let body = String::from_utf8(body.concat()).expect("the answer is a text");
        TestAnswer { status: head.status.as_u16(), headers: head.headers, body }
    }
}

impl IntoFuture for TestRequest {
    type Output = TestAnswer;
    type IntoFuture = BoxFuture<'static, TestAnswer>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.answer())
    }
}

/// What came back.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TestAnswer {
    /// The status: 200.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: String,
}

impl TestAnswer {
    /// The body, read as JSON.
    ///
    /// # Panics
    /// Where it is none, or another.
    pub fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_str(&self.body).expect("the body is the JSON that is asked for")
    }
}

/// Tests are not about the costs of hashes.
pub(crate) fn cheapest_hashes() -> PasswordConfig {
    let mut passwords = PasswordConfig::default();
    passwords.memory_kib = 8;
    passwords.passes = 1;
    passwords
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[tokio::test]
    async fn a_host_tests_its_chat_without_a_server() {
        let chat = TestChat::new(ChatApiBuilder::without_accounts);
        let (ann, bob) = (chat.user("ann").await, chat.user("bob").await);
        let room = chat.room(&ann, &[&bob]).await.id;
        let sent = chat.post("/messages/").by(&bob).json(&json!({ "room": room, "content": "Hi" })).await;
        assert_eq!((sent.status, &sent.json::<Value>()["content"]), (201, &json!("Hi")));
        let found: Value = chat.get("/messages/?search=HI").by(&ann).await.json();
        assert_eq!(found["count"], 1);
        assert_eq!(chat.patch("/messages/1").by(&ann).json(&json!({ "content": "Ho" })).await.status, 403);
        assert_eq!(chat.delete("/messages/1/").by(&bob).await.status, 204);
        assert_eq!(chat.get("/rooms/").await.status, 401);
        assert_eq!(chat.get("/auth/users/").by(&ann).await.status, 404);
    }
}
