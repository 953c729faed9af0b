//! Which messages a search finds, in their order.
//!
//! The segments that come first are looked at first; further ones only as far as the page and the count need them. What
//! is left out never changes what is found.

use std::collections::HashMap;
use std::ops::Range;

use super::compute::bytes_of;
use super::cursors::{DocIds, number};
use super::time_range::TimeRange;
use super::{ScanRange, SegmentRow, Snapshot, Texts, corrupt};
use crate::index::blocks::Block;
use crate::index::evaluate::{TermQuery, messages_with};
use crate::messages::{Cursor, Window};
use crate::page::{Counting, as_len};
use crate::store::sql::{Engine, Result, SqlStore};

/// How many messages the first statement looks at, in whole segments: so many times those of the smallest.
const NEAR: u64 = 64;

/// The same where it is only asked whether there are any, and no pending text is one: a term that is not among these either is
/// likely to be rare.
const NEAR_ANY: u64 = 4;

/// Which of the messages found are wanted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    pub(super) skip: u64,
    pub(super) take: u64,
    /// Up to which number the count must be exact; `None` where there need be none.
    pub(super) count_to: Option<u64>,
    /// Whether it matters which messages they are. Otherwise it is asked whether there are any.
    pub(super) is_shown: bool,
}

impl Wanted {
    /// A page.
    pub(super) fn page(skip: u64, take: u64, counting: Counting) -> Self {
        Self { skip, take, count_to: counting.bound(), is_shown: true }
    }

    /// What is on one side of a cursor.
    pub(super) fn of_window(window: Window) -> Self {
        Self { is_shown: window.shown > 0, ..Self::page(0, window.take(), Counting::None) }
    }
}

/// What was found.
#[derive(Debug)]
pub(super) struct Found {
    /// In order.
    pub(super) cursors: Vec<Cursor>,
    pub(super) count: u64,
    /// Whether the count is exact. Otherwise it is what the part that was looked at makes likely.
    pub(super) is_exact: bool,
}

/// Where a cursor comes in the order that is wanted: less is earlier.
type Rank = (i64, i64);

/// In which order messages are wanted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Order {
    newest_first: bool,
}

impl Order {
    fn rank(self, cursor: Cursor) -> Rank {
        let rank = (cursor.created_at.as_micros(), cursor.id.0);
        // `!` turns the order of all numbers around, as a minus would but for the least one.
        if self.newest_first { (!rank.0, !rank.1) } else { rank }
    }
}

impl ScanRange<'_> {
    pub(super) fn order(&self) -> Order {
        Order { newest_first: self.newest_first }
    }
}

/// A segment, or as much of it as is wanted, and what was found in it.
#[derive(Debug)]
struct SegmentScan {
    id: i64,
    begin: Rank,
    end: Rank,
    /// Which of its messages are wanted, by their document ids.
    within: Range<u32>,
    /// Those of them that were found; `None` where nobody has looked yet.
    found: Option<Vec<u32>>,
}

impl SegmentScan {
    fn of(segment: &SegmentRow, within: Range<u32>, order: Order) -> Self {
        let (one, other) = (order.rank(segment.first), order.rank(segment.last));
        Self { id: segment.id, begin: one.min(other), end: one.max(other), within, found: None }
    }

    fn messages(&self) -> u64 {
        self.within.len() as u64
    }

    fn hits(&self) -> u64 {
        self.found.as_ref().map_or(0, |found| found.len() as u64)
    }

    /// The first `wanted` that were found.
    fn first(&self, wanted: usize, newest_first: bool) -> &[u32] {
        let found = self.found.as_deref().unwrap_or_default();
        let wanted = wanted.min(found.len());
        if newest_first { &found[found.len() - wanted..] } else { &found[..wanted] }
    }
}

/// A search under way.
pub(super) struct Search {
    order: Order,
    terms: Vec<TermQuery>,
    /// In the order of their beginnings.
    scans: Vec<SegmentScan>,
    /// Where in `scans` a segment is.
    by_id: HashMap<i64, usize>,
    /// In order.
    pending: Vec<(Rank, Cursor)>,
    deleted: HashMap<i64, Vec<u32>>,
    /// How many messages are looked at together, at least.
    near: u64,
}

impl<E: Engine> SqlStore<E> {
    /// The messages that are wanted of those that a search finds. `None` where what it read was rebuilt meanwhile.
    pub(super) async fn find(&self, range: &ScanRange<'_>, wanted: Wanted) -> Result<Option<Found>> {
        let terms = TermQuery::all_of(&range.filter.search, range.filter.user);
        let near = if wanted.is_shown { NEAR } else { NEAR_ANY } * u64::from(self.segment);
        let at_once = if wanted.is_shown { near } else { 0 };
        let snapshot = self.snapshot(range, &terms, &Texts::OfFilter, at_once).await?;
        // Where it is only asked whether there are any, a pending text says it.
        if !wanted.is_shown
            && let Some(text) = snapshot.pending.first()
        {
            return Ok(Some(Found { cursors: vec![text.cursor], count: 1, is_exact: false }));
        }
        let Some(within) = self.within(TimeRange::of_scan(range), &snapshot.segments).await? else {
            return Ok(None);
        };
        let order = range.order();
        let mut search = self
            .evaluations
            .run(bytes_of(&snapshot.blocks), move || {
                Ok(Search::new(order, terms, within, snapshot)?.near(near))
            })
            .await?;
        loop {
            let mut more = search.segments_for_numbers(wanted);
            if more.is_empty() {
                let part = search.part(wanted);
                let Some(cursors) = self.cursors_of(&part.messages).await? else { return Ok(None) };
                let (number, cursors_of_segments) = (part.number(), cursors);
                let cursors;
                (search, cursors) = self
                    .evaluations
                    .run(number * size_of::<(Rank, Cursor)>(), move || {
                        let cursors = search.settle(&part, cursors_of_segments);
                        Ok((search, cursors))
                    })
                    .await?;
                more = search.segments_before_end(&cursors, wanted);
                if more.is_empty() {
                    let (count, is_exact) = search.count();
                    return Ok(Some(Found { cursors, count, is_exact }));
                }
            }
            while let Some(least) = more.iter().min() {
                let blocks = self.more_blocks(&more, &search.terms).await?;
                if !blocks.contains_key(least) {
                    return Ok(None);
                }
                more.retain(|segment| !blocks.contains_key(segment));
                search = self.evaluations.run(bytes_of(&blocks), move || search.look_at_all(&blocks)).await?;
            }
        }
    }
}

/// What lies before everything that is wanted.
#[derive(Debug, Default)]
struct Passed {
    /// How many segments.
    scans: usize,
    /// How many pending texts.
    pending: usize,
    /// How many messages that were found.
    hits: u64,
}

/// What can be among the messages that are wanted.
pub(super) struct Part {
    /// Those of segments.
    pub(super) messages: Vec<DocIds>,
    /// How many pending texts come before.
    passed: usize,
    /// How many of what is left are skipped, and how many are taken then.
    skip: usize,
    take: usize,
}

impl Part {
    /// How many messages of segments it has.
    fn number(&self) -> usize {
        self.messages.iter().map(|(_, doc_ids)| doc_ids.len()).sum()
    }
}

impl Search {
    fn new(order: Order, terms: Vec<TermQuery>, within: Vec<Range<u32>>, snapshot: Snapshot) -> Result<Self> {
        let scans = snapshot.segments.iter().zip(within);
        let scans = scans.map(|(segment, within)| SegmentScan::of(segment, within, order)).collect();
        let mut search = Self::of(order, scans, snapshot.pending.iter().map(|text| text.cursor));
        search.terms = terms;
        search.deleted = snapshot.deleted;
        for (segment, blocks) in &snapshot.blocks {
            search.look_at(*segment, blocks)?;
        }
        Ok(search)
    }

    fn near(self, near: u64) -> Self {
        Self { near, ..self }
    }

    /// A search whose hits are known: these pending texts, and these messages of segments, each of a segment of its own.
    pub(super) fn of_found<'a>(
        order: Order,
        found: impl Iterator<Item = (&'a SegmentRow, Vec<u32>)>,
        pending: impl Iterator<Item = Cursor>,
    ) -> Self {
        let scan = |(segment, found): (&SegmentRow, Vec<u32>)| {
            let within = 0..number(segment.messages);
            SegmentScan { found: Some(found), ..SegmentScan::of(segment, within, order) }
        };
        Self::of(order, found.map(scan).collect(), pending)
    }

    fn of(order: Order, mut scans: Vec<SegmentScan>, pending: impl Iterator<Item = Cursor>) -> Self {
        scans.sort_unstable_by_key(|scan| (scan.begin, scan.end, scan.id));
        let by_id = scans.iter().enumerate().map(|(at, scan)| (scan.id, at)).collect();
        let mut pending: Vec<(Rank, Cursor)> = pending.map(|cursor| (order.rank(cursor), cursor)).collect();
        pending.sort_unstable();
        Self { order, terms: Vec::new(), scans, by_id, pending, deleted: HashMap::new(), near: 0 }
    }

    fn look_at_all(mut self, blocks: &HashMap<i64, Vec<Block>>) -> Result<Self> {
        for (segment, blocks) in blocks {
            self.look_at(*segment, blocks)?;
        }
        Ok(self)
    }

    fn look_at(&mut self, segment: i64, blocks: &[Block]) -> Result<()> {
        let mut found = messages_with(&self.terms, blocks).map_err(corrupt)?;
        if let Some(deleted) = self.deleted.get(&segment) {
            found.retain(|doc_id| deleted.binary_search(doc_id).is_err());
        }
        if let Some(at) = self.by_id.get(&segment) {
            let scan = &mut self.scans[*at];
            found.retain(|doc_id| scan.within.contains(doc_id));
            scan.found = Some(found);
        }
        Ok(())
    }

    /// The segments that must still be looked at because too few messages were found for the page or the count.
    fn segments_for_numbers(&self, wanted: Wanted) -> Vec<i64> {
        let found = self.hits();
        let for_page = short_of(found, wanted.skip.saturating_add(wanted.take));
        let for_count = wanted.count_to.map_or(0.0, |bound| short_of(found, bound.saturating_add(1)));
        let short = for_page.max(for_count);
        if short == 0.0 {
            return Vec::new();
        }
        // As many messages as what was found makes likely, and some more; all where some were looked at and none was found.
        let seen = self.seen();
        let near = seen.max(self.near) as f64;
        let likely =
            if found == 0 && seen > 0 { f64::INFINITY } else { (near * (short * 1.3 - 1.0)).max(near) };
        self.next_segments(likely, |_| true)
    }

    /// The segments that must still be looked at because they may hold messages that come before the end of the page.
    fn segments_before_end(&self, page: &[Cursor], wanted: Wanted) -> Vec<i64> {
        match page.last() {
            // What is found in the first of them may bring the end nearer, so that the others are spared.
            Some(last) if wanted.is_shown && page.len() == as_len(wanted.take) => {
                let end = self.order.rank(*last);
                self.next_segments(self.seen().max(self.near) as f64, |scan| scan.begin < end)
            }
            _ => Vec::new(),
        }
    }

    /// The next of the segments that nobody has looked at yet, up to so many messages.
    fn next_segments(&self, mut messages: f64, is_wanted: impl Fn(&SegmentScan) -> bool) -> Vec<i64> {
        let open = self.scans.iter().filter(|scan| scan.found.is_none() && is_wanted(scan));
        let next = open.take_while(|scan| {
            let is_near = messages > 0.0;
            messages -= scan.messages() as f64;
            is_near
        });
        next.map(|scan| scan.id).collect()
    }

    /// How many messages were looked at.
    fn seen(&self) -> u64 {
        self.scans.iter().filter(|scan| scan.found.is_some()).map(SegmentScan::messages).sum()
    }

    /// How many messages were found so far.
    fn hits(&self) -> u64 {
        self.scans.iter().map(SegmentScan::hits).sum::<u64>() + self.pending.len() as u64
    }

    fn pending_up_to(&self, end: Rank) -> usize {
        self.pending.partition_point(|(rank, _)| *rank <= end)
    }

    fn count(&self) -> (u64, bool) {
        let (all, seen) = (self.scans.iter().map(SegmentScan::messages).sum::<u64>(), self.seen());
        let pending = self.pending.len() as u64;
        let likely = u128::from(self.hits() - pending) * u128::from(all) / u128::from(seen.max(1));
        (u64::try_from(likely).unwrap_or(u64::MAX).saturating_add(pending), all == seen)
    }

    /// What is skipped as a whole, without a look at its cursors: segments at the front that stand apart from the rest.
    fn passed(&self, skip: u64) -> Passed {
        let mut passed = Passed::default();
        let mut of_segments = 0;
        for (at, scan) in self.scans.iter().enumerate() {
            let stands_apart = self.scans.get(at + 1).is_none_or(|next| scan.end < next.begin);
            of_segments += scan.hits();
            let pending = self.pending_up_to(scan.end);
            let hits = of_segments + pending as u64;
            if !stands_apart || scan.found.is_none() || hits > skip {
                break;
            }
            passed = Passed { scans: at + 1, pending, hits };
        }
        passed
    }

    /// The segments that can hold one of the first `wanted` messages found, but for those that are passed.
    fn holders(&self, passed: &Passed, wanted: u64) -> impl Iterator<Item = &SegmentScan> {
        let scans = &self.scans[passed.scans..];
        let mut by_end: Vec<&SegmentScan> = scans.iter().collect();
        by_end.sort_unstable_by_key(|scan| scan.end);
        let mut hits = passed.hits - passed.pending as u64;
        let last = by_end.into_iter().find_map(|scan| {
            hits += scan.hits();
            (hits + self.pending_up_to(scan.end) as u64 >= wanted).then_some(scan.end)
        });
        scans.iter().filter(move |scan| scan.hits() > 0 && last.is_none_or(|last| scan.begin <= last))
    }

    /// What has to be read to know the messages that are wanted: of each segment as many as there could be.
    pub(super) fn part(&self, wanted: Wanted) -> Part {
        let passed = self.passed(wanted.skip);
        let (skip, take) = (as_len(wanted.skip - passed.hits), as_len(wanted.take));
        let first =
            |scan: &SegmentScan| scan.first(skip.saturating_add(take), self.order.newest_first).to_vec();
        let holders = self.holders(&passed, wanted.skip.saturating_add(wanted.take));
        let messages = holders.map(|scan| (scan.id, first(scan))).collect();
        Part { messages, passed: passed.pending, skip, take }
    }

    /// The messages that are wanted, from the cursors of those of the part.
    pub(super) fn settle(&self, part: &Part, cursors: impl IntoIterator<Item = Vec<Cursor>>) -> Vec<Cursor> {
        let of_segments = cursors.into_iter().flatten().map(|cursor| (self.order.rank(cursor), cursor));
        let mut found: Vec<(Rank, Cursor)> =
            of_segments.chain(self.pending[part.passed..].iter().copied()).collect();
        found.sort_unstable();
        found.into_iter().skip(part.skip).take(part.take).map(|(_, cursor)| cursor).collect()
    }
}

/// How many times what is there is needed; 0 where it is enough.
fn short_of(there: u64, needed: u64) -> f64 {
    if there < needed { needed as f64 / there.max(1) as f64 } else { 0.0 }
}
