//! Cases about odd JSON.

use super::case::cases;
use super::chat::{Chat, Person, Suite};

cases! {
    json_that_is_broken_is_refused_as_such,
    json_that_is_no_object_is_refused_by_its_type,
    a_number_that_json_does_not_have_is_refused,
    nesting_without_end_is_answered,
    of_a_field_that_is_given_twice_the_last_counts,
    bytes_that_are_no_utf_8_are_refused,
    half_of_a_surrogate_pair_is_a_fault_of_its_field,
    a_surrogate_pair_is_one_character,
    a_number_past_64_bits_is_an_unknown_key_and_repeated_as_it_was_sent,
    a_whole_float_is_a_key,
    a_number_is_a_text_where_text_is_due,
    a_nul_character_is_refused_beside_what_else_is_wrong,
    a_body_that_is_empty_has_no_fields_whatever_its_type,
    the_name_of_json_is_known_in_any_case_and_with_parameters,
}

async fn json_that_is_broken_is_refused_as_such(suite: Suite) {
    let (chat, ann, room) = tea(&suite).await;
    for body in
        ["{", "}", "{\"a\":}", "{} x", "{'a': 1}", "{\"a\": 1,}", "\u{feff}{}", " ", "nul", "{\"a\": \"\n\"}"]
    {
        refused(&chat, &ann, body.as_bytes()).await;
        chat.patch(format!("/rooms/{room}/")).by(&ann).body("application/json", body).await.status(400);
    }
}

async fn json_that_is_no_object_is_refused_by_its_type(suite: Suite) {
    let (chat, ann, _) = tea(&suite).await;
    let got = [
        ("[]", "list"),
        ("\"x\"", "str"),
        ("5", "int"),
        ("-5", "int"),
        ("1.5", "float"),
        ("1e3", "float"),
        ("true", "bool"),
    ];
    for (body, got) in got {
        let fault = format!("Invalid data. Expected a dictionary, but got {got}.");
        chat.post("/messages/").by(&ann).json(body).await.fault("non_field_errors", &fault);
    }
    chat.post("/messages/").by(&ann).json("null").await.fault("non_field_errors", "No data provided");
}

async fn a_number_that_json_does_not_have_is_refused(suite: Suite) {
    let (chat, ann, _) = tea(&suite).await;
    for number in ["NaN", "Infinity", "-Infinity", "01", "+1", ".5", "0x1"] {
        refused(&chat, &ann, format!(r#"{{"room":{number},"content":"x"}}"#).as_bytes()).await;
    }
}

async fn nesting_without_end_is_answered(suite: Suite) {
    let (chat, ann, room) = tea(&suite).await;
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let deep = format!("{}1{}", open.repeat(100_000), close.repeat(100_000));
        let bodies = [deep.clone(), open.repeat(100_000), format!(r#"{{"room":{room},"content":{deep}}}"#)];
        for body in bodies {
            chat.post("/messages/").by(&ann).json(body).await.status(400);
        }
        chat.post("/rooms/").by(&ann).json(format!(r#"{{"name":"x","users":[{deep}]}}"#)).await.status(400);
    }
    chat.say(&ann, room, "still here").await;
}

async fn of_a_field_that_is_given_twice_the_last_counts(suite: Suite) {
    let (chat, ann, room) = tea(&suite).await;
    let body = format!(r#"{{"room":"x","content":"one","room":{room},"content":"two"}}"#);
    let answer = chat.post("/messages/").by(&ann).json(body).await;
    assert_eq!(answer.status(201).text("content"), "two");
}

async fn bytes_that_are_no_utf_8_are_refused(suite: Suite) {
    let (chat, ann, _) = tea(&suite).await;
    for bytes in [&b"\xff"[..], b"\xc3", b"\xed\xa0\x80", b"\xc0\x80", b"\xf4\x90\x80\x80"] {
        refused(&chat, &ann, &[b"{\"room\":1,\"content\":\"", bytes, b"\"}"].concat()).await;
        refused(&chat, &ann, &[b"{\"", bytes, b"\":1}"].concat()).await;
    }
}

async fn half_of_a_surrogate_pair_is_a_fault_of_its_field(suite: Suite) {
    let (chat, ann, room) = tea(&suite).await;
    for (text, code) in [(r"\ud800", "D800"), (r"a\uDFFFb", "DFFF"), (r"\udc00\ud800", "DC00")] {
        let body = format!(r#"{{"room":{room},"content":"{text}"}}"#);
        let fault = format!("Surrogate characters are not allowed: U+{code}.");
        chat.post("/messages/").by(&ann).json(body).await.fault("content", &fault);
        let answer =
            chat.post("/auth/jwt/create/").json(format!(r#"{{"username":"{text}","password":"x"}}"#)).await;
        answer.fault("username", &fault);
    }
}

async fn a_surrogate_pair_is_one_character(suite: Suite) {
    let (chat, ann, room) = tea(&suite).await;
    let body = format!(r#"{{"room":{room},"content":"\ud83d\ude80 \u00fc"}}"#);
    assert_eq!(chat.post("/messages/").by(&ann).json(body).await.status(201).text("content"), "🚀 ü");
}

async fn a_number_past_64_bits_is_an_unknown_key_and_repeated_as_it_was_sent(suite: Suite) {
    let (chat, ann, _) = tea(&suite).await;
    for number in [
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775809",
        "123456789012345678901234567890",
    ] {
        let fault = format!(r#"Invalid pk "{number}" - object does not exist."#);
        for value in [number.to_owned(), format!("\"{number}\"")] {
            let body = format!(r#"{{"room":{value},"content":"x"}}"#);
            chat.post("/messages/").by(&ann).json(body).await.fault("room", &fault);
            let body = format!(r#"{{"name":"x","users":[{value}]}}"#);
            chat.post("/rooms/").by(&ann).json(body).await.fault("users", &fault);
        }
    }
}

async fn a_whole_float_is_a_key(suite: Suite) {
    let (chat, ann, room) = tea(&suite).await;
    let answer = chat.post("/messages/").by(&ann).json(format!(r#"{{"room":{room}.0,"content":"x"}}"#)).await;
    assert_eq!(answer.status(201).at("room").as_i64(), Some(room));
    chat.post("/messages/").by(&ann).json(format!(r#"{{"room":{room}.5,"content":"x"}}"#)).await.status(400);
}

async fn a_number_is_a_text_where_text_is_due(suite: Suite) {
    let (chat, ann, room) = tea(&suite).await;
    for (sent, kept) in [
        ("7", "7"),
        ("-1", "-1"),
        ("1.5", "1.5"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
    ] {
        let answer =
            chat.post("/messages/").by(&ann).json(format!(r#"{{"room":{room},"content":{sent}}}"#)).await;
        assert_eq!(answer.status(201).text("content"), kept);
    }
    for sent in ["true", "[]", "{}", "[\"x\"]"] {
        let answer =
            chat.post("/messages/").by(&ann).json(format!(r#"{{"room":{room},"content":{sent}}}"#)).await;
        answer.fault("content", "Not a valid string.");
    }
}

async fn a_nul_character_is_refused_beside_what_else_is_wrong(suite: Suite) {
    let (chat, ann, room) = tea(&suite).await;
    let fault = "Null characters are not allowed.";
    let body = format!(r#"{{"room":{room},"content":"a\u0000b"}}"#);
    chat.post("/messages/").by(&ann).json(body).await.fault("content", fault);
    chat.patch(format!("/rooms/{room}/")).by(&ann).json(r#"{"name":"\u0000"}"#).await.fault("name", fault);
    chat.post("/auth/jwt/create/")
        .json(r#"{"username":"a\u0000","password":"x"}"#)
        .await
        .fault("username", fault);
    let long = format!(r#"{{"name":"{}"}}"#, r"\u0000".repeat(101));
    let faults = format!(r#"{{"name":["Ensure this field has no more than 100 characters.","{fault}"]}}"#);
    chat.patch(format!("/rooms/{room}/")).by(&ann).json(long).await.is(400, faults);
    let faults = format!(r#"{{"email":["{fault}","Enter a valid email address."]}}"#);
    chat.patch("/auth/users/me/").by(&ann).json(r#"{"email":"a\u0000@example.org"}"#).await.is(400, faults);
    let odd =
        "Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.";
    let faults = format!(r#"{{"username":["{odd}","{fault}"]}}"#);
    let body = r#"{"username":"a\u0000b","password":"zaq123wsx!Q"}"#;
    chat.post("/auth/users/").json(body).await.is(400, faults);
    let body = r#"{"username":"ab","password":"zaq123\u0000wsx!Q"}"#;
    chat.post("/auth/users/").json(body).await.fault("password", fault);
}

async fn a_body_that_is_empty_has_no_fields_whatever_its_type(suite: Suite) {
    let (chat, ann, _) = tea(&suite).await;
    let required = r#"{"content":["This field is required."],"room":["This field is required."]}"#;
    for content_type in
        ["", "application/json", "text/plain", "application/xml", "multipart/form-data", "a/b/c"]
    {
        chat.post("/messages/").by(&ann).body(content_type, "").await.is(400, required);
    }
    chat.post("/messages/").by(&ann).await.is(400, required);
}

async fn the_name_of_json_is_known_in_any_case_and_with_parameters(suite: Suite) {
    let (chat, ann, room) = tea(&suite).await;
    for content_type in
        ["application/json; charset=utf-8", "Application/JSON", "application/json;charset=\"UTF-8\""]
    {
        let body = format!(r#"{{"room":{room},"content":"x"}}"#);
        chat.post("/messages/").by(&ann).body(content_type, body).await.status(201);
    }
    for content_type in ["application/jsonx", "text/json", "application/vnd.api+json"] {
        let answer = chat.post("/messages/").by(&ann).body(content_type, "{}").await;
        answer.detail(415, &format!("Unsupported media type \"{content_type}\" in request."));
    }
}

async fn tea(suite: &Suite) -> (Chat, Person, i64) {
    let chat = suite.chat().await;
    let ann = chat.person("ann").await;
    let room = chat.room(&ann, &[]).await;
    (chat, ann, room)
}

async fn refused(chat: &Chat, ann: &Person, body: &[u8]) {
    let answer = chat.post("/messages/").by(ann).body("application/json", body.to_vec()).await;
    let detail = answer.status(400).text("detail");
    assert!(detail.starts_with("JSON parse error - "), "{detail} of {}", String::from_utf8_lossy(body));
}
