//! Mails: how they are sent, which are sent, and what they say.

use std::fs;
use std::path::{Path, PathBuf};

use chatapi_core::Config;
use chatapi_core::config::Accounts;
use chatapi_core::mail::smtp::{SmtpMailer, is_sender};
use chatapi_core::mail::{MailTemplate, MailTemplates};
use clap::Args;

use super::values::{Period, yes_or_no};
use crate::failure::Failure;

#[derive(Debug, Args)]
#[command(next_help_heading = "Mail")]
pub(super) struct MailOptions {
    /// Mail server: smtps://user:password@host (TLS), smtp://host:587?tls=required (STARTTLS) or smtp://host:25
    /// [default: none; emails are only logged]
    #[arg(long, env = "SMTP_URL", global = true, value_name = "URL", hide_env_values = true)]
    smtp_url: Option<String>,
    /// Sender of emails
    #[arg(long, env = "CHATAPI_MAIL_FROM", value_name = "ADDRESS")]
    #[arg(default_value_t = Accounts::default().mail_from, value_parser = mailbox)]
    mail_from: String,
    /// Name of the site in emails
    #[arg(long, env = "CHATAPI_SITE_NAME", value_name = "NAME")]
    #[arg(default_value_t = Accounts::default().site_name, value_parser = line)]
    site_name: String,
    /// Require new users to activate their account with an emailed link
    #[arg(long, env = "CHATAPI_SEND_ACTIVATION_EMAIL", value_parser = yes_or_no)]
    send_activation_email: bool,
    /// Send an email after registration and after activation
    #[arg(long, env = "CHATAPI_SEND_CONFIRMATION_EMAIL", value_parser = yes_or_no)]
    send_confirmation_email: bool,
    /// Send an email after a password change
    #[arg(long, env = "CHATAPI_PASSWORD_CHANGED_EMAIL_CONFIRMATION")]
    #[arg(value_parser = yes_or_no)]
    password_changed_email_confirmation: bool,
    /// Send an email after a username change
    #[arg(long, env = "CHATAPI_USERNAME_CHANGED_EMAIL_CONFIRMATION")]
    #[arg(value_parser = yes_or_no)]
    username_changed_email_confirmation: bool,
    /// Page that activates an account: a path relative to the public URL, or an absolute URL. {uid} and {token} are
    /// replaced; put them after a # to keep them out of server logs
    #[arg(long, env = "CHATAPI_ACTIVATION_URL", value_name = "PATH OR URL")]
    #[arg(default_value_t = Accounts::default().activation_url, value_parser = page)]
    activation_url: String,
    /// Page that sets a new password
    #[arg(long, env = "CHATAPI_PASSWORD_RESET_CONFIRM_URL", value_name = "PATH OR URL")]
    #[arg(default_value_t = Accounts::default().password_reset_confirm_url, value_parser = page)]
    password_reset_confirm_url: String,
    /// Page that sets a new username
    #[arg(long, env = "CHATAPI_USERNAME_RESET_CONFIRM_URL", value_name = "PATH OR URL")]
    #[arg(default_value_t = Accounts::default().username_reset_confirm_url, value_parser = page)]
    username_reset_confirm_url: String,
    /// Lifetime of the links in emails
    #[arg(long, env = "CHATAPI_MAIL_TOKEN_LIFETIME", value_name = "DURATION")]
    #[arg(default_value_t = Period(Accounts::default().mail_token_lifetime), value_parser = Period::positive)]
    mail_token_lifetime: Period,
    /// Directory of templates that replace the default emails: activation.txt, confirmation.txt, password_reset.txt,
    /// password_changed.txt, username_reset.txt, username_changed.txt. A template consists of a line "Subject: …", an empty
    /// line, and the text, in which {site}, {username}, {url}, {uid} and {token} are replaced
    #[arg(long, env = "CHATAPI_MAIL_TEMPLATES", value_name = "DIRECTORY")]
    mail_templates: Option<PathBuf>,
}

impl MailOptions {
    /// Adds what is set here to a configuration.
    pub(super) fn config(&self, mut config: Config) -> Result<Config, Failure> {
        let accounts = &mut config.accounts;
        accounts.mail_from.clone_from(&self.mail_from);
        accounts.site_name.clone_from(&self.site_name);
        accounts.send_activation_email = self.send_activation_email;
        accounts.send_confirmation_email = self.send_confirmation_email;
        accounts.password_changed_email_confirmation = self.password_changed_email_confirmation;
        accounts.username_changed_email_confirmation = self.username_changed_email_confirmation;
        accounts.activation_url.clone_from(&self.activation_url);
        accounts.password_reset_confirm_url.clone_from(&self.password_reset_confirm_url);
        accounts.username_reset_confirm_url.clone_from(&self.username_reset_confirm_url);
        accounts.mail_token_lifetime = self.mail_token_lifetime.0;
        if let Some(folder) = &self.mail_templates {
            read_templates(folder, &mut accounts.templates).map_err(|why| {
                Failure::setting(format!("--mail-templates / CHATAPI_MAIL_TEMPLATES: {why}"))
            })?;
        }
        Ok(config)
    }

    /// What sends mails, where that is set.
    pub(super) fn mailer(&self) -> Result<Option<SmtpMailer>, Failure> {
        let Some(url) = self.smtp_url.as_deref() else { return Ok(None) };
        let wrong = |why: &str| Failure::setting(format!("--smtp-url / SMTP_URL: {why}"));
        let has_host = |url: &http::Uri| url.host().is_some_and(|host| !host.is_empty());
        let is_smtp = ["smtp://", "smtps://"].iter().any(|scheme| url.starts_with(scheme));
        if !is_smtp || !url.parse().as_ref().is_ok_and(has_host) {
            return Err(wrong(
                "expected smtps://user:password@host (TLS), smtp://host:587?tls=required (STARTTLS) or smtp://host:25",
            ));
        }
        SmtpMailer::from_url(url).map(Some).map_err(|fault| wrong(&fault.to_string()))
    }
}

fn mailbox(text: &str) -> Result<String, String> {
    if is_sender(text) {
        return Ok(text.to_owned());
    }
    Err("expected an address, such as Chat <chat@example.org>".to_owned())
}

/// What stands in the subject of mails.
fn line(text: &str) -> Result<String, String> {
    match text.chars().any(char::is_control) {
        true => Err("expected one line of text".to_owned()),
        false => Ok(text.to_owned()),
    }
}

/// Where a link leads to.
fn page(text: &str) -> Result<String, String> {
    if !["{uid}", "{token}"].iter().all(|part| text.contains(part)) {
        return Err("expected both {uid} and {token}".to_owned());
    }
    // The placeholders are no characters of a URL.
    let place = text.split(['{', '?', '#']).next().unwrap_or_default();
    let is_relative = !place.contains(':');
    let site = place.parse::<http::Uri>();
    let is_site = |url: http::Uri| matches!(url.scheme_str(), Some("http" | "https")) && url.host().is_some();
    if is_relative || site.is_ok_and(is_site) {
        return Ok(text.to_owned());
    }
    Err("expected a path relative to the public URL, or a URL such as https://app.example.org/activate#{uid}/{token}".to_owned())
}

fn read_templates(folder: &Path, templates: &mut MailTemplates) -> Result<(), String> {
    let unreadable = |fault| format!("{}: {fault}", folder.display());
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let file = entry.map_err(unreadable)?.path();
        let place = match file.file_name().and_then(|name| name.to_str()) {
            Some("activation.txt") => &mut templates.activation,
            Some("confirmation.txt") => &mut templates.confirmation,
            Some("password_reset.txt") => &mut templates.password_reset,
            Some("password_changed.txt") => &mut templates.password_changed,
            Some("username_reset.txt") => &mut templates.username_reset,
            Some("username_changed.txt") => &mut templates.username_changed,
            _ => return Err(format!("unknown email template {}", file.display())),
        };
        let text = fs::read_to_string(&file).map_err(|fault| format!("{}: {fault}", file.display()))?;
        *place = template(&text).ok_or_else(|| {
            format!("{} must begin with a line \"Subject: …\" and an empty line", file.display())
        })?;
    }
    Ok(())
}

fn template(text: &str) -> Option<MailTemplate> {
    let text = text.replace("\r\n", "\n");
    let (subject, body) = text.strip_prefix("Subject:")?.split_once("\n\n")?;
    let subject = subject.trim();
    (!subject.is_empty() && !subject.contains('\n')).then(|| MailTemplate::new(subject, body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_a_subject_and_a_text() {
        let read = template("Subject: Hello {username}\r\n\r\nGo to {url}\r\n\r\nBye\r\n");
        assert_eq!(read, Some(MailTemplate::new("Hello {username}", "Go to {url}\n\nBye\n")));
        for wrong in ["", "Hello\n\nYou", "Subject: Hello\nYou\n\n", "Subject:\n\nYou", "Subject: Hello"] {
            assert_eq!(template(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn the_files_that_are_there_replace_the_defaults() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("activation.txt"), "Subject: Welcome\n\n{url}\n").unwrap();
        let mut templates = MailTemplates::default();
        read_templates(folder.path(), &mut templates).unwrap();
        assert_eq!(templates.activation, MailTemplate::new("Welcome", "{url}\n"));
        assert_eq!(templates.confirmation, MailTemplates::default().confirmation);
    }

    #[test]
    fn an_unknown_file_among_the_templates_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("welcome.txt"), "Subject: Welcome\n\nHello\n").unwrap();
        let refused = read_templates(folder.path(), &mut MailTemplates::default()).unwrap_err();
        assert!(refused.contains("welcome.txt"), "{refused}");
    }
}
