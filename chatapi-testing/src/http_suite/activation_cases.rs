//! Cases about accounts that a mail activates.

use std::time::Duration;

use chatapi_core::config::Config;
use chatapi_core::mail::{Mail, MailTemplate};

use super::case::cases;
use super::chat::{Chat, PASSWORD, Suite};

cases! {
    a_new_account_waits_for_its_link,
    an_account_is_activated_once,
    a_link_is_mailed_again_to_who_waits_for_it,
    a_link_for_activation_ends,
    a_link_is_good_for_its_user_and_its_purpose,
    a_link_leads_to_the_site_and_not_to_the_host_that_was_asked,
    a_link_may_lead_to_another_site,
    the_text_of_a_mail_may_be_the_hosts_own,
    who_is_ready_to_log_in_is_mailed_so_on_request,
    a_superuser_waits_for_no_link,
    who_gives_no_address_gets_no_mail,
}

const BAD_LINK: &str = "Invalid token for given user.";
const NOBODY: &str = "Invalid user id or user doesn't exist.";

async fn a_new_account_waits_for_its_link(suite: Suite) {
    let chat = suite.chat_with(by_mail).await;
    let link = Link::in_one(&register(&chat, "ann").await);
    chat.try_log_in("ann", PASSWORD).await.detail(401, "No active account found with the given credentials");
    link.activate(&chat).await.is(204, "");
    chat.log_in("ann", PASSWORD).await;
}

async fn an_account_is_activated_once(suite: Suite) {
    let chat = suite.chat_with(by_mail).await;
    let link = Link::in_one(&register(&chat, "ann").await);
    link.activate(&chat).await.is(204, "");
    link.activate(&chat).await.detail(403, "Stale token for given user.");
    assert!(chat.mails().await.is_empty());
}

async fn a_link_is_mailed_again_to_who_waits_for_it(suite: Suite) {
    let chat = suite.chat_with(by_mail).await;
    let first = Link::in_one(&register(&chat, "ann").await);
    let resend =
        |email: &str| chat.post("/auth/users/resend_activation/").json(format!(r#"{{"email":"{email}"}}"#));
    resend("nobody@example.org").await.is(204, "");
    assert!(chat.mails().await.is_empty());
    resend("Ann@Example.org").await.is(204, "");
    let mails = chat.mails().await;
    let second = Link::in_one(&mails);
    assert_eq!(mails[0].to, "ann@example.org");
    second.activate(&chat).await.is(204, "");
    first.activate(&chat).await.detail(403, "Stale token for given user.");
    resend("ann@example.org").await.is(204, "");
    assert!(chat.mails().await.is_empty());
    resend("nope").await.fault("email", "Enter a valid email address.");
}

async fn a_link_for_activation_ends(suite: Suite) {
    let chat = suite.chat_with(by_mail).await;
    let link = Link::in_one(&register(&chat, "ann").await);
    chat.clock.advance(Duration::from_secs(3 * 24 * 60 * 60 + 1));
    link.activate(&chat).await.fault("token", BAD_LINK);
    let link = Link::in_one(&register(&chat, "bob").await);
    chat.clock.advance(Duration::from_secs(3 * 24 * 60 * 60));
    link.activate(&chat).await.is(204, "");
}

async fn a_link_is_good_for_its_user_and_its_purpose(suite: Suite) {
    let chat = suite.chat_with(by_mail).await;
    let ann = Link::in_one(&register(&chat, "ann").await);
    let bob = Link::in_one(&register(&chat, "bob").await);
    Link { uid: bob.uid.clone(), token: ann.token.clone() }.activate(&chat).await.fault("token", BAD_LINK);
    for token in ["x", "x-y", "-", "1-", &ann.token[1..], &format!("{}x", ann.token)] {
        Link { uid: ann.uid.clone(), token: token.to_owned() }.activate(&chat).await.fault("token", BAD_LINK);
    }
    for uid in ["x", "MQ!", "LTE", "OTk5OTk5", "MTI=x", "🚀", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5"] {
        Link { uid: uid.to_owned(), token: ann.token.clone() }.activate(&chat).await.fault("uid", NOBODY);
    }
    let body = format!(r#"{{"uid":"{}","token":"{}","new_password":"nhy678UJM,ki"}}"#, ann.uid, ann.token);
    chat.post("/auth/users/reset_password_confirm/").json(body).await.fault("token", BAD_LINK);
    ann.activate(&chat).await.is(204, "");
}

async fn a_link_leads_to_the_site_and_not_to_the_host_that_was_asked(suite: Suite) {
    let chat = suite.chat_with(|config| {
        by_mail(config);
        config.accounts.site_url = "https://chat.example.org".to_owned();
        config.accounts.activation_url = "accounts/activate#/{uid}/{token}".to_owned();
        config.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    });
    let chat = chat.await;
    let body = format!(r#"{{"username":"ann","password":"{PASSWORD}","email":"ann@example.org"}}"#);
    let ask =
        chat.post("/auth/users/").header("host", "evil.example").header("x-forwarded-host", "evil.example");
    ask.json(body).await.status(201);
    let mails = chat.mails().await;
    let link = Link::in_one(&mails);
    let url = format!("https://chat.example.org/accounts/activate#/{}/{}", link.uid, link.token);
    assert!(mails[0].body.contains(&url), "{}", mails[0].body);
    assert!(!mails[0].body.contains("evil"), "{}", mails[0].body);
}

async fn a_link_may_lead_to_another_site(suite: Suite) {
    let chat = suite.chat_with(|config| {
        by_mail(config);
        config.accounts.activation_url = "https://app.example.org/activate#/{uid}/{token}".to_owned();
    });
    let mails = register(&chat.await, "ann").await;
    let link = Link::in_one(&mails);
    let url = format!("\n\nhttps://app.example.org/activate#/{}/{}\n", link.uid, link.token);
    assert!(mails[0].body.contains(&url), "{}", mails[0].body);
}

async fn the_text_of_a_mail_may_be_the_hosts_own(suite: Suite) {
    let chat = suite.chat_with(|config| {
        by_mail(config);
        config.accounts.site_name = "Tea house".to_owned();
        config.accounts.mail_from = "Tea <tea@example.org>".to_owned();
        config.accounts.templates.activation =
            MailTemplate::new("{site}: welcome {username}", "{uid} {token} {unknown} {url}");
    });
    let mails = register(&chat.await, "ann").await;
    let [mail] = mails.as_slice() else { panic!("{mails:?}") };
    assert_eq!(mail.subject, "Tea house: welcome ann");
    assert_eq!((mail.from.as_str(), mail.to.as_str()), ("Tea <tea@example.org>", "ann@example.org"));
    let [uid, token, unknown, url]: [&str; 4] = mail.body.split(' ').collect::<Vec<_>>().try_into().unwrap();
    assert_eq!(unknown, "{unknown}");
    assert_eq!(url, format!("http://localhost:8000/#/activate/{uid}/{token}"));
}

async fn who_is_ready_to_log_in_is_mailed_so_on_request(suite: Suite) {
    let chat = suite.chat_with(|config| config.accounts.send_confirmation_email = true).await;
    let mails = register(&chat, "ann").await;
    assert_eq!(mails.len(), 1);
    assert!(mails[0].subject.contains("successfully created"), "{}", mails[0].subject);
    let chat = suite.chat_with(|config| {
        by_mail(config);
        config.accounts.send_confirmation_email = true;
    });
    let chat = chat.await;
    let link = Link::in_one(&register(&chat, "ann").await);
    link.activate(&chat).await.is(204, "");
    let mails = chat.mails().await;
    assert_eq!(mails.len(), 1);
    assert!(mails[0].subject.contains("successfully created"), "{}", mails[0].subject);
}

async fn a_superuser_waits_for_no_link(suite: Suite) {
    let chat = suite.chat_with(by_mail).await;
    chat.superuser("root").await;
    assert!(chat.mails().await.is_empty());
}

async fn who_gives_no_address_gets_no_mail(suite: Suite) {
    let chat = suite.chat_with(by_mail).await;
    let body = format!(r#"{{"username":"ann","password":"{PASSWORD}"}}"#);
    chat.post("/auth/users/").json(body).await.status(201);
    assert!(chat.mails().await.is_empty());
    chat.try_log_in("ann", PASSWORD).await.status(401);
}

pub(super) fn by_mail(config: &mut Config) {
    config.accounts.send_activation_email = true;
}

/// Registers somebody and gives the mails that came of it.
pub(super) async fn register(chat: &Chat, name: &str) -> Vec<Mail> {
    let body = format!(r#"{{"username":"{name}","password":"{PASSWORD}","email":"{name}@example.org"}}"#);
    chat.post("/auth/users/").json(body).await.status(201);
    chat.mails().await
}

/// The parts of a mailed link.
pub(super) struct Link {
    pub(super) uid: String,
    pub(super) token: String,
}

impl Link {
    /// The link in the one mail that there is.
    pub(super) fn in_one(mails: &[Mail]) -> Self {
        let [mail] = mails else { panic!("{} mails: {mails:?}", mails.len()) };
        let url = mail.body.split_whitespace().find(|word| word.starts_with("http")).unwrap();
        let mut parts = url.rsplit('/');
        let (token, uid) = (parts.next().unwrap().to_owned(), parts.next().unwrap().to_owned());
        Self { uid, token }
    }

    pub(super) fn activate<'a>(&self, chat: &'a Chat) -> super::ask::Ask<'a> {
        chat.post("/auth/users/activation/")
            .json(format!(r#"{{"uid":"{}","token":"{}"}}"#, self.uid, self.token))
    }
}
