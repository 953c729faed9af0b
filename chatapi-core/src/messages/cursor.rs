//! Cursor pagination of messages.

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
pub struct Cursor {
    /// When the message was sent.
    pub created_at: Timestamp,
    /// The message's id.
    pub id: MessageId,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{}", self.created_at, self.id)
    }
}

/// A text that is no [`Cursor`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a timestamp and a message id, separated by a comma")]
pub struct ParseCursorError;

impl FromStr for Cursor {
    type Err = ParseCursorError;

    fn from_str(text: &str) -> Result<Self, ParseCursorError> {
        let (created_at, id) = text.split_once(',').ok_or(ParseCursorError)?;
        let created_at = created_at.parse().map_err(|_| ParseCursorError)?;
        Ok(Self { created_at, id: MessageId(id.parse().map_err(|_| ParseCursorError)?) })
    }
}

/// Which messages a cursor page has, and in which order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// The newest, newest first.
    Newest,
    /// The oldest, oldest first.
    Oldest,
    /// The nearest before this cursor, newest first.
    Before(Cursor),
    /// The nearest after this cursor, oldest first.
    After(Cursor),
    /// The message of this cursor, if it is there, and the nearest on either side, oldest first.
    Around(Cursor),
}

/// A cursor page that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CursorPageRequest {
    /// Which messages.
    pub anchor: Anchor,
    /// The most messages, at least 1.
    pub limit: u32,
    /// How far the whole list is counted.
    pub counting: Counting,
}

impl CursorPageRequest {
    /// A page of `limit` messages at most, without a count.
    pub const fn new(anchor: Anchor, limit: u32) -> Self {
        Self { anchor, limit, counting: Counting::None }
    }

    /// What a store reads for it.
    pub fn windows(&self) -> Windows {
        let limit = u64::from(self.limit.max(1));
        let window = |from, shown| Some(Window { from, shown });
        let (older, newer) = match self.anchor {
            Anchor::Newest => (window(Bound::Unbounded, limit), None),
            Anchor::Oldest => (None, window(Bound::Unbounded, limit)),
            Anchor::Before(cursor) => {
                (window(Bound::Excluded(cursor), limit), window(Bound::Included(cursor), 0))
            }
            Anchor::After(cursor) => {
                (window(Bound::Included(cursor), 0), window(Bound::Excluded(cursor), limit))
            }
            Anchor::Around(cursor) => (
                window(Bound::Excluded(cursor), limit / 2),
                window(Bound::Included(cursor), limit - limit / 2),
            ),
        };
        Windows { older, newer }
    }

    /// The page, from what a store read for [`windows`](Self::windows): `older` newest first, `newer` oldest first.
    pub fn cursor_page(&self, count: Count, mut older: Vec<Message>, mut newer: Vec<Message>) -> CursorPage {
        let Windows { older: wanted_older, newer: wanted_newer } = self.windows();
        let has_more_before = wanted_older.is_some_and(|window| window.shorten(&mut older));
        let has_more_after = wanted_newer.is_some_and(|window| window.shorten(&mut newer));
        let results = match self.anchor {
            Anchor::Newest | Anchor::Before(_) => older,
            Anchor::Oldest | Anchor::After(_) | Anchor::Around(_) => {
                older.into_iter().rev().chain(newer).collect()
            }
        };
        CursorPage { results, has_more_before, has_more_after, count }
    }
}

/// A cursor page beside a message, whose cursor the store finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnchorRequest {
    /// The message.
    pub message: MessageId,
    /// Which messages beside it.
    pub position: Position,
    /// The most messages, at least 1.
    pub limit: u32,
    /// How far the whole list is counted.
    pub counting: Counting,
}

/// Where messages are from one that is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Position {
    /// As in [`Anchor::Before`].
    Before,
    /// As in [`Anchor::After`].
    After,
    /// As in [`Anchor::Around`].
    Around,
}

impl Position {
    /// The messages there from a cursor.
    pub const fn from(self, cursor: Cursor) -> Anchor {
        match self {
            Self::Before => Anchor::Before(cursor),
            Self::After => Anchor::After(cursor),
            Self::Around => Anchor::Around(cursor),
        }
    }
}

impl AnchorRequest {
    /// The page, where the message has this cursor.
    pub const fn from(&self, cursor: Cursor) -> CursorPageRequest {
        CursorPageRequest { anchor: self.position.from(cursor), limit: self.limit, counting: self.counting }
    }
}

/// What a store reads for a cursor page: the messages on one side of a cursor, on the other, or on both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Windows {
    /// Messages from a cursor on towards older ones.
    pub older: Option<Window>,
    /// Messages from a cursor on towards newer ones.
    pub newer: Option<Window>,
}

/// The messages on one side of a cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Where they begin: at the cursor, next to it, or at the end of the list.
    pub from: Bound<Cursor>,
    /// The most that are shown.
    pub shown: u64,
}

impl Window {
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

/// A cursor page of messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CursorPage {
    /// Its messages, in the order of the [`Anchor`].
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
    fn the_text_of_a_cursor_is_read_back() {
        for micros in [0, 1_795_338_707_809_284, 1_795_338_707_000_000, -11_676_096_000_000_001] {
            let cursor = Cursor { created_at: Timestamp::from_micros(micros), id: MessageId(7) };
            assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }
        for text in ["", "7", ",", "2026-11-22T09:11:47Z", "2026-11-22T09:11:47Z,", "2026-11-22,7", "x,7"] {
            assert_eq!(text.parse::<Cursor>(), Err(ParseCursorError), "{text}");
        }
    }
}
