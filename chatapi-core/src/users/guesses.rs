//! Guessing at passwords, from many places at once: failed attempts are counted by name.
//!
//! Strangers could so lock a user out: for as long as it takes until the bucket has one again, and not at all where the
//! user has logged in from before.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;

use quick_cache::sync::Cache;

use crate::ChatApi;
use crate::error::{Error, Result, Unauthenticated};
use crate::limits::{Class, Key};
use crate::observer::Notice;

/// How many names and networks are known at once.
const MOST: usize = 10_000;

/// Networks that users have logged in from, by name: as long as this process lives, and the latest of them only.
pub(crate) struct Familiar {
    hasher: RandomState,
    seen: Cache<u64, ()>,
}

impl Default for Familiar {
    fn default() -> Self {
        Self { hasher: RandomState::new(), seen: Cache::new(MOST) }
    }
}

impl Familiar {
    fn has(&self, username: &str, address: IpAddr) -> bool {
        self.seen.get(&self.place(username, address)).is_some()
    }

    fn note(&self, username: &str, address: IpAddr) {
        self.seen.insert(self.place(username, address), ());
    }

    fn place(&self, username: &str, address: IpAddr) -> u64 {
        self.hasher.hash_one((username, Key::from(address)))
    }
}

impl fmt::Debug for Familiar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Familiar").field("seen", &self.seen.len()).finish_non_exhaustive()
    }
}

impl ChatApi {
    /// Runs one attempt to prove to be the user of this name. It is counted before it is known to fail, so that many at once
    /// are no more than one after the other, and given back where it was none.
    pub(super) async fn guess<T>(
        &self,
        username: &str,
        address: Option<IpAddr>,
        attempt: impl Future<Output = Result<T>> + Send,
    ) -> Result<T> {
        let is_familiar = address.is_some_and(|address| self.familiar().has(username, address));
        let name = || Key::Name(username.to_owned());
        if !is_familiar {
            self.count(Class::Guess, name()).await?;
        }
        let proved = attempt.await;
        if let Err(Error::Unauthenticated(Unauthenticated::NoActiveAccount)) = proved {
            self.notice(Notice::LogInFailed);
            return proved;
        }
        if !is_familiar {
            self.uncount(Class::Guess, name()).await;
        }
        if let (Ok(_), Some(address)) = (&proved, address) {
            self.familiar().note(username, address);
        }
        proved
    }
}
