//! Requests that are counted, and the headers that say how their bucket stands.

use std::time::Duration;

use http::{HeaderName, HeaderValue};

use super::call::RequestContext;
use super::endpoint::Endpoint;
use super::{Response, forwarded};
use crate::ChatApi;
use crate::error::{Error, Result};
use crate::rate_limit::{Key, RateClass, RateLimitStatus};

/// The bucket that a request was taken from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counted {
    class: RateClass,
    standing: RateLimitStatus,
}

impl ChatApi {
    /// Counts a request for its user, or for the network that it comes from.
    pub(super) async fn counted(&self, endpoint: &Endpoint, asked: &RequestContext) -> Option<Counted> {
        let class = endpoint.class?;
        let key = match &asked.user {
            Some(user) => Key::User(user.id),
            None => forwarded::client(&asked.head, self.config())?.into(),
        };
        self.taken(class, key).await.map(|standing| Counted { class, standing })
    }
}

impl From<(RateClass, RateLimitStatus)> for Counted {
    fn from((class, standing): (RateClass, RateLimitStatus)) -> Self {
        Self { class, standing }
    }
}

impl From<Counted> for (RateClass, RateLimitStatus) {
    fn from(counted: Counted) -> Self {
        (counted.class, counted.standing)
    }
}

impl Counted {
    /// Whether there was one left.
    pub(super) fn granted(self) -> Result<()> {
        match self.standing.retry_after {
            Some(retry_after) => Err(Error::TooManyRequests { retry_after }),
            None => Ok(()),
        }
    }

    /// Says how the bucket stands; as empty where another one was, whose name is nobody's business.
    pub(super) fn show(self, response: &mut Response, refused_for: Option<Duration>) {
        let RateLimitStatus { limit, remaining, reset_after, .. } = self.standing;
        let remaining = if refused_for.is_some() { 0 } else { remaining };
        let reset_after = refused_for.map_or(reset_after, |wait| wait.max(reset_after));
        let seconds = reset_after.as_secs() + u64::from(reset_after.subsec_nanos() > 0);
        let headers = response.headers_mut();
        headers.insert(LIMIT, limit.into());
        headers.insert(REMAINING, remaining.into());
        headers.insert(RESET_AFTER, seconds.into());
        headers.insert(BUCKET, HeaderValue::from_static(self.class.name()));
    }
}

const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET_AFTER: HeaderName = HeaderName::from_static("x-ratelimit-reset-after");
const BUCKET: HeaderName = HeaderName::from_static("x-ratelimit-bucket");
