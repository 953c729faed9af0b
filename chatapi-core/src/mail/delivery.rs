//! Mails are sent again where that may help.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{Mail, Mailer, TemporaryFailure};
use crate::store::Cause;

/// Sends a mail; after a [`TemporaryFailure`] again, once after each of the delays. When `closing` is cancelled there is one
/// more attempt at once, and none after it.
///
/// # Errors
/// That of the last attempt.
pub(crate) async fn deliver(
    mailer: &dyn Mailer,
    mail: Mail,
    delays: &[Duration],
    closing: &CancellationToken,
) -> Result<(), Cause> {
    let mut delays = delays.iter();
    loop {
        let is_last = closing.is_cancelled();
        let Err(fault) = mailer.send(mail.clone()).await else { return Ok(()) };
        let delay = delays.next().filter(|_| !is_last && fault.is::<TemporaryFailure>());
        let Some(delay) = delay else { return Err(fault) };
        tracing::info!(
            error = &*fault as &dyn std::error::Error,
            ?delay,
            "cannot send an email yet, retrying later"
        );
        tokio::select! {
            () = tokio::time::sleep(*delay) => {}
            () = closing.cancelled() => {}
        }
    }
}
