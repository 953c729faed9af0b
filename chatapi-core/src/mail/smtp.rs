//! Mails over SMTP, by `lettre`.

use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use lettre::address::Envelope;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, SinglePart};
use lettre::transport::smtp::Error as SmtpError;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use time::OffsetDateTime;

use super::{Mail, Mailer, TemporaryFailure};
use crate::store::Cause;
use crate::users::emails::{ascii_name, in_ascii};

/// How long one attempt may take.
const TIMEOUT: Duration = Duration::from_secs(30);

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
        Ok(Self(AsyncSmtpTransport::<Tokio1Executor>::from_url(url)?.timeout(Some(TIMEOUT)).build()))
    }
}

#[async_trait]
impl Mailer for SmtpMailer {
    async fn send(&self, mail: Mail) -> Result<(), Cause> {
        match self.0.send(message(mail)?).await {
            Ok(_) => Ok(()),
            Err(fault) if is_temporary(&fault) => Err(TemporaryFailure(fault.into()).into()),
            Err(fault) => Err(fault.into()),
        }
    }
}

/// Whether mails can be from this sender: an address, or a name with an address in angle brackets.
pub fn is_sender(text: &str) -> bool {
    sender(text).is_ok()
}

/// The server answered with 4yz (RFC 5321, section 4.2.1), or could not be reached.
fn is_temporary(fault: &SmtpError) -> bool {
    let is_refusal = fault.is_permanent() || fault.is_client() || fault.is_tls() || fault.is_response();
    fault.is_transient() || !is_refusal
}

fn message(mail: Mail) -> Result<Message, Cause> {
    let (user, host) = in_ascii(&mail.to).ok_or("invalid recipient address")?;
    // It was just parsed, by the rules that sign-up has; lettre's are others.
    let to = Address::new_dangerous(user, host);
    let from = sender(&mail.from)?;
    // RFC 3834, section 5: so that no vacation notice comes back.
    let automatic =
        HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".into());
    let message = Message::builder()
        .envelope(Envelope::new(Some(from.email.clone()), vec![to.clone()])?)
        .from(from)
        .to(to.into())
        .date(SystemTime::from(OffsetDateTime::from(mail.date)))
        .message_id(Some(format!("<{}>", mail.id)))
        .subject(mail.subject)
        .raw_header(automatic)
        .singlepart(SinglePart::plain(mail.body))?;
    Ok(message)
}

/// A sender whose host, if it is internationalised, is in ASCII.
fn sender(text: &str) -> Result<Mailbox, Cause> {
    let (before, host) = text.trim().rsplit_once('@').ok_or("invalid sender: missing address")?;
    let end = host.find('>').unwrap_or(host.len());
    let (host, after) = host.split_at(end);
    let host = ascii_name(host.trim()).ok_or("invalid sender: the domain has no ASCII form")?;
    Ok(format!("{before}@{host}{after}").parse()?)
}
