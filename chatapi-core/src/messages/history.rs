//! Pages of messages by their places.

use std::fmt;
use std::ops::Bound;
use std::str::FromStr;

use super::Message;
use crate::page::{Count, Counting, as_len};
use crate::{MessageId, Timestamp};

/// Where a message stands among the others, by time and then id. It is good also when the message is gone.
///
/// Its text is what the message's body shows of it: `2026-11-22T09:11:47.809284Z,7`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// When the message was sent.
    pub created_at: Timestamp,
    /// The message's id.
    pub id: MessageId,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{}", self.created_at, self.id)
    }
}

/// A text that is no [`Place`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a timestamp and a message id, separated by a comma")]
pub struct NoPlace;

impl FromStr for Place {
    type Err = NoPlace;

    fn from_str(text: &str) -> Result<Self, NoPlace> {
        let (created_at, id) = text.split_once(',').ok_or(NoPlace)?;
        let created_at = created_at.parse().map_err(|_| NoPlace)?;
        Ok(Self { created_at, id: MessageId(id.parse().map_err(|_| NoPlace)?) })
    }
}

/// Which messages a page by place has, and in which order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// The newest, newest first.
    Newest,
    /// The oldest, oldest first.
    Oldest,
    /// The nearest before this place, newest first.
    Before(Place),
    /// The nearest after this place, oldest first.
    After(Place),
    /// The message of this place, if it is there, and the nearest on either side, oldest first.
    Around(Place),
}

/// A page by place that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HistoryRequest {
    /// Which messages.
    pub span: Span,
    /// The most messages, at least 1.
    pub limit: u32,
    /// How far the whole list is counted.
    pub counting: Counting,
}

impl HistoryRequest {
    /// A page of `limit` messages at most, without a count.
    pub const fn new(span: Span, limit: u32) -> Self {
        Self { span, limit, counting: Counting::None }
    }

    /// What a store reads for it.
    pub fn sides(&self) -> Sides {
        let limit = u64::from(self.limit.max(1));
        let side = |from, shown| Some(Side { from, shown });
        let (older, newer) = match self.span {
            Span::Newest => (side(Bound::Unbounded, limit), None),
            Span::Oldest => (None, side(Bound::Unbounded, limit)),
            Span::Before(place) => (side(Bound::Excluded(place), limit), side(Bound::Included(place), 0)),
            Span::After(place) => (side(Bound::Included(place), 0), side(Bound::Excluded(place), limit)),
            Span::Around(place) => {
                (side(Bound::Excluded(place), limit / 2), side(Bound::Included(place), limit - limit / 2))
            }
        };
        Sides { older, newer }
    }

    /// The page, from what a store read for [`sides`](Self::sides): `older` newest first, `newer` oldest first.
    pub fn history(&self, count: Count, mut older: Vec<Message>, mut newer: Vec<Message>) -> History {
        let Sides { older: wanted_older, newer: wanted_newer } = self.sides();
        let has_more_before = wanted_older.is_some_and(|side| side.shorten(&mut older));
        let has_more_after = wanted_newer.is_some_and(|side| side.shorten(&mut newer));
        let results = match self.span {
            Span::Newest | Span::Before(_) => older,
            Span::Oldest | Span::After(_) | Span::Around(_) => older.into_iter().rev().chain(newer).collect(),
        };
        History { results, has_more_before, has_more_after, count }
    }
}

/// A page by place beside a message, whose place the store finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BesideRequest {
    /// The message.
    pub message: MessageId,
    /// Which messages beside it.
    pub beside: Beside,
    /// The most messages, at least 1.
    pub limit: u32,
    /// How far the whole list is counted.
    pub counting: Counting,
}

/// Where messages are from one that is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beside {
    /// As in [`Span::Before`].
    Before,
    /// As in [`Span::After`].
    After,
    /// As in [`Span::Around`].
    Around,
}

impl Beside {
    /// The messages there from a place.
    pub const fn from(self, place: Place) -> Span {
        match self {
            Self::Before => Span::Before(place),
            Self::After => Span::After(place),
            Self::Around => Span::Around(place),
        }
    }
}

impl BesideRequest {
    /// The page, where the message has this place.
    pub const fn from(&self, place: Place) -> HistoryRequest {
        HistoryRequest { span: self.beside.from(place), limit: self.limit, counting: self.counting }
    }
}

/// What a store reads for a page by place: the messages on one side of a place, on the other, or on both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sides {
    /// Messages from a place on towards older ones.
    pub older: Option<Side>,
    /// Messages from a place on towards newer ones.
    pub newer: Option<Side>,
}

/// The messages on one side of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Side {
    /// Where they begin: at the place, next to it, or at the end of the list.
    pub from: Bound<Place>,
    /// The most that are shown.
    pub shown: u64,
}

impl Side {
    /// How many a store reads: one more than are shown, which tells whether there are more.
    pub fn take(self) -> u64 {
        self.shown + 1
    }

    /// Leaves those that are shown, and tells whether there were more.
    fn shorten(self, messages: &mut Vec<Message>) -> bool {
        let has_more = messages.len() > as_len(self.shown);
        messages.truncate(as_len(self.shown));
        has_more
    }
}

/// A page of messages by place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// Its messages, in the order of the [`Span`].
    pub results: Vec<Message>,
    /// Whether there are older messages than these.
    pub has_more_before: bool,
    /// Whether there are newer messages than these.
    pub has_more_after: bool,
    /// Messages in the whole list.
    pub count: Count,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_a_place_is_read_back() {
        for micros in [0, 1_795_338_707_809_284, 1_795_338_707_000_000, -11_676_096_000_000_001] {
            let place = Place { created_at: Timestamp::from_micros(micros), id: MessageId(7) };
            assert_eq!(place.to_string().parse(), Ok(place));
        }
        for text in ["", "7", ",", "2026-11-22T09:11:47Z", "2026-11-22T09:11:47Z,", "2026-11-22,7", "x,7"] {
            assert_eq!(text.parse::<Place>(), Err(NoPlace), "{text}");
        }
    }
}
