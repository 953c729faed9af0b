//! Log-in, log-out, and the ends of sessions.

use std::time::Duration;

use crate::chat::{Chat, PASSWORD};
use crate::on_both;

on_both! {
    who_is_not_logged_in_is_sent_to_the_log_in_and_back,
    a_log_in_leads_to_no_other_site,
    active_staff_alone_log_in,
    the_cookie_is_kept_from_scripts_and_other_sites,
    a_session_ends_when_it_is_idle_or_old,
    a_session_ends_with_its_rights,
    a_change_of_password_ends_the_other_sessions,
    a_log_out_ends_the_session_on_the_server,
    log_ins_that_fail_are_throttled,
    log_ins_count_towards_the_chats_own_limit,
    a_name_is_read_in_the_form_that_is_kept,
    a_token_of_the_chats_is_no_session,
}

async fn who_is_not_logged_in_is_sent_to_the_log_in_and_back(chat: &Chat) {
    chat.superuser("root").await;
    let mut browser = chat.browser();
    let answer = browser.get("/admin/users/?active=no").await;
    let log_in = "/admin/login/?next=%2Fadmin%2Fusers%2F%3Factive%3Dno";
    assert_eq!((answer.status, answer.location()), (302, log_in));
    let page = browser.get(log_in).await;
    page.shows(&[
        "<h1>ChatAPI administration</h1>",
        "name=\"password\" type=\"password\"",
        "value=\"/admin/users/?active=no\"",
    ]);
    let fields = [("username", "root"), ("password", PASSWORD), ("next", "/admin/users/?active=no")];
    let answer = browser.post("/admin/login/", &fields).await;
    assert_eq!((answer.status, answer.location()), (303, "/admin/users/?active=no"));
    assert_eq!(browser.get("/admin/users/").await.status, 200);
    let again = browser.get(log_in).await;
    assert_eq!((again.status, again.location()), (303, "/admin/users/?active=no"));
}

async fn a_log_in_leads_to_no_other_site(chat: &Chat) {
    chat.superuser("root").await;
    for next in [
        "//evil.example/admin/",
        "https://evil.example/admin/",
        "/admin/\\evil",
        "/elsewhere/",
        "/admin/\r\nx: y",
        "",
    ] {
        let fields = [("username", "root"), ("password", PASSWORD), ("next", next)];
        let answer = chat.browser().post("/admin/login/", &fields).await;
        assert_eq!((answer.status, answer.location()), (303, "/admin/"), "{next:?}");
    }
}

async fn active_staff_alone_log_in(chat: &Chat) {
    let root = chat.superuser("root").await;
    let (staff, _) = (chat.staff("sam").await, chat.user("ann").await);
    let mut pages = Vec::new();
    for (name, password) in [("ann", PASSWORD), ("nobody", PASSWORD), ("root", "wrong"), ("ROOT", PASSWORD)] {
        let answer = chat.browser().log_in(name, password).await;
        assert_eq!((answer.status, answer.cookie("chatapi_admin")), (400, None), "{name}");
        answer.shows(&["active staff account", "role=\"alert\""]);
        pages.push(answer.body.replace(name, "name"));
    }
    assert_eq!(pages[0], pages[1], "the page tells which accounts there are");
    let mut browser = chat.browser_of(&root).await;
    browser.post(&format!("/admin/users/{}/", staff.id), &[("username", "sam"), ("is_staff", "yes")]).await;
    assert_eq!(chat.browser().log_in("sam", PASSWORD).await.status, 400);
}

async fn the_cookie_is_kept_from_scripts_and_other_sites(chat: &Chat) {
    chat.superuser("root").await;
    let answer = chat.browser().log_in("root", PASSWORD).await;
    let cookie = answer.cookie("chatapi_admin").unwrap();
    assert!(cookie.ends_with("; Path=/admin; HttpOnly; SameSite=Lax"), "{cookie}");
    let fields = [("username", "root"), ("password", PASSWORD)];
    let answer = chat.browser().post("https://chat.example/admin/login/", &fields).await;
    let cookie = answer.cookie("chatapi_admin").unwrap();
    assert!(cookie.ends_with("; SameSite=Lax; Secure"), "{cookie}");
    let page = chat.browser().get("/admin/login/").await;
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    assert_eq!(page.headers["cache-control"], "no-store");
    page.hides(&["<style", " style=", "onclick", "<script>"]);
    // A log-in begins a session of its own, whatever cookie came with it.
    let mut browser = chat.browser();
    browser.set_cookie("0123");
    browser.log_in("root", PASSWORD).await;
    assert_ne!(browser.cookie(), "0123");
}

async fn a_session_ends_when_it_is_idle_or_old(chat: &Chat) {
    let root = chat.superuser("root").await;
    let mut browser = chat.browser_of(&root).await;
    let hours = |hours: u64| Duration::from_secs(hours * 60 * 60);
    for _ in 0..2 {
        chat.clock.pass(hours(11));
        assert_eq!(browser.get("/admin/").await.status, 200);
    }
    chat.clock.pass(hours(13));
    assert_eq!(browser.get("/admin/").await.status, 302);
    let mut browser = chat.browser_of(&root).await;
    for _ in 0..33 {
        chat.clock.pass(hours(10));
        assert_eq!(browser.get("/admin/").await.status, 200);
    }
    chat.clock.pass(hours(10));
    assert_eq!(browser.get("/admin/").await.status, 302);
}

async fn a_session_ends_with_its_rights(chat: &Chat) {
    let (root, sam) = (chat.superuser("root").await, chat.staff("sam").await);
    let (mut of_root, mut of_sam) = (chat.browser_of(&root).await, chat.browser_of(&sam).await);
    let url = format!("/admin/users/{}/", sam.id);
    assert_eq!(of_root.post(&url, &[("username", "sam"), ("is_active", "yes")]).await.status, 303);
    assert_eq!(of_sam.get("/admin/").await.status, 302);
    // Staff again, or active again, sam is to log in again.
    let again = [("username", "sam"), ("is_active", "yes"), ("is_staff", "yes")];
    of_root.post(&url, &again).await;
    assert_eq!(of_sam.get("/admin/").await.status, 302);
    let mut of_sam = chat.browser_of(&sam).await;
    of_root.post(&url, &[("username", "sam"), ("is_staff", "yes")]).await;
    assert_eq!(of_sam.get("/admin/").await.status, 302);
    of_root.post(&url, &again).await;
    assert_eq!(of_sam.get("/admin/").await.status, 302);
    assert_eq!(chat.browser_of(&sam).await.get("/admin/").await.status, 200);
}

async fn a_change_of_password_ends_the_other_sessions(chat: &Chat) {
    let root = chat.superuser("root").await;
    let (mut here, mut there) = (chat.browser_of(&root).await, chat.browser_of(&root).await);
    let old = here.cookie().to_owned();
    let wrong =
        [("current_password", "wrong"), ("new_password", "on-the-7th-day"), ("again", "on-the-7th-day")];
    let answer = here.post("/admin/password/", &wrong).await;
    assert_eq!(answer.status, 400);
    answer.shows(&["Invalid password."]);
    let unlike =
        [("current_password", PASSWORD), ("new_password", "on-the-7th-day"), ("again", "on-the-8th-day")];
    here.post("/admin/password/", &unlike).await.shows(&["The two passwords do not match."]);
    let right =
        [("current_password", PASSWORD), ("new_password", "on-the-7th-day"), ("again", "on-the-7th-day")];
    assert_eq!(here.post("/admin/password/", &right).await.status, 303);
    assert_ne!(here.cookie(), old);
    here.get("/admin/").await.shows(&["Your password was changed."]);
    assert_eq!(there.get("/admin/").await.status, 302);
    there.set_cookie(&old);
    assert_eq!(there.get("/admin/").await.status, 302);
    assert_eq!(chat.browser().log_in("root", PASSWORD).await.status, 400);
    assert_eq!(chat.browser().log_in("root", "on-the-7th-day").await.status, 303);
}

async fn a_log_out_ends_the_session_on_the_server(chat: &Chat) {
    let root = chat.superuser("root").await;
    let mut browser = chat.browser_of(&root).await;
    let mut thief = browser.clone();
    // A link alone logs nobody out.
    assert_eq!(browser.get("/admin/logout/").await.status, 200);
    assert_eq!(browser.get("/admin/").await.status, 200);
    let answer = browser.post("/admin/logout/", &[]).await;
    assert_eq!((answer.status, answer.location()), (303, "/admin/login/"));
    assert_eq!(browser.get("/admin/").await.status, 302);
    assert_eq!(thief.get("/admin/").await.status, 302);
}

async fn log_ins_that_fail_are_throttled(chat: &Chat) {
    chat.superuser("root").await;
    let mut browser = chat.browser();
    for _ in 0..3 {
        assert_eq!(browser.log_in("root", "wrong").await.status, 400);
    }
    let answer = browser.log_in("root", PASSWORD).await;
    assert_eq!((answer.status, &answer.headers["retry-after"]), (429, &"60".parse().unwrap()));
    answer.shows(&["Too many attempts"]);
    chat.staff("sam").await;
    assert_eq!(chat.browser().log_in("sam", PASSWORD).await.status, 303);
    chat.clock.pass(Duration::from_secs(60));
    assert_eq!(browser.log_in("root", PASSWORD).await.status, 303);
}

async fn a_token_of_the_chats_is_no_session(chat: &Chat) {
    let root = chat.superuser("root").await;
    let mut browser = chat.browser_of(&root).await;
    let token = chat.api.log_in("root", PASSWORD).await.unwrap().access;
    browser.set_cookie(&token);
    assert_eq!(browser.get("/admin/").await.status, 302);
}

async fn log_ins_count_towards_the_chats_own_limit(chat: &Chat) {
    chat.superuser("root").await;
    let mut browser = chat.browser();
    browser.peer = Some("192.0.2.1:1".parse().unwrap());
    // By names of which each has tries of its own left.
    for n in 0..20 {
        assert_eq!(browser.log_in(&format!("root{n}"), "wrong").await.status, 400, "{n}");
    }
    let answer = browser.log_in("root", PASSWORD).await;
    assert_eq!((answer.status, &answer.headers["retry-after"]), (429, &"3".parse().unwrap()));
    // It is the same bucket as for tokens.
    browser.headers = vec![("content-type", "application/json".to_owned())];
    let body = format!(r#"{{"username":"root","password":"{PASSWORD}"}}"#);
    assert_eq!(browser.post_bare("/auth/jwt/create/", &body).await.status, 429);
    browser.headers.clear();
    browser.peer = Some("192.0.2.2:1".parse().unwrap());
    assert_eq!(browser.log_in("root", PASSWORD).await.status, 303);
}

async fn a_name_is_read_in_the_form_that_is_kept(chat: &Chat) {
    let mut browser = chat.browser_of(&chat.superuser("taro").await).await;
    assert_eq!(chat.browser().log_in("ｔａｒｏ", PASSWORD).await.status, 303);
    let hana = [
        ("username", "ｈａｎａ"),
        ("password", "on-the-7th-day"),
        ("again", "on-the-7th-day"),
        ("is_active", "yes"),
    ];
    assert_eq!(browser.post("/admin/users/add/", &hana).await.status, 303);
    assert_eq!(browser.get("/admin/users/?q=%EF%BD%88%EF%BD%81%EF%BD%8E%EF%BD%81").await.names(), ["hana"]);
    browser.get("/admin/suggest/users/?q=%EF%BD%88%EF%BD%81").await.shows(&["\"hana\""]);
    assert_eq!(
        browser.post("/admin/rooms/add/", &[("name", "Tea"), ("admin", "ｈａｎａ")]).await.status,
        303
    );
    let taken = [("username", "ｈａｎａ"), ("password", "on-the-7th-day"), ("again", "on-the-7th-day")];
    let answer = browser.post("/admin/users/add/", &taken).await;
    assert_eq!(answer.status, 400);
    answer.shows(&["A user with that username already exists."]);
}
