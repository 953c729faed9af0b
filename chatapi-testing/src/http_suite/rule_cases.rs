//! Cases about the host's own rules: whom its policy lets reach what; what its hooks allow, rewrite and refuse, and what they
//! hear of.

use super::case::cases;
use super::chat::{Chat, Suite};

use self::house::{House, Moderated};

mod house;

cases! {
    a_moderator_deletes_a_message_of_a_room_that_it_is_not_in,
    a_moderator_changes_a_message_of_a_room_that_it_is_not_in,
    who_reaches_every_room_does_there_what_the_policy_allows,
    who_reaches_every_room_lists_and_sends_in_its_own,
    a_hook_rewrites_a_text,
    what_a_hook_writes_is_checked_like_any_text,
    a_hook_refuses_with_a_status_a_text_and_a_code,
    a_hook_refuses_with_any_error_of_the_apis,
    a_refusal_with_a_status_that_refuses_nothing_is_a_server_error,
    a_hook_is_asked_about_an_edit_and_of_which_message,
    a_change_without_a_text_is_no_matter_of_a_hooks,
    permissions_and_faults_come_before_hooks,
    hooks_hear_of_messages_in_the_order_of_their_answers,
    hooks_hear_of_rooms_and_accounts,
    hooks_hear_nothing_of_what_was_refused,
    an_answer_waits_for_no_hook,
    a_hook_that_panics_is_told_of_the_next_event,
}

const FORBIDDEN: &str = "You do not have permission to perform this action.";
const NO_MESSAGE: &str = "No Message matches the given query.";
const NOT_IN_ROOM: &str = "User must be part of the room to create a message.";

async fn a_moderator_deletes_a_message_of_a_room_that_it_is_not_in(suite: Suite) {
    let (chat, house) = house(&suite).await;
    let [ann, bob, cyd, moderator] = chat.people(["ann", "bob", "cyd", "moderator"]).await;
    let room = chat.room(&ann, &[&bob]).await;
    let message = chat.say(&ann, room, "hello").await;
    let path = format!("/messages/{message}/");
    house.heard(&chat).await;
    chat.delete(&path).by(&bob).await.detail(403, FORBIDDEN);
    chat.delete(&path).by(&cyd).await.detail(404, NO_MESSAGE);
    chat.delete(&path).by(&moderator).await.is(204, "");
    chat.delete(&path).by(&moderator).await.detail(404, NO_MESSAGE);
    chat.get(&path).by(&ann).await.detail(404, NO_MESSAGE);
    assert_eq!(house.heard(&chat).await, [format!("{message} was deleted by {}: hello", moderator.id)]);
}

async fn a_moderator_changes_a_message_of_a_room_that_it_is_not_in(suite: Suite) {
    let (chat, _) = house(&suite).await;
    let [ann, cyd, moderator] = chat.people(["ann", "cyd", "moderator"]).await;
    let room = chat.room(&ann, &[]).await;
    let path = format!("/messages/{}/", chat.say(&ann, room, "hello").await);
    let body = format!(r#"{{"room":{room},"content":"by the moderator"}}"#);
    for ask in [chat.get(&path), chat.put(&path).json(&body), chat.patch(&path).json(&body)] {
        ask.by(&cyd).await.detail(404, NO_MESSAGE);
    }
    chat.get(&path).by(&moderator).await.status(200);
    let changed = chat.put(&path).by(&moderator).json(&body).await;
    assert_eq!(changed.status(200).at("user").as_i64(), Some(ann.id));
    chat.patch(&path).by(&moderator).json(r#"{"content":"once more"}"#).await.status(200);
    assert_eq!(chat.get(&path).by(&ann).await.text("content"), "once more");
}

async fn who_reaches_every_room_does_there_what_the_policy_allows(suite: Suite) {
    let (chat, _) = house(&suite).await;
    let [ann, auditor] = chat.people(["ann", "auditor"]).await;
    let room = chat.room(&ann, &[]).await;
    let path = format!("/messages/{}/", chat.say(&ann, room, "hello").await);
    chat.get(&path).by(&auditor).await.status(200);
    let body = format!(r#"{{"room":{room},"content":"x"}}"#);
    for ask in [chat.put(&path).json(&body), chat.patch(&path).json(&body), chat.delete(&path)] {
        ask.by(&auditor).await.detail(403, FORBIDDEN);
    }
}

async fn who_reaches_every_room_lists_and_sends_in_its_own(suite: Suite) {
    let (chat, _) = house(&suite).await;
    let [ann, moderator] = chat.people(["ann", "moderator"]).await;
    let [room, own] = [chat.room(&ann, &[]).await, chat.room(&moderator, &[]).await];
    chat.say(&ann, room, "hello").await;
    let sent =
        chat.post("/messages/").by(&moderator).json(format!(r#"{{"room":{room},"content":"x"}}"#)).await;
    sent.fault("non_field_errors", NOT_IN_ROOM);
    chat.say(&moderator, own, "hello, me").await;
    for list in ["/messages/".to_owned(), "/messages/?search=hello".to_owned()] {
        assert_eq!(chat.get(list).by(&moderator).await.contents(), ["hello, me"]);
    }
    assert_eq!(chat.get(format!("/messages/?room={room}")).by(&moderator).await.contents().len(), 0);
}

async fn a_hook_rewrites_a_text(suite: Suite) {
    let (chat, _) = house(&suite).await;
    let ann = chat.person("ann").await;
    let room = chat.room(&ann, &[]).await;
    let message = chat.say(&ann, room, "darn, no tea").await;
    let path = format!("/messages/{message}/");
    assert_eq!(chat.get(&path).by(&ann).await.text("content"), "****, no tea");
    assert_eq!(chat.get("/messages/?search=darn").by(&ann).await.contents().len(), 0);
    let changed = chat.patch(&path).by(&ann).json(r#"{"content":"darn it"}"#).await;
    assert_eq!(changed.status(200).text("content"), "**** it");
    let body = format!(r#"{{"room":{room},"content":"oh darn"}}"#);
    assert_eq!(chat.put(&path).by(&ann).json(body).await.status(200).text("content"), "oh ****");
    assert_eq!(chat.get("/messages/?search=oh").by(&ann).await.contents(), ["oh ****"]);
}

async fn what_a_hook_writes_is_checked_like_any_text(suite: Suite) {
    let (chat, _) = house(&suite).await;
    let ann = chat.person("ann").await;
    let room = chat.room(&ann, &[]).await;
    let path = format!("/messages/{}/", chat.say(&ann, room, "hello").await);
    for (content, fault) in [
        ("make it blank", "This field may not be blank."),
        ("make it nul", "Null characters are not allowed."),
        ("make it long", "Ensure this field has no more than 100000 characters."),
    ] {
        let body = format!(r#"{{"room":{room},"content":"{content}"}}"#);
        chat.post("/messages/").by(&ann).json(&body).await.fault("content", fault);
        chat.put(&path).by(&ann).json(&body).await.fault("content", fault);
    }
    let body = format!(r#"{{"room":{room},"content":"make it padded"}}"#);
    let padded = chat.post("/messages/").by(&ann).json(body).await;
    assert_eq!(padded.status(201).text("content"), "padded");
    assert_eq!(chat.get("/messages/").by(&ann).await.contents(), ["hello", "padded"]);
}

async fn a_hook_refuses_with_a_status_a_text_and_a_code(suite: Suite) {
    let (chat, _) = house(&suite).await;
    let ann = chat.person("ann").await;
    let room = chat.room(&ann, &[]).await;
    for status in [400, 401, 402, 403, 404, 409, 422, 451, 499] {
        let refused = |more: &str| {
            let body = format!(r#"{{"room":{room},"content":"refuse {status}{more}"}}"#);
            chat.post("/messages/").by(&ann).json(body)
        };
        refused("").await.detail(status, "Not in this house.");
        let coded = r#"{"detail":"Not in this house.","code":"house_rules"}"#;
        refused(" house_rules").await.is(status, coded);
    }
    assert_eq!(chat.get("/messages/").by(&ann).await.contents().len(), 0);
}

async fn a_hook_refuses_with_any_error_of_the_apis(suite: Suite) {
    let (chat, _) = house(&suite).await;
    let ann = chat.person("ann").await;
    let room = chat.room(&ann, &[]).await;
    let body = format!(r#"{{"room":{room},"content":"too much"}}"#);
    let refused = chat.post("/messages/").by(&ann).json(body).await;
    refused.detail(429, "Request was throttled. Expected available in 7 seconds.");
    assert_eq!(refused.header("retry-after"), Some("7"));
}

async fn a_refusal_with_a_status_that_refuses_nothing_is_a_server_error(suite: Suite) {
    let (chat, _) = house(&suite).await;
    let ann = chat.person("ann").await;
    let room = chat.room(&ann, &[]).await;
    for status in [200, 302, 500] {
        let body = format!(r#"{{"room":{room},"content":"refuse {status}"}}"#);
        chat.post("/messages/").by(&ann).json(body).await.detail(500, "A server error occurred.");
    }
    assert_eq!(chat.get("/messages/").by(&ann).await.contents().len(), 0);
}

async fn a_hook_is_asked_about_an_edit_and_of_which_message(suite: Suite) {
    let (chat, _) = house(&suite).await;
    let ann = chat.person("ann").await;
    let room = chat.room(&ann, &[]).await;
    let path = format!("/messages/{}/", chat.say(&ann, room, "I take it back").await);
    let body = format!(r#"{{"room":{room},"content":"I never take it back"}}"#);
    for ask in [chat.put(&path), chat.patch(&path)] {
        ask.by(&ann).json(&body).await.detail(409, "You said: I take it back");
    }
    assert_eq!(chat.get(&path).by(&ann).await.text("content"), "I take it back");
    chat.post("/messages/").by(&ann).json(&body).await.status(201);
}

async fn a_change_without_a_text_is_no_matter_of_a_hooks(suite: Suite) {
    let (chat, house) = house(&suite).await;
    let ann = chat.person("ann").await;
    let room = chat.room(&ann, &[]).await;
    let path = format!("/messages/{}/", chat.say(&ann, room, "hello").await);
    house.asked();
    chat.patch(&path).by(&ann).json(format!(r#"{{"room":{room}}}"#)).await.status(200);
    assert_eq!(house.asked(), [""; 0]);
}

async fn permissions_and_faults_come_before_hooks(suite: Suite) {
    let (chat, house) = house(&suite).await;
    let [ann, bob] = chat.people(["ann", "bob"]).await;
    let room = chat.room(&ann, &[&bob]).await;
    let other = chat.room(&bob, &[]).await;
    let path = format!("/messages/{}/", chat.say(&ann, room, "hello").await);
    house.asked();
    let body = r#"{"content":"refuse 422"}"#;
    chat.patch(&path).by(&bob).json(body).await.detail(403, FORBIDDEN);
    let required = r#"{"room":["This field is required."]}"#;
    chat.put(&path).by(&ann).json(body).await.is(400, required);
    chat.post("/messages/").by(&ann).json(body).await.is(400, required);
    let body = format!(r#"{{"room":{other},"content":"refuse 422"}}"#);
    chat.put(&path).by(&ann).json(&body).await.fault("non_field_errors", NOT_IN_ROOM);
    assert_eq!(house.asked(), [""; 0]);
    // Whether the author is a member is asked in the statement that sends, which comes after the hook.
    chat.post("/messages/").by(&ann).json(&body).await.detail(422, "Not in this house.");
    assert_eq!(house.asked(), ["refuse 422"]);
}

async fn hooks_hear_of_messages_in_the_order_of_their_answers(suite: Suite) {
    let (chat, house) = house(&suite).await;
    let [ann, bob] = chat.people(["ann", "bob"]).await;
    let room = chat.room(&ann, &[&bob]).await;
    house.heard(&chat).await;
    let mut expected = Vec::new();
    for n in 0..20 {
        let author = if n % 2 == 0 { &ann } else { &bob };
        let message = chat.say(author, room, &format!("darn {n}")).await;
        let path = format!("/messages/{message}/");
        chat.patch(&path).by(author).json(format!(r#"{{"content":"changed {n}"}}"#)).await.status(200);
        chat.delete(&path).by(author).await.is(204, "");
        expected.push(format!("{message} was sent by {}: **** {n}", author.id));
        expected.push(format!("{message} was changed by {}: changed {n}", author.id));
        expected.push(format!("{message} was deleted by {}: changed {n}", author.id));
    }
    assert_eq!(house.heard(&chat).await, expected);
    assert_eq!(house.heard(&chat).await, [""; 0]);
}

async fn hooks_hear_of_rooms_and_accounts(suite: Suite) {
    let (chat, house) = house(&suite).await;
    let [ann, bob] = chat.people(["ann", "bob"]).await;
    let room = chat.room(&ann, &[&bob]).await;
    let path = format!("/rooms/{room}/");
    chat.patch(&path).by(&ann).json(r#"{"name":"coffee"}"#).await.status(200);
    chat.delete(&path).by(&ann).await.is(204, "");
    chat.delete("/auth/users/me/").by(&bob).json(r#"{"current_password":"zaq123wsx!Q"}"#).await.is(204, "");
    let expected = [
        format!("user {} was created", ann.id),
        format!("user {} was created", bob.id),
        format!("room {room} was made: tea of 2"),
        format!("room {room} was changed by {}: coffee of 2", ann.id),
        format!("room {room} was deleted by {}: coffee of 2", ann.id),
        format!("user {} was deleted", bob.id),
    ];
    assert_eq!(house.heard(&chat).await, expected);
}

async fn hooks_hear_nothing_of_what_was_refused(suite: Suite) {
    let (chat, house) = house(&suite).await;
    let [ann, bob, cyd] = chat.people(["ann", "bob", "cyd"]).await;
    let room = chat.room(&ann, &[&bob]).await;
    let path = format!("/messages/{}/", chat.say(&ann, room, "hello").await);
    let body = |content: &str| format!(r#"{{"room":{room},"content":"{content}"}}"#);
    house.heard(&chat).await;
    chat.post("/messages/").by(&ann).json(body("refuse 422")).await.status(422);
    chat.post("/messages/").by(&ann).json(body(" ")).await.status(400);
    chat.post("/messages/").by(&ann).json(body("make it blank")).await.status(400);
    chat.post("/messages/").by(&cyd).json(body("let me in")).await.status(400);
    chat.post("/messages/").by(&ann).json(r#"{"room":999999,"content":"hello?"}"#).await.status(400);
    chat.put(&path).by(&ann).json(body("refuse 422")).await.status(422);
    chat.put(&path).by(&bob).json(body("by bob")).await.status(403);
    chat.delete(&path).by(&bob).await.status(403);
    chat.delete(&path).by(&cyd).await.status(404);
    chat.patch(format!("/rooms/{room}/")).by(&bob).json(r#"{"name":"bob's"}"#).await.status(403);
    chat.delete(format!("/rooms/{room}/")).by(&bob).await.status(403);
    let taken = r#"{"username":"ann","password":"zaq123wsx!Q"}"#;
    chat.post("/auth/users/").json(taken).await.status(400);
    assert_eq!(house.heard(&chat).await, [""; 0]);
}

async fn an_answer_waits_for_no_hook(suite: Suite) {
    let (chat, house) = house(&suite).await;
    let ann = chat.person("ann").await;
    let room = chat.room(&ann, &[]).await;
    house.heard(&chat).await;
    let closed = house.shut().await;
    let [one, two] = [chat.say(&ann, room, "one").await, chat.say(&ann, room, "two").await];
    assert_eq!(house.heard_so_far(), [""; 0]);
    drop(closed);
    let expected =
        [(one, "one"), (two, "two")].map(|(id, text)| format!("{id} was sent by {}: {text}", ann.id));
    assert_eq!(house.heard(&chat).await, expected);
}

async fn a_hook_that_panics_is_told_of_the_next_event(suite: Suite) {
    let (chat, house) = house(&suite).await;
    let ann = chat.person("ann").await;
    let room = chat.room(&ann, &[]).await;
    house.heard(&chat).await;
    chat.say(&ann, room, "do not panic").await;
    let calm = chat.say(&ann, room, "be calm").await;
    assert_eq!(house.heard(&chat).await, [format!("{calm} was sent by {}: be calm", ann.id)]);
}

/// A chat of a house with rules of its own.
async fn house(suite: &Suite) -> (Chat, House) {
    let house = House::new();
    let hooks = house.clone();
    (suite.chat_of("", |_| {}, |builder| builder.policy(Moderated).hooks(hooks)).await, house)
}
