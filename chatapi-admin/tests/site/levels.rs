//! What each level may do.

use chatapi_core::users::User;

use crate::browser::Browser;
use crate::chat::Chat;
use crate::on_both;

on_both! {
    superusers_do_everything,
    staff_change_all_but_staff,
    viewers_look_and_change_nothing,
    superusers_say_who_may_only_look,
    staff_promote_nobody,
}

/// Everybody, a room and a message.
struct Cast {
    root: User,
    staff: User,
    ann: User,
    urls: Vec<(String, Vec<(&'static str, &'static str)>)>,
}

/// A thing of each kind, with every way of changing it that a form has.
async fn cast(chat: &Chat) -> Cast {
    let (root, staff, ann) =
        (chat.superuser("root").await, chat.staff("staff").await, chat.user("ann").await);
    let room = chat.room("Tea", &ann, &[]).await;
    let message = chat.say(&ann, &room, "Hello").await;
    let (ann_id, room, message) = (ann.id, room.id, message.id);
    let urls = vec![
        (
            "/admin/users/add/".into(),
            vec![("username", "new"), ("password", "on-the-7th-day"), ("again", "on-the-7th-day")],
        ),
        (format!("/admin/users/{ann_id}/"), vec![("username", "ann"), ("is_active", "yes")]),
        (
            format!("/admin/users/{ann_id}/password/"),
            vec![("new_password", "on-the-7th-day"), ("again", "on-the-7th-day")],
        ),
        ("/admin/users/".into(), vec![("action", "deactivate"), ("selected", "3"), ("confirmed", "yes")]),
        ("/admin/rooms/add/".into(), vec![("name", "Den"), ("admin", "ann")]),
        (format!("/admin/rooms/{room}/"), vec![("name", "Tea"), ("admin", "ann")]),
        ("/admin/messages/add/".into(), vec![("room", "1"), ("author", "ann"), ("content", "Hi")]),
        (format!("/admin/messages/{message}/"), vec![("content", "Ho")]),
        (format!("/admin/messages/{message}/delete/"), vec![]),
        ("/admin/messages/".into(), vec![("action", "delete"), ("selected", "2"), ("confirmed", "yes")]),
        (format!("/admin/rooms/{room}/delete/"), vec![]),
        ("/admin/rooms/".into(), vec![("action", "delete"), ("selected", "2"), ("confirmed", "yes")]),
        (format!("/admin/users/{ann_id}/delete/"), vec![]),
    ];
    Cast { root, staff, ann, urls }
}

async fn statuses(browser: &mut Browser, cast: &Cast) -> Vec<(String, u16)> {
    let mut statuses = Vec::new();
    for (url, fields) in &cast.urls {
        statuses.push((url.clone(), browser.post(url, fields).await.status));
    }
    statuses
}

async fn superusers_do_everything(chat: &Chat) {
    let cast = cast(chat).await;
    let mut browser = chat.browser_of(&cast.root).await;
    for (url, status) in statuses(&mut browser, &cast).await {
        assert_eq!(status, 303, "{url}");
    }
    let staff = cast.staff.id;
    let url = format!("/admin/users/{staff}/password/");
    assert_eq!(
        browser.post(&url, &[("new_password", "on-the-7th-day"), ("again", "on-the-7th-day")]).await.status,
        303
    );
    assert_eq!(browser.post(&format!("/admin/users/{staff}/delete/"), &[]).await.status, 303);
    assert_eq!(chat.api.store().user(staff).await.unwrap(), None);
}

async fn staff_change_all_but_staff(chat: &Chat) {
    let cast = cast(chat).await;
    let (root, other) = (cast.root.id, chat.staff("other").await.id);
    let mut browser = chat.browser_of(&cast.staff).await;
    for (url, status) in statuses(&mut browser, &cast).await {
        assert_eq!(status, 303, "{url}");
    }
    assert_eq!(chat.api.store().user(cast.ann.id).await.unwrap(), None);
    for id in [root, other] {
        assert_eq!(browser.get(&format!("/admin/users/{id}/")).await.status, 200);
        for (page, fields) in [
            ("", vec![("username", "x"), ("is_active", "yes")]),
            ("password/", vec![("new_password", "on-the-7th-day"), ("again", "on-the-7th-day")]),
            ("delete/", vec![]),
        ] {
            let url = format!("/admin/users/{id}/{page}");
            assert_eq!(browser.post(&url, &fields).await.status, 403, "{url}");
        }
        for action in ["deactivate", "delete"] {
            let id = id.to_string();
            browser
                .post("/admin/users/", &[("action", action), ("selected", &id), ("confirmed", "yes")])
                .await;
            browser.get("/admin/users/").await.shows(&["you do not have permission to do this"]);
        }
        assert!(chat.api.store().user(id).await.unwrap().unwrap().is_active);
    }
}

async fn viewers_look_and_change_nothing(chat: &Chat) {
    let cast = cast(chat).await;
    let mut of_root = chat.browser_of(&cast.root).await;
    let fields = [("username", "staff"), ("is_active", "yes"), ("is_staff", "yes"), ("is_viewer", "yes")];
    of_root.post(&format!("/admin/users/{}/", cast.staff.id), &fields).await;
    let mut browser = chat.browser_of(&cast.staff).await;
    for (url, _) in &cast.urls {
        let status = browser.get(url).await.status;
        let is_form = url.ends_with("/add/") || url.ends_with("/delete/") || url.ends_with("/password/");
        assert_eq!(status, if is_form { 403 } else { 200 }, "{url}");
    }
    for (url, status) in statuses(&mut browser, &cast).await {
        assert_eq!(status, 403, "{url}");
    }
    let page = browser.get("/admin/users/").await;
    page.hides(&["Add user", "Choose an action"]);
    browser
        .get(&format!("/admin/users/{}/", cast.ann.id))
        .await
        .shows(&["fieldset class=\"bare\" disabled", "have permission to view this"]);
    // Its own password is its own.
    assert_eq!(browser.get("/admin/password/").await.status, 200);
    assert_eq!(browser.get("/admin/log/").await.status, 200);
}

async fn superusers_say_who_may_only_look(chat: &Chat) {
    let cast = cast(chat).await;
    let mut of_root = chat.browser_of(&cast.root).await;
    let url = format!("/admin/users/{}/", cast.staff.id);
    let viewer = [("username", "staff"), ("is_active", "yes"), ("is_staff", "yes"), ("is_viewer", "yes")];
    of_root.post(&url, &viewer).await;
    assert_eq!(of_root.get("/admin/users/?role=viewer").await.names(), ["staff"]);
    assert_eq!(chat.browser_of(&cast.staff).await.get("/admin/rooms/add/").await.status, 403);
    of_root.post(&url, &viewer[..3]).await;
    assert_eq!(chat.browser_of(&cast.staff).await.get("/admin/rooms/add/").await.status, 200);
    of_root.get(&format!("{url}history/")).await.shows(&["View only: yes", "View only: no"]);
}

async fn staff_promote_nobody(chat: &Chat) {
    let cast = cast(chat).await;
    let mut browser = chat.browser_of(&cast.staff).await;
    let all = [
        ("username", "ann"),
        ("is_active", "yes"),
        ("is_staff", "yes"),
        ("is_superuser", "yes"),
        ("is_viewer", "yes"),
    ];
    assert_eq!(browser.post(&format!("/admin/users/{}/", cast.ann.id), &all).await.status, 303);
    let ann = chat.api.store().user(cast.ann.id).await.unwrap().unwrap();
    assert_eq!((ann.is_staff, ann.is_superuser), (false, false));
    let new = [
        ("username", "new"),
        ("password", "on-the-7th-day"),
        ("again", "on-the-7th-day"),
        ("is_staff", "yes"),
        ("is_superuser", "yes"),
    ];
    assert_eq!(browser.post("/admin/users/add/", &new).await.status, 303);
    let new = chat.api.store().user_by_name("new").await.unwrap().unwrap();
    assert_eq!((new.is_staff, new.is_superuser), (false, false));
    browser
        .get(&format!("/admin/users/{}/", cast.ann.id))
        .await
        .hides(&["name=\"is_staff\"", "name=\"is_superuser\""]);
    // Nor itself.
    assert_eq!(browser.post(&format!("/admin/users/{}/", cast.staff.id), &all).await.status, 403);
}
