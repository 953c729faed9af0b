//! The clock and the mailer that cases give a chat.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use chatapi_core::clock::{Clock, Timestamp};
use chatapi_core::mail::{Mail, Mailer};
use chatapi_core::store::Cause;

/// A clock that stands still until it is moved.
#[derive(Clone, Debug)]
pub(super) struct SetClock(Arc<AtomicI64>);

impl SetClock {
    /// A clock that stands a good half of a second after a whole one.
    pub(super) fn new() -> Self {
        Self(Arc::new(AtomicI64::new(1_795_338_707_809_284)))
    }

    pub(super) fn advance(&self, by: Duration) {
        self.0.fetch_add(i64::try_from(by.as_micros()).unwrap(), Ordering::SeqCst);
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

/// Keeps the mails that were sent.
#[derive(Clone, Debug, Default)]
pub(super) struct Mailbox(Arc<Mutex<Vec<Mail>>>);

impl Mailbox {
    /// The mails since this was asked last.
    pub(super) fn take(&self) -> Vec<Mail> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

#[async_trait]
impl Mailer for Mailbox {
    async fn send(&self, mail: Mail) -> Result<(), Cause> {
        self.0.lock().unwrap().push(mail);
        Ok(())
    }
}
