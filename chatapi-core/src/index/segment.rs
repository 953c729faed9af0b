//! Segments: some of one room's messages, indexed.

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
    /// Where its messages stand, in order.
    pub(crate) places: Vec<Place>,
    /// Its keys and lists, and then its places.
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
        Self::with(texts.iter().map(|text| text.place).collect(), writer)
    }

    pub(super) fn with(places: Vec<Place>, writer: Writer) -> Self {
        let mut pages = writer.finish();
        let chunks = (0..).zip(places.chunks(CHUNK));
        pages.extend(
            chunks.map(|(chunk, places)| Page { name: chunk_name(chunk), data: write_places(places) }),
        );
        Self { places, pages }
    }
}

/// How many places are on a page.
const CHUNK: usize = 256;

/// Begins the names of pages of places: after all names of other pages.
pub(crate) const PLACES: &str = "~";

/// The number of the chunk with the place of this message.
pub(crate) fn chunk_of(ordinal: u32) -> u32 {
    ordinal / CHUNK as u32
}

/// The place of a message in that chunk.
pub(crate) fn place_on(ordinal: u32, chunk: &[Place]) -> Result<Place, Damaged> {
    chunk.get(ordinal as usize % CHUNK).copied().ok_or(Damaged)
}

/// How many messages of a segment come before a place, from the chunk of this number, in which it lies.
pub(crate) fn number_before(at: Place, chunk: u32, places: &[Place]) -> u32 {
    let here = places.partition_point(|place| *place < at);
    chunk * CHUNK as u32 + u32::try_from(here).unwrap_or(u32::MAX)
}

/// The name of the page with this chunk of places.
pub(crate) fn chunk_name(chunk: u32) -> String {
    format!("{PLACES}{chunk:04x}")
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
fn write_places(places: &[Place]) -> Vec<u8> {
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

/// The places on a page, in order.
pub(crate) fn read_places(mut bytes: &[u8]) -> Result<Vec<Place>, Damaged> {
    let mut places = Vec::new();
    let mut before = (0, 0);
    while !bytes.is_empty() {
        places.push(read_place(&mut bytes, &mut before)?);
    }
    Ok(places)
}

/// How many bytes the first place of a page takes at most: two numbers of 64 bits, seven of them a byte.
pub(crate) const FIRST: usize = 20;

/// The first place of a page, from its first bytes.
pub(crate) fn first_place(mut bytes: &[u8]) -> Result<Place, Damaged> {
    read_place(&mut bytes, &mut (0, 0))
}

fn read_place(bytes: &mut &[u8], before: &mut (i64, i64)) -> Result<Place, Damaged> {
    let at = before.0.wrapping_add(read_difference(bytes)?);
    let id = before.1.wrapping_add(read_difference(bytes)?);
    *before = (at, id);
    Ok(Place { created_at: Timestamp::from_micros(at), id: MessageId(id) })
}
