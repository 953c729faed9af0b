//! Guessing at passwords, from many places at once: failed attempts are counted by name.
//!
//! Strangers could so lock a user out: for as long as it takes until the bucket has one again, and not at all where the
//! user has logged in from before.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;

use quick_cache::sync::Cache;

use super::User;
use crate::error::{Error, Result, Unauthenticated};
use crate::observer::Notice;
use crate::rate_limit::{Key, RateClass};
use crate::{ChatApi, UserId};

/// How many names and networks are known at once.
const MOST: usize = 10_000;

/// Networks that users have logged in from, by name: the latest of them, so that the store is seldom asked. It keeps a few of
/// each user beyond the end of this process ([`Store::trust_network`](crate::Store::trust_network)).
pub(crate) struct TrustedNetworks {
    hasher: RandomState,
    seen: Cache<u64, ()>,
}

impl Default for TrustedNetworks {
    fn default() -> Self {
        Self { hasher: RandomState::new(), seen: Cache::new(MOST) }
    }
}

impl TrustedNetworks {
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

impl fmt::Debug for TrustedNetworks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TrustedNetworks").field("seen", &self.seen.len()).finish_non_exhaustive()
    }
}

impl ChatApi {
    /// Runs one attempt to prove to be the user of this name. It is counted for the network that it comes from, by whatever way
    /// of logging in, unless the route did so, and for the name. It is counted before it is known to fail, so that many at once
    /// are no more than one after the other, and given back where it was none.
    pub(super) async fn guess(
        &self,
        username: &str,
        address: Option<IpAddr>,
        attempt: impl Future<Output = Result<User>> + Send,
    ) -> Result<User> {
        if let Some(address) = address {
            self.count_log_in(address).await?;
        }
        let is_familiar = address.is_some_and(|address| self.familiar().has(username, address));
        let name = || Key::Name(username.to_owned());
        let mut is_counted = false;
        if !is_familiar {
            match self.count(RateClass::Guess, name()).await {
                Ok(_) => is_counted = true,
                // This process may have begun since the user was here.
                Err(_) if self.is_trusted(username, address).await? => {}
                Err(throttled) => return Err(throttled),
            }
        }
        let proved = attempt.await;
        if let Err(Error::Unauthenticated(Unauthenticated::NoActiveAccount)) = proved {
            self.notice(Notice::LogInFailed);
            return proved;
        }
        if is_counted {
            self.uncount(RateClass::Guess, name()).await;
        }
        if let (Ok(user), Some(address), false) = (&proved, address, is_familiar) {
            self.familiar().note(username, address);
            self.trust(user.id, address).await;
        }
        proved
    }

    /// Counts an attempt for the network that it comes from, unless the request's route did.
    async fn count_log_in(&self, address: IpAddr) -> Result<()> {
        if self.has_counted(RateClass::LogIn) {
            return Ok(());
        }
        let Some(standing) = self.taken(RateClass::LogIn, address.into()).await else { return Ok(()) };
        self.note_count(RateClass::LogIn, standing);
        match standing.retry_after {
            Some(retry_after) => Err(Error::TooManyRequests { retry_after }),
            None => Ok(()),
        }
    }

    /// Whether the store knows that the user of this name logged in from there before.
    async fn is_trusted(&self, username: &str, address: Option<IpAddr>) -> Result<bool> {
        let (Some(address), Some(user)) = (address, self.user_named(username).await?) else {
            return Ok(false);
        };
        let Some(network) = self.sealed(user.id, address) else { return Ok(false) };
        Ok(self.store().trusts_network(user.id, &network).await?)
    }

    /// Keeps in the store that the user logged in from there. Where that fails, the user is logged in all the same.
    async fn trust(&self, user: UserId, address: IpAddr) {
        if self.config().limits.guess.is_none() {
            return;
        }
        let Some(network) = self.sealed(user, address) else { return };
        if let Err(fault) = self.store().trust_network(user, &network, self.now()).await {
            tracing::warn!(error = &fault as &dyn std::error::Error, "cannot store a trusted network");
        }
    }

    fn sealed(&self, user: UserId, address: IpAddr) -> Option<String> {
        let Key::Network(network) = Key::from(address) else { return None };
        Some(self.mail_tokens().ok()?.seal_network(user, &network.to_string()))
    }
}
