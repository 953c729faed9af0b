//! The mails that accounts get.

use super::User;
use crate::ChatApi;
use crate::auth::jwt::MissingSecret;
use crate::auth::mail_token::{Purpose, write_uid};
use crate::mail::{Mail, MailTemplate, Placeholders, deliver};
use crate::random::hex;
use crate::users::emails::ascii_name;

/// Why a user gets a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AccountMail {
    Activation,
    Confirmation,
    PasswordReset,
    PasswordChanged,
    UsernameReset,
    UsernameChanged,
}

impl ChatApi {
    /// Sends a mail, and does not wait for it: a slow mail server is no matter of the request's, and how long it takes
    /// must not tell whether an address is known.
    pub(super) fn write_to(&self, user: &User, letter: AccountMail) {
        if user.email.is_empty() {
            return;
        }
        let mail = self.letter(user, letter);
        let (mailer, delays) = (self.mailer().clone(), self.config().accounts.mail_retries.clone());
        let closing = self.closing().clone();
        self.tasks().spawn(async move {
            let sent = match mail {
                Ok(mail) => deliver(&*mailer, mail, &delays, &closing).await,
                Err(no_secret) => Err(no_secret.into()),
            };
            if let Err(fault) = sent {
                tracing::error!(error = &*fault as &dyn std::error::Error, ?letter, "cannot send an email");
            }
        });
    }

    fn letter(&self, user: &User, letter: AccountMail) -> Result<Mail, MissingSecret> {
        let accounts = &self.config().accounts;
        let templates = &accounts.templates;
        let (template, link): (&MailTemplate, _) = match letter {
            AccountMail::Activation => {
                (&templates.activation, Some((Purpose::Activation, &accounts.activation_url)))
            }
            AccountMail::Confirmation => (&templates.confirmation, None),
            AccountMail::PasswordReset => (
                &templates.password_reset,
                Some((Purpose::PasswordReset, &accounts.password_reset_confirm_url)),
            ),
            AccountMail::PasswordChanged => (&templates.password_changed, None),
            AccountMail::UsernameReset => (
                &templates.username_reset,
                Some((Purpose::UsernameReset, &accounts.username_reset_confirm_url)),
            ),
            AccountMail::UsernameChanged => (&templates.username_changed, None),
        };
        let uid = write_uid(user.id);
        let token = match link {
            Some((purpose, _)) => self.mail_tokens()?.issue(purpose, user),
            None => String::new(),
        };
        let mut values = Placeholders {
            site: &accounts.site_name,
            username: &user.username,
            uid: &uid,
            token: &token,
            url: "",
        };
        let page = link.map(|(_, page)| values.fill(page)).unwrap_or_default();
        let url = if ["https://", "http://"].iter().any(|scheme| page.starts_with(scheme)) {
            page
        } else {
            format!("{}/{}", accounts.site_url.trim_end_matches('/'), page.trim_start_matches('/'))
        };
        values.url = &url;
        let (subject, body) = template.fill(&values);
        let host = accounts
            .mail_from
            .rsplit_once('@')
            .map_or("localhost", |(_, host)| host.trim_end_matches('>').trim());
        let id = format!("{}@{}", hex(self.random(), 16), ascii_name(host).unwrap_or("localhost".into()));
        let (from, to) = (accounts.mail_from.clone(), user.email.clone());
        Ok(Mail { id, date: self.now(), from, to, subject, body })
    }
}
