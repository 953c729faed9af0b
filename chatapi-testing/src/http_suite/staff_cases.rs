//! Cases about who changes whose account, and about accounts that staff shut out.

use chatapi_core::users::{Administration, UserEdit};
use chatapi_core::{CurrentUser, UserId};

use super::activation_cases::{Link, by_mail, register};
use super::case::cases;
use super::chat::{Chat, PASSWORD, Person, Suite};

cases! {
    staff_change_and_delete_only_who_is_neither_staff_nor_superuser,
    a_view_only_account_reads_every_account_and_changes_none,
    a_superuser_changes_and_deletes_every_account,
    everybody_changes_and_deletes_their_own_account,
    the_last_active_superuser_stays,
    the_last_active_superuser_need_not_prove_an_address_and_be_shut_out,
    a_change_by_staff_is_logged,
    a_deactivated_account_stays_out_whatever_links_there_are,
    a_token_from_before_a_deactivation_or_a_demotion_stays_ended,
    a_link_from_before_a_promotion_is_no_way_to_the_rank,
    a_new_account_is_named_by_no_token_of_before_it,
}

const FORBIDDEN: &str = "You do not have permission to perform this action.";
const MINE: &str = r#"{"current_password":"zaq123wsx!Q"}"#;
const NEW: &str = r#"{"email":"new@example.org"}"#;

fn staff() -> UserEdit {
    UserEdit { is_staff: Some(true), ..UserEdit::default() }
}

fn viewer() -> UserEdit {
    UserEdit { is_viewer: Some(true), ..staff() }
}

fn active(is_active: bool) -> UserEdit {
    UserEdit { is_active: Some(is_active), ..UserEdit::default() }
}

/// Has a superuser change an account, as on the admin site.
async fn edit(chat: &Chat, root: &Person, person: &Person, edit: UserEdit) {
    let root = chat.api().store().user(UserId(root.id)).await.unwrap().unwrap();
    let change = Administration::Change { account: UserId(person.id), edit };
    chat.api().administer(&CurrentUser::from(&root), change).await.unwrap();
}

/// Somebody of this name and rank.
async fn ranked(chat: &Chat, root: &Person, name: &str, rank: UserEdit) -> Person {
    let person = chat.person(name).await;
    edit(chat, root, &person, rank).await;
    chat.log_in(name, PASSWORD).await
}

fn path_of(person: &Person) -> String {
    format!("/auth/users/{}/", person.id)
}

async fn refuses_every_change(chat: &Chat, by: &Person, of: &Person) {
    let shown =
        format!(r#"{{"email":"{name}@example.org","id":{},"username":"{name}"}}"#, of.id, name = of.name);
    for body in [NEW, "{}", "{nonsense"] {
        chat.patch(path_of(of)).by(by).json(body).await.detail(403, FORBIDDEN);
        chat.put(path_of(of)).by(by).json(body).await.detail(403, FORBIDDEN);
    }
    chat.delete(path_of(of)).by(by).json(MINE).await.detail(403, FORBIDDEN);
    chat.delete(path_of(of)).by(by).json("{}").await.detail(403, FORBIDDEN);
    chat.get(path_of(of)).by(by).await.is(200, &shown);
    let told = chat.ask("OPTIONS".parse().unwrap(), path_of(of)).by(by).await;
    assert!(told.status(200).json().at("actions").is_none(), "{} sees the form of {}", by.name, of.name);
}

async fn staff_change_and_delete_only_who_is_neither_staff_nor_superuser(suite: Suite) {
    let chat = suite.chat().await;
    let root = chat.superuser("root").await;
    let [sam, other] =
        [ranked(&chat, &root, "sam", staff()).await, ranked(&chat, &root, "other", staff()).await];
    let viv = ranked(&chat, &root, "viv", viewer()).await;
    let ann = chat.person("ann").await;
    for protected in [&root, &other, &viv] {
        refuses_every_change(&chat, &sam, protected).await;
    }
    assert_eq!(
        chat.patch(path_of(&ann)).by(&sam).json(NEW).await.status(200).text("email"),
        "new@example.org"
    );
    chat.delete(path_of(&ann)).by(&sam).json(MINE).await.is(204, "");
    chat.get(path_of(&ann)).by(&sam).await.status(404);
}

async fn a_view_only_account_reads_every_account_and_changes_none(suite: Suite) {
    let chat = suite.chat().await;
    let root = chat.superuser("root").await;
    let viv = ranked(&chat, &root, "viv", viewer()).await;
    let sam = ranked(&chat, &root, "sam", staff()).await;
    let ann = chat.person("ann").await;
    for person in [&root, &sam, &ann] {
        refuses_every_change(&chat, &viv, person).await;
    }
    assert_eq!(chat.get("/auth/users/").by(&viv).await.each("username").len(), 4);
    assert_eq!(
        chat.patch("/auth/users/me/").by(&viv).json(NEW).await.status(200).text("email"),
        "new@example.org"
    );
}

async fn a_superuser_changes_and_deletes_every_account(suite: Suite) {
    let chat = suite.chat().await;
    let root = chat.superuser("root").await;
    let other = chat.superuser("other").await;
    for person in
        [ranked(&chat, &root, "sam", staff()).await, ranked(&chat, &root, "viv", viewer()).await, other]
    {
        let told = chat.ask("OPTIONS".parse().unwrap(), path_of(&person)).by(&root).await;
        assert!(told.status(200).json().at("actions").is_some());
        chat.patch(path_of(&person)).by(&root).json(NEW).await.status(200);
        chat.delete(path_of(&person)).by(&root).json(MINE).await.is(204, "");
    }
}

async fn everybody_changes_and_deletes_their_own_account(suite: Suite) {
    let chat = suite.chat().await;
    let root = chat.superuser("root").await;
    for (name, rank) in [("sam", staff()), ("viv", viewer()), ("ann", UserEdit::default())] {
        let person = ranked(&chat, &root, name, rank).await;
        chat.patch(path_of(&person)).by(&person).json(NEW).await.status(200);
        let new = r#"{"new_username":"other","current_password":"zaq123wsx!Q"}"#;
        chat.post("/auth/users/set_username/").by(&person).json(new).await.is(204, "");
        chat.delete("/auth/users/me/").by(&person).json(MINE).await.is(204, "");
    }
}

async fn the_last_active_superuser_stays(suite: Suite) {
    let chat = suite.chat().await;
    let root = chat.superuser("root").await;
    let off = chat.superuser("off").await;
    edit(&chat, &root, &off, active(false)).await;
    chat.delete("/auth/users/me/").by(&root).json(MINE).await.detail(403, FORBIDDEN);
    chat.delete(path_of(&root)).by(&root).json(MINE).await.detail(403, FORBIDDEN);
    chat.get("/auth/users/me/").by(&root).await.status(200);
    chat.patch("/auth/users/me/").by(&root).json(NEW).await.status(200);
    chat.superuser("next").await;
    chat.delete("/auth/users/me/").by(&root).json(MINE).await.is(204, "");
}

async fn the_last_active_superuser_need_not_prove_an_address_and_be_shut_out(suite: Suite) {
    let chat = suite.chat_with(by_mail).await;
    let root = chat.superuser("root").await;
    chat.patch("/auth/users/me/").by(&root).json(NEW).await.detail(403, FORBIDDEN);
    assert_eq!(chat.get("/auth/users/me/").by(&root).await.text("email"), "root@example.org");
    assert!(chat.mails().await.is_empty());
    // With another superuser it is as for everybody.
    chat.superuser("next").await;
    chat.patch("/auth/users/me/").by(&root).json(NEW).await.status(200);
    Link::in_one(&chat.mails().await).activate(&chat).await.is(204, "");
    chat.log_in("root", PASSWORD).await;
}

async fn a_change_by_staff_is_logged(suite: Suite) {
    let chat = suite.chat().await;
    let root = chat.superuser("root").await;
    let sam = ranked(&chat, &root, "sam", staff()).await;
    let ann = chat.person("ann").await;
    chat.patch("/auth/users/me/").by(&ann).json(r#"{"email":"a@b.org"}"#).await.status(200);
    chat.patch(path_of(&ann)).by(&sam).json(NEW).await.status(200);
    chat.patch(path_of(&ann)).by(&sam).json("{}").await.status(200);
    chat.patch(path_of(&root)).by(&sam).json(NEW).await.status(403);
    chat.delete(path_of(&ann)).by(&sam).json(MINE).await.status(204);
    let log = chat.api().store().audit_log(UserId(ann.id)).await.unwrap();
    let told: Vec<_> =
        log.iter().map(|entry| (&*entry.actor.1, &*entry.action, &*entry.username, &*entry.detail)).collect();
    assert_eq!(told, [("sam", "Changed", "ann", "Email address"), ("sam", "Deleted", "ann", "")]);
    assert_eq!(chat.api().store().audit_log(UserId(root.id)).await.unwrap(), []);
}

async fn a_deactivated_account_stays_out_whatever_links_there_are(suite: Suite) {
    let chat = suite.chat_with(by_mail).await;
    let root = chat.superuser("root").await;
    let ask = |path: &str, name: &str| {
        chat.post(format!("/auth/users/{path}/")).json(format!(r#"{{"email":"{name}@example.org"}}"#))
    };
    // Ann was active, bob never was.
    let [of_ann, of_bob] =
        [Link::in_one(&register(&chat, "ann").await), Link::in_one(&register(&chat, "bob").await)];
    of_ann.activate(&chat).await.is(204, "");
    ask("reset_password", "ann").await.is(204, "");
    let reset = Link::in_one(&chat.mails().await);
    for (name, link) in [("ann", of_ann), ("bob", of_bob)] {
        let user = chat.api().store().user_by_name(name).await.unwrap().unwrap();
        let person =
            Person { id: user.id.0, name: name.into(), access: String::new(), refresh: String::new() };
        edit(&chat, &root, &person, active(false)).await;
        link.activate(&chat).await.fault("token", "Invalid token for given user.");
        for path in ["resend_activation", "reset_password", "reset_username"] {
            ask(path, name).await.is(204, "");
            assert!(chat.mails().await.is_empty(), "{name}: {path}");
        }
        chat.try_log_in(name, PASSWORD).await.status(401);
        // Active again, by staff alone.
        edit(&chat, &root, &person, active(true)).await;
        link.activate(&chat).await.fault("token", "Invalid token for given user.");
        chat.log_in(name, PASSWORD).await;
    }
    let body =
        format!(r#"{{"uid":"{}","token":"{}","new_password":"nhy678UJM,ki"}}"#, reset.uid, reset.token);
    chat.post("/auth/users/reset_password_confirm/")
        .json(body)
        .await
        .fault("token", "Invalid token for given user.");
}

async fn a_token_from_before_a_deactivation_or_a_demotion_stays_ended(suite: Suite) {
    let chat = suite.chat().await;
    let root = chat.superuser("root").await;
    let less = |is_staff, is_superuser| UserEdit {
        is_staff: Some(is_staff),
        is_superuser: Some(is_superuser),
        ..UserEdit::default()
    };
    for (name, rank, ends) in [
        ("ann", UserEdit::default(), active(false)),
        ("sam", staff(), less(false, false)),
        ("boss", less(true, true), less(true, false)),
        ("viv", staff(), viewer()),
    ] {
        let person = ranked(&chat, &root, name, rank.clone()).await;
        edit(&chat, &root, &person, ends).await;
        let back = UserEdit { is_active: Some(true), is_viewer: Some(false), ..rank };
        edit(&chat, &root, &person, back).await;
        chat.get("/rooms/").by(&person).await.status(401);
        let refresh = format!(r#"{{"refresh":"{}"}}"#, person.refresh);
        chat.post("/auth/jwt/refresh/").json(refresh).await.status(401);
        let again = chat.log_in(name, PASSWORD).await;
        chat.get("/rooms/").by(&again).await.status(200);
    }
}

async fn a_link_from_before_a_promotion_is_no_way_to_the_rank(suite: Suite) {
    let chat = suite.chat().await;
    let root = chat.superuser("root").await;
    let ann = chat.person("ann").await;
    for (path, field) in [("password", "new_password"), ("username", "new_username")] {
        edit(&chat, &root, &ann, UserEdit { is_staff: Some(false), ..UserEdit::default() }).await;
        let mail = r#"{"email":"ann@example.org"}"#;
        chat.post(format!("/auth/users/reset_{path}/")).json(mail).await.is(204, "");
        let Link { uid, token } = Link::in_one(&chat.mails().await);
        edit(&chat, &root, &ann, staff()).await;
        let body = format!(r#"{{"uid":"{uid}","token":"{token}","{field}":"nhy678UJM_ki"}}"#);
        chat.post(format!("/auth/users/reset_{path}_confirm/"))
            .json(body)
            .await
            .fault("token", "Invalid token for given user.");
    }
}

async fn a_new_account_is_named_by_no_token_of_before_it(suite: Suite) {
    let chat = suite.chat().await;
    let mut revisions = Vec::new();
    for name in ["ann", "bob", "cyd"] {
        let person = chat.person(name).await;
        let (_, claims) = super::forge::read(&person.access);
        revisions.push(claims.at("revision").unwrap().as_i64().unwrap());
    }
    revisions.sort_unstable();
    revisions.dedup();
    assert_eq!(revisions.len(), 3, "{revisions:?}");
    assert!(revisions.iter().all(|revision| (1 << 20..1 << 53).contains(revision)), "{revisions:?}");
}
