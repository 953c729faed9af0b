//! Cases about registration.

use super::case::cases;
use super::chat::{PASSWORD, Suite};
use super::json::Json;

cases! {
    a_new_account_is_shown_without_its_password,
    a_name_is_letters_digits_and_a_few_signs,
    a_name_is_trimmed_and_in_one_form_of_unicode,
    a_name_is_looked_at_in_the_form_that_is_kept,
    each_way_to_name_a_user_takes_each_form_of_the_name,
    names_of_either_case_are_different,
    the_host_of_an_address_is_in_lower_case_and_the_rest_as_given,
    an_address_may_be_missing_blank_or_shared,
    an_address_that_is_none_is_refused,
    a_password_is_looked_at_only_where_the_rest_is_sound,
    a_password_is_told_each_of_its_faults,
    what_else_a_registration_says_is_ignored,
}

const BAD_NAME: &str =
    "Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.";

async fn a_new_account_is_shown_without_its_password(suite: Suite) {
    let chat = suite.chat().await;
    let body = format!(r#"{{"username":"ann","password":"{PASSWORD}","email":"ann@example.org"}}"#);
    let made = chat.post("/auth/users/").json(body).await;
    made.is(201, format!(r#"{{"email":"ann@example.org","username":"ann","id":{}}}"#, made.id()));
}

async fn a_name_is_letters_digits_and_a_few_signs(suite: Suite) {
    let chat = suite.chat().await;
    let register = |name: &str| {
        let name = Json::Text(name.to_owned());
        chat.post("/auth/users/").json(format!(r#"{{"username":{name},"password":"{PASSWORD}"}}"#))
    };
    for name in ["a.b+c-d_e@f", "Ünal", "日本", "007", "ñ"] {
        register(name).await.status(201);
    }
    for name in ["a b", "a\nb", "a!", "a/b", "a,b", "🚀", "a\u{200b}b", "<a>"] {
        register(name).await.fault("username", BAD_NAME);
    }
    register(&"ü".repeat(150)).await.status(201);
    register(&"ü".repeat(151)).await.fault("username", "Ensure this field has no more than 150 characters.");
    register(&"!".repeat(151)).await.is(
        400,
        format!(r#"{{"username":["{BAD_NAME}","Ensure this field has no more than 150 characters."]}}"#),
    );
    register("  ").await.fault("username", "This field may not be blank.");
    register("ñ").await.fault("username", "A user with that username already exists.");
}

async fn a_name_is_trimmed_and_in_one_form_of_unicode(suite: Suite) {
    let chat = suite.chat().await;
    let made =
        chat.post("/auth/users/").json(format!(r#"{{"username":" ﬁnn ","password":"{PASSWORD}"}}"#)).await;
    assert_eq!(made.status(201).text("username"), "finn");
    let again =
        chat.post("/auth/users/").json(format!(r#"{{"username":"finn","password":"{PASSWORD}"}}"#)).await;
    again.fault("username", "A user with that username already exists.");
    chat.log_in("finn", PASSWORD).await;
}

async fn a_name_is_looked_at_in_the_form_that_is_kept(suite: Suite) {
    let chat = suite.chat().await;
    let register = |name: String| {
        let name = Json::Text(name);
        chat.post("/auth/users/").json(format!(r#"{{"username":{name},"password":"{PASSWORD}"}}"#))
    };
    // Letters of full width, accents apart from their letters, and one character that stands for four.
    assert_eq!(register("ｔａｒｏ".to_owned()).await.status(201).text("username"), "taro");
    register("e\u{301}".repeat(150)).await.status(201);
    register("㍿".repeat(37)).await.status(201);
    register("㍿".repeat(38)).await.fault("username", "Ensure this field has no more than 150 characters.");
    for invisible in
        ["a\u{3164}", "\u{115f}a", "\u{1160}", "a\u{ffa0}b", "a\u{200d}", "a\u{feff}", "a\u{ad}b"]
    {
        register(invisible.to_owned()).await.fault("username", BAD_NAME);
    }
    // A password like the name is like each form of it.
    let like = r#"{"username":"ｓｏｌｏｍｏｎｇｒｕｎｄｙ","password":"solomongrundy"}"#;
    chat.post("/auth/users/")
        .json(like)
        .await
        .fault("password", "The password is too similar to the username.");
}

async fn each_way_to_name_a_user_takes_each_form_of_the_name(suite: Suite) {
    let chat = suite.chat_with(|config| config.finds_users = true).await;
    let body = format!(r#"{{"username":"ｔａｒｏ","password":"{PASSWORD}"}}"#);
    chat.post("/auth/users/").json(body).await.status(201);
    let taro = chat.log_in("ｔａｒｏ", PASSWORD).await;
    let room = chat.room(&taro, &[]).await;
    chat.say(&taro, room, "hello").await;
    for name in ["taro", "ｔａｒｏ", "ｔaro"] {
        chat.log_in(name, PASSWORD).await;
        let found = chat.get(format!("/auth/users/?username={name}")).by(&taro).await;
        assert_eq!(found.each("id").len(), 1, "{name}");
        let found = chat.get(format!("/messages/?q=hello%20from:{name}")).by(&taro).await;
        assert_eq!(found.contents(), ["hello"], "{name}");
    }
    // Trimmed, as it is in forms; the ideographic space is one, too.
    for name in ["%20taro ", "taro\u{3000}", "\u{a0}ｔａｒｏ%0A"] {
        let found = chat.get(format!("/auth/users/?username={name}").replace(' ', "%20")).by(&taro).await;
        assert_eq!(found.each("id").len(), 1, "{name:?}");
    }
    let new = format!(r#"{{"new_username":"ｈａｎａ","current_password":"{PASSWORD}"}}"#);
    chat.post("/auth/users/set_username/").by(&taro).json(new).await.is(204, "");
    assert_eq!(chat.get("/auth/users/me/").by(&taro).await.text("username"), "hana");
    chat.log_in("ｈａｎａ", PASSWORD).await;
    chat.try_log_in("ｈａｎａ\u{200b}", PASSWORD).await.status(401);
}

async fn names_of_either_case_are_different(suite: Suite) {
    let chat = suite.chat().await;
    let [ann, other] = chat.people(["ann", "Ann"]).await;
    assert_ne!(ann.id, other.id);
    chat.try_log_in("ANN", PASSWORD).await.status(401);
}

async fn the_host_of_an_address_is_in_lower_case_and_the_rest_as_given(suite: Suite) {
    let chat = suite.chat().await;
    let body = format!(r#"{{"username":"ann","password":"{PASSWORD}","email":" Ann.B@EXAMPLE.Org "}}"#);
    assert_eq!(chat.post("/auth/users/").json(body).await.status(201).text("email"), "Ann.B@example.org");
}

async fn an_address_may_be_missing_blank_or_shared(suite: Suite) {
    let chat = suite.chat().await;
    for (name, rest) in
        [("a", ""), ("b", r#","email":"""#), ("c", r#","email":"x@y.org""#), ("d", r#","email":"x@y.org""#)]
    {
        let body = format!(r#"{{"username":"{name}","password":"{PASSWORD}"{rest}}}"#);
        chat.post("/auth/users/").json(body).await.status(201);
    }
    let body = format!(r#"{{"username":"e","password":"{PASSWORD}","email":null}}"#);
    chat.post("/auth/users/").json(body).await.fault("email", "This field may not be null.");
}

async fn an_address_that_is_none_is_refused(suite: Suite) {
    let chat = suite.chat().await;
    let ann = chat.person("ann").await;
    for email in ["nope", "a@b", "a b@example.org", "@example.org", "a@", "a@-b.org", "a@b..org"] {
        let body = format!(r#"{{"username":"bob","password":"{PASSWORD}","email":"{email}"}}"#);
        chat.post("/auth/users/").json(body).await.fault("email", "Enter a valid email address.");
        let change = format!(r#"{{"email":"{email}"}}"#);
        chat.patch("/auth/users/me/")
            .by(&ann)
            .json(&change)
            .await
            .fault("email", "Enter a valid email address.");
        chat.post("/auth/users/reset_password/")
            .json(&change)
            .await
            .fault("email", "Enter a valid email address.");
    }
    let long = "Ensure this field has no more than 254 characters.";
    let change = format!(r#"{{"email":"a@{}org"}}"#, "b.".repeat(150));
    chat.patch("/auth/users/me/").by(&ann).json(change).await.fault("email", long);
    let change = format!(r#"{{"email":"{}"}}"#, "b".repeat(300));
    let both = format!(r#"{{"email":["{long}","Enter a valid email address."]}}"#);
    chat.patch("/auth/users/me/").by(&ann).json(change).await.is(400, both);
}

async fn a_password_is_looked_at_only_where_the_rest_is_sound(suite: Suite) {
    let chat = suite.chat().await;
    chat.person("ann").await;
    let register = |body: &str| chat.post("/auth/users/").json(body);
    let taken = "A user with that username already exists.";
    register(r#"{"username":"ann","password":"1"}"#).await.fault("username", taken);
    let refused = register(r#"{"password":"1","username":"a b","email":"x"}"#).await;
    refused.is(400, format!(r#"{{"email":["Enter a valid email address."],"username":["{BAD_NAME}"]}}"#));
    register(r#"{"username":"bob","password":""}"#).await.fault("password", "This field may not be blank.");
}

async fn a_password_is_told_each_of_its_faults(suite: Suite) {
    let chat = suite.chat().await;
    let faults = [
        (
            "1234",
            vec!["too short. It must contain at least 8 characters.", "too common.", "entirely numeric."],
        ),
        ("8301946275", vec!["entirely numeric."]),
        ("Password", vec!["too common."]),
        ("xkq7#Lm", vec!["too short. It must contain at least 8 characters."]),
    ];
    for (password, faults) in faults {
        let faults: Vec<String> =
            faults.iter().map(|fault| format!("\"This password is {fault}\"")).collect();
        let body = format!(r#"{{"username":"wintergarden","password":"{password}"}}"#);
        chat.post("/auth/users/")
            .json(body)
            .await
            .is(400, format!(r#"{{"password":[{}]}}"#, faults.join(",")));
    }
    let body = r#"{"username":"wintergarden","password":"Wintergarden1"}"#;
    chat.post("/auth/users/")
        .json(body)
        .await
        .fault("password", "The password is too similar to the username.");
    let body = r#"{"username":"x","password":"sommerfeld1","email":"sommerfeld@example.org"}"#;
    let fault = "The password is too similar to the email address.";
    chat.post("/auth/users/").json(body).await.fault("password", fault);
}

async fn what_else_a_registration_says_is_ignored(suite: Suite) {
    let chat = suite.chat().await;
    let more = r#""id":77,"is_staff":true,"is_superuser":true,"is_active":false"#;
    let made = chat
        .post("/auth/users/")
        .json(format!(r#"{{"username":"ann","password":"{PASSWORD}",{more}}}"#))
        .await;
    assert_ne!(made.status(201).id(), 77);
    let ann = chat.log_in("ann", PASSWORD).await;
    let bob = chat.person("bob").await;
    chat.get(format!("/auth/users/{}/", bob.id)).by(&ann).await.detail(404, "Not found.");
}
