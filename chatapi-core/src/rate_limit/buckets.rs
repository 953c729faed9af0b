//! The buckets of this process.

use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::{Bucket, Limiter, Rate, RateClass, RateLimitStatus};
use crate::Timestamp;

/// How many buckets of a class are kept at most: a few megabytes of them.
const MOST: usize = 100_000;

/// Buckets in memory, each of them the moment at which it will be full. One that is full need not be kept, and where a class
/// has too many all the same, those of it go first that soon will be: a flood of one class evicts no bucket of another.
///
/// Keys are kept by their hash, which nobody outside can foresee: a bucket is as small for a long name as for a short one.
pub struct Buckets {
    hasher: RandomState,
    full_at: Mutex<HashMap<RateClass, HashMap<u64, Timestamp>>>,
    most: usize,
}

impl Default for Buckets {
    fn default() -> Self {
        Self { hasher: RandomState::new(), full_at: Mutex::default(), most: MOST }
    }
}

impl Buckets {
    fn full_at(&self) -> MutexGuard<'_, HashMap<RateClass, HashMap<u64, Timestamp>>> {
        self.full_at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Limiter for Buckets {
    async fn take(&self, bucket: &Bucket, rate: Rate, now: Timestamp) -> RateLimitStatus {
        let key = self.hasher.hash_one(bucket);
        let mut classes = self.full_at();
        let buckets = classes.entry(bucket.class).or_default();
        if buckets.len() >= self.most && !buckets.contains_key(&key) {
            make_room(buckets, now, self.most);
        }
        let full_at = buckets.entry(key).or_insert(now);
        let (next, standing) = rate.take(*full_at, now);
        *full_at = next;
        standing
    }

    async fn give_back(&self, bucket: &Bucket, rate: Rate, _: Timestamp) {
        let mut classes = self.full_at();
        let buckets = classes.get_mut(&bucket.class);
        if let Some(full_at) = buckets.and_then(|buckets| buckets.get_mut(&self.hasher.hash_one(bucket))) {
            *full_at = rate.give_back(*full_at);
        }
    }
}

/// Leaves nine tenths at most, so that this is not done for each new bucket.
fn make_room(buckets: &mut HashMap<u64, Timestamp>, now: Timestamp, most: usize) {
    buckets.retain(|_, full_at| *full_at > now);
    let surplus = buckets.len().saturating_sub(most - most / 10);
    if surplus > 0 {
        let mut times: Vec<Timestamp> = buckets.values().copied().collect();
        let (_, latest_to_go, _) = times.select_nth_unstable(surplus - 1);
        let latest_to_go = *latest_to_go;
        buckets.retain(|_, full_at| *full_at > latest_to_go);
    }
}

impl fmt::Debug for Buckets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kept: usize = self.full_at().values().map(HashMap::len).sum();
        f.debug_struct("Buckets").field("kept", &kept).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::UserId;
    use crate::rate_limit::Key;

    const START: Timestamp = Timestamp::from_micros(1_795_338_707_809_284);

    fn of(user: i64) -> Bucket {
        Bucket { class: RateClass::Send, key: Key::User(UserId(user)) }
    }

    #[tokio::test]
    async fn there_are_never_more_than_so_many_and_the_emptiest_stay() {
        let buckets = Buckets { most: 100, ..Buckets::default() };
        let rate: Rate = "3/min".parse().unwrap();
        for _ in 0..4 {
            buckets.take(&of(0), rate, START).await;
        }
        for user in 1..1000 {
            buckets.take(&of(user), rate, START).await;
            assert!(buckets.full_at()[&RateClass::Send].len() <= 100);
        }
        assert!(buckets.take(&of(0), rate, START).await.retry_after.is_some(), "it is not forgotten");
    }

    #[tokio::test]
    async fn a_flood_of_one_class_evicts_no_bucket_of_another() {
        let buckets = Buckets { most: 10, ..Buckets::default() };
        let (guesses, sends): (Rate, Rate) = ("3/min".parse().unwrap(), "1/d".parse().unwrap());
        let guess = Bucket { class: RateClass::Guess, key: Key::Name("ann".into()) };
        for _ in 0..3 {
            buckets.take(&guess, guesses, START).await;
        }
        // Each of these is full later than the guesses are.
        for user in 0..1000 {
            buckets.take(&of(user), sends, START).await;
        }
        assert!(buckets.take(&guess, guesses, START).await.retry_after.is_some(), "it is not forgotten");
    }

    #[tokio::test]
    async fn those_that_are_full_again_are_not_kept() {
        let buckets = Buckets { most: 10, ..Buckets::default() };
        let rate: Rate = "1/s".parse().unwrap();
        for user in 0..10 {
            buckets.take(&of(user), rate, START).await;
        }
        buckets.take(&of(10), rate, START.plus(Duration::from_secs(1))).await;
        assert_eq!(buckets.full_at()[&RateClass::Send].len(), 1);
    }
}
