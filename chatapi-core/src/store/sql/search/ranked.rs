//! Which messages have the words of a query, and which of them come first.
//!
//! How much a phrase is worth depends on how many messages have it. So every segment is looked at; but only lists of
//! places are read, and of the messages themselves none but those of the page.

use std::collections::BTreeSet;
use std::ops::Range;

use super::compute::{bytes_of, compute};
use super::find::{Search, Wanted};
use super::stretch::Stretch;
use super::{Extent, Gathered, SegmentRow, Texts};
use crate::index::evaluate::Needle;
use crate::messages::{Message, MessageFilter, Place, RankedSearch};
use crate::page::{Count, Counting, Page, PageNumber, PageRequest};
use crate::store::sql::{Engine, Result, SqlStore};

mod levels;

use levels::{Level, Ranking};

impl<E: Engine> SqlStore<E> {
    pub(in crate::store::sql) async fn page_of_ranked(
        &self,
        search: &RankedSearch,
        page: PageRequest,
    ) -> Result<Option<Page<Message>>> {
        undisturbed!(self.try_to_rank(search, page))
    }

    /// The page, or that there is none; `None` where something that was found is gone.
    async fn try_to_rank(
        &self,
        search: &RankedSearch,
        page: PageRequest,
    ) -> Result<Option<Option<Page<Message>>>> {
        let filter = MessageFilter { room: search.room, ..MessageFilter::all(search.reader) };
        let extent = Extent::newest_first(&filter);
        let needles = Needles::of(search);
        let texts = Texts::in_words(&search.query);
        let gathered = self.gather(&extent, &needles.all(), &texts, u64::MAX).await?;
        let Some(within) = self.within(Stretch::of_query(&search.query), &gathered.segments).await? else {
            return Ok(None);
        };
        let Some((segments, levels)) = self.levels(search, needles, gathered, within).await? else {
            return Ok(None);
        };
        let total = levels.iter().map(Level::hits).sum::<u64>();
        let (skip, take) = match page.number {
            PageNumber::Number(_) | PageNumber::Offset(_) => (page.offset(), page.take()),
            PageNumber::Last => (total.saturating_sub(page.take()), page.take()),
        };
        let Some(found) = self.best(&extent, &segments, levels, skip, take).await? else {
            return Ok(None);
        };
        let messages = self.messages_at(filter.scope, &found).await?;
        Ok(messages.map(|messages| page.page(Count::Exact(total), messages)))
    }

    /// The segments, and what was found in them and in the fresh texts, those of the best score first. `None` where a segment
    /// is gone.
    async fn levels(
        &self,
        search: &RankedSearch,
        needles: Needles,
        gathered: Gathered,
        within: Vec<Range<u32>>,
    ) -> Result<Option<(Vec<SegmentRow>, Vec<Level>)>> {
        let Gathered { fresh, fresh_count, segments, dead, mut pages } = gathered;
        let sought = needles.all();
        let mut rest: BTreeSet<i64> = segments.iter().map(|segment| segment.id).collect();
        if sought.is_empty() {
            pages = rest.iter().map(|segment| (*segment, Vec::new())).collect();
        }
        let mut ranking = Ranking::new(search.clone(), needles, segments.into_iter().zip(within), dead);
        loop {
            rest.retain(|segment| !pages.contains_key(segment));
            ranking = compute(bytes_of(&pages), move || ranking.with(&pages)).await?;
            let Some(least) = rest.first() else { break };
            pages = self.more_pages(&rest.iter().copied().collect::<Vec<_>>(), &sought).await?;
            if !pages.contains_key(least) {
                return Ok(None);
            }
        }
        let bytes = fresh.iter().map(|text| text.text.len()).sum();
        compute(bytes, move || Ok(Some(ranking.levels(&fresh, fresh_count)))).await
    }

    /// The places of those that come after the first `skip`, in order. `None` where a segment is gone.
    async fn best(
        &self,
        extent: &Extent<'_>,
        segments: &[SegmentRow],
        levels: Vec<Level>,
        mut skip: u64,
        mut take: u64,
    ) -> Result<Option<Vec<Place>>> {
        let mut parts = Vec::new();
        let mut messages = Vec::new();
        for level in levels {
            let hits = level.hits();
            if hits > skip && take > 0 {
                let found = level.of_segments.into_iter().map(|(at, ordinals)| (&segments[at], ordinals));
                let equals = Search::of_found(extent.order(), found, level.fresh.into_iter());
                let mut part = equals.part(Wanted::page(skip, take, Counting::None));
                let read = std::mem::take(&mut part.messages);
                parts.push((equals, part, read.len()));
                messages.extend(read);
                take = take.saturating_sub(hits - skip);
            }
            skip = skip.saturating_sub(hits);
        }
        let Some(places) = self.places_of(&messages).await? else { return Ok(None) };
        let mut places = places.into_iter();
        let of_part =
            parts.iter().flat_map(|(equals, part, read)| equals.settle(part, places.by_ref().take(*read)));
        Ok(Some(of_part.collect()))
    }
}

/// What is sought.
struct Needles {
    phrases: Vec<Needle>,
    /// One of which must be the author, where any are named.
    authors: Option<Vec<Needle>>,
}

impl Needles {
    fn of(search: &RankedSearch) -> Self {
        let phrases = search.query.phrases().iter().map(|phrase| Needle::phrase(phrase.stems()));
        let authors = search.authors.as_ref();
        let authors = authors.map(|authors| authors.iter().map(|author| Needle::author(*author)).collect());
        Self { phrases: phrases.collect(), authors }
    }

    fn all(&self) -> Vec<Needle> {
        self.phrases.iter().chain(self.authors.iter().flatten()).cloned().collect()
    }
}

/// What stands in [`Text::stems`](crate::text::Text::stems) where words stand in a row.
pub(super) fn pattern(stems: &[String]) -> String {
    format!(" {} ", stems.join(" "))
}
