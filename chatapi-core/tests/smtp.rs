//! Mails as an SMTP server receives them: over a real socket, parsed as a receiver parses them.
#![cfg(feature = "smtp")]
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up ends in a panic that says why")]

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chatapi_core::Config;
use chatapi_core::mail::smtp::{SmtpMailer, is_sender};
use chatapi_testing::TestChat;
use mail_parser::{Addr, Message, MessageParser};
use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

#[tokio::test]
async fn a_mail_has_the_headers_that_receivers_look_for() {
    let server = SmtpServer::start([]).await;
    let chat = server.chat(|_| {});
    sign_up(&chat, "ann", "ann@example.org").await;
    let received = server.received(1).await;
    let mail = parsed(&received[0]);
    assert_eq!(received[0].to, ["<ann@example.org>"]);
    assert_eq!(received[0].from, "<noreply@chat.example.org>");
    assert_eq!(addresses(mail.from().unwrap().as_list()), [(Some("Chat"), "noreply@chat.example.org")]);
    assert_eq!(addresses(mail.to().unwrap().as_list()), [(None, "ann@example.org")]);
    let (id, host) = mail.message_id().unwrap().rsplit_once('@').unwrap();
    assert!(id.len() >= 32 && host == "chat.example.org", "{id}@{host}");
    assert_eq!(raw_header(&mail, "MIME-Version"), "1.0");
    assert_eq!(raw_header(&mail, "Auto-Submitted"), "auto-generated");
    assert_eq!(raw_header(&mail, "Content-Type"), "text/plain; charset=utf-8");
    let sent = mail.date().unwrap().to_timestamp();
    assert_eq!(sent, chat.api().now().as_secs());
    for header in ["From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Auto-Submitted"] {
        assert_eq!(mail.header_values(header).count(), 1, "{header}");
    }
}

#[tokio::test]
async fn no_two_mails_have_one_id() {
    let server = SmtpServer::start([]).await;
    let chat = server.chat(|_| {});
    sign_up(&chat, "ann", "ann@example.org").await;
    sign_up(&chat, "bob", "bob@example.org").await;
    let received = server.received(2).await;
    let ids: Vec<_> = received.iter().map(|one| parsed(one).message_id().unwrap().to_owned()).collect();
    assert_ne!(ids[0], ids[1]);
}

#[tokio::test]
async fn names_in_any_script_arrive_and_lines_are_short() {
    let server = SmtpServer::start([]).await;
    let chat = server.chat(|config| {
        config.accounts.site_name = "Чат für 東京 ".repeat(12).trim().to_owned();
        config.accounts.mail_from = "Grüße aus 東京 <noreply@chat.example.org>".into();
    });
    let name = "ünïcødé_名前".repeat(12);
    sign_up(&chat, &name, "ann@example.org").await;
    let received = server.received(1).await;
    let mail = parsed(&received[0]);
    assert_eq!(mail.from().unwrap().first().unwrap().name(), Some("Grüße aus 東京"));
    assert!(
        mail.subject().unwrap().starts_with("Account activation on Чат für 東京 Чат"),
        "{:?}",
        mail.subject()
    );
    let body = mail.body_text(0).unwrap();
    assert!(
        body.starts_with(&format!("Hello {name},\r\n\r\nTo activate"))
            || body.starts_with(&format!("Hello {name},\n\nTo activate")),
        "{body}"
    );
    let text = String::from_utf8(received[0].data.clone()).unwrap();
    assert!(text.is_ascii());
    // RFC 5322, section 2.1.1; and no line ends but with both characters.
    assert!(text.split("\r\n").all(|line| line.len() <= 78 && !line.contains(['\r', '\n'])), "{text}");
}

#[tokio::test]
async fn an_address_at_an_internationalised_domain_gets_mail() {
    let server = SmtpServer::start([]).await;
    let chat = server.chat(|config| config.accounts.mail_from = "Chat <noreply@bücher.example>".into());
    for (at, (name, address, envelope)) in [
        ("ann", "ann@müller.example", "<ann@xn--mller-kva.example>"),
        ("bob", "bob@例え.テスト", "<bob@xn--r8jz45g.xn--zckzah>"),
        ("cyd", "\"cyd>d\"@example.org", "<\"cyd>d\"@example.org>"),
        ("dan", "dan@[127.0.0.1]", "<dan@[127.0.0.1]>"),
        ("eve", "eve@[::1]", "<eve@[IPv6:::1]>"),
        ("fay", "fay@localhost", "<fay@localhost>"),
    ]
    .into_iter()
    .enumerate()
    {
        sign_up(&chat, name, address).await;
        let received = server.received(at + 1).await;
        assert_eq!(
            (received[at].to[0].as_str(), received[at].from.as_str()),
            (envelope, "<noreply@xn--bcher-kva.example>")
        );
    }
    let kept = chat.api().store().user_by_name("ann").await.unwrap().unwrap();
    assert_eq!(kept.email, "ann@müller.example");
}

#[tokio::test]
async fn an_address_that_could_not_be_written_to_is_refused_at_sign_up() {
    let server = SmtpServer::start([]).await;
    let chat = server.chat(|_| {});
    for address in ["ann@mül_ler.example", "ann@ü..example", "änn@example.org", "ann@ü"] {
        let body = json!({ "username": "ann", "password": "zaq123wsx!Q", "email": address });
        let refused = chat.post("/auth/users/").json(&body).await;
        assert_eq!(refused.status, 400, "{address}");
        assert_eq!(refused.body, r#"{"email":["Enter a valid email address."]}"#);
    }
}

#[tokio::test]
async fn what_a_site_or_a_sender_is_called_adds_no_header() {
    let server = SmtpServer::start([]).await;
    let chat =
        server.chat(|config| config.accounts.site_name = "Chat\r\nBcc: all@example.org\r\n\r\nx".into());
    sign_up(&chat, "ann", "ann@example.org").await;
    let received = server.received(1).await;
    let mail = parsed(&received[0]);
    assert!(mail.bcc().is_none());
    assert_eq!(received[0].to.len(), 1);
    assert!(mail.subject().unwrap().contains("Bcc: all@example.org"), "{:?}", mail.subject());
}

#[tokio::test]
async fn a_mail_that_is_refused_for_now_is_sent_again() {
    let server = SmtpServer::start(["450 4.7.1 Greylisted", "421 4.3.2 Busy"]).await;
    let chat = server.chat(|config| config.accounts.mail_retries = vec![Duration::ZERO; 2]);
    sign_up(&chat, "ann", "ann@example.org").await;
    let received = server.received(1).await;
    assert_eq!(server.attempts(), 3);
    assert_eq!(received[0].to, ["<ann@example.org>"]);
}

#[tokio::test]
async fn a_mail_is_not_sent_again_for_ever() {
    let server = SmtpServer::start(["451 Later"; 9]).await;
    let chat = server.chat(|config| config.accounts.mail_retries = vec![Duration::ZERO; 3]);
    sign_up(&chat, "ann", "ann@example.org").await;
    server.attempted(4).await;
    chat.api().shutdown().await;
    assert_eq!((server.attempts(), server.count()), (4, 0));
}

#[tokio::test]
async fn a_mail_that_is_refused_for_good_is_not_sent_again() {
    let server = SmtpServer::start(["550 5.1.1 No such user"]).await;
    let chat = server.chat(|config| config.accounts.mail_retries = vec![Duration::ZERO; 3]);
    sign_up(&chat, "ann", "ann@example.org").await;
    chat.api().shutdown().await;
    assert_eq!((server.attempts(), server.count()), (1, 0));
}

#[tokio::test]
async fn a_mail_that_waits_holds_up_no_other_and_no_shutdown() {
    let server = SmtpServer::start(["450 Later"]).await;
    let chat = server.chat(|config| config.accounts.mail_retries = vec![Duration::from_secs(3600); 3]);
    sign_up(&chat, "ann", "ann@example.org").await;
    server.attempted(1).await;
    sign_up(&chat, "bob", "bob@example.org").await;
    let received = server.received(1).await;
    assert_eq!(received[0].to, ["<bob@example.org>"]);
    // Who waits is sent once more, at once.
    chat.api().shutdown().await;
    assert_eq!(server.received(2).await[1].to, ["<ann@example.org>"]);
}

#[tokio::test]
async fn a_server_that_is_away_is_tried_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let mailer = SmtpMailer::from_url(&format!("smtp://{address}")).unwrap();
    let chat = chat(mailer, |config| config.accounts.mail_retries = vec![Duration::from_secs(3600)]);
    sign_up(&chat, "ann", "ann@example.org").await;
    let server = SmtpServer::on(TcpListener::bind(address).await.unwrap(), []);
    chat.api().shutdown().await;
    assert_eq!(server.count(), 1);
}

#[test]
fn a_sender_may_have_a_name_and_an_internationalised_host() {
    for sender in
        ["chat@example.org", "Chat <chat@bücher.example>", "\"Chat, Inc.\" <chat@localhost>", "Grüße <a@b.c>"]
    {
        assert!(is_sender(sender), "{sender}");
    }
    for sender in ["", "Chat", "Chat <>", "Chat <chat@>", "chat@bü cher.example", "a@b.c\r\nBcc: d@e.f"] {
        assert!(!is_sender(sender), "{sender}");
    }
}

async fn sign_up(chat: &TestChat, name: &str, email: &str) {
    let body = json!({ "username": name, "password": "zaq123wsx!Q", "email": email });
    let answer = chat.post("/auth/users/").json(&body).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
}

fn chat(mailer: SmtpMailer, set: impl FnOnce(&mut Config)) -> TestChat {
    let mut config = Config::default();
    config.accounts.send_activation_email = true;
    config.accounts.site_url = "https://chat.example.org".into();
    config.accounts.mail_from = "Chat <noreply@chat.example.org>".into();
    set(&mut config);
    TestChat::new(|builder| builder.config(config).mailer(mailer))
}

fn parsed(received: &Received) -> Message<'_> {
    MessageParser::default().parse(&received.data).unwrap()
}

fn raw_header(mail: &Message<'_>, name: &str) -> String {
    mail.header_raw(name).unwrap_or_default().trim().to_owned()
}

fn addresses<'a>(list: Option<&'a [Addr<'a>]>) -> Vec<(Option<&'a str>, &'a str)> {
    list.unwrap().iter().map(|one| (one.name(), one.address().unwrap())).collect()
}

/// A mail, as it came in.
#[derive(Clone, Debug)]
struct Received {
    from: String,
    to: Vec<String>,
    data: Vec<u8>,
}

#[derive(Debug, Default)]
struct Mailbox {
    received: Vec<Received>,
    attempts: usize,
    refusals: VecDeque<&'static str>,
}

/// An SMTP server, which says to the first recipients what it was told to say.
struct SmtpServer {
    url: String,
    mailbox: Arc<Mutex<Mailbox>>,
    _tasks: JoinSet<()>,
}

impl SmtpServer {
    async fn start<const N: usize>(refusals: [&'static str; N]) -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").await.unwrap(), refusals)
    }

    fn on<const N: usize>(listener: TcpListener, refusals: [&'static str; N]) -> Self {
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let mailbox = Arc::new(Mutex::new(Mailbox { refusals: refusals.into(), ..Mailbox::default() }));
        let shared = mailbox.clone();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(converse(stream, shared.clone()));
            }
        });
        Self { url, mailbox, _tasks: tasks }
    }

    fn chat(&self, set: impl FnOnce(&mut Config)) -> TestChat {
        chat(SmtpMailer::from_url(&self.url).unwrap(), set)
    }

    fn attempts(&self) -> usize {
        self.mailbox.lock().unwrap().attempts
    }

    fn count(&self) -> usize {
        self.mailbox.lock().unwrap().received.len()
    }

    async fn attempted(&self, attempts: usize) {
        until(|| self.attempts() >= attempts).await;
    }

    async fn received(&self, mails: usize) -> Vec<Received> {
        until(|| self.count() >= mails).await;
        self.mailbox.lock().unwrap().received.clone()
    }
}

async fn until(holds: impl Fn() -> bool) {
    let wait = async {
        while !holds() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), wait).await.unwrap();
}

async fn converse(stream: TcpStream, mailbox: Arc<Mutex<Mailbox>>) {
    drop(speak(stream, &mailbox).await);
}

async fn speak(stream: TcpStream, mailbox: &Mutex<Mailbox>) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    let (mut from, mut to) = (String::new(), Vec::new());
    stream.write_all(b"220 mx.example.org ESMTP\r\n").await?;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let line = line.trim_end();
        let command = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        let answer = match command.as_str() {
            "EHLO" => "250 mx.example.org".to_owned(),
            "MAIL" => {
                from = line.split_once(':').unwrap().1.split(' ').next().unwrap().to_owned();
                to.clear();
                "250 Ok".to_owned()
            }
            "RCPT" => {
                let mut mailbox = mailbox.lock().unwrap();
                mailbox.attempts += 1;
                match mailbox.refusals.pop_front() {
                    Some(refusal) => refusal.to_owned(),
                    None => {
                        to.push(line.split_once(':').unwrap().1.to_owned());
                        "250 Ok".to_owned()
                    }
                }
            }
            "DATA" => {
                stream.write_all(b"354 Go on\r\n").await?;
                let mut data = Vec::new();
                while !data.ends_with(b"\r\n.\r\n") {
                    data.push(stream.read_u8().await?);
                }
                data.truncate(data.len() - 3);
                let received = Received { from: from.clone(), to: to.clone(), data };
                mailbox.lock().unwrap().received.push(received);
                "250 Ok".to_owned()
            }
            "QUIT" => "221 Bye".to_owned(),
            _ => "250 Ok".to_owned(),
        };
        stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
        if command == "QUIT" || answer.starts_with("421") {
            return Ok(());
        }
    }
}
