//! How often log-ins may fail.

use std::time::Duration;

use chatapi_core::Timestamp;
use quick_cache::sync::Cache;

/// How many names and addresses are remembered at once.
const REMEMBERED: usize = 10_000;

/// Counts failures by name and address: each takes one of so many tries, and one comes back after each pause. Somebody else,
/// elsewhere, is not kept out by it.
pub(crate) struct Throttle {
    tries: u32,
    pause: Duration,
    /// When all tries will have come back.
    full_at: Cache<String, Timestamp>,
}

impl Throttle {
    pub(crate) fn new(tries: u32, pause: Duration) -> Self {
        Self { tries: tries.max(1), pause, full_at: Cache::new(REMEMBERED) }
    }

    /// How long to wait for the next try; `None` where there is one left.
    pub(crate) fn wait(&self, name: &str, address: &str, now: Timestamp) -> Option<Duration> {
        let full_at = self.full_at.get(&key(name, address))?;
        let owed = Duration::from_micros(micros_between(now, full_at));
        owed.checked_sub(self.pause * (self.tries - 1)).filter(|wait| !wait.is_zero())
    }

    /// Notes a failure.
    pub(crate) fn failed(&self, name: &str, address: &str, now: Timestamp) {
        let key = key(name, address);
        let full_at = self.full_at.get(&key).filter(|full_at| *full_at > now).unwrap_or(now);
        self.full_at.insert(key, full_at.plus(self.pause));
    }

    /// Forgets the failures.
    pub(crate) fn succeeded(&self, name: &str, address: &str) {
        self.full_at.remove(&key(name, address));
    }
}

fn key(name: &str, address: &str) -> String {
    let name: String = name.chars().take(150).collect();
    format!("{address} {name}")
}

fn micros_between(earlier: Timestamp, later: Timestamp) -> u64 {
    u64::try_from(later.as_micros() - earlier.as_micros()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_are_used_up_and_come_back_one_by_one() {
        let throttle = Throttle::new(2, Duration::from_secs(60));
        let at = |seconds: i64| Timestamp::from_micros(seconds * 1_000_000);
        throttle.failed("ann", "::1", at(0));
        assert_eq!(throttle.wait("ann", "::1", at(0)), None);
        throttle.failed("ann", "::1", at(0));
        assert_eq!(throttle.wait("ann", "::1", at(0)), Some(Duration::from_secs(60)));
        assert_eq!(throttle.wait("ann", "::2", at(0)), None);
        assert_eq!(throttle.wait("bob", "::1", at(0)), None);
        assert_eq!(throttle.wait("ann", "::1", at(60)), None);
        throttle.failed("ann", "::1", at(60));
        assert_eq!(throttle.wait("ann", "::1", at(61)), Some(Duration::from_secs(59)));
        throttle.succeeded("ann", "::1");
        assert_eq!(throttle.wait("ann", "::1", at(61)), None);
    }
}
