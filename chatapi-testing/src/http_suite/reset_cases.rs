//! Cases about mails that lead to a new password or a new name.

use std::time::Duration;

use chatapi_core::config::Config;
use chatapi_core::users::NewUser;

use super::activation_cases::Link;
use super::ask::{Answer, Ask};
use super::case::cases;
use super::chat::{Chat, PASSWORD, Person, Suite};

cases! {
    a_mailed_link_sets_a_new_password_once,
    a_new_password_by_mail_ends_every_token,
    a_new_password_by_mail_is_told_its_faults,
    nothing_tells_whether_an_address_is_known,
    each_user_of_an_address_gets_a_link,
    who_is_inactive_or_has_no_password_gets_no_link,
    a_link_for_a_new_password_ends,
    a_link_for_a_new_password_ends_with_the_password_or_the_address,
    a_mailed_link_sets_a_new_name_once,
    a_link_for_a_new_name_is_none_for_a_password,
    changes_are_mailed_on_request,
}

const NEW: &str = "nhy678UJM,ki";
const BAD_LINK: &str = "Invalid token for given user.";

async fn a_mailed_link_sets_a_new_password_once(suite: Suite) {
    let (chat, _) = inhabited(&suite, |_| {}).await;
    let link = mailed(&chat, "password", "ANN@example.org").await;
    confirm(&chat, &link, NEW).await.is(204, "");
    chat.log_in("ann", NEW).await;
    chat.try_log_in("ann", PASSWORD).await.status(401);
    confirm(&chat, &link, "another678UJM,ki").await.fault("token", BAD_LINK);
    let nobody = Link { uid: "OTk5OTk5".to_owned(), token: link.token };
    confirm(&chat, &nobody, NEW).await.fault("uid", "Invalid user id or user doesn't exist.");
}

async fn a_new_password_by_mail_ends_every_token(suite: Suite) {
    let (chat, ann) = inhabited(&suite, |_| {}).await;
    let link = mailed(&chat, "password", "ann@example.org").await;
    chat.get("/rooms/").by(&ann).await.status(200);
    confirm(&chat, &link, NEW).await.is(204, "");
    let refused = chat.get("/rooms/").by(&ann).await;
    assert_eq!(refused.status(401).text("code"), "token_not_valid");
    let refused = chat.post("/auth/jwt/refresh/").json(format!(r#"{{"refresh":"{}"}}"#, ann.refresh)).await;
    refused.is(401, r#"{"detail":"Token is invalid or expired","code":"token_not_valid"}"#);
}

async fn a_new_password_by_mail_is_told_its_faults(suite: Suite) {
    let (chat, _) = inhabited(&suite, |_| {}).await;
    let link = mailed(&chat, "password", "ann@example.org").await;
    confirm(&chat, &link, "password").await.fault("new_password", "This password is too common.");
    confirm(&chat, &link, NEW).await.is(204, "");
}

async fn nothing_tells_whether_an_address_is_known(suite: Suite) {
    let (chat, _) = inhabited(&suite, |_| {}).await;
    for kind in ["password", "username"] {
        let known = ask(&chat, kind, "ann@example.org").await;
        assert_eq!(chat.mails().await.len(), 1);
        let unknown = ask(&chat, kind, "nobody@example.org").await;
        assert!(chat.mails().await.is_empty());
        let shown = |answer: &Answer| {
            let mut headers = answer.headers.clone();
            headers.remove("date");
            (answer.status, answer.body.clone(), headers)
        };
        assert_eq!(shown(&known), shown(&unknown));
        known.is(204, "");
    }
}

async fn each_user_of_an_address_gets_a_link(suite: Suite) {
    let (chat, _) = inhabited(&suite, |_| {}).await;
    let body = format!(r#"{{"username":"anna","password":"{PASSWORD}","email":"Ann@example.org"}}"#);
    chat.post("/auth/users/").json(body).await.status(201);
    ask(&chat, "password", "ann@example.org").await.is(204, "");
    let mut mails = chat.mails().await;
    mails.sort_by(|one, other| one.to.cmp(&other.to));
    let to: Vec<&str> = mails.iter().map(|mail| mail.to.as_str()).collect();
    assert_eq!(to, ["Ann@example.org", "ann@example.org"]);
    confirm(&chat, &Link::in_one(&mails[..1]), NEW).await.is(204, "");
    chat.log_in("anna", NEW).await;
    chat.log_in("ann", PASSWORD).await;
}

async fn who_is_inactive_or_has_no_password_gets_no_link(suite: Suite) {
    let (chat, ann) = inhabited(&suite, |_| {}).await;
    let account = chat.api().store().user(chatapi_core::UserId(ann.id)).await.unwrap().unwrap();
    for (name, password, is_active) in [("off", account.password.as_str(), false), ("none", "!x", true)] {
        let user = NewUser {
            username: name.to_owned(),
            email: format!("{name}@example.org"),
            password: password.to_owned(),
            is_active,
            awaits_activation: false,
            is_staff: false,
            is_superuser: false,
            is_viewer: false,
            date_joined: account.date_joined,
            revision: 0,
        };
        chat.api().store().create_user(user).await.unwrap();
        ask(&chat, "password", &format!("{name}@example.org")).await.is(204, "");
        assert!(chat.mails().await.is_empty(), "{name}");
    }
}

async fn a_link_for_a_new_password_ends(suite: Suite) {
    let short = |config: &mut Config| config.accounts.mail_token_lifetime = Duration::from_secs(60);
    let (chat, _) = inhabited(&suite, short).await;
    let link = mailed(&chat, "password", "ann@example.org").await;
    chat.clock.advance(Duration::from_secs(61));
    confirm(&chat, &link, NEW).await.fault("token", BAD_LINK);
    let link = mailed(&chat, "password", "ann@example.org").await;
    chat.clock.advance(Duration::from_secs(60));
    confirm(&chat, &link, NEW).await.is(204, "");
}

async fn a_link_for_a_new_password_ends_with_the_password_or_the_address(suite: Suite) {
    let (chat, ann) = inhabited(&suite, |_| {}).await;
    let link = mailed(&chat, "password", "ann@example.org").await;
    chat.patch("/auth/users/me/").by(&ann).json(r#"{"email":"new@example.org"}"#).await.status(200);
    confirm(&chat, &link, NEW).await.fault("token", BAD_LINK);
    let link = mailed(&chat, "password", "new@example.org").await;
    let body = format!(r#"{{"new_password":"another678UJM,ki","current_password":"{PASSWORD}"}}"#);
    chat.post("/auth/users/set_password/").by(&ann).json(body).await.is(204, "");
    confirm(&chat, &link, NEW).await.fault("token", BAD_LINK);
}

async fn a_mailed_link_sets_a_new_name_once(suite: Suite) {
    let (chat, ann) = inhabited(&suite, |_| {}).await;
    chat.person("bob").await;
    let link = mailed(&chat, "username", "ann@example.org").await;
    rename(&chat, &link, "bob").await.fault("new_username", "A user with that username already exists.");
    rename(&chat, &link, "anna").await.is(204, "");
    assert_eq!(chat.get("/auth/users/me/").by(&ann).await.text("username"), "anna");
    rename(&chat, &link, "annabel").await.fault("token", BAD_LINK);
    chat.log_in("anna", PASSWORD).await;
}

async fn a_link_for_a_new_name_is_none_for_a_password(suite: Suite) {
    let (chat, _) = inhabited(&suite, |_| {}).await;
    let name = mailed(&chat, "username", "ann@example.org").await;
    let password = mailed(&chat, "password", "ann@example.org").await;
    confirm(&chat, &name, NEW).await.fault("token", BAD_LINK);
    rename(&chat, &password, "anna").await.fault("token", BAD_LINK);
}

async fn changes_are_mailed_on_request(suite: Suite) {
    let telling = |config: &mut Config| {
        config.accounts.password_changed_email_confirmation = true;
        config.accounts.username_changed_email_confirmation = true;
    };
    let (chat, ann) = inhabited(&suite, telling).await;
    let body = format!(r#"{{"new_username":"anna","current_password":"{PASSWORD}"}}"#);
    chat.post("/auth/users/set_username/").by(&ann).json(body).await.is(204, "");
    told(&chat, "username has been successfully changed").await;
    let body = format!(r#"{{"new_password":"{NEW}","current_password":"{PASSWORD}"}}"#);
    chat.post("/auth/users/set_password/").by(&ann).json(body).await.is(204, "");
    told(&chat, "password has been successfully changed").await;
    let link = mailed(&chat, "username", "ann@example.org").await;
    rename(&chat, &link, "annabel").await.is(204, "");
    told(&chat, "username has been successfully changed").await;
    let link = mailed(&chat, "password", "ann@example.org").await;
    confirm(&chat, &link, PASSWORD).await.is(204, "");
    told(&chat, "password has been successfully changed").await;
}

async fn inhabited(suite: &Suite, change: impl FnOnce(&mut Config)) -> (Chat, Person) {
    let chat = suite.chat_with(change).await;
    let ann = chat.person("ann").await;
    (chat, ann)
}

async fn told(chat: &Chat, subject: &str) {
    let mails = chat.mails().await;
    let [mail] = mails.as_slice() else { panic!("{mails:?}") };
    assert!(mail.subject.contains(subject), "{}", mail.subject);
}

/// Asks for a link.
fn ask<'a>(chat: &'a Chat, kind: &str, email: &str) -> Ask<'a> {
    chat.post(format!("/auth/users/reset_{kind}/")).json(format!(r#"{{"email":"{email}"}}"#))
}

/// Asks for a link and takes it from the mail.
async fn mailed(chat: &Chat, kind: &str, email: &str) -> Link {
    ask(chat, kind, email).await.is(204, "");
    Link::in_one(&chat.mails().await)
}

fn confirm<'a>(chat: &'a Chat, link: &Link, password: &str) -> Ask<'a> {
    let body = format!(r#"{{"uid":"{}","token":"{}","new_password":"{password}"}}"#, link.uid, link.token);
    chat.post("/auth/users/reset_password_confirm/").json(body)
}

fn rename<'a>(chat: &'a Chat, link: &Link, name: &str) -> Ask<'a> {
    let body = format!(r#"{{"uid":"{}","token":"{}","new_username":"{name}"}}"#, link.uid, link.token);
    chat.post("/auth/users/reset_username_confirm/").json(body)
}
