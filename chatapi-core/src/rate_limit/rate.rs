//! A rate, and how a bucket stands that is refilled by it.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;
use std::time::Duration;

use crate::Timestamp;

/// So many requests in such a time: `30/min`. All of them may come at once; then the bucket is refilled evenly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    number: NonZeroU32,
    /// How long it takes until there is one more, in microseconds; 1 at least.
    interval: i64,
    unit: &'static str,
}

/// The units of a rate, in seconds.
const UNITS: [(&str, u32); 4] = [("s", 1), ("min", 60), ("h", 60 * 60), ("d", 24 * 60 * 60)];

impl Rate {
    /// So many a minute.
    pub const fn per_minute(number: NonZeroU32) -> Self {
        Self::of(number, UNITS[1])
    }

    /// So many an hour.
    pub const fn per_hour(number: NonZeroU32) -> Self {
        Self::of(number, UNITS[2])
    }

    const fn of(number: NonZeroU32, (unit, seconds): (&'static str, u32)) -> Self {
        let interval = seconds as i64 * 1_000_000 / number.get() as i64;
        Self { number, interval: if interval > 0 { interval } else { 1 }, unit }
    }

    /// How many there are at once.
    pub fn number(self) -> u32 {
        self.number.get()
    }

    /// Takes one from the bucket that will be full at `full_at`, and says when it will be full then.
    ///
    /// This is the generic cell rate algorithm (ITU-T I.371): a bucket is one moment.
    pub fn take(self, full_at: Timestamp, now: Timestamp) -> (Timestamp, RateLimitStatus) {
        let holds = self.interval * i64::from(self.number.get());
        // A bucket is never emptier than empty, even where the clock was set back.
        let missing = (full_at.as_micros() - now.as_micros()).clamp(0, holds);
        let wanted = missing + self.interval;
        let (missing, retry_after) =
            if wanted > holds { (missing, Some(micros(wanted - holds))) } else { (wanted, None) };
        let standing = RateLimitStatus {
            limit: self.number.get(),
            remaining: u32::try_from((holds - missing) / self.interval).unwrap_or(u32::MAX),
            reset_after: micros(missing),
            retry_after,
        };
        (now.plus(micros(missing)), standing)
    }

    /// Puts one back, and says when the bucket will be full then.
    pub fn give_back(self, full_at: Timestamp) -> Timestamp {
        Timestamp::from_micros(full_at.as_micros() - self.interval)
    }
}

fn micros(micros: i64) -> Duration {
    Duration::from_micros(micros.unsigned_abs())
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.unit)
    }
}

/// A text that is not a rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a number and a unit, such as 30/min, 5/s, 100/h or 1000/d")]
pub struct ParseRateError;

/// Reads `30/min`. A unit may be written out, as Django REST Framework has it: `30/minute`.
impl FromStr for Rate {
    type Err = ParseRateError;

    fn from_str(text: &str) -> Result<Self, ParseRateError> {
        let (number, unit) = text.split_once('/').ok_or(ParseRateError)?;
        let known = match unit.trim() {
            "s" | "sec" | "second" => UNITS[0],
            "m" | "min" | "minute" => UNITS[1],
            "h" | "hour" => UNITS[2],
            "d" | "day" => UNITS[3],
            _ => return Err(ParseRateError),
        };
        number.trim().parse().map(|number| Self::of(number, known)).map_err(|_| ParseRateError)
    }
}

/// How a bucket stands after one was taken from it, or would have been.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimitStatus {
    /// How many it holds.
    pub limit: u32,
    /// How many are left.
    pub remaining: u32,
    /// How long until it is full.
    pub reset_after: Duration,
    /// How long until there is one again, where it was empty.
    pub retry_after: Option<Duration>,
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_micros(1_795_338_707_809_284);

    #[test]
    fn a_rate_is_a_number_and_a_time() {
        for (text, shown) in [
            ("30/min", "30/min"),
            ("30/m", "30/min"),
            ("5 / second", "5/s"),
            ("7/day", "7/d"),
            ("1/h", "1/h"),
        ] {
            assert_eq!(text.parse::<Rate>().unwrap().to_string(), shown);
        }
        for wrong in ["", "30", "0/min", "-1/min", "1.5/min", "30/", "30/week", "/min", "99999999999/s"] {
            assert_eq!(wrong.parse::<Rate>(), Err(ParseRateError), "{wrong}");
        }
    }

    #[test]
    fn as_many_as_it_says_come_at_once_and_then_one_after_the_other() {
        let rate: Rate = "3/min".parse().unwrap();
        let mut full_at = Timestamp::from_micros(0);
        let mut take = |seconds: u64| {
            let (next, standing) = rate.take(full_at, START.plus(Duration::from_secs(seconds)));
            full_at = next;
            (standing.remaining, standing.retry_after.map(|wait| wait.as_secs()))
        };
        assert_eq!([take(0), take(0), take(0)], [(2, None), (1, None), (0, None)]);
        assert_eq!(take(5), (0, Some(15)));
        assert_eq!(take(20), (0, None));
        assert_eq!(take(20), (0, Some(20)));
        assert_eq!(take(100), (2, None), "full again, and no fuller");
    }

    #[test]
    fn a_clock_that_is_set_back_empties_no_bucket_for_long() {
        let rate: Rate = "2/min".parse().unwrap();
        let (full_at, _) = rate.take(START.plus(Duration::from_secs(86_400)), START);
        assert!(full_at <= START.plus(Duration::from_secs(60)));
    }

    #[test]
    fn what_is_given_back_was_not_taken() {
        let rate: Rate = "2/min".parse().unwrap();
        let (full_at, _) = rate.take(START, START);
        assert_eq!(rate.give_back(full_at), START);
    }
}
