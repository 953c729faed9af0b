//! Segments: some of one room's messages, indexed.

use std::collections::BTreeMap;

use super::blocks::{Block, KeyRange, Writer};
use super::grams::{Gram, grams};
use super::postings::Posting;
use super::{CorruptIndex, read_difference, write_difference};
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
    pub(crate) blocks: Vec<Block>,
}

impl Segment {
    /// Indexes texts, which must be sorted by cursor.
    pub(crate) fn of(texts: &[Text]) -> Self {
        let mut writer = Writer::default();
        // In the order of their keys: authors, grams, words.
        for (author, postings) in authors(texts) {
            writer.push(&author, &postings);
        }
        let mut grams = all_grams(texts);
        grams.sort_unstable();
        let mut postings = Vec::new();
        for same in grams.chunk_by(|(one, _), (other, _)| one == other) {
            postings.clear();
            postings.extend(same.iter().map(|(_, posting)| *posting));
            let key: String = std::iter::once(GRAMS).chain(same[0].0.text()).collect();
            writer.push(&key, &postings);
        }
        for (word, postings) in all_words(texts) {
            writer.push(&word, &postings);
        }
        Self::with(texts.iter().map(|text| text.cursor).collect(), writer)
    }

    pub(super) fn with(cursors: Vec<Cursor>, writer: Writer) -> Self {
        let mut blocks = writer.finish();
        let chunks = (0..).zip(cursors.chunks(CHUNK));
        blocks.extend(
            chunks.map(|(chunk, cursors)| Block { name: chunk_name(chunk), data: write_cursors(cursors) }),
        );
        Self { cursors, blocks }
    }
}

/// How many cursors are on a block.
const CHUNK: usize = 256;

/// Begins the names of blocks of cursors: after all names of other blocks.
pub(crate) const CURSORS: &str = "~";

/// The number of the chunk with the cursor of this message.
pub(crate) fn chunk_of(doc_id: u32) -> u32 {
    doc_id / CHUNK as u32
}

/// The cursor of a message in that chunk.
pub(crate) fn cursor_on(doc_id: u32, chunk: &[Cursor]) -> Result<Cursor, CorruptIndex> {
    chunk.get(doc_id as usize % CHUNK).copied().ok_or(CorruptIndex)
}

/// How many messages of a segment come before a cursor, from the chunk of this number, in which it lies.
pub(crate) fn number_before(at: Cursor, chunk: u32, cursors: &[Cursor]) -> u32 {
    let here = cursors.partition_point(|cursor| *cursor < at);
    chunk * CHUNK as u32 + u32::try_from(here).unwrap_or(u32::MAX)
}

/// The name of the block with this chunk of cursors.
pub(crate) fn chunk_name(chunk: u32) -> String {
    format!("{CURSORS}{chunk:04x}")
}

const AUTHORS: char = 'a';
const GRAMS: char = 'g';
const WORDS: char = 'w';

/// What finds the messages of an author.
pub(crate) fn of_author(author: UserId) -> KeyRange {
    KeyRange::Key(author_key(author))
}

/// What finds a gram, or those that begin so.
pub(crate) fn of_gram(gram: &str) -> KeyRange {
    let key = format!("{GRAMS}{gram}");
    if gram.chars().count() < super::grams::GRAM { KeyRange::Prefix(key) } else { KeyRange::Key(key) }
}

/// What finds a word, by its stem.
pub(crate) fn of_word(stem: &str) -> KeyRange {
    KeyRange::Key(format!("{WORDS}{stem}"))
}

fn author_key(author: UserId) -> String {
    format!("{AUTHORS}{author}")
}

fn authors(texts: &[Text]) -> BTreeMap<String, Vec<Posting>> {
    let mut authors = BTreeMap::<_, Vec<_>>::new();
    for (doc_id, text) in (0..).zip(texts) {
        authors.entry(author_key(text.author)).or_default().push(Posting::new(doc_id, 0));
    }
    authors
}

fn all_grams(texts: &[Text]) -> Vec<(Gram, Posting)> {
    let of_text = |(doc_id, text)| {
        let posting = move |(position, gram)| (gram, Posting::new(doc_id, position));
        grams(text).map(posting)
    };
    (0..).zip(texts.iter().map(|text| text.folded.as_str())).flat_map(of_text).collect()
}

fn all_words(texts: &[Text]) -> BTreeMap<String, Vec<Posting>> {
    let mut lists = BTreeMap::<_, Vec<_>>::new();
    for (doc_id, text) in (0..).zip(texts) {
        for (position, stem) in (0..).zip(text.stems.split_terminator(' ').skip(1)) {
            lists.entry(format!("{WORDS}{stem}")).or_default().push(Posting::new(doc_id, position));
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

/// The cursors on a block, in order.
pub(crate) fn read_cursors(mut bytes: &[u8]) -> Result<Vec<Cursor>, CorruptIndex> {
    let mut cursors = Vec::new();
    let mut before = (0, 0);
    while !bytes.is_empty() {
        cursors.push(read_cursor(&mut bytes, &mut before)?);
    }
    Ok(cursors)
}

/// How many bytes the first cursor of a block takes at most: two numbers of 64 bits, seven of them a byte.
pub(crate) const FIRST: usize = 20;

/// The first cursor of a block, from its first bytes.
pub(crate) fn first_cursor(mut bytes: &[u8]) -> Result<Cursor, CorruptIndex> {
    read_cursor(&mut bytes, &mut (0, 0))
}

fn read_cursor(bytes: &mut &[u8], before: &mut (i64, i64)) -> Result<Cursor, CorruptIndex> {
    let at = before.0.wrapping_add(read_difference(bytes)?);
    let id = before.1.wrapping_add(read_difference(bytes)?);
    *before = (at, id);
    Ok(Cursor { created_at: Timestamp::from_micros(at), id: MessageId(id) })
}
