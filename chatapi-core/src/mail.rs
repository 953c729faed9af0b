//! Mails to users: what is sent, and through what.

use std::fmt;

use async_trait::async_trait;

use crate::Timestamp;
use crate::store::Cause;

mod delivery;
#[cfg(feature = "smtp")]
pub mod smtp;

pub(crate) use delivery::deliver;

/// A mail, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// Its `Message-ID`, without the angle brackets: unique, and at the host of the sender.
    pub id: String,
    /// When it was written.
    pub date: Timestamp,
    /// Who it is from: `Chat <chat@example.org>`.
    pub from: String,
    /// The address that it goes to.
    pub to: String,
    /// One line.
    pub subject: String,
    /// Plain text.
    pub body: String,
}

/// Sends mails. [`LogMailer`] is the default; `smtp::SmtpMailer` (feature `smtp`) is for production.
#[async_trait]
pub trait Mailer: Send + Sync + fmt::Debug {
    /// Sends one mail, or hands it to something that will.
    ///
    /// # Errors
    /// A [`TemporaryFailure`] where the same mail may be sent later: it is tried again after each of
    /// [`Accounts::mail_retries`](crate::config::Accounts::mail_retries). Any other cause is logged, and the user asks for
    /// another mail.
    async fn send(&self, mail: Mail) -> Result<(), Cause>;
}

/// Why a mail was not sent for now: the server was away, or too busy, or wants to be asked again.
#[derive(Debug, thiserror::Error)]
#[error("the mail server temporarily rejected the message")]
pub struct TemporaryFailure(#[source] pub Cause);

/// Writes mails to the log, links and all: for development.
#[derive(Clone, Copy, Debug, Default)]
pub struct LogMailer;

#[async_trait]
impl Mailer for LogMailer {
    async fn send(&self, mail: Mail) -> Result<(), Cause> {
        tracing::info!(
            to = mail.to,
            subject = mail.subject,
            "email (only logged, since no mail server is configured):\n{}",
            mail.body
        );
        Ok(())
    }
}

/// The texts of the mails. A host replaces what it likes.
///
/// In each, `{site}`, `{username}`, `{url}`, `{uid}` and `{token}` stand for the site's name, the user's name, the link to
/// follow, and its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MailTemplates {
    /// Follow this link to activate your account.
    pub activation: MailTemplate,
    /// Your account was made and is active.
    pub confirmation: MailTemplate,
    /// Follow this link to set a new password.
    pub password_reset: MailTemplate,
    /// Your password was changed.
    pub password_changed: MailTemplate,
    /// Follow this link to set a new name.
    pub username_reset: MailTemplate,
    /// Your name was changed.
    pub username_changed: MailTemplate,
}

/// The text of one mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailTemplate {
    /// One line.
    pub subject: String,
    /// Plain text.
    pub body: String,
}

/// What stands in for a template's placeholders.
#[derive(Clone, Debug, Default)]
pub(crate) struct Placeholders<'a> {
    pub(crate) site: &'a str,
    pub(crate) username: &'a str,
    pub(crate) url: &'a str,
    pub(crate) uid: &'a str,
    pub(crate) token: &'a str,
}

impl MailTemplate {
    /// A template by its subject and body.
    pub fn new(subject: impl Into<String>, body: impl Into<String>) -> Self {
        Self { subject: subject.into(), body: body.into() }
    }

    pub(crate) fn fill(&self, values: &Placeholders<'_>) -> (String, String) {
        let subject = values.fill(&self.subject).replace(['\r', '\n'], " ");
        (subject, values.fill(&self.body))
    }
}

impl Placeholders<'_> {
    /// One pass, so that a value which looks like a placeholder stays as it is.
    pub(crate) fn fill(&self, template: &str) -> String {
        let mut text = String::with_capacity(template.len());
        let mut rest = template;
        while let Some(open) = rest.find('{') {
            text.push_str(&rest[..open]);
            rest = &rest[open..];
            let known = [
                ("{site}", self.site),
                ("{username}", self.username),
                ("{url}", self.url),
                ("{uid}", self.uid),
                ("{token}", self.token),
            ];
            let (shown, length) = known
                .iter()
                .find(|(name, _)| rest.starts_with(name))
                .map_or(("{", 1), |(name, value)| (*value, name.len()));
            text.push_str(shown);
            rest = &rest[length..];
        }
        text + rest
    }
}

impl Default for MailTemplates {
    fn default() -> Self {
        let mail = |subject: &str, body: &str| {
            MailTemplate::new(subject, format!("Hello {{username}},\n\n{body}\n\n{{site}}\n"))
        };
        Self {
            activation: mail(
                "Account activation on {site}",
                "To activate your account, open this link:\n\n{url}\n\nIf you did not sign up, you can ignore this email.",
            ),
            confirmation: mail(
                "{site} - Your account has been successfully created and activated!",
                "Your account is active. You can now log in with your username.",
            ),
            password_reset: mail(
                "Password reset on {site}",
                "We received a request to reset your password. To set a new password, open this link:\n\n{url}\n\n\
                 If you did not request this, you can ignore this email; your password stays the same.",
            ),
            password_changed: mail(
                "{site} - Your password has been successfully changed!",
                "Your password was changed. If you did not change it, reset it immediately.",
            ),
            username_reset: mail(
                "Username reset on {site}",
                "We received a request to change your username. To set a new username, open this link:\n\n{url}\n\n\
                 If you did not request this, you can ignore this email; your username stays the same.",
            ),
            username_changed: mail(
                "{site} - Your username has been successfully changed!",
                "Your username was changed. If you did not change it, reset your password immediately.",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_looks_like_a_placeholder_stays_as_it_is() {
        let values = Placeholders { username: "{token}", token: "secret", ..Placeholders::default() };
        let (subject, body) = MailTemplate::new("Hi {username}", "{username} {other} {").fill(&values);
        assert_eq!(subject, "Hi {token}");
        assert_eq!(body, "{token} {other} {");
    }

    #[test]
    fn a_subject_is_one_line() {
        let values = Placeholders { username: "a\r\nBcc: all@example.org", ..Placeholders::default() };
        assert_eq!(MailTemplate::new("Hi {username}", "").fill(&values).0, "Hi a  Bcc: all@example.org");
    }
}
