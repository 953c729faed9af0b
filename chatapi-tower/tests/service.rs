//! What the service is to the application around it.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up ends in a panic that says why")]

use bytes::Bytes;
use chatapi_core::ChatApi;
use chatapi_core::store::memory::MemoryStore;
use chatapi_core::users::ExternalUser;
use chatapi_tower::ChatService;
use http::{Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use tower::ServiceExt as _;

#[tokio::test]
async fn a_user_whom_the_host_names_appears_at_first_sight() {
    let mut request = request("/auth/users/me/");
    request.extensions_mut().insert(ExternalUser::new("host|7").username("bob"));
    let me = r#"{"email":"","id":1,"username":"bob"}"#.to_owned();
    assert_eq!(ask(&chat(), request).await, (StatusCode::OK, me));
}

#[tokio::test]
async fn a_path_that_is_none_of_the_chats_gets_its_404() {
    let expected = (StatusCode::NOT_FOUND, r#"{"detail":"Not found."}"#.to_owned());
    for path in ["/", "/nothing/here/", "/rooms/1/2/", "/auth/jwt/createXYZ"] {
        assert_eq!(ask(&chat(), request(path)).await, expected, "{path}");
    }
    for path in ["/rooms/", "/chat", "/chats/rooms/", "/chat/nothing/"] {
        assert_eq!(ask(&chat().below("/chat"), request(path)).await, expected, "{path}");
    }
}

#[test]
fn whoever_routes_by_hand_can_ask_whose_a_path_is() {
    let chat = chat().below("/chat/");
    for path in ["/chat/rooms/", "/chat/rooms", "/chat/rooms/7/", "/chat/auth/users/me.json"] {
        assert!(chat.has(path), "{path}");
    }
    for path in ["/", "/rooms/", "/chat", "/chat/", "/chatrooms/", "/chat/rooms/7/8/", "/chat//rooms/"] {
        assert!(!chat.has(path), "{path}");
    }
}

fn chat() -> ChatService {
    let secret = "a secret for tests: it signs nothing that counts";
    chatapi_tower::service(ChatApi::builder(MemoryStore::new(), secret).build().unwrap())
}

fn request(path: &str) -> Request<Full<Bytes>> {
    Request::builder().uri(path).header("host", "chat").body(Full::default()).unwrap()
}

async fn ask(chat: &ChatService, request: Request<Full<Bytes>>) -> (StatusCode, String) {
    let answer = chat.clone().oneshot(request).await.unwrap();
    let status = answer.status();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}
