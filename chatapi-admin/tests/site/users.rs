//! Users added, changed and deleted.

use chatapi_core::CurrentUser;
use chatapi_core::users::{Administration, NewUser, User, UserEdit};

use crate::chat::{Chat, PASSWORD};
use crate::on_both;

on_both! {
    a_user_is_added_and_logs_in,
    faults_stand_beside_their_fields,
    a_change_counts_at_once,
    a_new_password_ends_every_token,
    a_deletion_says_what_else_goes,
    the_last_active_superuser_stays_one,
    nobody_shuts_oneself_out,
    several_are_changed_at_once_after_a_confirmation,
    who_awaits_the_activation_is_told_apart_from_who_was_deactivated,
    what_is_not_there_is_not_found,
    each_change_is_in_the_log_and_the_history,
}

async fn a_user_is_added_and_logs_in(chat: &Chat) {
    let mut browser = chat.browser_of(&chat.superuser("root").await).await;
    let fields = [
        ("username", "ann"),
        ("email", "Ann@Example.ORG"),
        ("password", "on-the-7th-day"),
        ("again", "on-the-7th-day"),
        ("is_active", "yes"),
    ];
    let answer = browser.post("/admin/users/add/", &fields).await;
    assert_eq!((answer.status, answer.location()), (303, "/admin/users/"));
    browser.get("/admin/users/").await.shows(&["The user ann was added.", "Ann@example.org"]);
    assert!(chat.api.log_in("ann", "on-the-7th-day").await.is_ok());
    chat.api.shutdown().await;
    assert!(chat.heard.names().contains(&"UserCreated".to_owned()), "{:?}", chat.heard.names());
    let another = [
        ("username", "bob"),
        ("password", "on-the-7th-day"),
        ("again", "on-the-7th-day"),
        ("then", "another"),
    ];
    assert_eq!(browser.post("/admin/users/add/", &another).await.location(), "/admin/users/add/");
    assert!(chat.api.log_in("bob", "on-the-7th-day").await.is_err(), "who is not ticked active may log in");
}

async fn faults_stand_beside_their_fields(chat: &Chat) {
    let mut browser = chat.browser_of(&chat.superuser("root").await).await;
    for (field, fields) in [
        ("username", vec![("username", "root"), ("password", "on-the-7th-day"), ("again", "on-the-7th-day")]),
        ("username", vec![("username", "a b"), ("password", "on-the-7th-day"), ("again", "on-the-7th-day")]),
        (
            "email",
            vec![
                ("username", "ann"),
                ("email", "nowhere"),
                ("password", "on-the-7th-day"),
                ("again", "on-the-7th-day"),
            ],
        ),
        ("password", vec![("username", "ann"), ("password", "12345"), ("again", "12345")]),
        ("again", vec![("username", "ann"), ("password", "on-the-7th-day"), ("again", "on-the-8th-day")]),
    ] {
        let answer = browser.post("/admin/users/add/", &fields).await;
        assert_eq!(answer.status, 400, "{fields:?}");
        answer.shows(&["role=\"alert\"", &format!("id=\"h-{field}\">\n    <p class=\"fault\">")]);
        answer.shows(&[&format!("name=\"username\" type=\"text\" value=\"{}\"", fields[0].1)]);
        answer.hides(&["on-the-7th-day", "12345"]);
    }
}

async fn a_change_counts_at_once(chat: &Chat) {
    let mut browser = chat.browser_of(&chat.superuser("root").await).await;
    let ann = chat.user("ann").await;
    let token = chat.api.log_in("ann", PASSWORD).await.unwrap().access;
    let mut client = chat.browser();
    client.headers = vec![("authorization", format!("Bearer {token}"))];
    assert_eq!(client.get("/auth/users/me/").await.status, 200);
    let url = format!("/admin/users/{}/", ann.id);
    let fields =
        [("username", "anna"), ("email", "anna@Example.org"), ("is_active", "yes"), ("then", "stay")];
    assert_eq!(browser.post(&url, &fields).await.location(), url);
    client.get("/auth/users/me/").await.shows(&["anna@example.org", "\"anna\""]);
    assert_eq!(chat.api.store().users_by_email("ANNA@example.org").await.unwrap().len(), 1);
    browser.post(&url, &[("username", "anna")]).await;
    assert_eq!(client.get("/auth/users/me/").await.status, 401);
    let taken = browser.post(&url, &[("username", "root")]).await;
    assert_eq!(taken.status, 400);
    taken.shows(&["A user with that username already exists."]);
}

async fn a_new_password_ends_every_token(chat: &Chat) {
    let mut browser = chat.browser_of(&chat.superuser("root").await).await;
    let ann = chat.user("ann").await;
    let token = chat.api.log_in("ann", PASSWORD).await.unwrap().access;
    let url = format!("/admin/users/{}/password/", ann.id);
    let common = browser.post(&url, &[("new_password", "password"), ("again", "password")]).await;
    assert_eq!(common.status, 400);
    common.shows(&["This password is too common."]);
    assert_eq!(
        browser.post(&url, &[("new_password", "on-the-7th-day"), ("again", "on-the-7th-day")]).await.status,
        303
    );
    assert!(chat.api.verify(&token).await.is_err());
    assert!(chat.api.log_in("ann", "on-the-7th-day").await.is_ok());
}

async fn a_deletion_says_what_else_goes(chat: &Chat) {
    let mut browser = chat.browser_of(&chat.superuser("root").await).await;
    let (ann, bob) = (chat.user("ann").await, chat.user("bob").await);
    let room = chat.room("Tea", &ann, &[&bob]).await;
    chat.room("Den", &bob, &[&ann]).await;
    chat.say(&ann, &room, "Hello").await;
    let url = format!("/admin/users/{}/delete/", ann.id);
    let page = browser.get(&url).await;
    page.shows(&[
        "1 message will be deleted",
        "2 rooms will lose a member",
        "1 room will be left without an admin",
        "cannot be undone",
    ]);
    assert!(chat.api.store().user(ann.id).await.unwrap().is_some());
    let answer = browser.post(&url, &[]).await;
    assert_eq!((answer.status, answer.location()), (303, "/admin/users/"));
    assert_eq!(chat.api.store().user(ann.id).await.unwrap(), None);
    assert_eq!(chat.api.store().room(room.id).await.unwrap().unwrap().admin, None);
    browser.get("/admin/rooms/?admin=none").await.shows(&["Tea", "1 room"]);
    chat.api.shutdown().await;
    assert!(chat.heard.names().contains(&"UserDeleted".to_owned()));
}

async fn the_last_active_superuser_stays_one(chat: &Chat) {
    let (root, sam) = (chat.superuser("root").await, chat.superuser("sam").await);
    let mut browser = chat.browser_of(&root).await;
    let demoted = [("username", "sam"), ("is_active", "yes"), ("is_staff", "yes")];
    assert_eq!(browser.post(&format!("/admin/users/{}/", sam.id), &demoted).await.status, 303);
    let own = [("username", "root"), ("is_active", "yes"), ("is_staff", "yes")];
    let answer = browser.post(&format!("/admin/users/{}/", root.id), &own).await;
    assert_eq!(answer.status, 400);
    answer.shows(&["the last active superuser"]);
    let again = [demoted.as_slice(), &[("is_superuser", "yes")]].concat();
    assert_eq!(browser.post(&format!("/admin/users/{}/", sam.id), &again).await.status, 303);
    // Both at once, each by the other: one of them stays.
    for _ in 0..8 {
        let superuser = |is_superuser| UserEdit { is_superuser: Some(is_superuser), ..UserEdit::default() };
        let edit = |actor: &User, account: &User, edit: UserEdit| {
            let (actor, account) = (CurrentUser::from(actor), account.id);
            let change = Administration::Change { account, edit };
            async move { chat.api.administer(&actor, change).await }
        };
        let (one, other) =
            tokio::join!(edit(&root, &sam, superuser(false)), edit(&sam, &root, superuser(false)));
        assert_eq!([one.is_ok(), other.is_ok()].into_iter().filter(|is_done| *is_done).count(), 1);
        for (actor, account) in [(&root, &sam), (&sam, &root)] {
            let _ = edit(actor, account, superuser(true)).await;
        }
    }
}

async fn nobody_shuts_oneself_out(chat: &Chat) {
    let (root, _) = (chat.superuser("root").await, chat.superuser("sam").await);
    let mut browser = chat.browser_of(&root).await;
    let url = format!("/admin/users/{}/", root.id);
    browser
        .post(&url, &[("username", "root"), ("is_superuser", "yes")])
        .await
        .shows(&["You cannot deactivate"]);
    assert_eq!(browser.post(&format!("{url}delete/"), &[]).await.status, 409);
    let id = root.id.to_string();
    for action in ["deactivate", "delete"] {
        browser.post("/admin/users/", &[("action", action), ("selected", &id), ("confirmed", "yes")]).await;
    }
    assert_eq!(browser.get("/admin/").await.status, 200);
}

async fn several_are_changed_at_once_after_a_confirmation(chat: &Chat) {
    let mut browser = chat.browser_of(&chat.superuser("root").await).await;
    let ids = [chat.user("ann").await.id.to_string(), chat.user("bob").await.id.to_string()];
    let fields = |action: &'static str| {
        vec![("action", action), ("selected", ids[0].as_str()), ("selected", ids[1].as_str())]
    };
    let confirmed = |action| [fields(action), vec![("confirmed", "yes")]].concat();
    let page = browser.post("/admin/users/", &fields("deactivate")).await;
    assert_eq!(page.status, 200);
    page.shows(&[
        "Deactivate 2 users?",
        ">ann</a>",
        ">bob</a>",
        &format!("name=\"selected\" value=\"{}\"", ids[0]),
    ]);
    assert!(chat.api.log_in("ann", PASSWORD).await.is_ok());
    assert_eq!(browser.post("/admin/users/", &confirmed("deactivate")).await.status, 303);
    browser.get("/admin/users/?active=no").await.shows(&["Deactivated 2 users.", ">ann</a>", ">bob</a>"]);
    assert!(chat.api.log_in("ann", PASSWORD).await.is_err());
    browser.post("/admin/users/", &confirmed("activate")).await;
    assert!(chat.api.log_in("ann", PASSWORD).await.is_ok());
    browser.post("/admin/users/", &fields("delete")).await.shows(&["Delete 2 users?"]);
    browser.post("/admin/users/", &confirmed("delete")).await;
    assert_eq!(browser.get("/admin/users/").await.names(), ["root"]);
    for nothing in [
        vec![("action", "delete")],
        vec![("action", ""), ("selected", "1")],
        vec![("action", "promote"), ("selected", "1")],
    ] {
        browser.post("/admin/users/", &nothing).await;
        browser.get("/admin/users/").await.shows(&["Nothing was changed"]);
    }
}

async fn who_awaits_the_activation_is_told_apart_from_who_was_deactivated(chat: &Chat) {
    let mut browser = chat.browser_of(&chat.superuser("root").await).await;
    let mut made = Vec::new();
    for (name, awaits_activation) in [("waits", true), ("off", false)] {
        let password = chat.api.hash_new_password(PASSWORD, name, "").await.unwrap();
        let user = NewUser {
            username: name.into(),
            email: format!("{name}@example.org"),
            password,
            is_active: false,
            awaits_activation,
            is_staff: false,
            is_superuser: false,
            is_viewer: false,
            date_joined: chat.api.now(),
            revision: 0,
        };
        made.push(chat.api.add_user(user).await.unwrap().id);
    }
    let waits = made[0];
    browser.get("/admin/users/").await.shows(&["awaiting activation", "deactivated"]);
    for (filter, names) in
        [("no", vec!["off", "waits"]), ("awaiting", vec!["waits"]), ("deactivated", vec!["off"])]
    {
        assert_eq!(browser.get(&format!("/admin/users/?active={filter}")).await.names(), names, "{filter}");
    }
    let url = format!("/admin/users/{waits}/");
    browser.get(&url).await.shows(&["awaiting activation"]);
    // To save another address leaves the state as it is; to deactivate ends it.
    browser.post(&url, &[("username", "waits"), ("email", "new@example.org")]).await;
    assert!(chat.api.store().user(waits).await.unwrap().unwrap().awaits_activation);
    let id = waits.to_string();
    browser.post("/admin/users/", &[("action", "deactivate"), ("selected", &id), ("confirmed", "yes")]).await;
    assert!(chat.api.store().user(waits).await.unwrap().unwrap().is_deactivated());
    assert_eq!(browser.get("/admin/users/?active=awaiting").await.names(), Vec::<String>::new());
}

async fn what_is_not_there_is_not_found(chat: &Chat) {
    let mut browser = chat.browser_of(&chat.superuser("root").await).await;
    for url in [
        "/admin/users/999/",
        "/admin/rooms/999/",
        "/admin/messages/999/",
        "/admin/users/x/",
        "/admin/users/-1/",
        "/admin/rooms/99999999999999999999/",
    ] {
        let answer = browser.get(url).await;
        assert_eq!(answer.status, 404, "{url}");
        answer.shows(&["The requested page does not exist", "href=\"/admin/\""]);
    }
}

async fn each_change_is_in_the_log_and_the_history(chat: &Chat) {
    let root = chat.superuser("root").await;
    let mut browser = chat.browser_of(&root).await;
    let ann = chat.user("ann").await;
    let url = format!("/admin/users/{}/", ann.id);
    browser.post(&url, &[("username", "anna"), ("is_active", "yes")]).await;
    browser.post(&url, &[("username", "anna"), ("is_active", "yes")]).await;
    browser
        .post(&format!("{url}password/"), &[("new_password", "on-the-7th-day"), ("again", "on-the-7th-day")])
        .await;
    let page = browser.get(&format!("{url}history/")).await;
    page.shows(&["Username (was ann)", "Password", ">root</a>"]);
    assert_eq!(page.body.matches("<tr>").count(), 1 + 2, "what changed nothing is in the history");
    browser.post(&format!("{url}delete/"), &[]).await;
    let page = browser.get("/admin/log/?kind=user&q=anna").await;
    page.shows(&["deleted", "anna"]);
    browser.get("/admin/").await.shows(&["Recent changes", "anna"]);
    assert_eq!(browser.get(&format!("{url}history/")).await.status, 200);
    // Nothing changes the log.
    assert_eq!(browser.post("/admin/log/", &[]).await.status, 405);
}
