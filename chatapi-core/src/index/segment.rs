//! Segments: some of one room's messages, indexed.

use std::collections::BTreeMap;

use super::grams::{Gram, grams};
use super::pages::{Page, Sought, Writer};
use super::spots::Spot;
use super::{Damaged, read_difference, write_difference};
use crate::messages::Cursor;
use crate::{MessageId, Timestamp, UserId};

/// A message's text, on its way into a segment.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    pub(crate) cursor: Cursor,
    pub(crate) author: UserId,
    pub(crate) folded: String,
    /// As [`text::Text::stems`](crate::text::Text::stems) gives them.
    pub(crate) stems: String,
}

/// A segment, ready to be kept.
#[derive(Clone, Debug)]
pub(crate) struct Segment {
    /// Where its messages stand, in order.
    pub(crate) cursors: Vec<Cursor>,
    /// Its keys and lists, and then its cursors.
    pub(crate) pages: Vec<Page>,
}

impl Segment {
    /// Indexes texts, which must be sorted by cursor.
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
        Self::with(texts.iter().map(|text| text.cursor).collect(), writer)
    }

    pub(super) fn with(cursors: Vec<Cursor>, writer: Writer) -> Self {
        let mut pages = writer.finish();
        let chunks = (0..).zip(cursors.chunks(CHUNK));
        pages.extend(
            chunks.map(|(chunk, cursors)| Page { name: chunk_name(chunk), data: write_cursors(cursors) }),
        );
        Self { cursors, pages }
    }
}

/// How many cursors are on a page.
const CHUNK: usize = 256;

/// Begins the names of pages of cursors: after all names of other pages.
pub(crate) const CURSORS: &str = "~";

/// The number of the chunk with the cursor of this message.
pub(crate) fn chunk_of(ordinal: u32) -> u32 {
    ordinal / CHUNK as u32
}

/// The cursor of a message in that chunk.
pub(crate) fn cursor_on(ordinal: u32, chunk: &[Cursor]) -> Result<Cursor, Damaged> {
    chunk.get(ordinal as usize % CHUNK).copied().ok_or(Damaged)
}

/// How many messages of a segment come before a cursor, from the chunk of this number, in which it lies.
pub(crate) fn number_before(at: Cursor, chunk: u32, cursors: &[Cursor]) -> u32 {
    let here = cursors.partition_point(|cursor| *cursor < at);
    chunk * CHUNK as u32 + u32::try_from(here).unwrap_or(u32::MAX)
}

/// The name of the page with this chunk of cursors.
pub(crate) fn chunk_name(chunk: u32) -> String {
    format!("{CURSORS}{chunk:04x}")
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

/// Packs cursors: how far the time and the id of each are from the one before.
fn write_cursors(cursors: &[Cursor]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut before = (0, 0);
    for cursor in cursors {
        let now = (cursor.created_at.as_micros(), cursor.id.0);
        write_difference(&mut bytes, now.0.wrapping_sub(before.0));
        write_difference(&mut bytes, now.1.wrapping_sub(before.1));
        before = now;
    }
    bytes
}

/// The cursors on a page, in order.
pub(crate) fn read_cursors(mut bytes: &[u8]) -> Result<Vec<Cursor>, Damaged> {
    let mut cursors = Vec::new();
    let mut before = (0, 0);
    while !bytes.is_empty() {
        cursors.push(read_cursor(&mut bytes, &mut before)?);
    }
    Ok(cursors)
}

/// How many bytes the first cursor of a page takes at most: two numbers of 64 bits, seven of them a byte.
pub(crate) const FIRST: usize = 20;

/// The first cursor of a page, from its first bytes.
pub(crate) fn first_cursor(mut bytes: &[u8]) -> Result<Cursor, Damaged> {
    read_cursor(&mut bytes, &mut (0, 0))
}

fn read_cursor(bytes: &mut &[u8], before: &mut (i64, i64)) -> Result<Cursor, Damaged> {
    let at = before.0.wrapping_add(read_difference(bytes)?);
    let id = before.1.wrapping_add(read_difference(bytes)?);
    *before = (at, id);
    Ok(Cursor { created_at: Timestamp::from_micros(at), id: MessageId(id) })
}
