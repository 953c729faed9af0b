//! Which messages have the words of a query, and which of them come first.
//!
//! How much a phrase is worth depends on how many messages have it. So every segment is looked at; but only lists of
//! places are read, and of the messages themselves none but those of the page.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use super::find::{Search, Wanted};
use super::{Extent, FreshText, Gathered, SegmentRow, Texts, damaged};
use crate::index::Damaged;
use crate::index::evaluate::{Needle, counts_of, messages_with};
use crate::messages::{Message, MessageFilter, Place, RankedSearch};
use crate::page::{Count, Page, PageNumber, PageRequest, as_len};
use crate::search::{Query, Rank, Weights, Words};
use crate::store::sql::{Engine, Result, SqlStore};
use crate::text::stems;

/// A message of a segment that was found: its score, its segment's number in the list, and its ordinal.
type Hit = (f64, usize, u32);

/// What the texts say of a query.
#[derive(Default)]
struct Hits {
    of_segments: Vec<Hit>,
    fresh: Vec<(f64, Place)>,
}

/// How often each phrase occurs in a segment's messages, by ordinal.
type Counts = Vec<Vec<(u32, u32)>>;

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
        let phrases: Vec<Needle> =
            search.query.phrases().iter().map(|phrase| Needle::phrase(phrase.stems())).collect();
        let authors: Vec<Needle> =
            search.authors.iter().flatten().map(|author| Needle::author(*author)).collect();
        let needles = [phrases.as_slice(), &authors].concat();
        let texts = Texts::in_words(&search.query);
        let gathered = self.gather(&extent, &needles, &texts, u64::MAX).await?;
        let Some(places) = self.places_at_edges(&gathered, &search.query).await? else { return Ok(None) };
        let hits = hits(search, &gathered, &phrases, &authors, &places)?;
        let total = (hits.of_segments.len() + hits.fresh.len()) as u64;
        let (skip, take) = match page.number {
            PageNumber::Number(_) => (page.offset(), page.take()),
            PageNumber::Last => (total.saturating_sub(page.take()), page.take()),
        };
        let Some(found) = self.best(&extent, &gathered.segments, hits, skip, take).await? else {
            return Ok(None);
        };
        let messages = self.messages_at(search.reader, &found).await?;
        Ok(messages.map(|messages| page.page(Count::Exact(total), messages)))
    }

    /// All places of those segments that are only in part within the query's time. `None` where one is gone.
    async fn places_at_edges(
        &self,
        gathered: &Gathered,
        query: &Query,
    ) -> Result<Option<HashMap<i64, Vec<Place>>>> {
        let at_edge = |segment: &&SegmentRow| {
            let is_whole =
                query.is_in_time(segment.first.created_at) && query.is_in_time(segment.last.created_at);
            !is_whole && overlaps_time(query, segment)
        };
        let ids: Vec<i64> = gathered.segments.iter().filter(at_edge).map(|segment| segment.id).collect();
        let places = self.all_places_of(&ids).await?;
        Ok((places.len() == ids.len()).then_some(places))
    }

    /// The places of those that come after the first `skip`, in order. `None` where a segment is gone.
    async fn best(
        &self,
        extent: &Extent<'_>,
        segments: &[SegmentRow],
        hits: Hits,
        skip: u64,
        take: u64,
    ) -> Result<Option<Vec<Place>>> {
        // Those above the score at the end of the page are few and are ranked one by one; of those at it, who may be many,
        // the newest come first.
        let end = score_at(&hits, skip.saturating_add(take));
        let (above, at_end): (Vec<Hit>, Vec<Hit>) = hits
            .of_segments
            .into_iter()
            .filter(|(score, ..)| *score >= end)
            .partition(|(score, ..)| *score > end);
        let mut wanted = HashMap::<i64, Vec<u32>>::new();
        for (_, segment, ordinal) in &above {
            wanted.entry(segments[*segment].id).or_default().push(*ordinal);
        }
        let Some(places) = self.places_of(&wanted).await? else { return Ok(None) };
        let of_segment =
            |id: &i64| wanted.get(id).into_iter().flatten().zip(places.get(id).into_iter().flatten());
        let places: HashMap<(i64, u32), Place> = wanted
            .keys()
            .flat_map(|id| of_segment(id).map(|(ordinal, place)| ((*id, *ordinal), *place)))
            .collect();
        let mut ranked = Vec::new();
        for (score, segment, ordinal) in above {
            let place = places.get(&(segments[segment].id, ordinal)).ok_or_else(|| damaged(Damaged))?;
            ranked.push(Rank { score, at: place.created_at, id: place.id });
        }
        let rank = |(score, place): &(f64, Place)| Rank { score: *score, at: place.created_at, id: place.id };
        ranked.extend(hits.fresh.iter().filter(|(score, _)| *score > end).map(rank));
        ranked.sort_unstable_by(|one, other| other.cmp(one));
        let above = ranked.len() as u64;
        let mut page: Vec<Place> = ranked
            .into_iter()
            .map(|rank| Place { created_at: rank.at, id: rank.id })
            .skip(as_len(skip))
            .take(as_len(take))
            .collect();
        let fresh = hits.fresh.iter().filter(|(score, _)| *score == end).map(|(_, place)| *place);
        let mut found = HashMap::<i64, Vec<u32>>::new();
        for (_, segment, ordinal) in at_end {
            found.entry(segments[segment].id).or_default().push(ordinal);
        }
        let equals = Search::of_found(extent, segments, fresh, found);
        let wanted =
            Wanted { skip: skip.saturating_sub(above), take: take - page.len() as u64, count_to: None };
        let Some(rest) = self.take(&equals, wanted).await? else { return Ok(None) };
        page.extend(rest.places);
        Ok(Some(page))
    }
}

/// The score of the last of the `wanted` best; less than any where there are not so many.
fn score_at(hits: &Hits, wanted: u64) -> f64 {
    let fresh = hits.fresh.iter().map(|(score, _)| *score);
    let mut scores: Vec<f64> = hits.of_segments.iter().map(|(score, ..)| *score).chain(fresh).collect();
    let last = as_len(wanted).saturating_sub(1);
    if last >= scores.len() {
        return f64::NEG_INFINITY;
    }
    *scores.select_nth_unstable_by(last, |one, other| other.total_cmp(one)).1
}

/// How often each phrase of a query occurs in what was gathered, and what that makes it worth.
struct Occurrences {
    /// As the segments are listed.
    of_segments: Vec<Counts>,
    /// As the fresh texts are listed.
    of_fresh: Vec<Vec<u32>>,
    weights: Weights,
}

impl Occurrences {
    fn of(search: &RankedSearch, gathered: &Gathered, phrases: &[Needle]) -> Result<Self> {
        let mut with_phrase = vec![0; phrases.len()];
        let mut of_segments = Vec::new();
        for segment in &gathered.segments {
            let mut counts = Counts::new();
            for (phrase, with) in phrases.iter().zip(&mut with_phrase) {
                let mut of_phrase = counts_of(phrase, gathered.pages_of(segment)).map_err(damaged)?;
                of_phrase.retain(|(ordinal, _)| gathered.dead_in(segment).binary_search(ordinal).is_err());
                *with += of_phrase.len() as u64;
                counts.push(of_phrase);
            }
            of_segments.push(counts);
        }
        let patterns: Vec<String> =
            search.query.phrases().iter().map(|phrase| pattern(phrase.stems())).collect();
        let of_fresh: Vec<Vec<u32>> =
            gathered.fresh.iter().map(|text| counts_in(text, &patterns, search.words)).collect();
        for (count, with) in of_fresh.iter().flat_map(|counts| counts.iter().zip(0..)) {
            with_phrase[with] += u64::from(*count > 0);
        }
        let in_segments: u64 = gathered.segments.iter().map(|segment| segment.messages).sum();
        let dead: usize = gathered.dead.values().map(Vec::len).sum();
        let messages = (in_segments + gathered.fresh_count).saturating_sub(dead as u64);
        Ok(Self { of_segments, of_fresh, weights: Weights::new(messages, with_phrase) })
    }
}

fn hits(
    search: &RankedSearch,
    gathered: &Gathered,
    phrases: &[Needle],
    authors: &[Needle],
    places: &HashMap<i64, Vec<Place>>,
) -> Result<Hits> {
    let occurrences = Occurrences::of(search, gathered, phrases)?;
    let mut scores = Scores { search, weights: &occurrences.weights, known: HashMap::new(), before: None };
    let mut hits = Hits::default();
    for (at, (segment, counts)) in gathered.segments.iter().zip(&occurrences.of_segments).enumerate() {
        let by = match &search.authors {
            Some(_) => Some(by_any(authors, gathered.pages_of(segment))?),
            None => None,
        };
        let is_in_time = |ordinal: u32| match places.get(&segment.id) {
            Some(places) => {
                places.get(ordinal as usize).is_some_and(|place| search.query.is_in_time(place.created_at))
            }
            None => search.query.is_in_time(segment.first.created_at),
        };
        each_message(segment, counts, &search.query, |ordinal, counts| {
            if is_in_time(ordinal)
                && by.as_ref().is_none_or(|by| by.contains(&ordinal))
                && gathered.dead_in(segment).binary_search(&ordinal).is_err()
                && let Some(score) = scores.of(counts)
            {
                hits.of_segments.push((score, at, ordinal));
            }
        });
    }
    for (text, counts) in gathered.fresh.iter().zip(&occurrences.of_fresh) {
        if search.lets_through(text.author, text.place.created_at)
            && let Some(score) = scores.of(counts)
        {
            hits.fresh.push((score, text.place));
        }
    }
    Ok(hits)
}

/// The scores of messages. Many have the same counts, most as the one before.
struct Scores<'a> {
    search: &'a RankedSearch,
    weights: &'a Weights,
    known: HashMap<Vec<u32>, Option<f64>>,
    before: Option<(Vec<u32>, Option<f64>)>,
}

impl Scores<'_> {
    fn of(&mut self, counts: &[u32]) -> Option<f64> {
        if let Some((before, score)) = &self.before
            && before == counts
        {
            return *score;
        }
        let score = match self.known.get(counts) {
            Some(score) => *score,
            None => {
                let score = self.search.score(self.weights, counts);
                self.known.insert(counts.to_vec(), score);
                score
            }
        };
        self.before = Some((counts.to_vec(), score));
        score
    }
}

/// Goes through the messages of a segment that can be hits, with how often each phrase occurs in them.
fn each_message(segment: &SegmentRow, counts: &Counts, query: &Query, mut look: impl FnMut(u32, &[u32])) {
    let mut here = vec![0; counts.len()];
    if query.any_of().is_empty() {
        let all = 0..u32::try_from(segment.messages).unwrap_or(u32::MAX);
        all.for_each(|ordinal| look(ordinal, &here));
        return;
    }
    let mut rest: Vec<&[(u32, u32)]> = counts.iter().map(Vec::as_slice).collect();
    while let Some(ordinal) = rest.iter().filter_map(|rest| Some(rest.first()?.0)).min() {
        for (rest, here) in rest.iter_mut().zip(&mut here) {
            *here = match rest {
                [(next, count), after @ ..] if *next == ordinal => {
                    *rest = after;
                    *count
                }
                _ => 0,
            };
        }
        look(ordinal, &here);
    }
}

fn by_any(authors: &[Needle], pages: &[crate::index::pages::Page]) -> Result<BTreeSet<u32>> {
    let mut by = BTreeSet::new();
    for author in authors {
        by.extend(messages_with(std::slice::from_ref(author), pages).map_err(damaged)?);
    }
    Ok(by)
}

/// How often each phrase occurs in a fresh text.
fn counts_in(text: &FreshText, patterns: &[String], words: Words) -> Vec<u32> {
    let stems = if text.has_stems { Cow::Borrowed(&text.text) } else { Cow::Owned(stems(&text.text, words)) };
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

/// What stands in [`Text::stems`](crate::text::Text::stems) where words stand in a row.
pub(super) fn pattern(stems: &[String]) -> String {
    format!(" {} ", stems.join(" "))
}

/// Whether some moment of the segment's can be within the query's time.
fn overlaps_time(query: &Query, segment: &SegmentRow) -> bool {
    query.since().is_none_or(|since| segment.last.created_at >= since)
        && query.before().is_none_or(|before| segment.first.created_at < before)
}
