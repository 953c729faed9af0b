//! Cases about the links in answers: they lead back through whatever the client came through.

use chatapi_core::config::Config;
use chatapi_core::http::ProxyHeaders;

use super::ask::raw;
use super::case::cases;
use super::chat::{Chat, Person, Suite};

cases! {
    links_begin_with_the_host_that_was_asked,
    links_keep_the_prefix_that_the_routes_are_below,
    what_a_stranger_says_of_the_host_does_not_count,
    what_a_trusted_proxy_says_of_the_host_counts,
    a_trusted_proxy_that_says_nonsense_is_not_believed,
    a_trusted_proxy_says_what_prefix_it_took_off,
    a_prefix_that_is_not_configured_does_not_count,
    headers_that_the_proxy_does_not_write_do_not_count,
    an_absolute_target_counts_before_the_host,
}

async fn links_begin_with_the_host_that_was_asked(suite: Suite) {
    let chat = suite.chat_with(small).await;
    let ann = with_rooms(&chat).await;
    expect(&chat, &ann, &[], &chat.base()).await;
    expect(&chat, &ann, &[("host", "chat.example.org:8443")], "http://chat.example.org:8443").await;
}

async fn links_keep_the_prefix_that_the_routes_are_below(suite: Suite) {
    let chat = suite.chat_below("/chat", small).await;
    let ann = with_rooms(&chat).await;
    assert!(chat.base().ends_with("/chat"));
    expect(&chat, &ann, &[], &chat.base()).await;
    expect(&chat, &ann, &[("host", "chat.example.org")], "http://chat.example.org/chat").await;
}

async fn what_a_stranger_says_of_the_host_does_not_count(suite: Suite) {
    let chat = suite.chat_with(small).await;
    let ann = with_rooms(&chat).await;
    for said in [&FORWARDED[..], &X_FORWARDED[..]] {
        expect(&chat, &ann, said, &chat.base()).await;
    }
}

async fn what_a_trusted_proxy_says_of_the_host_counts(suite: Suite) {
    let chat = suite.chat_with(trusting).await;
    let ann = with_rooms(&chat).await;
    expect(&chat, &ann, &[], &chat.base()).await;
    expect(&chat, &ann, &X_FORWARDED, "https://chat.example.org/outside").await;
    let chat = suite.chat_with(trusting_forwarded).await;
    let ann = with_rooms(&chat).await;
    expect(&chat, &ann, &[], &chat.base()).await;
    expect(&chat, &ann, &FORWARDED, "https://chat.example.org").await;
    // What a client wrote before the proxies is no word of theirs.
    let said =
        [("forwarded", "host=evil.example;for=1.2.3.4, for=203.0.113.9;proto=https;host=chat.example.org")];
    expect(&chat, &ann, &said, "https://chat.example.org").await;
}

async fn a_trusted_proxy_that_says_nonsense_is_not_believed(suite: Suite) {
    let chat = suite.chat_with(trusting).await;
    let ann = with_rooms(&chat).await;
    let said = [("x-forwarded-host", "evil.example/?x="), ("x-forwarded-proto", "javascript")];
    expect(&chat, &ann, &said, &chat.base()).await;
    expect(&chat, &ann, &[("x-forwarded-prefix", "//evil.example")], &chat.base()).await;
    expect(&chat, &ann, &[("x-forwarded-host", "")], &chat.base()).await;
}

async fn a_trusted_proxy_says_what_prefix_it_took_off(suite: Suite) {
    let chat = suite.chat_below("/chat", trusting).await;
    let ann = with_rooms(&chat).await;
    let outside = chat.base().replace("/chat", "/outside/chat");
    expect(&chat, &ann, &[("x-forwarded-prefix", "/outside/")], &outside).await;
}

async fn a_prefix_that_is_not_configured_does_not_count(suite: Suite) {
    let chat = suite.chat_with(|config| {
        trusting(config);
        config.proxy_prefix = false;
    });
    let chat = chat.await;
    let ann = with_rooms(&chat).await;
    expect(&chat, &ann, &X_FORWARDED, "https://chat.example.org").await;
}

async fn headers_that_the_proxy_does_not_write_do_not_count(suite: Suite) {
    let chat = suite.chat_with(trusting).await;
    let ann = with_rooms(&chat).await;
    expect(&chat, &ann, &FORWARDED, &chat.base()).await;
    let both = [&X_FORWARDED[..], &[("forwarded", "for=1.2.3.4;proto=http;host=evil.example")]].concat();
    expect(&chat, &ann, &both, "https://chat.example.org/outside").await;
    let chat = suite.chat_with(trusting_forwarded).await;
    let ann = with_rooms(&chat).await;
    expect(&chat, &ann, &X_FORWARDED[..3], &chat.base()).await;
}

async fn an_absolute_target_counts_before_the_host(suite: Suite) {
    let chat = suite.chat().await;
    let ann = chat.person("ann").await;
    let request = format!(
        "GET http://chat.example.org:81/auth/ HTTP/1.1\r\nhost: other.example\r\nconnection: close\r\n\
         authorization: Bearer {}\r\n\r\n",
        ann.access
    );
    let answer = raw(&chat, request.into_bytes()).await;
    answer.is(200, r#"{"users":"http://chat.example.org:81/auth/users/"}"#);
}

const FORWARDED: [(&str, &str); 1] = [("forwarded", "for=203.0.113.9;proto=https;host=chat.example.org")];

const X_FORWARDED: [(&str, &str); 4] = [
    ("x-forwarded-for", "203.0.113.9"),
    ("x-forwarded-proto", "https"),
    ("x-forwarded-host", "chat.example.org"),
    ("x-forwarded-prefix", "/outside"),
];

fn small(config: &mut Config) {
    config.page_size = 1;
}

fn trusting(config: &mut Config) {
    small(config);
    config.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    config.proxy_prefix = true;
}

fn trusting_forwarded(config: &mut Config) {
    trusting(config);
    config.proxy_headers = ProxyHeaders::Forwarded;
}

/// Somebody with three pages of rooms.
async fn with_rooms(chat: &Chat) -> Person {
    let ann = chat.person("ann").await;
    for _ in 0..3 {
        chat.room(&ann, &[]).await;
    }
    ann
}

/// The links of a request with these headers begin with `base`.
async fn expect(chat: &Chat, ann: &Person, headers: &[(&'static str, &str)], base: &str) {
    let ask = |path: &str| {
        headers.iter().fold(chat.get(path).by(ann), |ask, (name, value)| ask.header(name, value))
    };
    let page = ask("/rooms/?page=2").await;
    assert_eq!(page.text("next"), format!("{base}/rooms/?page=3"), "{headers:?}");
    assert_eq!(page.text("previous"), format!("{base}/rooms/"), "{headers:?}");
    // The form without a slash at the end is kept.
    assert_eq!(ask("/rooms").await.text("next"), format!("{base}/rooms?page=2"), "{headers:?}");
    ask("/auth/").await.is(200, format!(r#"{{"users":"{base}/auth/users/"}}"#));
    ask("/auth").await.is(200, format!(r#"{{"users":"{base}/auth/users/"}}"#));
}
