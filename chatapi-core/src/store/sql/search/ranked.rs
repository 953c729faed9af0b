//! Which messages have the words of a query, and which of them come first.
//!
//! How much a phrase is worth depends on how many messages have it. So every segment is looked at; but only lists of
//! postings are read, and of the messages themselves none but those of the page.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use super::compute::bytes_of;
use super::find::{Search, Wanted};
use super::stretch::Stretch;
use super::{Extent, Gathered, SegmentRow, Texts};
use crate::index::evaluate::Needle;
use crate::messages::{Cursor, Message, MessageFilter, RankedSearch};
use crate::page::{Count, Counting, Page, PageNumber, PageRequest};
use crate::search::{Phrase, Words};
use crate::store::sql::{Engine, Result, SqlStore};

mod levels;

use levels::{Level, Ranking};

impl<E: Engine> SqlStore<E> {
    pub(in crate::store::sql) async fn page_of_ranked(
        &self,
        search: &RankedSearch,
        page: PageRequest,
    ) -> Result<Option<Page<Message>>> {
        self.evaluations.search(async { undisturbed!(self.try_to_rank(search, page)) }).await
    }

    /// The page, or that there is none; `None` where something that was found is gone.
    async fn try_to_rank(
        &self,
        search: &RankedSearch,
        page: PageRequest,
    ) -> Result<Option<Option<Page<Message>>>> {
        let filter = MessageFilter { room: search.room, ..MessageFilter::all(search.reader) };
        let extent = Extent::newest_first(&filter);
        let needles = Needles::of(search, search.words);
        let texts = Texts::in_words(&search.query, search.words);
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
        // Segments that were read in another language are searched in that one, until they are rewritten.
        let mut of_words = vec![(search.words, BTreeSet::new(), needles)];
        for segment in &segments {
            let words = Words::of_analyzer(&segment.analyzer).unwrap_or(search.words);
            let at = of_words.iter().position(|(known, ..)| *known == words).unwrap_or_else(|| {
                of_words.push((words, BTreeSet::new(), Needles::of(search, words)));
                of_words.len() - 1
            });
            of_words[at].1.insert(segment.id);
        }
        pages.retain(|segment, _| of_words[0].1.contains(segment));
        let mut ranking = Ranking::new(search.clone(), segments.into_iter().zip(within), dead);
        for (_, mut rest, needles) in of_words {
            let (sought, needles) = (needles.all(), Arc::new(needles));
            if sought.is_empty() {
                pages = rest.iter().map(|segment| (*segment, Vec::new())).collect();
            }
            loop {
                rest.retain(|segment| !pages.contains_key(segment));
                let (read, needles) = (std::mem::take(&mut pages), needles.clone());
                ranking =
                    self.evaluations.run(bytes_of(&read), move || ranking.with(&needles, &read)).await?;
                let Some(least) = rest.first() else { break };
                pages = self.more_pages(&rest.iter().copied().collect::<Vec<_>>(), &sought).await?;
                if !pages.contains_key(least) {
                    return Ok(None);
                }
            }
        }
        let bytes = fresh.iter().map(|text| text.text.len()).sum();
        self.evaluations.run(bytes, move || Ok(Some(ranking.levels(&fresh, fresh_count)))).await
    }

    /// The cursors of those that come after the first `skip`, in order. `None` where a segment is gone.
    async fn best(
        &self,
        extent: &Extent<'_>,
        segments: &[SegmentRow],
        levels: Vec<Level>,
        mut skip: u64,
        mut take: u64,
    ) -> Result<Option<Vec<Cursor>>> {
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
        let Some(cursors) = self.cursors_of(&messages).await? else { return Ok(None) };
        let mut cursors = cursors.into_iter();
        let of_part =
            parts.iter().flat_map(|(equals, part, read)| equals.settle(part, cursors.by_ref().take(*read)));
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
    /// What is sought in texts that were read in these words.
    fn of(search: &RankedSearch, words: Words) -> Self {
        let is_own = words == search.words;
        let phrase = |phrase: &Phrase| {
            Needle::phrase(&if is_own { phrase.stems().to_vec() } else { phrase.stems_in(words) })
        };
        let phrases = search.query.phrases().iter().map(phrase);
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
