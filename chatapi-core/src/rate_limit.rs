//! How much of a kind of request one person may ask for: token buckets by user, by network and by name.
//!
//! A host says how much in [`Config::limits`](crate::Config::limits), where nothing is limited by default; a route says what
//! it is a part of by [`Route::limited`](crate::http::Route::limited). A request of a user's counts for that user, any other
//! for the network that it comes from: an address, or the 64 bits of an IPv6 address that a household has. Where the address
//! is not known ([`Peer`](crate::http::Peer)), nothing is counted.

use std::fmt;
use std::net::IpAddr;

use async_trait::async_trait;
use ipnet::Ipv6Net;

use crate::error::{Error, Result};
use crate::observer::Notice;
use crate::{ChatApi, Timestamp, UserId};

mod buckets;
mod rate;

pub use buckets::Buckets;
pub use rate::{ParseRateError, Rate, RateLimitStatus};

/// What is counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RateClass {
    /// Attempts to log in, and what else asks for a password.
    LogIn,
    /// Failed attempts to log in by one name, wherever they come from.
    Guess,
    /// New accounts.
    Registration,
    /// Requests that have a mail sent; counted for the address that it goes to as well.
    Mail,
    /// Messages that are sent or changed.
    Send,
    /// Rooms that are made or changed, their members among what changes.
    Room,
}

impl RateClass {
    /// Its name, as `X-RateLimit-Bucket` has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::LogIn => "log-in",
            Self::Guess => "guess",
            Self::Registration => "registration",
            Self::Mail => "mail",
            Self::Send => "send",
            Self::Room => "room",
        }
    }
}

/// How much of each class is let through; all of it where nothing is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// See [`RateClass::LogIn`].
    pub log_in: Option<Rate>,
    /// See [`RateClass::Guess`]. Who logged in from the same network before is let through.
    pub guess: Option<Rate>,
    /// See [`RateClass::Registration`].
    pub registration: Option<Rate>,
    /// See [`RateClass::Mail`].
    pub mail: Option<Rate>,
    /// See [`RateClass::Send`].
    pub send: Option<Rate>,
    /// See [`RateClass::Room`].
    pub room: Option<Rate>,
}

impl Limits {
    fn of(&self, class: RateClass) -> Option<Rate> {
        match class {
            RateClass::LogIn => self.log_in,
            RateClass::Guess => self.guess,
            RateClass::Registration => self.registration,
            RateClass::Mail => self.mail,
            RateClass::Send => self.send,
            RateClass::Room => self.room,
        }
    }
}

/// Whom requests are counted for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Key {
    /// A user.
    User(UserId),
    /// A network, by its first address.
    Network(IpAddr),
    /// A name that is logged in by, or an address that mails go to.
    Name(String),
}

impl From<IpAddr> for Key {
    /// The network of an address: what one household, or one machine, can send from.
    fn from(address: IpAddr) -> Self {
        Self::Network(match address.to_canonical() {
            IpAddr::V6(address) => Ipv6Net::new(address, 64).map_or(address, |net| net.network()).into(),
            address => address,
        })
    }
}

/// One bucket.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Bucket {
    /// What is counted.
    pub class: RateClass,
    /// For whom.
    pub key: Key,
}

/// Counts requests. [`Buckets`] is the default, and counts those of this process; a host with several instances may count
/// them all in one place.
#[async_trait]
pub trait Limiter: Send + Sync + fmt::Debug {
    /// Takes one from a bucket that holds `rate`'s number and is refilled evenly; nothing where it is empty. Who cannot
    /// tell lets the request through.
    async fn take(&self, bucket: &Bucket, rate: Rate, now: Timestamp) -> RateLimitStatus;

    /// Puts one back that was taken and is not to count.
    async fn give_back(&self, bucket: &Bucket, rate: Rate, now: Timestamp);
}

impl ChatApi {
    /// Counts a request, where its class is limited.
    ///
    /// # Errors
    /// [`Error::TooManyRequests`] where there were too many.
    pub async fn count(
        &self,
        class: RateClass,
        key: impl Into<Key> + Send,
    ) -> Result<Option<RateLimitStatus>> {
        match self.taken(class, key.into()).await {
            Some(RateLimitStatus { retry_after: Some(retry_after), .. }) => {
                Err(Error::TooManyRequests { retry_after })
            }
            standing => Ok(standing),
        }
    }

    /// Counts a request, where its class is limited, and says how the bucket stands, which may be empty.
    pub(crate) async fn taken(&self, class: RateClass, key: Key) -> Option<RateLimitStatus> {
        let rate = self.config().limits.of(class)?;
        let standing = self.limiter().take(&Bucket { class, key }, rate, self.now()).await;
        if standing.retry_after.is_some() {
            self.notice(Notice::Throttled(class));
        }
        Some(standing)
    }

    /// Takes back that a request was counted.
    pub(crate) async fn uncount(&self, class: RateClass, key: Key) {
        if let Some(rate) = self.config().limits.of(class) {
            self.limiter().give_back(&Bucket { class, key }, rate, self.now()).await;
        }
    }
}
