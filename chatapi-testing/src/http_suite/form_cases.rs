//! Cases about forms, whole and in parts.

use super::case::cases;
use super::chat::{Chat, Person, Suite};

cases! {
    a_form_says_what_json_says,
    a_form_in_parts_says_what_json_says,
    a_field_that_is_missing_from_a_form_is_told_from_one_that_is_blank,
    of_a_field_that_is_repeated_in_a_form_the_last_counts,
    a_list_in_a_form_is_a_field_that_is_repeated,
    a_form_that_changes_a_part_leaves_the_rest,
    a_file_is_no_text,
    parts_without_a_boundary_are_refused,
    parts_that_are_broken_are_refused,
    bytes_of_a_form_that_are_no_utf_8_are_replaced,
}

async fn a_form_says_what_json_says(suite: Suite) {
    let (chat, ann, room) = tea(&suite).await;
    let answer = chat
        .post("/messages/")
        .by(&ann)
        .form(format!("room={room}&content=+gr%C3%BC%C3%9Fe+%26+so%0A&other=1"))
        .await;
    assert_eq!(answer.status(201).text("content"), "grüße & so");
    let account = chat.post("/auth/users/").form("username=bob&password=zaq123wsx%21Q&email=").await;
    account.is(201, format!(r#"{{"email":"","username":"bob","id":{}}}"#, account.id()));
    chat.post("/auth/jwt/create/").form("username=bob&password=zaq123wsx%21Q").await.status(200);
}

async fn a_form_in_parts_says_what_json_says(suite: Suite) {
    let (chat, ann, room) = tea(&suite).await;
    let room = room.to_string();
    let answer = chat
        .post("/messages/")
        .by(&ann)
        .parts(&[("name=\"room\"", &room), ("name=\"content\"", "grüße\r\n--C")])
        .await;
    assert_eq!(answer.status(201).text("content"), "grüße\r\n--C");
    let pair = [("name=\"username\"", "ann"), ("name=\"password\"", "zaq123wsx!Q")];
    chat.post("/auth/jwt/create/").parts(&pair).await.status(200);
}

async fn a_field_that_is_missing_from_a_form_is_told_from_one_that_is_blank(suite: Suite) {
    let (chat, ann, room) = tea(&suite).await;
    let send = |form: String| chat.post("/messages/").by(&ann).form(form);
    send(format!("room={room}")).await.fault("content", "This field is required.");
    send(format!("room={room}&content=")).await.fault("content", "This field may not be blank.");
    send("content=x".to_owned()).await.fault("room", "This field is required.");
    send("room=&content=x".to_owned()).await.fault("room", "This field may not be null.");
    let make = |form: &str| chat.post("/rooms/").by(&ann).form(form);
    make("name=x").await.fault("users", "This list may not be empty.");
    make("name=x&users=").await.fault("users", "Incorrect type. Expected pk value, received str.");
    make(&format!("name=x&users={}&admin=", ann.id))
        .await
        .fault("non_field_errors", "Admin must be a user in the room.");
    let patched = chat.patch("/auth/users/me/").by(&ann).form("email=").await;
    assert_eq!(patched.status(200).text("email"), "");
}

async fn of_a_field_that_is_repeated_in_a_form_the_last_counts(suite: Suite) {
    let (chat, ann, room) = tea(&suite).await;
    let answer =
        chat.post("/messages/").by(&ann).form(format!("room=x&content=one&content=two&room={room}")).await;
    assert_eq!(answer.status(201).text("content"), "two");
    let room = room.to_string();
    let parts = [("name=\"room\"", room.as_str()), ("name=\"content\"", "one"), ("name=\"content\"", "two")];
    assert_eq!(chat.post("/messages/").by(&ann).parts(&parts).await.status(201).text("content"), "two");
}

async fn a_list_in_a_form_is_a_field_that_is_repeated(suite: Suite) {
    let chat = suite.chat().await;
    let [ann, bob] = chat.people(["ann", "bob"]).await;
    let form = format!("name=x&users={}&users={}&users={}", ann.id, bob.id, bob.id);
    let answer = chat.post("/rooms/").by(&ann).form(form).await;
    let (id, members) = (answer.status(201).id(), format!("{},{}", ann.shown(), bob.shown()));
    answer.is(201, format!(r#"{{"id":{id},"name":"x","admin":{},"users":[{members}]}}"#, ann.id));
    let users = [ann.id.to_string(), bob.id.to_string()];
    let parts = [("name=\"name\"", "y"), ("name=\"users\"", &users[0]), ("name=\"users\"", &users[1])];
    let answer = chat.post("/rooms/").by(&ann).parts(&parts).await;
    assert_eq!(answer.status(201).at("users").items().len(), 2);
}

async fn a_form_that_changes_a_part_leaves_the_rest(suite: Suite) {
    let chat = suite.chat().await;
    let [ann, bob] = chat.people(["ann", "bob"]).await;
    let room = chat.room(&ann, &[&bob]).await;
    let answer = chat.patch(format!("/rooms/{room}/")).by(&ann).form("name=coffee").await;
    let members = format!("{},{}", ann.shown(), bob.shown());
    answer.is(200, format!(r#"{{"id":{room},"name":"coffee","admin":{},"users":[{members}]}}"#, ann.id));
    let message = chat.say(&ann, room, "one").await;
    let answer = chat.patch(format!("/messages/{message}/")).by(&ann).form("content=two").await;
    assert_eq!(answer.status(200).text("content"), "two");
}

async fn a_file_is_no_text(suite: Suite) {
    let (chat, ann, room) = tea(&suite).await;
    let room = room.to_string();
    let parts = [("name=\"room\"", room.as_str()), ("name=\"content\"; filename=\"a.txt\"", "hi")];
    chat.post("/messages/").by(&ann).parts(&parts).await.fault("content", "Not a valid string.");
}

async fn parts_without_a_boundary_are_refused(suite: Suite) {
    let (chat, ann, _) = tea(&suite).await;
    let answer = chat.post("/messages/").by(&ann).body("multipart/form-data", "x").await;
    assert!(
        answer.status(400).text("detail").starts_with("Multipart form parse error - "),
        "{}",
        answer.body
    );
}

async fn parts_that_are_broken_are_refused(suite: Suite) {
    let (chat, ann, _) = tea(&suite).await;
    let header = "--B\r\nContent-Disposition: form-data; name=\"content\"\r\n\r\n";
    for body in [
        "hello".to_owned(),
        "--B".to_owned(),
        "--B\r\n".to_owned(),
        header.to_owned(),
        format!("{header}x\r\n--C--\r\n"),
    ] {
        chat.post("/messages/").by(&ann).body("multipart/form-data; boundary=B", body).await.status(400);
    }
}

async fn bytes_of_a_form_that_are_no_utf_8_are_replaced(suite: Suite) {
    let (chat, ann, room) = tea(&suite).await;
    let answer = chat.post("/messages/").by(&ann).form(format!("room={room}&content=a%FFb")).await;
    assert_eq!(answer.status(201).text("content"), "a\u{fffd}b");
}

async fn tea(suite: &Suite) -> (Chat, Person, i64) {
    let chat = suite.chat().await;
    let ann = chat.person("ann").await;
    let room = chat.room(&ann, &[]).await;
    (chat, ann, room)
}
