//! Cases about the members of rooms: how many there may be, and what others see of them.

use chatapi_core::RoomId;
use chatapi_core::config::ShowEmails;
use chatapi_core::rooms::{LISTED_MEMBERS, RoomChange};
use chatapi_core::users::NewUser;

use super::case::cases;
use super::chat::{Chat, Person, Suite, ids};
use super::json::Json;

cases! {
    a_request_names_no_more_members_than_it_may,
    a_room_has_no_more_members_than_it_may,
    a_room_that_is_too_large_is_read_and_made_smaller,
    a_list_shows_the_first_members_and_names_the_rooms_that_have_more,
    members_see_addresses_as_documented,
    addresses_may_be_for_staff_and_their_own_users_alone,
}

async fn a_request_names_no_more_members_than_it_may(suite: Suite) {
    let chat = suite.chat_with(|config| config.members_per_request = 3).await;
    let [ann, bob] = chat.people(["ann", "bob"]).await;
    let path = format!("/rooms/{}/", chat.room(&ann, &[&bob]).await);
    let fault = "Ensure this field has no more than 3 elements.";
    let list = |more: &str| format!("[{},{},{}{more}]", ann.id, bob.id, bob.id);
    // Counted as they are sent, whatever they name.
    for more in [format!(",{}", bob.id), ",999999".to_owned(), ",true".to_owned(), ",1,1,1,1".to_owned()] {
        let body = format!(r#"{{"name":"tea","users":{}}}"#, list(&more));
        chat.post("/rooms/").by(&ann).json(&body).await.fault("users", fault);
        chat.put(&path).by(&ann).json(&body).await.fault("users", fault);
        chat.patch(&path).by(&ann).json(&body).await.fault("users", fault);
    }
    let form = format!("name=tea&users={0}&users={1}&users={1}", ann.id, bob.id);
    chat.post("/rooms/").by(&ann).form(format!("{form}&users=1")).await.fault("users", fault);
    chat.post("/rooms/").by(&ann).form(form).await.status(201);
    let body = format!(r#"{{"name":"tea","users":{}}}"#, list(""));
    chat.put(&path).by(&ann).json(&body).await.status(200);
}

async fn a_room_has_no_more_members_than_it_may(suite: Suite) {
    let chat = suite.chat_with(|config| config.members_per_room = 2).await;
    let [ann, bob, cyd] = chat.people(["ann", "bob", "cyd"]).await;
    let fault = "A room may have at most 2 members.";
    let body = |users: String| format!(r#"{{"name":"tea","users":{users}}}"#);
    chat.post("/rooms/").by(&ann).json(body(ids([&ann, &bob, &cyd]))).await.fault("users", fault);
    // The creator joins whom it names.
    let named = format!(r#"{{"name":"tea","users":{},"admin":{}}}"#, ids([&bob, &cyd]), bob.id);
    chat.post("/rooms/").by(&ann).json(named).await.fault("users", fault);
    let path = format!("/rooms/{}/", chat.room(&ann, &[&bob]).await);
    chat.patch(&path).by(&ann).json(body(ids([&ann, &bob, &cyd]))).await.fault("users", fault);
    chat.patch(&path).by(&ann).json(body(ids([&ann, &cyd, &cyd, &ann]))).await.status(200);
}

async fn a_room_that_is_too_large_is_read_and_made_smaller(suite: Suite) {
    let chat = suite.chat_with(|config| config.members_per_room = 2).await;
    let [ann, bob, cyd, dan] = chat.people(["ann", "bob", "cyd", "dan"]).await;
    let room = chat.room(&ann, &[&bob]).await;
    // As it was before there was a bound.
    let seen = chat.api().store().room(RoomId(room)).await.unwrap().unwrap();
    let all = [&ann, &bob, &cyd, &dan].map(|person| person.id.into()).to_vec();
    let large = RoomChange { users: Some(all), ..RoomChange::default() };
    chat.api().store().update_room(&seen, large).await.unwrap().unwrap();
    let path = format!("/rooms/{room}/");
    assert_eq!(chat.get(&path).by(&dan).await.status(200).at("users").items().len(), 4);
    assert_eq!(chat.get("/rooms/").by(&dan).await.at("results.0.users").items().len(), 4);
    chat.patch(&path).by(&ann).json(r#"{"name":"hall"}"#).await.status(200);
    let fewer = format!(r#"{{"users":{}}}"#, ids([&ann, &bob, &cyd]));
    assert_eq!(chat.patch(&path).by(&ann).json(&fewer).await.status(200).at("users").items().len(), 3);
    let another = format!(r#"{{"users":{}}}"#, ids([&ann, &bob, &dan]));
    chat.patch(&path).by(&ann).json(another).await.fault("users", "A room may have at most 2 members.");
}

async fn a_list_shows_the_first_members_and_names_the_rooms_that_have_more(suite: Suite) {
    let chat = suite.chat_with(|config| config.cors = "*".parse().unwrap()).await;
    let [ann, bob] = chat.people(["ann", "bob"]).await;
    let crowd = crowd(&chat, LISTED_MEMBERS).await;
    let small = chat.room(&ann, &[&bob]).await;
    assert_eq!(chat.get("/rooms/").by(&ann).await.header("x-members-truncated"), None);
    let mut large = Vec::new();
    for _ in 0..2 {
        let room = chat.room(&ann, &[]).await;
        chat.api().add_members(&user(&chat, &ann).await, RoomId(room), &crowd).await.unwrap();
        large.push(room);
    }
    let list = chat.get("/rooms/").by(&ann).header("origin", "https://app.example.org").await;
    assert_eq!(list.header("x-members-truncated"), Some(&*format!("{}, {}", large[0], large[1])));
    assert!(list.header("access-control-expose-headers").unwrap().contains("X-Members-Truncated"));
    let shown: Vec<usize> = list.each("users").iter().map(|users| users.items().len()).collect();
    assert_eq!(shown, [2, LISTED_MEMBERS, LISTED_MEMBERS]);
    let of_one = format!(
        r#"{{"id":{small},"name":"tea","admin":{},"users":[{},{}]}}"#,
        ann.id,
        ann.shown(),
        bob.shown()
    );
    assert_eq!(list.at("results.0"), serde_json::from_str::<Json>(&of_one).unwrap());
    let whole = chat.get(format!("/rooms/{}/", large[0])).by(&ann).await;
    assert_eq!(
        (whole.at("users").items().len(), whole.header("x-members-truncated")),
        (LISTED_MEMBERS + 1, None)
    );
}

async fn members_see_addresses_as_documented(suite: Suite) {
    let chat = suite.chat().await;
    let [ann, bob] = chat.people(["ann", "bob"]).await;
    let room = chat.room(&ann, &[&bob]).await;
    for person in [&ann, &bob] {
        let shown = chat.get(format!("/rooms/{room}/")).by(person).await;
        assert_eq!(addresses(&shown.at("users")), ["ann@example.org", "bob@example.org"]);
    }
}

async fn addresses_may_be_for_staff_and_their_own_users_alone(suite: Suite) {
    let chat = suite.chat_with(|config| config.show_emails = ShowEmails::Staff).await;
    let [ann, bob] = chat.people(["ann", "bob"]).await;
    let root = chat.superuser("root").await;
    let body = format!(r#"{{"name":"tea","users":{}}}"#, ids([&ann, &bob, &root]));
    let made = chat.post("/rooms/").by(&ann).json(&body).await;
    let path = format!("/rooms/{}/", made.id());
    let of_ann = ["ann@example.org", "", ""];
    assert_eq!(addresses(&made.at("users")), of_ann);
    for answer in [
        chat.get(&path).by(&ann).await,
        chat.put(&path).by(&ann).json(&body).await,
        chat.patch(&path).by(&ann).json(r#"{"name":"coffee"}"#).await,
    ] {
        assert_eq!(addresses(&answer.at("users")), of_ann);
        // The form is the documented one.
        assert_eq!(
            answer.at("users.1"),
            serde_json::from_str::<Json>(&format!(r#"{{"id":{},"username":"bob","email":""}}"#, bob.id))
                .unwrap()
        );
    }
    let all = ["ann@example.org", "bob@example.org", "root@example.org"];
    for (person, expected) in [(&ann, of_ann), (&bob, ["", "bob@example.org", ""]), (&root, all)] {
        assert_eq!(addresses(&chat.get(&path).by(person).await.at("users")), expected);
        let list = chat.get("/rooms/").by(person).await;
        assert_eq!(addresses(&list.at("results.0.users")), expected);
        assert_eq!(
            chat.get("/auth/users/me/").by(person).await.text("email"),
            format!("{}@example.org", person.name)
        );
    }
    let api = chat.api();
    let (ann, room) = (user(&chat, &ann).await, RoomId(made.id()));
    let typed = [
        api.remove_members(&ann, room, &[root.id.into()]).await.unwrap(),
        api.add_members(&ann, room, &[root.id.into()]).await.unwrap(),
        api.room(&ann, room).await.unwrap(),
    ];
    for room in typed {
        assert!(room.users.iter().all(|member| member.email.is_empty() || member.id == ann.id), "{room:?}");
    }
}

fn addresses(users: &Json) -> Vec<String> {
    let addresses = users.items().iter().filter_map(|user| user.at("email"));
    addresses.filter_map(Json::as_str).map(str::to_owned).collect()
}

async fn user(chat: &Chat, person: &Person) -> chatapi_core::CurrentUser {
    let user = chat.api().store().user(person.id.into()).await.unwrap().unwrap();
    chatapi_core::CurrentUser::from(&user)
}

/// This many users.
async fn crowd(chat: &Chat, size: usize) -> Vec<chatapi_core::UserId> {
    let mut crowd = Vec::new();
    for n in 0..size {
        let new = NewUser {
            username: format!("guest{n}"),
            email: String::new(),
            password: "!".to_owned(),
            is_active: true,
            awaits_activation: false,
            is_staff: false,
            is_superuser: false,
            is_viewer: false,
            date_joined: chat.api().now(),
            revision: 0,
        };
        crowd.push(chat.api().store().create_user(new).await.unwrap().id);
    }
    crowd
}
