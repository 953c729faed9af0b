//! Ranges of time, and which messages of a segment lie within one.

use std::ops::{Bound, Range};

use super::cursors::number;
use super::{ScanRange, SegmentRow};
use crate::messages::Cursor;
use crate::search::Query;
use crate::store::sql::{Engine, Result, SqlStore};
use crate::{MessageId, Timestamp};

/// A range of time.
#[derive(Clone, Copy, Debug)]
pub(super) struct TimeRange {
    /// Where it begins.
    from: Option<Cursor>,
    /// The first cursor that it does not reach.
    to: Option<Cursor>,
}

impl TimeRange {
    pub(super) fn of_scan(range: &ScanRange<'_>) -> Self {
        let at = match (range.from, range.newest_first) {
            (Bound::Unbounded, _) => None,
            (Bound::Included(cursor), false) | (Bound::Excluded(cursor), true) => Some(cursor),
            (Bound::Included(cursor), true) | (Bound::Excluded(cursor), false) => Some(next(cursor)),
        };
        if range.newest_first { Self { from: None, to: at } } else { Self { from: at, to: None } }
    }

    pub(super) fn of_query(query: &Query) -> Self {
        let start = |at: Timestamp| Cursor { created_at: at, id: MessageId(i64::MIN) };
        Self { from: query.since().map(start), to: query.before().map(start) }
    }
}

/// The first cursor after this one.
fn next(cursor: Cursor) -> Cursor {
    Cursor { id: MessageId(cursor.id.0.saturating_add(1)), ..cursor }
}

impl<E: Engine> SqlStore<E> {
    /// Of each segment, the messages within a range, by their document ids. `None` where one is gone.
    pub(super) async fn within(
        &self,
        range: TimeRange,
        segments: &[SegmentRow],
    ) -> Result<Option<Vec<Range<u32>>>> {
        let cuts = |at: Option<Cursor>| {
            let cut = segments.iter().filter_map(move |segment| Some((segment, at?)));
            cut.filter(|(segment, at)| (segment.first < *at) && (*at <= segment.last))
        };
        let asked = cuts(range.from).chain(cuts(range.to)).map(|(segment, at)| (segment.id, at));
        let Some(before) = self.numbers_before(&asked.collect::<Vec<_>>()).await? else { return Ok(None) };
        let number_before = |segment: &SegmentRow, at: Cursor| match before.get(&(segment.id, at)) {
            Some(number) => *number,
            None if at <= segment.first => 0,
            None => number(segment.messages),
        };
        let within = |segment: &SegmentRow| {
            let from = range.from.map_or(0, |from| number_before(segment, from));
            let to = range.to.map_or(number(segment.messages), |to| number_before(segment, to));
            from..to.max(from)
        };
        Ok(Some(segments.iter().map(within).collect()))
    }
}
