//! Which messages have the words of a query, and which of them come first.
//!
//! How much a phrase is worth depends on how many messages have it. So every segment is looked at; but only lists of
//! postings are read, and of the messages themselves none but those of the page.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use super::compute::bytes_of;
use super::find::{Search, Wanted};
use super::time_range::TimeRange;
use super::{ScanRange, SegmentRow, Snapshot, Texts};
use crate::index::evaluate::TermQuery;
use crate::messages::{Cursor, Message, MessageFilter, RankedSearch};
use crate::page::{Count, Counting, Page, PageNumber, PageRequest};
use crate::search::{Analyzer, Phrase};
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
        let range = ScanRange::newest_first(&filter);
        let terms = TermQueries::of(search, search.analyzer);
        let texts = Texts::in_words(&search.query, search.analyzer);
        let snapshot = self.snapshot(&range, &terms.all(), &texts, u64::MAX).await?;
        let Some(within) = self.within(TimeRange::of_query(&search.query), &snapshot.segments).await? else {
            return Ok(None);
        };
        let Some((segments, levels)) = self.levels(search, terms, snapshot, within).await? else {
            return Ok(None);
        };
        let total = levels.iter().map(Level::hits).sum::<u64>();
        let (skip, take) = match page.number {
            PageNumber::Number(_) | PageNumber::Offset(_) => (page.offset(), page.take()),
            PageNumber::Last => (total.saturating_sub(page.take()), page.take()),
        };
        let Some(found) = self.best(&range, &segments, levels, skip, take).await? else {
            return Ok(None);
        };
        let messages = self.messages_at(filter.scope, &found).await?;
        Ok(messages.map(|messages| page.page(Count::Exact(total), messages)))
    }

    /// The segments, and what was found in them and in the pending texts, those of the best score first. `None` where a segment
    /// is gone.
    async fn levels(
        &self,
        search: &RankedSearch,
        terms: TermQueries,
        snapshot: Snapshot,
        within: Vec<Range<u32>>,
    ) -> Result<Option<(Vec<SegmentRow>, Vec<Level>)>> {
        let Snapshot { pending, pending_count, segments, deleted, mut blocks } = snapshot;
        // Segments that were read in another language are searched in that one, until they are rewritten.
        let mut of_words = vec![(search.analyzer, BTreeSet::new(), terms)];
        for segment in &segments {
            let analyzer = Analyzer::from_name(&segment.analyzer).unwrap_or(search.analyzer);
            let at = of_words.iter().position(|(known, ..)| *known == analyzer).unwrap_or_else(|| {
                of_words.push((analyzer, BTreeSet::new(), TermQueries::of(search, analyzer)));
                of_words.len() - 1
            });
            of_words[at].1.insert(segment.id);
        }
        blocks.retain(|segment, _| of_words[0].1.contains(segment));
        let mut ranking = Ranking::new(search.clone(), segments.into_iter().zip(within), deleted);
        for (_, mut rest, terms) in of_words {
            let (sought, terms) = (terms.all(), Arc::new(terms));
            if sought.is_empty() {
                blocks = rest.iter().map(|segment| (*segment, Vec::new())).collect();
            }
            loop {
                rest.retain(|segment| !blocks.contains_key(segment));
                let (read, terms) = (std::mem::take(&mut blocks), terms.clone());
                ranking = self.evaluations.run(bytes_of(&read), move || ranking.with(&terms, &read)).await?;
                let Some(least) = rest.first() else { break };
                blocks = self.more_blocks(&rest.iter().copied().collect::<Vec<_>>(), &sought).await?;
                if !blocks.contains_key(least) {
                    return Ok(None);
                }
            }
        }
        let bytes = pending.iter().map(|text| text.text.len()).sum();
        self.evaluations.run(bytes, move || Ok(Some(ranking.levels(&pending, pending_count)))).await
    }

    /// The cursors of those that come after the first `skip`, in order. `None` where a segment is gone.
    async fn best(
        &self,
        range: &ScanRange<'_>,
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
                let found = level.of_segments.into_iter().map(|(at, doc_ids)| (&segments[at], doc_ids));
                let equals = Search::of_found(range.order(), found, level.pending.into_iter());
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
struct TermQueries {
    phrases: Vec<TermQuery>,
    /// One of which must be the author, where any are named.
    authors: Option<Vec<TermQuery>>,
}

impl TermQueries {
    /// What is sought in texts that were read in these words.
    fn of(search: &RankedSearch, analyzer: Analyzer) -> Self {
        let is_own = analyzer == search.analyzer;
        let phrase = |phrase: &Phrase| {
            TermQuery::phrase(&if is_own { phrase.stems().to_vec() } else { phrase.stems_in(analyzer) })
        };
        let phrases = search.query.phrases().iter().map(phrase);
        let authors = search.authors.as_ref();
        let authors =
            authors.map(|authors| authors.iter().map(|author| TermQuery::author(*author)).collect());
        Self { phrases: phrases.collect(), authors }
    }

    fn all(&self) -> Vec<TermQuery> {
        self.phrases.iter().chain(self.authors.iter().flatten()).cloned().collect()
    }
}

/// What stands in [`Text::stems`](crate::text::Text::stems) where words stand in a row.
pub(super) fn pattern(stems: &[String]) -> String {
    format!(" {} ", stems.join(" "))
}
