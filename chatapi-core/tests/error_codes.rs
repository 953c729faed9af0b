//! Refusals of typed calls have codes, by which hosts tell them apart.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up ends in a panic that says why")]

use chatapi_core::rooms::{Room, RoomDraft};
use chatapi_core::store::memory::MemoryStore;
use chatapi_core::users::NewAccount;
use chatapi_core::{ChatApi, Config, CurrentUser, RoomId};

struct House {
    api: ChatApi,
    ann: CurrentUser,
    bob: CurrentUser,
    room: Room,
}

fn account(name: &str) -> NewAccount {
    let password = "on-the-7th-day".to_owned();
    NewAccount { username: name.to_owned(), email: String::new(), password, is_superuser: false }
}

async fn house() -> House {
    let mut config = Config::default();
    config.message_limit = 10;
    let api = ChatApi::builder(MemoryStore::new(), [7; 32]).config(config).build().unwrap();
    let mut people = Vec::new();
    for name in ["ann", "bob"] {
        let user = api.register(account(name)).await.unwrap();
        people.push(CurrentUser::new(user.id, user.username));
    }
    let [ann, bob] = people.try_into().unwrap();
    let draft = RoomDraft { name: "Tea".to_owned(), users: vec![ann.id], admin: Some(ann.id) };
    let room = api.create_room(&ann, draft).await.unwrap();
    House { api, ann, bob, room }
}

#[tokio::test]
async fn a_text_that_is_refused_has_a_code() {
    let House { api, ann, room, .. } = house().await;
    for (content, code) in
        [(" ", "blank"), ("12345678901", "max_length"), ("a\0b", "null_characters_not_allowed")]
    {
        let refused = api.send_message(&ann, room.id, content).await.unwrap_err();
        assert_eq!(refused.code(), code, "{content:?}");
    }
}

#[tokio::test]
async fn a_stranger_is_told_from_a_room_that_is_not_there() {
    let House { api, bob, room, .. } = house().await;
    assert_eq!(api.send_message(&bob, room.id, "Hi").await.unwrap_err().code(), "not_a_member");
    assert_eq!(api.send_message(&bob, RoomId(99), "Hi").await.unwrap_err().code(), "no_such_room");
    assert_eq!(api.room(&bob, RoomId(99)).await.unwrap_err().code(), "no_such_room");
    assert_eq!(api.delete_room(&bob, &room).await.unwrap_err().code(), "permission_denied");
}

#[tokio::test]
async fn each_rule_for_passwords_has_a_code() {
    let House { api, .. } = house().await;
    for (password, code) in [
        ("x7q", "password_too_short"),
        ("password", "password_too_common"),
        ("8271635298765", "password_entirely_numeric"),
        ("carolina", "password_too_similar"),
    ] {
        let refused = api.register(NewAccount { password: password.to_owned(), ..account("carol") }).await;
        assert_eq!(refused.unwrap_err().code(), code, "{password}");
    }
    assert_eq!(api.register(account("ann")).await.unwrap_err().code(), "unique");
}
