//! Whether requests are in good hands here.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::time::timeout;

use crate::ChatApi;
use crate::store::StoreError;

/// How long the store may take to say that it is ready. Whoever probes asks every few seconds, and waits for little longer.
const TIMEOUT: Duration = Duration::from_secs(2);

/// Why this instance should get no requests for now. `Display` says it, without anything that is nobody's business.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotReady {
    /// It is about to end.
    #[error("shutting down")]
    Draining,
    /// The database cannot be reached, or not within two seconds.
    #[error("the database does not answer")]
    NoAnswer,
    /// The database lacks tables, or has older ones: [`Store::migrate`](crate::Store::migrate) brings it up to date.
    #[error("the database is not up to date")]
    NotMigrated,
    /// The database answers, but takes no writes: it is a standby, is read-only, or has no room.
    #[error("the database cannot be written to")]
    NotWritable(#[source] StoreError),
    /// The store failed in another way.
    #[error("the database cannot be used")]
    Failed(#[source] StoreError),
}

/// Whether the instance is about to end.
#[derive(Debug, Default)]
pub(crate) struct Draining(AtomicBool);

impl ChatApi {
    /// Whether this instance can answer requests: the store answers within two seconds, its tables are up to date, and a
    /// write works.
    ///
    /// # Errors
    /// Why it cannot.
    pub async fn ready(&self) -> Result<(), NotReady> {
        if self.draining().0.load(Ordering::Relaxed) {
            return Err(NotReady::Draining);
        }
        timeout(TIMEOUT, self.is_usable()).await.unwrap_or(Err(NotReady::NoAnswer))
    }

    async fn is_usable(&self) -> Result<(), NotReady> {
        match self.store().is_migrated().await {
            Ok(true) => {}
            Ok(false) => return Err(NotReady::NotMigrated),
            Err(StoreError::Unavailable(_)) => return Err(NotReady::NoAnswer),
            Err(fault) => return Err(NotReady::Failed(fault)),
        }
        self.store().check_writable().await.map_err(NotReady::NotWritable)
    }

    /// Says from now on that it is [not ready](Self::ready), so that requests are sent elsewhere; those that come all the
    /// same are answered. Call it some time before the server stops.
    pub fn drain(&self) {
        self.draining().0.store(true, Ordering::Relaxed);
    }
}
