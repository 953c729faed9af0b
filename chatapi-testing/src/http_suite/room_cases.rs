//! Cases about rooms: who is in them, and who may do what.

use super::case::cases;
use super::chat::{Suite, ids};

cases! {
    the_creator_is_the_admin_and_a_member,
    members_read_a_room_and_others_do_not,
    the_admin_alone_changes_and_deletes_a_room,
    a_room_is_handed_over_to_a_member,
    an_admin_may_hand_over_and_leave_at_once,
    an_admin_who_is_null_is_refused,
    a_change_of_the_name_alone_leaves_the_members,
    a_change_of_nothing_gives_the_room_as_it_is,
    the_first_member_that_does_not_exist_is_the_one_named,
    faults_stand_in_the_order_of_the_fields,
    a_room_whose_admin_is_gone_is_read_but_not_changed,
    a_room_that_is_deleted_takes_its_messages_along,
}

const FORBIDDEN: &str = "You do not have permission to perform this action.";
const NO_ROOM: &str = "No Room matches the given query.";
const NO_MEMBER: &str = "Admin must be a user in the room.";

async fn the_creator_is_the_admin_and_a_member(suite: Suite) {
    let chat = suite.chat().await;
    let [ann, bob] = chat.people(["ann", "bob"]).await;
    let make = |users: String, rest: String| {
        chat.post("/rooms/").by(&ann).json(format!(r#"{{"name":"tea","users":{users}{rest}}}"#))
    };
    let both = format!("{},{}", ann.shown(), bob.shown());
    let made = make(ids([&bob]), format!(r#","admin":{}"#, bob.id)).await;
    made.is(201, format!(r#"{{"id":{},"name":"tea","admin":{},"users":[{both}]}}"#, made.id(), ann.id));
    // The admin who is named must be among the members, though the creator becomes it.
    make(ids([&ann]), format!(r#","admin":{}"#, bob.id)).await.fault("non_field_errors", NO_MEMBER);
    make(ids([&bob]), String::new()).await.fault("non_field_errors", NO_MEMBER);
    let made = make(ids([&bob, &ann, &bob]), String::new()).await;
    made.is(201, format!(r#"{{"id":{},"name":"tea","admin":{},"users":[{both}]}}"#, made.id(), ann.id));
}

async fn members_read_a_room_and_others_do_not(suite: Suite) {
    let chat = suite.chat().await;
    let [ann, bob, cyd] = chat.people(["ann", "bob", "cyd"]).await;
    let root = chat.superuser("root").await;
    let path = format!("/rooms/{}/", chat.room(&ann, &[&bob]).await);
    chat.get(&path).by(&ann).await.status(200);
    chat.get(&path).by(&bob).await.status(200);
    for other in [&cyd, &root] {
        chat.get(&path).by(other).await.detail(403, FORBIDDEN);
        chat.get("/rooms/")
            .by(other)
            .await
            .is(200, r#"{"count":0,"next":null,"previous":null,"results":[]}"#);
    }
}

async fn the_admin_alone_changes_and_deletes_a_room(suite: Suite) {
    let chat = suite.chat().await;
    let [ann, bob, cyd] = chat.people(["ann", "bob", "cyd"]).await;
    let root = chat.superuser("root").await;
    let path = format!("/rooms/{}/", chat.room(&ann, &[&bob]).await);
    let body = format!(r#"{{"name":"x","users":{}}}"#, ids([&ann, &bob, &cyd, &root]));
    for other in [&bob, &cyd, &root] {
        chat.put(&path).by(other).json(&body).await.detail(403, FORBIDDEN);
        chat.patch(&path).by(other).json(&body).await.detail(403, FORBIDDEN);
        chat.delete(&path).by(other).await.detail(403, FORBIDDEN);
    }
    assert_eq!(chat.get(&path).by(&ann).await.text("name"), "tea");
    chat.put(&path).by(&ann).json(&body).await.status(200);
    chat.delete(&path).by(&ann).await.is(204, "");
    chat.delete(&path).by(&ann).await.detail(404, NO_ROOM);
}

async fn a_room_is_handed_over_to_a_member(suite: Suite) {
    let chat = suite.chat().await;
    let [ann, bob, cyd] = chat.people(["ann", "bob", "cyd"]).await;
    let path = format!("/rooms/{}/", chat.room(&ann, &[&bob]).await);
    let hand_to = |id: i64| format!(r#"{{"admin":{id}}}"#);
    chat.patch(&path).by(&ann).json(hand_to(cyd.id)).await.fault("non_field_errors", NO_MEMBER);
    let fault = r#"Invalid pk "999999" - object does not exist."#;
    chat.patch(&path).by(&ann).json(hand_to(999_999)).await.fault("admin", fault);
    let handed = chat.patch(&path).by(&ann).json(hand_to(bob.id)).await;
    assert_eq!(handed.status(200).at("admin").as_i64(), Some(bob.id));
    chat.patch(&path).by(&ann).json(hand_to(ann.id)).await.detail(403, FORBIDDEN);
    chat.patch(&path).by(&bob).json(hand_to(ann.id)).await.status(200);
}

async fn an_admin_may_hand_over_and_leave_at_once(suite: Suite) {
    let chat = suite.chat().await;
    let [ann, bob] = chat.people(["ann", "bob"]).await;
    let path = format!("/rooms/{}/", chat.room(&ann, &[&bob]).await);
    let users = ids([&bob]);
    chat.patch(&path)
        .by(&ann)
        .json(format!(r#"{{"users":{users}}}"#))
        .await
        .fault("non_field_errors", NO_MEMBER);
    chat.patch(&path).by(&ann).json(format!(r#"{{"users":{users},"admin":{}}}"#, bob.id)).await.status(200);
    chat.get(&path).by(&ann).await.detail(403, FORBIDDEN);
    chat.get(&path).by(&bob).await.status(200);
}

async fn an_admin_who_is_null_is_refused(suite: Suite) {
    let chat = suite.chat().await;
    let [ann, bob] = chat.people(["ann", "bob"]).await;
    let path = format!("/rooms/{}/", chat.room(&ann, &[&bob]).await);
    for body in [r#"{"admin":null}"#.to_owned(), format!(r#"{{"admin":null,"users":{}}}"#, ids([&ann, &bob]))]
    {
        chat.patch(&path).by(&ann).json(body).await.fault("non_field_errors", NO_MEMBER);
    }
    let body = format!(r#"{{"admin":null,"name":"x","users":{}}}"#, ids([&ann, &bob]));
    chat.put(&path).by(&ann).json(&body).await.fault("non_field_errors", NO_MEMBER);
    chat.post("/rooms/").by(&ann).json(&body).await.fault("non_field_errors", NO_MEMBER);
    assert_eq!(chat.get(&path).by(&ann).await.at("admin").as_i64(), Some(ann.id));
}

async fn a_change_of_the_name_alone_leaves_the_members(suite: Suite) {
    let chat = suite.chat().await;
    let [ann, bob] = chat.people(["ann", "bob"]).await;
    let room = chat.room(&ann, &[&bob]).await;
    let answer = chat.patch(format!("/rooms/{room}/")).by(&ann).json(r#"{"name":" coffee "}"#).await;
    let members = format!("{},{}", ann.shown(), bob.shown());
    answer.is(200, format!(r#"{{"id":{room},"name":"coffee","admin":{},"users":[{members}]}}"#, ann.id));
}

async fn a_change_of_nothing_gives_the_room_as_it_is(suite: Suite) {
    let chat = suite.chat().await;
    let ann = chat.person("ann").await;
    let path = format!("/rooms/{}/", chat.room(&ann, &[]).await);
    let read = chat.get(&path).by(&ann).await;
    chat.patch(&path).by(&ann).json("{}").await.is(200, &read.body);
    chat.patch(&path).by(&ann).json(r#"{"colour":"red","id":7}"#).await.is(200, &read.body);
}

async fn the_first_member_that_does_not_exist_is_the_one_named(suite: Suite) {
    let chat = suite.chat().await;
    let ann = chat.person("ann").await;
    let path = format!("/rooms/{}/", chat.room(&ann, &[]).await);
    let users = format!("[{},999998,999999,\"x\"]", ann.id);
    let fault = r#"Invalid pk "999998" - object does not exist."#;
    chat.patch(&path).by(&ann).json(format!(r#"{{"users":{users}}}"#)).await.fault("users", fault);
    let both = format!(r#"{{"name":["This field may not be blank."],"users":[{fault:?}]}}"#);
    chat.put(&path).by(&ann).json(format!(r#"{{"users":{users},"name":""}}"#)).await.is(400, both);
}

async fn faults_stand_in_the_order_of_the_fields(suite: Suite) {
    let chat = suite.chat().await;
    let ann = chat.person("ann").await;
    let required = r#"["This field is required."]"#;
    let no_admin = r#"["Invalid pk \"99999\" - object does not exist."]"#;
    let no_list = r#"["This list may not be empty."]"#;
    for (body, faults) in [
        (r#"{"admin":99999}"#, format!(r#"{{"name":{required},"admin":{no_admin},"users":{required}}}"#)),
        (r#"{"users":[],"admin":99999,"name":"x"}"#, format!(r#"{{"admin":{no_admin},"users":{no_list}}}"#)),
        (
            r#"{"users":[99999],"admin":99999}"#,
            format!(r#"{{"name":{required},"admin":{no_admin},"users":{no_admin}}}"#),
        ),
    ] {
        chat.post("/rooms/").by(&ann).json(body).await.is(400, faults);
    }
}

async fn a_room_whose_admin_is_gone_is_read_but_not_changed(suite: Suite) {
    let chat = suite.chat().await;
    let [ann, bob] = chat.people(["ann", "bob"]).await;
    let room = chat.room(&ann, &[&bob]).await;
    chat.say(&ann, room, "by ann").await;
    chat.say(&bob, room, "by bob").await;
    let body = r#"{"current_password":"zaq123wsx!Q"}"#;
    chat.delete("/auth/users/me/").by(&ann).json(body).await.is(204, "");
    let path = format!("/rooms/{room}/");
    let orphan = format!(r#"{{"id":{room},"name":"tea","admin":null,"users":[{}]}}"#, bob.shown());
    chat.get(&path).by(&bob).await.is(200, &orphan);
    let take = format!(r#"{{"admin":{}}}"#, bob.id);
    chat.patch(&path).by(&bob).json(take).await.detail(403, FORBIDDEN);
    chat.delete(&path).by(&bob).await.detail(403, FORBIDDEN);
    chat.get(&path).by(&bob).await.is(200, &orphan);
    chat.say(&bob, room, "alone").await;
    assert_eq!(chat.get("/messages/").by(&bob).await.contents(), ["by bob", "alone"]);
}

async fn a_room_that_is_deleted_takes_its_messages_along(suite: Suite) {
    let chat = suite.chat().await;
    let ann = chat.person("ann").await;
    let [room, other] = [chat.room(&ann, &[]).await, chat.room(&ann, &[]).await];
    let message = chat.say(&ann, room, "one").await;
    chat.say(&ann, other, "two").await;
    chat.delete(format!("/rooms/{room}/")).by(&ann).await.is(204, "");
    chat.get(format!("/messages/{message}/"))
        .by(&ann)
        .await
        .detail(404, "No Message matches the given query.");
    assert_eq!(chat.get("/messages/").by(&ann).await.contents(), ["two"]);
}
