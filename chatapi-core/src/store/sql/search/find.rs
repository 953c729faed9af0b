//! Which messages a search finds, in their order.
//!
//! The segments that come first are looked at first; further ones only as far as the page and the count need them. What
//! is left out never changes what is found.

use std::collections::HashMap;

use super::{Extent, Gathered, SegmentRow, Texts, damaged};
use crate::index::evaluate::{Needle, messages_with};
use crate::index::pages::Page;
use crate::messages::Place;
use crate::page::as_len;
use crate::store::sql::{Engine, Result, SqlStore};

/// How many messages the first statement looks at, in whole segments.
const NEAR: u64 = 8192;

/// Which of the messages found are wanted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    pub(super) skip: u64,
    pub(super) take: u64,
    /// Up to which number the count must be exact; `None` where there need be none.
    pub(super) count_to: Option<u64>,
}

/// What was found.
#[derive(Debug)]
pub(super) struct Found {
    /// In order.
    pub(super) places: Vec<Place>,
    pub(super) count: u64,
    /// Whether the count is exact. Otherwise it is what the part that was looked at makes likely.
    pub(super) is_exact: bool,
}

/// Where a place comes in the order that is wanted: less is earlier.
type Rank = (i64, i64);

impl Extent<'_> {
    fn rank(&self, place: Place) -> Rank {
        let rank = (place.created_at.as_micros(), place.id.0);
        // `!` turns the order of all numbers around, as a minus would but for the least one.
        if self.newest_first { (!rank.0, !rank.1) } else { rank }
    }
}

/// A segment, and what was found in it.
#[derive(Debug)]
struct Unit {
    id: i64,
    begin: Rank,
    end: Rank,
    /// Whether it begins where it is wanted to, so that all that is found in it counts.
    is_whole: bool,
    messages: u64,
    /// The messages found, by their ordinals; `None` where nobody has looked yet.
    found: Option<Vec<u32>>,
}

impl Unit {
    fn of(segment: &SegmentRow, extent: &Extent<'_>) -> Self {
        let (one, other) = (extent.rank(segment.first), extent.rank(segment.last));
        Self {
            id: segment.id,
            begin: one.min(other),
            end: one.max(other),
            is_whole: extent.holds(segment.first) && extent.holds(segment.last),
            messages: segment.messages,
            found: None,
        }
    }

    fn hits(&self) -> u64 {
        self.found.as_ref().map_or(0, |found| found.len() as u64)
    }
}

/// A search under way.
pub(super) struct Search<'a> {
    extent: &'a Extent<'a>,
    needles: Vec<Needle>,
    /// In the order of their beginnings.
    units: Vec<Unit>,
    /// Where in `units` a segment is.
    by_id: HashMap<i64, usize>,
    /// In order.
    fresh: Vec<(Rank, Place)>,
    dead: HashMap<i64, Vec<u32>>,
}

impl<E: Engine> SqlStore<E> {
    /// The messages that are wanted of those that a search finds. `None` where what it read was rebuilt meanwhile.
    pub(super) async fn find(&self, extent: &Extent<'_>, wanted: Wanted) -> Result<Option<Found>> {
        let needles = Needle::all_of(&extent.filter.search, extent.filter.user);
        let gathered = self.gather(extent, &needles, &Texts::OfFilter, NEAR).await?;
        let mut search = Search::new(extent, needles, gathered)?;
        loop {
            let more = search.segments_to_look_at(wanted);
            if more.is_empty() {
                break;
            }
            let mut pages = self.more_pages(&more, &search.needles).await?;
            for segment in more {
                let Some(pages) = pages.remove(&segment) else { return Ok(None) };
                search.look_at(segment, &pages)?;
            }
        }
        self.take(&search, wanted).await
    }

    /// The page that is wanted, from segments that are known to hold it. `None` where one of them is gone.
    pub(super) async fn take(&self, search: &Search<'_>, wanted: Wanted) -> Result<Option<Found>> {
        let passed = search.passed(wanted.skip);
        let skip = as_len(wanted.skip - passed.hits);
        let holders = search.holders(&passed, wanted.skip.saturating_add(wanted.take));
        let ordinals = holders.iter().map(|unit| (unit.id, unit.found.clone().unwrap_or_default()));
        let Some(places) = self.places_of(&ordinals.collect()).await? else { return Ok(None) };
        let mut found: Vec<(Rank, Place)> = search.fresh[passed.fresh..].to_vec();
        for unit in holders {
            for place in places.get(&unit.id).into_iter().flatten() {
                if unit.is_whole || search.extent.holds(*place) {
                    found.push((search.extent.rank(*place), *place));
                }
            }
        }
        found.sort_unstable();
        let page = found.into_iter().skip(skip).take(as_len(wanted.take));
        let (count, is_exact) = search.count();
        Ok(Some(Found { places: page.map(|(_, place)| place).collect(), count, is_exact }))
    }
}

/// What lies before everything that is wanted.
#[derive(Debug, Default)]
struct Passed {
    /// How many segments.
    units: usize,
    /// How many fresh texts.
    fresh: usize,
    /// How many messages that were found.
    hits: u64,
}

impl<'a> Search<'a> {
    fn new(extent: &'a Extent<'a>, needles: Vec<Needle>, gathered: Gathered) -> Result<Self> {
        let fresh = gathered.fresh.iter().map(|text| text.place);
        let mut search = Self::of(extent, &gathered.segments, fresh);
        search.needles = needles;
        search.dead = gathered.dead;
        for (segment, pages) in &gathered.pages {
            search.look_at(*segment, pages)?;
        }
        Ok(search)
    }

    /// A search whose hits are known: these fresh texts, and these of segments, by their ordinals.
    pub(super) fn of_found(
        extent: &'a Extent<'a>,
        segments: &[SegmentRow],
        fresh: impl Iterator<Item = Place>,
        mut found: HashMap<i64, Vec<u32>>,
    ) -> Self {
        let mut search = Self::of(extent, segments, fresh);
        for unit in &mut search.units {
            unit.found = Some(found.remove(&unit.id).unwrap_or_default());
        }
        search
    }

    fn of(extent: &'a Extent<'a>, segments: &[SegmentRow], fresh: impl Iterator<Item = Place>) -> Self {
        let mut units: Vec<Unit> = segments.iter().map(|segment| Unit::of(segment, extent)).collect();
        units.sort_unstable_by_key(|unit| (unit.begin, unit.end, unit.id));
        let by_id = units.iter().enumerate().map(|(at, unit)| (unit.id, at)).collect();
        let mut fresh: Vec<(Rank, Place)> = fresh.map(|place| (extent.rank(place), place)).collect();
        fresh.sort_unstable();
        Self { extent, needles: Vec::new(), units, by_id, fresh, dead: HashMap::new() }
    }

    fn look_at(&mut self, segment: i64, pages: &[Page]) -> Result<()> {
        let mut found = messages_with(&self.needles, pages).map_err(damaged)?;
        if let Some(dead) = self.dead.get(&segment) {
            found.retain(|ordinal| dead.binary_search(ordinal).is_err());
        }
        if let Some(at) = self.by_id.get(&segment) {
            self.units[*at].found = Some(found);
        }
        Ok(())
    }

    /// The segments that must still be looked at: none where the page and the count are known.
    fn segments_to_look_at(&self, wanted: Wanted) -> Vec<i64> {
        let mut open = self.units.iter().filter(|unit| unit.found.is_none());
        let Some(next) = open.next() else { return Vec::new() };
        // What ends before the next segment begins has its place for good.
        let settled = self.hits_before(next.begin);
        let counted = self.units.iter().map(Unit::hits).sum::<u64>() + self.fresh.len() as u64;
        let short = short_of(settled, wanted.skip.saturating_add(wanted.take))
            .max(wanted.count_to.map_or(0.0, |bound| short_of(counted, bound.saturating_add(1))));
        if short == 0.0 {
            return Vec::new();
        }
        // As many messages as what was found makes likely, and some more; all where nothing was found.
        let seen: u64 = self.units.iter().filter(|unit| unit.found.is_some()).map(|unit| unit.messages).sum();
        let seen = seen.max(NEAR) as f64;
        let mut left = if counted == 0 { f64::INFINITY } else { (seen * (short * 1.3 - 1.0)).max(seen) };
        let likely = std::iter::once(next).chain(open).take_while(|unit| {
            let is_likely = left > 0.0;
            left -= unit.messages as f64;
            is_likely
        });
        likely.map(|unit| unit.id).collect()
    }

    /// How many messages were found that come before `end` for certain.
    fn hits_before(&self, end: Rank) -> u64 {
        let earlier = self.units.iter().filter(|unit| unit.is_whole && unit.end < end);
        earlier.map(Unit::hits).sum::<u64>() + self.fresh_up_to(end) as u64
    }

    fn fresh_up_to(&self, end: Rank) -> usize {
        self.fresh.partition_point(|(rank, _)| *rank <= end)
    }

    fn count(&self) -> (u64, bool) {
        let all: u64 = self.units.iter().map(|unit| unit.messages).sum();
        let seen: u64 = self.units.iter().filter(|unit| unit.found.is_some()).map(|unit| unit.messages).sum();
        let hits: u64 = self.units.iter().map(Unit::hits).sum();
        let likely = u128::from(hits) * u128::from(all) / u128::from(seen.max(1));
        (u64::try_from(likely).unwrap_or(u64::MAX).saturating_add(self.fresh.len() as u64), all == seen)
    }

    /// What is skipped as a whole, without a look at its places: segments at the front that stand apart from the rest.
    fn passed(&self, skip: u64) -> Passed {
        let mut passed = Passed::default();
        let mut of_segments = 0;
        for (at, unit) in self.units.iter().enumerate() {
            let stands_apart = self.units.get(at + 1).is_none_or(|next| unit.end < next.begin);
            of_segments += unit.hits();
            let fresh = self.fresh_up_to(unit.end);
            let hits = of_segments + fresh as u64;
            if !stands_apart || !unit.is_whole || unit.found.is_none() || hits > skip {
                break;
            }
            passed = Passed { units: at + 1, fresh, hits };
        }
        passed
    }

    /// The segments that can hold one of the first `wanted` messages found, but for those that are passed.
    fn holders(&self, passed: &Passed, wanted: u64) -> Vec<&Unit> {
        let units = &self.units[passed.units..];
        let mut by_end: Vec<&Unit> = units.iter().filter(|unit| unit.is_whole).collect();
        by_end.sort_unstable_by_key(|unit| unit.end);
        let mut hits = passed.hits - passed.fresh as u64;
        let last = by_end.into_iter().find_map(|unit| {
            hits += unit.hits();
            (hits + self.fresh_up_to(unit.end) as u64 >= wanted).then_some(unit.end)
        });
        let can_hold = |unit: &&Unit| unit.hits() > 0 && last.is_none_or(|last| unit.begin <= last);
        units.iter().filter(can_hold).collect()
    }
}

/// How many times what is there is needed; 0 where it is enough.
fn short_of(there: u64, needed: u64) -> f64 {
    if there < needed { needed as f64 / there.max(1) as f64 } else { 0.0 }
}
