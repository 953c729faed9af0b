//! Mails over SMTP, by `lettre`.

use std::time::Duration;

use async_trait::async_trait;
use lettre::message::header::ContentType;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use super::{Mail, Mailer};
use crate::store::Cause;

/// How long one mail may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Hands mails to an SMTP server, over a few connections that it keeps.
#[derive(Clone, Debug)]
pub struct SmtpMailer(AsyncSmtpTransport<Tokio1Executor>);

impl SmtpMailer {
    /// A mailer by the server's URL: `smtps://name:password@host` (TLS), `smtp://host:587?tls=required` (STARTTLS) or
    /// `smtp://localhost:25` (neither).
    ///
    /// # Errors
    /// Where the URL is not of these forms.
    pub fn from_url(url: &str) -> Result<Self, Cause> {
        Ok(Self(AsyncSmtpTransport::<Tokio1Executor>::from_url(url)?.timeout(Some(PATIENCE)).build()))
    }
}

#[async_trait]
impl Mailer for SmtpMailer {
    async fn send(&self, mail: Mail) -> Result<(), Cause> {
        let message = Message::builder()
            .from(mail.from.parse()?)
            .to(mail.to.parse()?)
            .subject(mail.subject)
            .header(ContentType::TEXT_PLAIN)
            .body(mail.body)?;
        self.0.send(message).await?;
        Ok(())
    }
}
