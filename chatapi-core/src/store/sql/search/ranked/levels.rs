//! The messages found by their scores.
//!
//! They are many, and of few kinds: most have each word once. So they are put together by how often the phrases occur in
//! them, and scored kind by kind.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::Arc;

use super::{TermQueries, pattern};
use crate::index::blocks::Block;
use crate::index::evaluate::{TermQuery, counts_of, messages_with};
use crate::messages::{Cursor, RankedSearch, Sort};
use crate::search::{Analyzer, Bm25, Query};
use crate::store::StoreError;
use crate::store::sql::Result;
use crate::store::sql::search::{PendingText, SegmentRow, corrupt};
use crate::text::{search_fold, stems};

/// Messages of one score.
#[derive(Default)]
pub(super) struct Level {
    /// By segment, each named by its number in the list; the messages by their document ids, in order.
    pub(super) of_segments: Vec<(usize, Vec<u32>)>,
    pub(super) pending: Vec<Cursor>,
}

impl Level {
    pub(super) fn hits(&self) -> u64 {
        let of_segments: usize = self.of_segments.iter().map(|(_, doc_ids)| doc_ids.len()).sum();
        (of_segments + self.pending.len()) as u64
    }

    /// Adds messages of a segment. They come in order.
    fn extend(&mut self, segment: usize, found: impl Iterator<Item = u32>) {
        match self.of_segments.last_mut() {
            Some((last, doc_ids)) if *last == segment => doc_ids.extend(found),
            _ => self.of_segments.push((segment, found.collect())),
        }
    }

    /// Takes in what another has.
    fn absorb(&mut self, other: Self) {
        let mut all: BTreeMap<usize, Vec<u32>> = std::mem::take(&mut self.of_segments).into_iter().collect();
        for (segment, doc_ids) in other.of_segments {
            let here = all.entry(segment).or_default();
            here.extend(doc_ids);
            here.sort();
        }
        self.of_segments = all.into_iter().collect();
        self.pending.extend(other.pending);
    }
}

/// A ranked search under way: what was found in the segments whose blocks were read.
pub(super) struct Ranking {
    search: Arc<RankedSearch>,
    segments: Vec<(SegmentRow, Range<u32>)>,
    /// Where in `segments` a segment is.
    by_id: HashMap<i64, usize>,
    deleted: HashMap<i64, Vec<u32>>,
    kinds: Kinds,
    with_phrase: Vec<u64>,
}

impl Ranking {
    /// Of each segment only those messages are found that are within its range.
    pub(super) fn new(
        search: RankedSearch,
        segments: impl Iterator<Item = (SegmentRow, Range<u32>)>,
        deleted: HashMap<i64, Vec<u32>>,
    ) -> Self {
        let search = Arc::new(search);
        let segments: Vec<_> = segments.collect();
        let by_id = segments.iter().enumerate().map(|(at, (segment, _))| (segment.id, at)).collect();
        let (kinds, with_phrase) = (Kinds::of(search.clone()), vec![0; search.query.phrases().len()]);
        Self { search, segments, by_id, deleted, kinds, with_phrase }
    }

    /// Looks at segments of which these blocks were read, on which the terms are sought.
    pub(super) fn with(mut self, terms: &TermQueries, blocks: &HashMap<i64, Vec<Block>>) -> Result<Self> {
        for (segment, blocks) in blocks {
            if let Some(at) = self.by_id.get(segment) {
                self.look_at(*at, terms, blocks)?;
            }
        }
        Ok(self)
    }

    fn look_at(&mut self, at: usize, terms: &TermQueries, blocks: &[Block]) -> Result<()> {
        let (segment, within) = &self.segments[at];
        let deleted = self.deleted.get(&segment.id).map_or(&[][..], Vec::as_slice);
        let counts = living_counts(&terms.phrases, blocks, deleted)?;
        for (with, of_phrase) in self.with_phrase.iter_mut().zip(&counts) {
            *with += of_phrase.len() as u64;
        }
        let by = terms.authors.as_ref().map(|authors| by_any(authors, blocks)).transpose()?;
        let is_found = |doc_id: &u32| {
            within.contains(doc_id)
                && by.as_ref().is_none_or(|by| by.binary_search(doc_id).is_ok())
                && deleted.binary_search(doc_id).is_err()
        };
        let are_all_found = within.len() as u64 == segment.messages && by.is_none() && deleted.is_empty();
        let kinds = &mut self.kinds;
        if kinds.by_counts.len() > MOST_KINDS {
            return Err(StoreError::Unavailable(
                "the words of the query occur in too many combinations".into(),
            ));
        }
        each_run(segment, &counts, &self.search.query, |messages, counts| {
            let Some(level) = kinds.level(counts) else { return };
            let doc_ids = messages.iter().map(|(doc_id, _)| *doc_id);
            if are_all_found {
                level.extend(at, doc_ids);
            } else {
                level.extend(at, doc_ids.filter(is_found));
            }
        });
        Ok(())
    }

    /// The segments, and all messages that were found in them and in the pending texts, those of the best score first. Of pending
    /// texts there are `pending_count`, found or not.
    pub(super) fn levels(
        mut self,
        pending: &[PendingText],
        pending_count: u64,
    ) -> (Vec<SegmentRow>, Vec<Level>) {
        let phrases = self.search.query.phrases();
        let patterns: Vec<String> = phrases.iter().map(|phrase| pattern(phrase.stems())).collect();
        for text in pending {
            let counts = counts_in(text, &patterns, self.search.analyzer);
            for (with, count) in self.with_phrase.iter_mut().zip(&counts) {
                *with += u64::from(*count > 0);
            }
            if self.search.lets_through(text.author, text.cursor.created_at)
                && let Some(level) = self.kinds.level(&counts)
            {
                level.pending.push(text.cursor);
            }
        }
        let in_segments: u64 = self.segments.iter().map(|(segment, _)| segment.messages).sum();
        let deleted: usize = self.deleted.values().map(Vec::len).sum();
        let messages = (in_segments + pending_count).saturating_sub(deleted as u64);
        let levels = self.kinds.by_score(&Bm25::new(messages, self.with_phrase));
        (self.segments.into_iter().map(|(segment, _)| segment).collect(), levels)
    }
}

/// Of how many kinds the messages may be before a search is given up: each takes some hundred bytes. Queries that people
/// write have a few hundred.
const MOST_KINDS: usize = 500_000;

/// The messages found, by how often the phrases that matter occur in them.
struct Kinds {
    search: Arc<RankedSearch>,
    kinds: Vec<(Arc<[u32]>, Level)>,
    /// By the counts of all phrases, the number of the kind; of none, where such messages are not found.
    by_counts: HashMap<Arc<[u32]>, Option<usize>>,
    /// By the counts that matter.
    by_relevant: HashMap<Arc<[u32]>, usize>,
    /// Most messages are of the kind of the one before.
    before: (Vec<u32>, Option<usize>),
}

impl Kinds {
    fn of(search: Arc<RankedSearch>) -> Self {
        // A query without phrases finds all messages, and none has counts.
        let mut kinds = Self {
            search,
            kinds: Vec::new(),
            by_counts: HashMap::new(),
            by_relevant: HashMap::new(),
            before: Default::default(),
        };
        kinds.before.1 = kinds.find(&[]);
        kinds
    }

    /// Where a message belongs in which the phrases occur so often, if it is found.
    fn level(&mut self, counts: &[u32]) -> Option<&mut Level> {
        // One by one: they are few, and to call `memcmp` takes longer.
        if !self.before.0.iter().eq(counts) {
            let known = self.by_counts.get(counts).copied();
            let kind = known.unwrap_or_else(|| self.find(counts));
            self.before.0.clear();
            self.before.0.extend_from_slice(counts);
            self.before.1 = kind;
        }
        self.before.1.map(|kind| &mut self.kinds[kind].1)
    }

    fn find(&mut self, counts: &[u32]) -> Option<usize> {
        let counts: Arc<[u32]> = counts.into();
        let kind = self.search.query.relevant(&counts).map(|relevant| {
            let relevant = match self.search.sort {
                Sort::Recent => Arc::default(),
                Sort::Relevance if *relevant == *counts => counts.clone(),
                Sort::Relevance => relevant.into(),
            };
            *self.by_relevant.entry(relevant).or_insert_with_key(|relevant| {
                self.kinds.push((relevant.clone(), Level::default()));
                self.kinds.len() - 1
            })
        });
        self.by_counts.insert(counts, kind);
        kind
    }

    fn by_score(self, weights: &Bm25) -> Vec<Level> {
        let scored = self.kinds.into_iter().map(|(counts, level)| (weights.score(&counts), level));
        let mut scored: Vec<(f64, Level)> = scored.collect();
        scored.sort_by(|(one, _), (other, _)| other.total_cmp(one));
        scored.dedup_by(|(score, level), (before, best)| {
            let is_equal = score.total_cmp(before).is_eq();
            if is_equal {
                best.absorb(std::mem::take(level));
            }
            is_equal
        });
        scored.into_iter().map(|(_, level)| level).collect()
    }
}

/// How often a phrase occurs in a segment's messages, by document id.
type Counts = Vec<(u32, u32)>;

/// How often each phrase occurs in those of a segment's messages that are still there.
fn living_counts(phrases: &[TermQuery], blocks: &[Block], deleted: &[u32]) -> Result<Vec<Counts>> {
    let living = |phrase| {
        let mut counts = counts_of(phrase, blocks).map_err(corrupt)?;
        if !deleted.is_empty() {
            counts.retain(|(doc_id, _)| deleted.binary_search(doc_id).is_err());
        }
        Ok(counts)
    };
    phrases.iter().map(living).collect()
}

/// Goes through the messages of a segment that can be hits: some that follow each other, named by the first number of each
/// pair, and how often each phrase occurs in every one of them.
fn each_run(
    segment: &SegmentRow,
    counts: &[Counts],
    query: &Query,
    mut look: impl FnMut(&[(u32, u32)], &[u32]),
) {
    let mut here = vec![0; counts.len()];
    if query.any_of().is_empty() {
        let all = 0..u32::try_from(segment.messages).unwrap_or(u32::MAX);
        return look(&all.map(|doc_id| (doc_id, 0)).collect::<Counts>(), &here);
    }
    if let [of_phrase] = counts {
        let runs = of_phrase.chunk_by(|(_, one), (_, other)| one == other);
        return runs.for_each(|run| look(run, &[run[0].1]));
    }
    let mut rest: Vec<&[(u32, u32)]> = counts.iter().map(Vec::as_slice).collect();
    while let Some(doc_id) = rest.iter().filter_map(|rest| Some(rest.first()?.0)).min() {
        for (rest, here) in rest.iter_mut().zip(&mut here) {
            *here = match rest {
                [(next, count), after @ ..] if *next == doc_id => {
                    *rest = after;
                    *count
                }
                _ => 0,
            };
        }
        look(&[(doc_id, 0)], &here);
    }
}

/// The messages of a segment by one of these authors, in order.
fn by_any(authors: &[TermQuery], blocks: &[Block]) -> Result<Vec<u32>> {
    let mut by = Vec::new();
    for author in authors {
        by.extend(messages_with(std::slice::from_ref(author), blocks).map_err(corrupt)?);
    }
    by.sort();
    Ok(by)
}

/// How often each phrase occurs in a pending text.
fn counts_in(text: &PendingText, patterns: &[String], analyzer: Analyzer) -> Vec<u32> {
    let stems = if text.has_stems {
        Cow::Borrowed(&text.text)
    } else {
        Cow::Owned(stems(&search_fold(&text.text), analyzer))
    };
    let count = |pattern: &String| {
        let mut count = 0;
        let mut from = 0;
        // The blank after one occurrence may be that before the next.
        while let Some(at) = stems[from..].find(pattern) {
            count += 1;
            from += at + 1;
        }
        count
    };
    patterns.iter().map(count).collect()
}
