//! Cases about messages: who may read, change and delete them.

use std::time::Duration;

use super::case::cases;
use super::chat::{Chat, Person, Suite, ids};

cases! {
    a_message_of_a_room_that_one_is_not_in_is_as_missing_as_one_that_is_not,
    a_member_who_left_reads_changes_and_deletes_nothing,
    messages_of_a_member_who_left_stay,
    a_member_who_comes_back_has_its_messages_again,
    the_author_alone_changes_and_deletes_a_message,
    a_message_that_is_changed_keeps_room_author_and_time_of_sending,
    a_message_cannot_be_sent_where_one_is_not,
    a_moment_without_a_fraction_is_written_without_one,
    messages_of_a_deleted_user_go_along,
}

const FORBIDDEN: &str = "You do not have permission to perform this action.";
const NO_MESSAGE: &str = r#"{"detail":"No Message matches the given query."}"#;
const NOT_IN_ROOM: &str = "User must be part of the room to create a message.";

async fn a_message_of_a_room_that_one_is_not_in_is_as_missing_as_one_that_is_not(suite: Suite) {
    let chat = suite.chat().await;
    let [ann, cyd] = chat.people(["ann", "cyd"]).await;
    let root = chat.superuser("root").await;
    let room = chat.room(&ann, &[]).await;
    let hidden = chat.say(&ann, room, "hello").await;
    for id in [hidden, 999_999] {
        for other in [&cyd, &root] {
            hidden_from(&chat, other, id, room).await;
        }
    }
}

async fn a_member_who_left_reads_changes_and_deletes_nothing(suite: Suite) {
    let chat = suite.chat().await;
    let [ann, bob] = chat.people(["ann", "bob"]).await;
    let room = chat.room(&ann, &[&bob]).await;
    let (own, other) = (chat.say(&bob, room, "by bob").await, chat.say(&ann, room, "by ann").await);
    remove_all_but(&chat, &ann, room).await;
    for id in [own, other] {
        hidden_from(&chat, &bob, id, room).await;
    }
    assert!(chat.get("/messages/").by(&bob).await.contents().is_empty());
    assert!(chat.get(format!("/messages/?room={room}&user={}", bob.id)).by(&bob).await.contents().is_empty());
    let body = format!(r#"{{"room":{room},"content":"x"}}"#);
    chat.post("/messages/").by(&bob).json(body).await.fault("non_field_errors", NOT_IN_ROOM);
}

async fn messages_of_a_member_who_left_stay(suite: Suite) {
    let chat = suite.chat().await;
    let [ann, bob] = chat.people(["ann", "bob"]).await;
    let room = chat.room(&ann, &[&bob]).await;
    chat.say(&bob, room, "by bob").await;
    remove_all_but(&chat, &ann, room).await;
    assert_eq!(chat.get(format!("/messages/?user={}", bob.id)).by(&ann).await.contents(), ["by bob"]);
}

async fn a_member_who_comes_back_has_its_messages_again(suite: Suite) {
    let chat = suite.chat().await;
    let [ann, bob] = chat.people(["ann", "bob"]).await;
    let room = chat.room(&ann, &[&bob]).await;
    let message = chat.say(&bob, room, "by bob").await;
    remove_all_but(&chat, &ann, room).await;
    let users = format!(r#"{{"users":{}}}"#, ids([&ann, &bob]));
    chat.patch(format!("/rooms/{room}/")).by(&ann).json(users).await.status(200);
    chat.delete(format!("/messages/{message}/")).by(&bob).await.is(204, "");
}

async fn the_author_alone_changes_and_deletes_a_message(suite: Suite) {
    let chat = suite.chat().await;
    let [ann, bob] = chat.people(["ann", "bob"]).await;
    let root = chat.superuser("root").await;
    let room = chat.room(&ann, &[&bob, &root]).await;
    let path = format!("/messages/{}/", chat.say(&bob, room, "by bob").await);
    for other in [&ann, &root] {
        chat.get(&path).by(other).await.status(200);
        chat.put(&path)
            .by(other)
            .json(format!(r#"{{"room":{room},"content":"x"}}"#))
            .await
            .detail(403, FORBIDDEN);
        chat.patch(&path).by(other).json(r#"{"content":"x"}"#).await.detail(403, FORBIDDEN);
        chat.delete(&path).by(other).await.detail(403, FORBIDDEN);
    }
    chat.delete(&path).by(&bob).await.is(204, "");
    chat.delete(&path).by(&bob).await.is(404, NO_MESSAGE);
}

async fn a_message_that_is_changed_keeps_room_author_and_time_of_sending(suite: Suite) {
    let chat = suite.chat().await;
    let ann = chat.person("ann").await;
    let [room, other] = [chat.room(&ann, &[]).await, chat.room(&ann, &[]).await];
    let message = chat.say(&ann, room, "one").await;
    let path = format!("/messages/{message}/");
    let shown = |content: &str, updated: &str| {
        let times = format!(
            r#""created_at":"2026-11-22T09:11:47.809284Z","updated_at":"2026-11-22T09:11:{updated}Z""#
        );
        format!(r#"{{"id":{message},"content":"{content}",{times},"user":{},"room":{room}}}"#, ann.id)
    };
    chat.get(&path).by(&ann).await.is(200, shown("one", "47.809284"));
    chat.clock.advance(Duration::from_millis(1500));
    let body = format!(r#"{{"room":{other},"content":"two","user":999,"created_at":null}}"#);
    chat.put(&path).by(&ann).json(body).await.is(200, shown("two", "49.309284"));
    chat.clock.advance(Duration::from_millis(1500));
    chat.patch(&path).by(&ann).json("{}").await.is(200, shown("two", "50.809284"));
    chat.get(&path).by(&ann).await.is(200, shown("two", "50.809284"));
}

async fn a_message_cannot_be_sent_where_one_is_not(suite: Suite) {
    let chat = suite.chat().await;
    let [ann, bob] = chat.people(["ann", "bob"]).await;
    let root = chat.superuser("root").await;
    let room = chat.room(&ann, &[]).await;
    let body = format!(r#"{{"room":{room},"content":"x"}}"#);
    for other in [&bob, &root] {
        chat.post("/messages/").by(other).json(&body).await.fault("non_field_errors", NOT_IN_ROOM);
    }
    let own = chat.room(&bob, &[]).await;
    let path = format!("/messages/{}/", chat.say(&bob, own, "x").await);
    chat.put(&path).by(&bob).json(&body).await.fault("non_field_errors", NOT_IN_ROOM);
    chat.patch(&path)
        .by(&bob)
        .json(format!(r#"{{"room":{room}}}"#))
        .await
        .fault("non_field_errors", NOT_IN_ROOM);
    let fault = r#"Invalid pk "999999" - object does not exist."#;
    chat.patch(&path).by(&bob).json(r#"{"room":999999}"#).await.fault("room", fault);
}

async fn a_moment_without_a_fraction_is_written_without_one(suite: Suite) {
    let chat = suite.chat().await;
    let ann = chat.person("ann").await;
    let room = chat.room(&ann, &[]).await;
    chat.clock.advance(Duration::from_micros(190_716));
    let path = format!("/messages/{}/", chat.say(&ann, room, "x").await);
    assert_eq!(chat.get(&path).by(&ann).await.text("created_at"), "2026-11-22T09:11:48Z");
}

async fn messages_of_a_deleted_user_go_along(suite: Suite) {
    let chat = suite.chat().await;
    let [ann, bob] = chat.people(["ann", "bob"]).await;
    let room = chat.room(&ann, &[&bob]).await;
    let message = chat.say(&bob, room, "by bob").await;
    chat.delete("/auth/users/me/").by(&bob).json(r#"{"current_password":"zaq123wsx!Q"}"#).await.is(204, "");
    chat.get(format!("/messages/{message}/")).by(&ann).await.is(404, NO_MESSAGE);
    let none = chat.get(format!("/messages/?user={}", bob.id)).by(&ann).await;
    none.fault("user", "Select a valid choice. That choice is not one of the available choices.");
    assert_eq!(chat.get(format!("/rooms/{room}/")).by(&ann).await.at("users").items().len(), 1);
}

async fn hidden_from(chat: &Chat, reader: &Person, message: i64, room: i64) {
    let path = format!("/messages/{message}/");
    let body = format!(r#"{{"room":{room},"content":"x"}}"#);
    chat.get(&path).by(reader).await.is(404, NO_MESSAGE);
    chat.put(&path).by(reader).json(&body).await.is(404, NO_MESSAGE);
    chat.patch(&path).by(reader).json(&body).await.is(404, NO_MESSAGE);
    chat.delete(&path).by(reader).await.is(404, NO_MESSAGE);
}

async fn remove_all_but(chat: &Chat, admin: &Person, room: i64) {
    let users = format!(r#"{{"users":{}}}"#, ids([admin]));
    chat.patch(format!("/rooms/{room}/")).by(admin).json(users).await.status(200);
}
