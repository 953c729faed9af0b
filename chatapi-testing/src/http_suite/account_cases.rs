//! Cases about accounts: reading, changing and deleting one's own, and those of others.

use super::case::cases;
use super::chat::{Person, Suite};

cases! {
    an_account_is_read_by_its_user_and_by_staff,
    an_account_that_is_nobodys_is_not_found,
    an_address_is_changed_and_nothing_else,
    staff_change_the_address_of_others,
    staff_delete_others_by_their_own_password,
    nobody_else_deletes_an_account,
    an_account_is_deleted_by_its_id_too,
    a_deleted_account_takes_its_name_and_its_tokens_along,
    without_a_mail_for_activation_there_is_none_to_send_again,
}

const FORBIDDEN: &str = "You do not have permission to perform this action.";
const MINE: &str = r#"{"current_password":"zaq123wsx!Q"}"#;

async fn an_account_is_read_by_its_user_and_by_staff(suite: Suite) {
    let chat = suite.chat().await;
    let [ann, bob] = chat.people(["ann", "bob"]).await;
    let root = chat.superuser("root").await;
    let path = path_of(&ann);
    let shown = format!(r#"{{"email":"ann@example.org","id":{},"username":"ann"}}"#, ann.id);
    chat.get("/auth/users/me/").by(&ann).await.is(200, &shown);
    chat.get(&path).by(&ann).await.is(200, &shown);
    chat.get(&path).by(&root).await.is(200, &shown);
    chat.get(&path).by(&bob).await.detail(404, "Not found.");
    chat.get(&path).await.detail(401, "Authentication credentials were not provided.");
}

async fn an_account_that_is_nobodys_is_not_found(suite: Suite) {
    let chat = suite.chat().await;
    let ann = chat.person("ann").await;
    let root = chat.superuser("root").await;
    for method in ["GET", "PUT", "PATCH", "DELETE"] {
        let ask = |path: &str| chat.ask(method.parse().unwrap(), path).json(MINE);
        ask("/auth/users/999999/").by(&root).await.detail(404, "No User matches the given query.");
        ask("/auth/users/999999/").by(&ann).await.detail(404, "Not found.");
        ask("/auth/users/abc/").by(&root).await.detail(404, "Not found.");
        ask("/auth/users/abc/").by(&ann).await.detail(404, "Not found.");
    }
}

async fn an_address_is_changed_and_nothing_else(suite: Suite) {
    let chat = suite.chat().await;
    let ann = chat.person("ann").await;
    let shown = |email: &str| format!(r#"{{"email":"{email}","id":{},"username":"ann"}}"#, ann.id);
    let body = r#"{"email":"new@example.org","username":"other","id":7,"password":"x","is_staff":true}"#;
    chat.patch("/auth/users/me/").by(&ann).json(body).await.is(200, shown("new@example.org"));
    chat.put(path_of(&ann)).by(&ann).json(r#"{"email":"a@b.org"}"#).await.is(200, shown("a@b.org"));
    chat.patch(path_of(&ann)).by(&ann).json("{}").await.is(200, shown("a@b.org"));
    chat.put("/auth/users/me/").by(&ann).json(r#"{"email":""}"#).await.is(200, shown(""));
    chat.patch("/auth/users/me/")
        .by(&ann)
        .json(r#"{"email":null}"#)
        .await
        .fault("email", "This field may not be null.");
    // The tokens that there are stay good.
    chat.get("/auth/users/me/").by(&ann).await.is(200, shown(""));
}

async fn staff_change_the_address_of_others(suite: Suite) {
    let chat = suite.chat().await;
    let [ann, bob] = chat.people(["ann", "bob"]).await;
    let root = chat.superuser("root").await;
    let body = r#"{"email":"new@example.org"}"#;
    assert_eq!(
        chat.patch(path_of(&ann)).by(&root).json(body).await.status(200).text("email"),
        "new@example.org"
    );
    chat.put(path_of(&ann)).by(&bob).json(body).await.detail(404, "Not found.");
    assert_eq!(chat.get(path_of(&ann)).by(&ann).await.text("email"), "new@example.org");
}

async fn staff_delete_others_by_their_own_password(suite: Suite) {
    let chat = suite.chat().await;
    let ann = chat.person("ann").await;
    let root = chat.superuser("root").await;
    let wrong = r#"{"current_password":"nope"}"#;
    chat.delete(path_of(&ann)).by(&root).json(wrong).await.fault("current_password", "Invalid password.");
    chat.delete(path_of(&ann))
        .by(&root)
        .json("{}")
        .await
        .fault("current_password", "This field is required.");
    chat.delete(path_of(&ann)).by(&root).json(MINE).await.is(204, "");
    chat.get(path_of(&ann)).by(&root).await.detail(404, "No User matches the given query.");
}

async fn nobody_else_deletes_an_account(suite: Suite) {
    let chat = suite.chat().await;
    let [ann, bob] = chat.people(["ann", "bob"]).await;
    chat.delete(path_of(&ann)).by(&bob).json(MINE).await.detail(403, FORBIDDEN);
    chat.delete(path_of(&ann)).json(MINE).await.status(401);
    chat.get("/auth/users/me/").by(&ann).await.status(200);
}

async fn an_account_is_deleted_by_its_id_too(suite: Suite) {
    let chat = suite.chat().await;
    let ann = chat.person("ann").await;
    chat.delete(path_of(&ann)).by(&ann).json(MINE).await.is(204, "");
    chat.try_log_in("ann", "zaq123wsx!Q").await.status(401);
}

async fn a_deleted_account_takes_its_name_and_its_tokens_along(suite: Suite) {
    let chat = suite.chat().await;
    let ann = chat.person("ann").await;
    chat.delete("/auth/users/me/").by(&ann).json(MINE).await.is(204, "");
    let gone = r#"{"detail":"User not found","code":"user_not_found"}"#;
    chat.get("/rooms/").by(&ann).await.is(401, gone);
    let ended = r#"{"detail":"Token is invalid or expired","code":"token_not_valid"}"#;
    let refresh = format!(r#"{{"refresh":"{}"}}"#, ann.refresh);
    chat.post("/auth/jwt/refresh/").json(refresh).await.is(401, ended);
    chat.post("/auth/jwt/verify/").json(format!(r#"{{"token":"{}"}}"#, ann.access)).await.is(401, ended);
    let other = chat.person("ann").await;
    assert_ne!(other.id, ann.id, "an id is given once");
    chat.get("/rooms/").by(&ann).await.is(401, gone);
}

async fn without_a_mail_for_activation_there_is_none_to_send_again(suite: Suite) {
    let chat = suite.chat().await;
    chat.person("ann").await;
    let resend = |body: &str| chat.post("/auth/users/resend_activation/").json(body);
    resend(r#"{"email":"ann@example.org"}"#).await.is(400, "");
    resend(r#"{"email":"nobody@example.org"}"#).await.is(400, "");
    resend("{}").await.fault("email", "This field is required.");
    resend(r#"{"email":"nope"}"#).await.fault("email", "Enter a valid email address.");
    assert!(chat.mails().await.is_empty());
}

fn path_of(person: &Person) -> String {
    format!("/auth/users/{}/", person.id)
}
