//! Segments: some thousands of one room's messages, indexed.

use std::collections::BTreeMap;

use super::grams::{Gram, grams};
use super::pages::{Page, Sought, Writer};
use super::spots::Spot;
use super::{Damaged, read_difference, write_difference};
use crate::messages::Place;
use crate::{MessageId, Timestamp, UserId};

/// A message's text, on its way into a segment.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    pub(crate) place: Place,
    pub(crate) author: UserId,
    pub(crate) folded: String,
    /// As [`text::Text::stems`](crate::text::Text::stems) gives them.
    pub(crate) stems: String,
}

/// A segment, ready to be kept.
#[derive(Clone, Debug)]
pub(crate) struct Segment {
    /// The places of its messages, in order, as [`write_places`] packs them.
    pub(crate) places: Vec<u8>,
    pub(crate) pages: Vec<Page>,
}

impl Segment {
    /// Indexes texts, which must be sorted by place.
    pub(crate) fn of(texts: &[Text]) -> Self {
        let mut writer = Writer::default();
        // In the order of their keys: authors, grams, words.
        for (author, spots) in authors(texts) {
            writer.push(&author, &spots);
        }
        let mut grams = all_grams(texts);
        grams.sort_unstable();
        let mut spots = Vec::new();
        for same in grams.chunk_by(|(one, _), (other, _)| one == other) {
            spots.clear();
            spots.extend(same.iter().map(|(_, spot)| *spot));
            let key: String = std::iter::once(GRAMS).chain(same[0].0.text()).collect();
            writer.push(&key, &spots);
        }
        for (word, spots) in all_words(texts) {
            writer.push(&word, &spots);
        }
        Self { places: write_places(texts.iter().map(|text| text.place)), pages: writer.finish() }
    }
}

const AUTHORS: char = 'a';
const GRAMS: char = 'g';
const WORDS: char = 'w';

/// What finds the messages of an author.
pub(crate) fn of_author(author: UserId) -> Sought {
    Sought::Key(author_key(author))
}

/// What finds a gram, or those that begin so.
pub(crate) fn of_gram(gram: &str) -> Sought {
    let key = format!("{GRAMS}{gram}");
    if gram.chars().count() < super::grams::GRAM { Sought::Prefix(key) } else { Sought::Key(key) }
}

/// What finds a word, by its stem.
pub(crate) fn of_word(stem: &str) -> Sought {
    Sought::Key(format!("{WORDS}{stem}"))
}

fn author_key(author: UserId) -> String {
    format!("{AUTHORS}{author}")
}

fn authors(texts: &[Text]) -> BTreeMap<String, Vec<Spot>> {
    let mut authors = BTreeMap::<_, Vec<_>>::new();
    for (ordinal, text) in (0..).zip(texts) {
        authors.entry(author_key(text.author)).or_default().push(Spot::new(ordinal, 0));
    }
    authors
}

fn all_grams(texts: &[Text]) -> Vec<(Gram, Spot)> {
    let of_text = |(ordinal, text)| {
        let spot = move |(position, gram)| (gram, Spot::new(ordinal, position));
        grams(text).map(spot)
    };
    (0..).zip(texts.iter().map(|text| text.folded.as_str())).flat_map(of_text).collect()
}

fn all_words(texts: &[Text]) -> BTreeMap<String, Vec<Spot>> {
    let mut lists = BTreeMap::<_, Vec<_>>::new();
    for (ordinal, text) in (0..).zip(texts) {
        for (position, stem) in (0..).zip(text.stems.split_terminator(' ').skip(1)) {
            lists.entry(format!("{WORDS}{stem}")).or_default().push(Spot::new(ordinal, position));
        }
    }
    lists
}

/// Packs places: how far the time and the id of each are from the one before.
fn write_places(places: impl Iterator<Item = Place>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut before = (0, 0);
    for place in places {
        let now = (place.created_at.as_micros(), place.id.0);
        write_difference(&mut bytes, now.0.wrapping_sub(before.0));
        write_difference(&mut bytes, now.1.wrapping_sub(before.1));
        before = now;
    }
    bytes
}

/// The places of a segment's messages, in order.
pub(crate) fn read_places(mut bytes: &[u8]) -> Result<Vec<Place>, Damaged> {
    let mut places = Vec::new();
    let (mut at, mut id) = (0i64, 0i64);
    while !bytes.is_empty() {
        at = at.wrapping_add(read_difference(&mut bytes)?);
        id = id.wrapping_add(read_difference(&mut bytes)?);
        places.push(Place { created_at: Timestamp::from_micros(at), id: MessageId(id) });
    }
    Ok(places)
}
