//! Time is an argument: nothing else in the crate reads it.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Serialize, Serializer};
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;

/// A moment in UTC, to the microsecond: what PostgreSQL keeps and what the documented API shows.
///
/// Its text is that of the documented API: `2026-11-22T09:11:47.809284Z`, without the fraction where that is zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

const WHOLE: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
const FRACTION: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:6]Z");

impl Timestamp {
    /// A moment by its microseconds since 1970.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since 1970.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970, as tokens count them.
    pub const fn as_secs(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// This moment, later by `delay`; the end of time where that is past it.
    #[must_use]
    pub fn plus(self, delay: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(delay.as_micros()).unwrap_or(i64::MAX)))
    }

    fn to_utc(self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1000)
            .unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }
}

impl From<OffsetDateTime> for Timestamp {
    fn from(at: OffsetDateTime) -> Self {
        Self(i64::try_from(at.unix_timestamp_nanos().div_euclid(1000)).unwrap_or(i64::MAX))
    }
}

impl From<Timestamp> for OffsetDateTime {
    fn from(at: Timestamp) -> Self {
        at.to_utc()
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shape = if self.0 % 1_000_000 == 0 { WHOLE } else { FRACTION };
        f.write_str(&self.to_utc().format(shape).map_err(|_| fmt::Error)?)
    }
}

/// A text that is no moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a timestamp in RFC 3339 format, such as 2026-11-22T09:11:47.809284Z")]
pub struct ParseTimestampError;

/// Reads a moment as RFC 3339 has it, whatever its offset from UTC. What is finer than a microsecond is cut off.
impl FromStr for Timestamp {
    type Err = ParseTimestampError;

    fn from_str(text: &str) -> Result<Self, ParseTimestampError> {
        OffsetDateTime::parse(text, &Rfc3339).map(Self::from).map_err(|_| ParseTimestampError)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Tells the time. Tests set it; everything else asks [`SystemClock`].
pub trait Clock: Send + Sync + fmt::Debug {
    /// The present moment.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    fn now(&self) -> Timestamp {
        OffsetDateTime::now_utc().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_with_six_digits_or_none() {
        assert_eq!(Timestamp::from_micros(1_795_338_707_809_284).to_string(), "2026-11-22T09:11:47.809284Z");
        assert_eq!(Timestamp::from_micros(1_795_338_707_000_100).to_string(), "2026-11-22T09:11:47.000100Z");
        assert_eq!(Timestamp::from_micros(1_795_338_707_000_000).to_string(), "2026-11-22T09:11:47Z");
    }

    #[test]
    fn a_moment_is_read_as_it_is_written() {
        let moment = Timestamp::from_micros(1_795_338_707_809_284);
        for text in ["2026-11-22T09:11:47.809284Z", "2026-11-22T10:11:47.8092849+01:00"] {
            assert_eq!(text.parse(), Ok(moment));
        }
        for text in ["", "2026-11-22", "2026-11-22T09:11:47", "2026-13-22T09:11:47Z", "x"] {
            assert_eq!(text.parse::<Timestamp>(), Err(ParseTimestampError), "{text}");
        }
    }
}
