//! Cases about keys that are fetched from the issuer.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chatapi_core::auth::issuer::jwks::{JwksError, JwksSource};
use futures_util::future::{join, join_all};
use jsonwebtoken::Algorithm;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::support::{Chat, Signer, claims_with};

/// What the issuer answers; nothing ends the connection without an answer.
type Answer = Arc<Mutex<Option<String>>>;

/// An issuer that publishes keys.
struct Issuer {
    url: String,
    asked: Arc<AtomicUsize>,
    answer: Answer,
    /// Whether an answer is held back.
    held: watch::Sender<bool>,
    _server: JoinSet<()>,
}

impl Issuer {
    async fn new(keys: &[&Signer]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/jwks.json", listener.local_addr().unwrap());
        let (held, hold) = watch::channel(false);
        let (asked, answer) = (Arc::new(AtomicUsize::new(0)), Answer::default());
        let mut server = JoinSet::new();
        let (counted, given) = (asked.clone(), answer.clone());
        server.spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                counted.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(stream, given.clone(), hold.clone()));
            }
        });
        let issuer = Self { url, asked, answer, held, _server: server };
        issuer.publish(keys);
        issuer
    }

    fn publish(&self, keys: &[&Signer]) {
        let keys: Vec<_> = keys.iter().map(|key| key.jwk()).collect();
        self.say("200 OK", &json!({ "keys": keys }).to_string());
    }

    fn say(&self, status: &str, body: &str) {
        let head = format!("HTTP/1.1 {status}\r\nConnection: close\r\nLocation: {}", self.url);
        let answer = format!("{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        *self.answer.lock().unwrap() = Some(answer);
    }

    fn go_down(&self) {
        *self.answer.lock().unwrap() = None;
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    /// A chat that takes this issuer's tokens: keys are good for 600 seconds, and fetched every 10 seconds at most.
    fn chat(&self) -> Chat {
        let source = JwksSource::new(&self.url).unwrap();
        Chat::new(source.max_age(Duration::from_secs(600)).cool_down(Duration::from_secs(10)))
    }
}

async fn serve(mut stream: TcpStream, answer: Answer, mut hold: watch::Receiver<bool>) {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        if stream.read_buf(&mut request).await.unwrap_or_default() == 0 {
            return;
        }
    }
    assert!(request.starts_with(b"GET /jwks.json HTTP/1.1\r\n"));
    hold.wait_for(|held| !held).await.unwrap();
    let answer = answer.lock().unwrap().clone();
    if let Some(answer) = answer {
        stream.write_all(answer.as_bytes()).await.unwrap_or_default();
    }
}

/// A key of the issuer's by this name; what it signs is good for a day.
fn signer(name: &'static str) -> Signer {
    Signer::new(Algorithm::ES256).named(name)
}

fn token(signer: &Signer) -> String {
    signer.sign(&claims_with(&json!({ "exp": super::support::NOW + 24 * 60 * 60 })))
}

#[tokio::test]
async fn keys_are_fetched_once_and_kept() {
    let key = signer("one");
    let issuer = Issuer::new(&[&key]).await;
    let chat = issuer.chat();
    assert_eq!(issuer.asked(), 0);
    for _ in 0..3 {
        chat.takes(&token(&key)).await;
    }
    chat.clock.advance(599);
    chat.takes(&token(&key)).await;
    assert_eq!(issuer.asked(), 1);
}

#[tokio::test]
async fn keys_that_are_too_old_are_fetched_again() {
    let (old, new) = (signer("one"), signer("two"));
    let issuer = Issuer::new(&[&old]).await;
    let chat = issuer.chat();
    chat.takes(&token(&old)).await;
    issuer.publish(&[&new]);
    chat.clock.advance(600);
    chat.refuses(&token(&old)).await;
    assert_eq!(issuer.asked(), 2);
}

#[tokio::test]
async fn a_new_key_is_taken_as_soon_as_a_token_names_it() {
    let (old, new) = (signer("one"), signer("two"));
    let issuer = Issuer::new(&[&old]).await;
    let chat = issuer.chat();
    chat.takes(&token(&old)).await;
    issuer.publish(&[&old, &new]);
    chat.clock.advance(10);
    chat.takes(&token(&new)).await;
    chat.takes(&token(&old)).await;
    assert_eq!(issuer.asked(), 2);
}

#[tokio::test]
async fn tokens_of_unknown_keys_are_no_burden_on_the_issuer() {
    let key = signer("one");
    let issuer = Issuer::new(&[&key]).await;
    let chat = issuer.chat();
    chat.takes(&token(&key)).await;
    let forged: Vec<String> = ["a", "b", "c", "d"].map(|name| token(&signer(name))).into();
    for second in 0..25 {
        for token in &forged {
            chat.refuses(token).await;
        }
        join_all(forged.iter().map(|token| chat.refuses(token))).await;
        assert_eq!(issuer.asked(), 1 + second / 10);
        chat.clock.advance(1);
    }
    chat.takes(&token(&key)).await;
}

#[tokio::test]
async fn one_fetch_is_enough_for_all_who_wait() {
    let key = signer("one");
    let issuer = Issuer::new(&[&key]).await;
    let chat = issuer.chat();
    issuer.held.send_replace(true);
    let tokens = vec![token(&key); 32];
    // Each of them asks and waits before the answer is let go.
    let all = join_all(tokens.iter().map(|token| chat.takes(token)));
    join(all, async { issuer.held.send_replace(false) }).await;
    assert_eq!(issuer.asked(), 1);
}

#[tokio::test]
async fn one_fetch_that_fails_is_enough_for_all_who_wait() {
    let issuer = Issuer::new(&[]).await;
    issuer.go_down();
    let chat = issuer.chat();
    issuer.held.send_replace(true);
    let tokens = vec![token(&signer("one")); 32];
    let all = join_all(tokens.iter().map(|token| chat.ask(token)));
    let (answers, _) = join(all, async { issuer.held.send_replace(false) }).await;
    assert!(answers.iter().all(|(status, _)| *status == 503), "{answers:?}");
    assert_eq!(issuer.asked(), 1);
}

#[tokio::test]
async fn who_waits_for_new_keys_stops_nobody_whose_key_is_known() {
    let key = signer("one");
    let issuer = Issuer::new(&[&key]).await;
    let chat = issuer.chat();
    chat.takes(&token(&key)).await;
    chat.clock.advance(600);
    issuer.held.send_replace(true);
    let first = token(&key);
    join(chat.takes(&first), async {
        // The first fetches, which takes as long as it takes; the others are answered meanwhile.
        chat.takes(&token(&key)).await;
        chat.takes(&token(&key)).await;
        issuer.held.send_replace(false);
    })
    .await;
    assert_eq!(issuer.asked(), 2);
}

#[tokio::test]
async fn a_fetch_counts_though_the_request_that_began_it_is_gone() {
    let key = signer("one");
    let issuer = Issuer::new(&[&key]).await;
    let chat = issuer.chat();
    issuer.held.send_replace(true);
    let gone = token(&key);
    let mut begun = Box::pin(chat.ask(&gone));
    assert!(futures_util::poll!(&mut begun).is_pending());
    drop(begun);
    let waiting = token(&key);
    join(chat.takes(&waiting), async { issuer.held.send_replace(false) }).await;
    assert_eq!(issuer.asked(), 1);
}

#[tokio::test]
async fn known_keys_serve_on_while_the_issuer_is_down() {
    let (old, new) = (signer("one"), signer("two"));
    let issuer = Issuer::new(&[&old]).await;
    let chat = issuer.chat();
    chat.takes(&token(&old)).await;
    let long = "x".repeat(256 * 1024 + 1);
    issuer.go_down();
    let faults = [
        ("503 Service Unavailable", "{}"),
        ("302 Found", ""),
        ("200 OK", "<html>"),
        ("200 OK", r#"{"keys":[]}"#),
        ("200 OK", &long),
    ];
    for fault in [None].into_iter().chain(faults.map(Some)) {
        if let Some((status, body)) = fault {
            issuer.say(status, body);
        }
        chat.clock.advance(600);
        chat.takes(&token(&old)).await;
        chat.refuses(&token(&new)).await;
    }
    assert_eq!(issuer.asked(), 7);
    issuer.publish(&[&new]);
    chat.clock.advance(10);
    chat.takes(&token(&new)).await;
    chat.refuses(&token(&old)).await;
}

#[tokio::test]
async fn without_any_keys_the_chat_is_unavailable_until_the_issuer_is_there() {
    let key = signer("one");
    let issuer = Issuer::new(&[&key]).await;
    issuer.go_down();
    let chat = issuer.chat();
    for _ in 0..3 {
        assert_eq!(chat.ask(&token(&key)).await.0, 503);
    }
    assert_eq!(issuer.asked(), 1);
    issuer.publish(&[&key]);
    assert_eq!(chat.ask(&token(&key)).await.0, 503, "the cool-down holds");
    chat.clock.advance(10);
    chat.takes(&token(&key)).await;
    assert_eq!(issuer.asked(), 2);
}

#[tokio::test]
async fn a_clock_that_is_set_back_stops_no_fetch() {
    let (old, new) = (signer("one"), signer("two"));
    let issuer = Issuer::new(&[&old]).await;
    let chat = issuer.chat();
    chat.takes(&token(&old)).await;
    issuer.publish(&[&new]);
    chat.clock.advance(-3600);
    chat.takes(&token(&new)).await;
}

#[test]
fn keys_are_fetched_by_https_or_from_this_machine() {
    for url in [
        "https://id.example.org/jwks.json",
        "http://127.0.0.1:8080/jwks.json",
        "http://[::1]/jwks.json",
        "http://localhost:8080/jwks.json",
    ] {
        JwksSource::new(url).unwrap();
    }
    for url in ["http://id.example.org/jwks.json", "http://10.0.0.1/", "http://localhost.example.org/"] {
        assert!(matches!(JwksSource::new(url), Err(JwksError::Insecure(_))), "{url}");
    }
    for url in ["", "/jwks.json", "id.example.org/jwks.json", "ftp://id.example.org/", "file:///jwks.json"] {
        assert!(matches!(JwksSource::new(url), Err(JwksError::BadUrl(_))), "{url}");
    }
}
