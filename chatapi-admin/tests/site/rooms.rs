//! Rooms added, changed and deleted.

use crate::chat::Chat;
use crate::on_both;

on_both! {
    a_room_is_made_by_names,
    members_come_and_go_by_name,
    a_room_without_an_admin_gets_one,
    a_deletion_of_rooms_says_what_else_goes,
    names_are_suggested_while_they_are_typed,
}

async fn a_room_is_made_by_names(chat: &Chat) {
    let mut browser = chat.browser_of(&chat.superuser("root").await).await;
    let (ann, bob) = (chat.user("ann").await, chat.user("bob").await);
    let fields = [("name", "Tea"), ("admin", "ann"), ("add", "bob\r\n\r\n ann \r\nbob"), ("then", "stay")];
    let answer = browser.post("/admin/rooms/add/", &fields).await;
    assert_eq!((answer.status, answer.location()), (303, "/admin/rooms/1/"));
    let room = chat.api.store().room(1.into()).await.unwrap().unwrap();
    assert_eq!(
        (room.admin, room.users.iter().map(|user| user.id).collect::<Vec<_>>()),
        (Some(ann.id), vec![ann.id, bob.id])
    );
    let answer = browser.post("/admin/rooms/add/", &[("name", ""), ("admin", "zoe"), ("add", "yan")]).await;
    assert_eq!(answer.status, 400);
    answer.shows(&["There is no user named “zoe”.", "There is no user named “yan”."]);
    browser
        .post("/admin/rooms/add/", &[("name", ""), ("admin", "ann")])
        .await
        .shows(&["This field may not be blank."]);
    chat.api.shutdown().await;
    assert!(chat.heard.names().contains(&"RoomCreated".to_owned()));
}

async fn members_come_and_go_by_name(chat: &Chat) {
    let mut browser = chat.browser_of(&chat.superuser("root").await).await;
    let (ann, bob, carl) = (chat.user("ann").await, chat.user("bob").await, chat.user("carl").await);
    let room = chat.room("Tea", &ann, &[&bob]).await;
    let url = format!("/admin/rooms/{}/", room.id);
    browser.get(&url).await.shows(&[
        "name=\"admin\" type=\"text\" value=\"ann\"",
        "name=\"remove\" value=\"2\"",
        "data-suggest=\"/admin/suggest/users/\"",
    ]);
    let bob_id = bob.id.to_string();
    let fields = [("name", "Coffee"), ("admin", "carl"), ("add", "carl"), ("remove", bob_id.as_str())];
    assert_eq!(browser.post(&url, &fields).await.status, 303);
    let changed = chat.api.store().room(room.id).await.unwrap().unwrap();
    assert_eq!((changed.name.as_str(), changed.admin), ("Coffee", Some(carl.id)));
    assert_eq!(changed.users.iter().map(|user| user.id).collect::<Vec<_>>(), [ann.id, carl.id]);
    browser
        .get(&format!("{url}history/"))
        .await
        .shows(&["Name (was Tea), Admin, 1 member added, 1 member removed"]);
    // The admin stays a member.
    let carl_id = carl.id.to_string();
    browser.post(&url, &[("name", "Coffee"), ("admin", "carl"), ("remove", carl_id.as_str())]).await;
    assert!(chat.api.store().room(room.id).await.unwrap().unwrap().has_member(carl.id));
    browser.post(&url, &[("name", "Coffee"), ("admin", "")]).await.shows(&["A room must have an admin."]);
}

async fn a_room_without_an_admin_gets_one(chat: &Chat) {
    let mut browser = chat.browser_of(&chat.superuser("root").await).await;
    let (ann, bob) = (chat.user("ann").await, chat.user("bob").await);
    let room = chat.room("Tea", &ann, &[&bob]).await;
    browser.post(&format!("/admin/users/{}/delete/", ann.id), &[]).await;
    let url = format!("/admin/rooms/{}/", room.id);
    assert_eq!(browser.post(&url, &[("name", "Tea time"), ("admin", "")]).await.status, 303);
    assert_eq!(browser.post(&url, &[("name", "Tea"), ("admin", "bob")]).await.status, 303);
    assert_eq!(chat.api.store().room(room.id).await.unwrap().unwrap().admin, Some(bob.id));
}

async fn a_deletion_of_rooms_says_what_else_goes(chat: &Chat) {
    let mut browser = chat.browser_of(&chat.superuser("root").await).await;
    let ann = chat.user("ann").await;
    let rooms = [
        chat.room("Tea", &ann, &[]).await,
        chat.room("Den", &ann, &[]).await,
        chat.room("Bar", &ann, &[]).await,
    ];
    chat.say(&ann, &rooms[0], "Hello").await;
    let url = format!("/admin/rooms/{}/delete/", rooms[0].id);
    browser.get(&url).await.shows(&[
        "Delete the room Tea?",
        "1 message will be deleted",
        "1 user will lose their membership",
    ]);
    assert_eq!(browser.post(&url, &[]).await.status, 303);
    let selected = [("action", "delete"), ("selected", "2"), ("selected", "3"), ("selected", "99")];
    browser
        .post("/admin/rooms/", &selected)
        .await
        .shows(&["Delete 2 rooms?", "Den: 1 user will lose their membership"]);
    browser.post("/admin/rooms/", &[&selected[..], &[("confirmed", "yes")]].concat()).await;
    browser.get("/admin/rooms/").await.shows(&["Deleted 2 rooms.", "There are no rooms yet."]);
    chat.api.shutdown().await;
    assert_eq!(chat.heard.names().iter().filter(|name| *name == "RoomDeleted").count(), 3);
}

async fn names_are_suggested_while_they_are_typed(chat: &Chat) {
    let root = chat.superuser("root").await;
    let mut browser = chat.browser_of(&root).await;
    for name in ["anna", "ann", "Joann", "bob"] {
        chat.user(name).await;
    }
    let answer = browser.get("/admin/suggest/users/?q=ann").await;
    assert_eq!(answer.headers["content-type"], "application/json");
    let values: Vec<_> =
        answer.body.split("\"value\":\"").skip(1).map(|value| value.split('"').next().unwrap()).collect();
    assert_eq!(values, ["ann", "anna", "Joann"]);
    chat.room("Tea time", &root, &[]).await;
    browser
        .get("/admin/suggest/rooms/?q=TIME")
        .await
        .shows(&[r#"{"value":"1","label":"Tea time – room 1"}"#]);
    browser.get("/admin/suggest/users/").await.shows(&[r#"{"results":[]}"#]);
    assert_eq!(chat.browser().get("/admin/suggest/users/?q=ann").await.status, 302);
}
