//! Cases about changing one's password and one's name.

use super::case::cases;
use super::chat::{PASSWORD, Suite};

cases! {
    a_new_password_ends_every_token,
    a_new_password_needs_the_present_one,
    a_new_password_is_told_its_faults,
    a_new_name_leaves_the_tokens,
    a_new_name_needs_the_present_password,
    a_new_name_is_like_that_of_a_new_account,
}

const NEW: &str = "nhy678UJM,ki";

async fn a_new_password_ends_every_token(suite: Suite) {
    let chat = suite.chat().await;
    let [ann, bob] = chat.people(["ann", "bob"]).await;
    let body = format!(r#"{{"new_password":"{NEW}","current_password":"{PASSWORD}"}}"#);
    chat.post("/auth/users/set_password/").by(&ann).json(body).await.is(204, "");
    let tried =
        r#"{"token_class":"AccessToken","token_type":"access","message":"Token is invalid or expired"}"#;
    let ended = format!(
        r#"{{"detail":"Given token not valid for any token type","code":"token_not_valid","messages":[{tried}]}}"#
    );
    chat.get("/rooms/").by(&ann).await.is(401, ended);
    let ended = r#"{"detail":"Token is invalid or expired","code":"token_not_valid"}"#;
    chat.post("/auth/jwt/refresh/").json(format!(r#"{{"refresh":"{}"}}"#, ann.refresh)).await.is(401, ended);
    chat.post("/auth/jwt/verify/").json(format!(r#"{{"token":"{}"}}"#, ann.refresh)).await.is(401, ended);
    chat.try_log_in("ann", PASSWORD).await.status(401);
    let again = chat.log_in("ann", NEW).await;
    chat.get("/rooms/").by(&again).await.status(200);
    chat.get("/rooms/").by(&bob).await.status(200);
}

async fn a_new_password_needs_the_present_one(suite: Suite) {
    let chat = suite.chat().await;
    let ann = chat.person("ann").await;
    let set = |body: &str| chat.post("/auth/users/set_password/").by(&ann).json(body);
    let wrong = format!(r#"{{"new_password":"{NEW}","current_password":"nope"}}"#);
    set(&wrong).await.fault("current_password", "Invalid password.");
    let blank = format!(r#"{{"new_password":"{NEW}","current_password":""}}"#);
    set(&blank).await.fault("current_password", "This field may not be blank.");
    let required =
        r#"{"new_password":["This field is required."],"current_password":["This field is required."]}"#;
    set("{}").await.is(400, required);
    chat.post("/auth/users/set_password/").json(wrong).await.status(401);
    chat.log_in("ann", PASSWORD).await;
}

async fn a_new_password_is_told_its_faults(suite: Suite) {
    let chat = suite.chat().await;
    let wintergarden = chat.person("wintergarden").await;
    let set = |new: &str| {
        let body = format!(r#"{{"new_password":"{new}","current_password":"{PASSWORD}"}}"#);
        chat.post("/auth/users/set_password/").by(&wintergarden).json(body)
    };
    let similar = "The password is too similar to the username.";
    assert_eq!(set("wintergarden1").await.status(400).at("new_password.0").as_str(), Some(similar));
    set("password").await.fault("new_password", "This password is too common.");
    chat.get("/rooms/").by(&wintergarden).await.status(200);
}

async fn a_new_name_leaves_the_tokens(suite: Suite) {
    let chat = suite.chat().await;
    let ann = chat.person("ann").await;
    let body = format!(r#"{{"new_username":"anna","current_password":"{PASSWORD}"}}"#);
    chat.post("/auth/users/set_username/").by(&ann).json(&body).await.is(204, "");
    assert_eq!(chat.get("/auth/users/me/").by(&ann).await.text("username"), "anna");
    chat.try_log_in("ann", PASSWORD).await.status(401);
    chat.log_in("anna", PASSWORD).await;
    chat.person("ann").await;
}

async fn a_new_name_needs_the_present_password(suite: Suite) {
    let chat = suite.chat().await;
    let ann = chat.person("ann").await;
    let set = |body: &str| chat.post("/auth/users/set_username/").by(&ann).json(body);
    set(r#"{"new_username":"anna","current_password":"nope"}"#)
        .await
        .fault("current_password", "Invalid password.");
    let required =
        r#"{"current_password":["This field is required."],"new_username":["This field is required."]}"#;
    set("{}").await.is(400, required);
    assert_eq!(chat.get("/auth/users/me/").by(&ann).await.text("username"), "ann");
}

async fn a_new_name_is_like_that_of_a_new_account(suite: Suite) {
    let chat = suite.chat().await;
    let [ann, _] = chat.people(["ann", "bob"]).await;
    let set = |name: &str| {
        let body = format!(r#"{{"new_username":"{name}","current_password":"{PASSWORD}"}}"#);
        chat.post("/auth/users/set_username/").by(&ann).json(body)
    };
    set("bob").await.fault("new_username", "A user with that username already exists.");
    set("a b").await.status(400);
    set("").await.fault("new_username", "This field may not be blank.");
    set("Bob").await.is(204, "");
}
