//! Keys from where the issuer publishes them: the URL that its discovery document calls `jwks_uri`.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use self::fetch::{Address, FetchError};
use super::{KeySource, VerifyingKey};
use crate::Timestamp;
use crate::store::Cause;

mod fetch;

pub use fetch::JwksError;

/// The keys of an issuer's JWK set (RFC 7517), fetched when they are wanted and kept.
///
/// They are fetched again when they are older than the greatest age, and when a token names a key that is not among them,
/// which is how an issuer's new key becomes known; but never more often than the cool-down allows, so that forged tokens
/// cannot make the chat a burden on the issuer. However many requests wait for keys, one fetch is under way at a time.
///
/// While the issuer cannot be reached, the keys that were fetched before serve on.
pub struct JwksSource {
    max_age: Duration,
    cool_down: Duration,
    shared: Arc<Shared>,
}

struct Shared {
    address: Address,
    kept: Mutex<Kept>,
    /// Whose turn it is to fetch.
    turn: Arc<tokio::sync::Mutex<()>>,
}

/// What is known, and since when.
#[derive(Clone, Default)]
struct Kept {
    /// None, until the first fetch that succeeds.
    keys: Vec<VerifyingKey>,
    fetched: Option<Timestamp>,
    tried: Option<Timestamp>,
    /// How often it was tried, so that who waited for a turn sees that somebody else has had one.
    tries: u64,
    fault: Option<Arc<FetchError>>,
}

impl JwksSource {
    /// The keys at this URL, which begins with `https://`; without encryption only this machine itself is asked, as a
    /// sidecar is. They are fetched when the first token comes. Redirects are not followed, an answer is waited for five
    /// seconds, and more than 256 KiB are not read.
    ///
    /// # Errors
    /// [`JwksError`], where the URL cannot be used.
    pub fn new(url: &str) -> Result<Self, JwksError> {
        let shared = Shared { address: Address::new(url)?, kept: Mutex::default(), turn: Arc::default() };
        Ok(Self {
            max_age: Duration::from_secs(10 * 60),
            cool_down: Duration::from_secs(10),
            shared: Arc::new(shared),
        })
    }

    /// How old keys may be before they are fetched again: ten minutes, unless this says otherwise. It is how long a key
    /// that the issuer withdrew is taken still.
    #[must_use]
    pub fn max_age(self, max_age: Duration) -> Self {
        Self { max_age, ..self }
    }

    /// How long after one fetch the next may begin, whatever its end: ten seconds, unless this says otherwise.
    #[must_use]
    pub fn cool_down(self, cool_down: Duration) -> Self {
        Self { cool_down, ..self }
    }

    /// Whether the keys should be fetched, and may be.
    fn is_due(&self, kept: &Kept, now: Timestamp, key_id: Option<&str>) -> bool {
        let is_past = |since: Option<Timestamp>, by: Duration| since.is_none_or(|then| age(now, then) >= by);
        (!kept.knows(key_id) || is_past(kept.fetched, self.max_age)) && is_past(kept.tried, self.cool_down)
    }
}

#[async_trait]
impl KeySource for JwksSource {
    async fn keys(&self, now: Timestamp, key_id: Option<&str>) -> Result<Vec<VerifyingKey>, Cause> {
        let seen = self.shared.kept().clone();
        if !self.is_due(&seen, now, key_id) {
            return seen.into_keys();
        }
        let turn = match self.shared.turn.clone().try_lock_owned() {
            Ok(turn) => turn,
            // The old keys serve while somebody fetches new ones.
            Err(_) if seen.knows(key_id) => return seen.into_keys(),
            Err(_) => self.shared.turn.clone().lock_owned().await,
        };
        let kept = self.shared.kept().clone();
        if kept.tries != seen.tries {
            return kept.into_keys();
        }
        // On a task of its own: were it dropped with a request whose client has gone, it would not count.
        let shared = self.shared.clone();
        let fetch = tokio::spawn(async move {
            let outcome = shared.address.fetch().await;
            shared.keep(outcome, now);
            drop(turn);
        });
        fetch.await?;
        self.shared.kept().clone().into_keys()
    }
}

impl fmt::Debug for JwksSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwksSource")
            .field("url", &self.shared.address.as_str())
            .field("max_age", &self.max_age)
            .field("cool_down", &self.cool_down)
            .finish_non_exhaustive()
    }
}

impl Shared {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, outcome: Result<Vec<VerifyingKey>, FetchError>, now: Timestamp) {
        let mut kept = self.kept();
        kept.tried = Some(now);
        kept.tries += 1;
        match outcome {
            Ok(keys) => (kept.keys, kept.fetched, kept.fault) = (keys, Some(now), None),
            Err(fault) => {
                let error: &(dyn std::error::Error + 'static) = &fault;
                let kept_keys = kept.keys.len();
                tracing::warn!(
                    error,
                    url = self.address.as_str(),
                    kept_keys,
                    "an issuer's keys cannot be fetched"
                );
                kept.fault = Some(Arc::new(fault));
            }
        }
    }
}

impl Kept {
    /// Whether a token's key may be among those that are kept.
    fn knows(&self, key_id: Option<&str>) -> bool {
        self.keys.iter().any(|key| key.may_be(key_id))
    }

    fn into_keys(self) -> Result<Vec<VerifyingKey>, Cause> {
        match self.fault {
            Some(fault) if self.keys.is_empty() => Err(Box::new(fault)),
            _ => Ok(self.keys),
        }
    }
}

/// The time between two moments; a clock that was set back stops nothing.
fn age(now: Timestamp, then: Timestamp) -> Duration {
    Duration::from_micros(now.as_micros().abs_diff(then.as_micros()))
}
