//! Cases about how much one user, one network, and one name may ask for.

use std::time::Duration;

use async_trait::async_trait;
use chatapi_core::Timestamp;
use chatapi_core::config::Config;
use chatapi_core::http::{Access, Call, Response, Route, StatusCode, json};
use chatapi_core::rate_limit::{Bucket, Limiter, Rate, RateClass, RateLimitStatus};
use chatapi_core::{ChatApi, Result};

use super::ask::Answer;
use super::case::cases;
use super::chat::{Chat, PASSWORD, Suite};

cases! {
    attempts_to_log_in_are_counted_and_let_in_again_later,
    what_is_left_is_told_with_each_answer,
    networks_are_counted_apart_as_trusted_proxies_tell_them,
    what_strangers_say_of_their_address_does_not_count,
    failed_attempts_by_one_name_are_counted_wherever_they_come_from,
    who_logged_in_from_there_before_is_not_locked_out_by_others,
    many_attempts_at_once_are_no_more_than_one_after_the_other,
    messages_are_counted_by_user,
    rooms_that_are_made_and_changed_are_counted_by_user,
    a_mailbox_is_not_flooded_from_wherever,
    a_mailbox_is_one_in_whatever_case_its_address_is_written,
    guesses_are_counted_by_the_name_in_whatever_form_it_is_written,
    a_hosts_own_way_to_log_in_counts_as_one,
    new_accounts_are_counted,
    proofs_by_password_are_counted_as_log_ins,
    a_host_names_the_class_of_its_own_endpoints,
    a_host_counts_in_its_own_way,
}

fn rate(text: &str) -> Option<Rate> {
    Some(text.parse().unwrap())
}

#[track_caller]
fn is_throttled(answer: &Answer, seconds: u64) {
    answer.detail(429, &format!("Request was throttled. Expected available in {seconds} seconds."));
    assert_eq!(answer.header("retry-after"), Some(seconds.to_string().as_str()));
}

async fn attempts_to_log_in_are_counted_and_let_in_again_later(suite: Suite) {
    let chat = suite.chat_with(|config| config.limits.log_in = rate("3/min")).await;
    let ann = chat.person("ann").await;
    for _ in 0..2 {
        chat.try_log_in("ann", "nope").await.status(401);
    }
    is_throttled(&chat.try_log_in("ann", PASSWORD).await, 20);
    chat.get("/rooms/").by(&ann).await.status(200);
    chat.get("/auth/jwt/create/").await.status(405);
    chat.clock.advance(Duration::from_secs(20));
    chat.log_in("ann", PASSWORD).await;
    is_throttled(&chat.try_log_in("ann", PASSWORD).await, 20);
}

async fn what_is_left_is_told_with_each_answer(suite: Suite) {
    let chat = suite.chat_with(|config| config.limits.log_in = rate("3/min")).await;
    let told = |answer: Answer| {
        let names = ["limit", "remaining", "reset-after", "bucket"];
        names.map(|name| answer.header(&format!("x-ratelimit-{name}")).unwrap_or_default().to_owned())
    };
    assert_eq!(told(chat.try_log_in("ann", "nope").await), ["3", "2", "20", "log-in"]);
    assert_eq!(told(chat.post("/auth/jwt/create/").json("{}").await), ["3", "1", "40", "log-in"]);
    chat.clock.advance(Duration::from_secs(10));
    assert_eq!(told(chat.try_log_in("ann", "nope").await), ["3", "0", "50", "log-in"]);
    assert_eq!(told(chat.try_log_in("ann", "nope").await), ["3", "0", "50", "log-in"]);
    assert_eq!(told(chat.post("/auth/jwt/verify/").json("{}").await), [""; 4], "this path is not counted");
}

fn behind_a_proxy(config: &mut Config) {
    config.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    config.limits.log_in = rate("1/min");
}

async fn networks_are_counted_apart_as_trusted_proxies_tell_them(suite: Suite) {
    let chat = suite.chat_with(behind_a_proxy).await;
    for (address, status) in [
        ("192.0.2.1", 401),
        ("192.0.2.1", 429),
        ("192.0.2.2", 401),
        ("2001:db8:0:1::1", 401),
        ("2001:db8:0:1:ffff::2", 429),
        ("2001:db8:0:2::1", 401),
        ("9.9.9.9, 192.0.2.2", 429),
    ] {
        let answer = chat.try_log_in("ann", "nope").header("x-forwarded-for", address).await;
        assert_eq!(answer.status, status, "{address}");
    }
}

async fn what_strangers_say_of_their_address_does_not_count(suite: Suite) {
    let chat = suite.chat_with(|config| config.limits.log_in = rate("1/min")).await;
    chat.try_log_in("ann", "nope").header("x-forwarded-for", "192.0.2.1").await.status(401);
    chat.try_log_in("ann", "nope").header("x-forwarded-for", "192.0.2.2").await.status(429);
}

/// A chat where failed attempts by one name are counted, and those who attempt are told apart.
async fn guarded(suite: &Suite) -> Chat {
    let guarded = |config: &mut Config| {
        behind_a_proxy(config);
        config.limits.log_in = None;
        config.limits.guess = rate("3/min");
    };
    suite.chat_with(guarded).await
}

async fn try_from(chat: &Chat, address: &str, name: &str, password: &str) -> Answer {
    chat.try_log_in(name, password).header("x-forwarded-for", address).await
}

async fn failed_attempts_by_one_name_are_counted_wherever_they_come_from(suite: Suite) {
    let chat = guarded(&suite).await;
    chat.person("ann").await;
    for name in ["ann", "nobody"] {
        for n in 0..3 {
            try_from(&chat, &format!("192.0.2.{n}"), name, "nope").await.status(401);
        }
        is_throttled(&try_from(&chat, "192.0.2.99", name, PASSWORD).await, 20);
    }
    chat.clock.advance(Duration::from_secs(20));
    for _ in 0..5 {
        try_from(&chat, "192.0.2.99", "ann", PASSWORD).await.status(200);
    }
}

async fn who_logged_in_from_there_before_is_not_locked_out_by_others(suite: Suite) {
    let chat = guarded(&suite).await;
    chat.person("ann").await;
    try_from(&chat, "198.51.100.7", "ann", PASSWORD).await.status(200);
    for n in 0..3 {
        try_from(&chat, &format!("192.0.2.{n}"), "ann", "nope").await.status(401);
    }
    try_from(&chat, "192.0.2.99", "ann", PASSWORD).await.status(429);
    try_from(&chat, "198.51.100.7", "ann", PASSWORD).await.status(200);
}

async fn many_attempts_at_once_are_no_more_than_one_after_the_other(suite: Suite) {
    let chat = guarded(&suite).await;
    let attempts = (0..12).map(|n| {
        let chat = &chat;
        async move { try_from(chat, &format!("192.0.2.{n}"), "ann", "nope").await.status }
    });
    let statuses = futures_util::future::join_all(attempts).await;
    assert_eq!(statuses.iter().filter(|status| **status == 401).count(), 3, "{statuses:?}");
}

async fn messages_are_counted_by_user(suite: Suite) {
    let chat = suite.chat_with(|config| config.limits.send = rate("2/min")).await;
    let [ann, bob] = chat.people(["ann", "bob"]).await;
    let room = chat.room(&ann, &[&bob]).await;
    let first = chat.say(&ann, room, "one").await;
    chat.patch(format!("/messages/{first}/")).by(&ann).json(r#"{"content":"two"}"#).await.status(200);
    let body = format!(r#"{{"room":{room},"content":"three"}}"#);
    is_throttled(&chat.post("/messages/").by(&ann).json(&body).await, 30);
    chat.post("/messages/").by(&bob).json(&body).await.status(201);
    chat.get("/messages/").by(&ann).await.status(200);
    chat.delete(format!("/messages/{first}/")).by(&ann).await.status(204);
    chat.post("/messages/").json(&body).await.detail(401, "Authentication credentials were not provided.");
}

async fn rooms_that_are_made_and_changed_are_counted_by_user(suite: Suite) {
    let chat = suite.chat_with(|config| config.limits.room = rate("4/min")).await;
    let [ann, bob] = chat.people(["ann", "bob"]).await;
    let path = format!("/rooms/{}/", chat.room(&ann, &[]).await);
    let whole = format!(r#"{{"name":"tea","users":[{},{}]}}"#, ann.id, bob.id);
    let asks = || {
        [
            chat.put(&path).by(&ann).json(&whole),
            chat.patch(&path).by(&ann).json(format!(r#"{{"users":[{}]}}"#, ann.id)),
            chat.post("/rooms/").by(&ann).json(&whole),
        ]
    };
    let mut last = None;
    for ask in asks() {
        last = Some(ask.await);
    }
    let last = last.unwrap();
    assert_eq!((last.status, last.header("x-ratelimit-bucket")), (201, Some("room")));
    assert_eq!(last.header("x-ratelimit-remaining"), Some("0"));
    for ask in asks() {
        is_throttled(&ask.await, 15);
    }
    // Others are not concerned, and neither is what changes no room.
    chat.post("/rooms/").by(&bob).json(&whole).await.status(201);
    chat.get(&path).by(&ann).await.status(200);
    chat.say(&ann, chat.get("/rooms/").by(&ann).await.at("results.0.id").as_i64().unwrap(), "hello").await;
    chat.delete(&path).by(&ann).await.status(204);
}

async fn a_mailbox_is_not_flooded_from_wherever(suite: Suite) {
    let mails = |config: &mut Config| {
        behind_a_proxy(config);
        config.limits.mail = rate("2/h");
    };
    let chat = suite.chat_with(mails).await;
    chat.person("ann").await;
    for (address, mail, status) in [
        ("192.0.2.1", "ann@example.org", 204),
        ("192.0.2.2", "Ann@example.org", 204),
        ("192.0.2.3", "ann@example.org", 429),
        ("192.0.2.4", "nobody@example.org", 204),
        ("192.0.2.4", "else@example.org", 204),
        ("192.0.2.4", "third@example.org", 429),
    ] {
        let body = format!(r#"{{"email":"{mail}"}}"#);
        let answer =
            chat.post("/auth/users/reset_password/").json(body).header("x-forwarded-for", address).await;
        assert_eq!(answer.status, status, "{address} {mail}");
        let remaining = answer.header("x-ratelimit-remaining");
        assert!(status == 204 || remaining == Some("0"), "{answer:?}");
    }
    assert_eq!(chat.mails().await.len(), 2);
}

async fn new_accounts_are_counted(suite: Suite) {
    let chat = suite.chat_with(|config| config.limits.registration = rate("1/d")).await;
    let ann = chat.person("ann").await;
    let body = format!(r#"{{"username":"bob","password":"{PASSWORD}"}}"#);
    is_throttled(&chat.post("/auth/users/").json(body).await, 86_400);
    chat.get("/auth/users/").by(&ann).await.status(200);
}

async fn proofs_by_password_are_counted_as_log_ins(suite: Suite) {
    let chat = suite.chat_with(|config| config.limits.log_in = rate("2/min")).await;
    let ann = chat.person("ann").await;
    let body = r#"{"new_password":"another-4-one","current_password":"nope"}"#;
    for _ in 0..2 {
        chat.post("/auth/users/set_password/").by(&ann).json(body).await.status(400);
    }
    for path in ["/auth/users/set_password/", "/auth/users/set_username/"] {
        chat.post(path).by(&ann).json("{}").await.status(429);
    }
    chat.delete("/auth/users/me/").by(&ann).json("{}").await.status(429);
}

async fn a_host_names_the_class_of_its_own_endpoints(suite: Suite) {
    let config = |config: &mut Config| config.limits.log_in = rate("2/min");
    let route = Route::new("/door/").access(Access::Public).post(open).limited(RateClass::LogIn);
    let chat = suite.chat_of("", config, |builder| builder.route(route)).await;
    chat.post("/door/").await.is(200, r#""open""#);
    chat.try_log_in("ann", "nope").await.status(401);
    chat.post("/door/").await.status(429);
}

async fn open(_: ChatApi, _: Call) -> Result<Response> {
    json(StatusCode::OK, "open")
}

/// Lets nobody through.
#[derive(Debug)]
struct Closed;

#[async_trait]
impl Limiter for Closed {
    async fn take(&self, bucket: &Bucket, rate: Rate, _: Timestamp) -> RateLimitStatus {
        assert_eq!(bucket.class, RateClass::LogIn);
        let wait = Duration::from_millis(900);
        RateLimitStatus { limit: rate.number(), remaining: 0, reset_after: wait, retry_after: Some(wait) }
    }

    async fn give_back(&self, _: &Bucket, _: Rate, _: Timestamp) {}
}

async fn a_host_counts_in_its_own_way(suite: Suite) {
    let config = |config: &mut Config| config.limits.log_in = rate("2/min");
    let chat = suite.chat_of("", config, |builder| builder.limiter(Closed)).await;
    let answer = chat.try_log_in("ann", "nope").await;
    answer.detail(429, "Request was throttled. Expected available in 1 second.");
}

async fn a_mailbox_is_one_in_whatever_case_its_address_is_written(suite: Suite) {
    let chat = suite.chat_with(|config| {
        config.limits.mail = rate("2/h");
        config.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    });
    let chat = chat.await;
    let ask = |n: usize, email: &str| {
        let ask = chat.post("/auth/users/reset_password/").header("x-forwarded-for", format!("192.0.2.{n}"));
        ask.json(format!(r#"{{"email":"{email}"}}"#))
    };
    // Each from somewhere else. `ſ` is an `s` in either case, and the look-up of addresses reads it so.
    ask(1, "Kim@Strasse.example").await.status(204);
    ask(2, "kim@strasse.example").await.status(204);
    ask(3, "KIM@STRASSE.EXAMPLE").await.status(429);
    ask(4, "kim@\u{17f}trasse.example").await.status(429);
    ask(5, "tim@strasse.example").await.status(204);
}

async fn guesses_are_counted_by_the_name_in_whatever_form_it_is_written(suite: Suite) {
    let chat = suite.chat_with(|config| config.limits.guess = rate("2/min")).await;
    chat.person("ann").await;
    let stranger = |name: &str| chat.try_log_in(name, "nope");
    for name in ["bob", "ｂｏｂ"] {
        stranger(name).await.status(401);
    }
    stranger("ｂob").await.status(429);
}

async fn a_hosts_own_way_to_log_in_counts_as_one(suite: Suite) {
    async fn enter(api: ChatApi, call: Call) -> Result<Response> {
        let user = api.prove(call.address(&api), "ann", "nope").await?;
        json(StatusCode::OK, &user.username)
    }
    let route = Route::new("/enter/").access(Access::Public).post(enter);
    let chat =
        suite.chat_of("", |config| config.limits.log_in = rate("3/min"), |builder| builder.route(route));
    let chat = chat.await;
    chat.try_log_in("ann", "nope").await.status(401);
    for left in ["1", "0"] {
        let answer = chat.post("/enter/").await;
        assert_eq!(answer.status(401).header("x-ratelimit-remaining"), Some(left));
    }
    is_throttled(&chat.post("/enter/").await, 20);
    is_throttled(&chat.try_log_in("ann", "nope").await, 20);
}
