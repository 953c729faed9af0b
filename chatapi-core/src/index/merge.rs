//! Segments made into one. Their keys are read side by side, in order, so that no more is unpacked at a time than the lists
//! of one key.

use std::collections::HashSet;
use std::vec::IntoIter;

use super::CorruptIndex;
use super::blocks::{Block, Keys, Writer};
use super::postings::{self, Posting};
use super::segment::Segment;
use crate::messages::Cursor;

/// A segment that is to be merged with others.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) cursors: Vec<Cursor>,
    /// The document ids of messages that are left out.
    pub(crate) deleted: HashSet<u32>,
    /// The blocks of its keys and lists.
    pub(crate) blocks: Vec<Block>,
}

/// Makes one segment of several.
pub(crate) fn merged(parts: Vec<Part>) -> Result<Segment, CorruptIndex> {
    let (cursors, doc_ids) = renumbered(&parts);
    let mut readers = Vec::new();
    for (part, doc_ids) in parts.into_iter().zip(doc_ids) {
        let mut reader = Reader { keys: Keys::new(part.blocks.into_iter()), doc_ids, is_done: false };
        reader.advance()?;
        readers.push(reader);
    }
    let mut writer = Writer::default();
    let (mut key, mut postings) = (Vec::new(), Vec::new());
    loop {
        let open = readers.iter().filter(|reader| !reader.is_done);
        let Some(least) = open.map(|reader| reader.keys.key()).min() else { break };
        key.clear();
        key.extend_from_slice(least);
        postings.clear();
        for reader in readers.iter_mut().filter(|reader| !reader.is_done && reader.keys.key() == key) {
            reader.read(&mut postings)?;
            reader.advance()?;
        }
        postings.sort_unstable();
        if !postings.is_empty() {
            writer.push(std::str::from_utf8(&key).map_err(|_| CorruptIndex)?, &postings);
        }
    }
    Ok(Segment::with(cursors, writer))
}

/// The cursors of the messages that are left, in order; and for each part, which of them each of its messages is.
fn renumbered(parts: &[Part]) -> (Vec<Cursor>, Vec<Vec<Option<u32>>>) {
    let mut living = Vec::new();
    for (part, Part { cursors, deleted, .. }) in parts.iter().enumerate() {
        let cursors = (0u32..).zip(cursors).filter(|(doc_id, _)| !deleted.contains(doc_id));
        living.extend(cursors.map(|(doc_id, cursor)| (*cursor, part, doc_id)));
    }
    living.sort_unstable();
    let mut doc_ids: Vec<Vec<Option<u32>>> =
        parts.iter().map(|part| vec![None; part.cursors.len()]).collect();
    for (new, (_, part, old)) in (0..).zip(&living) {
        doc_ids[*part][*old as usize] = Some(new);
    }
    (living.into_iter().map(|(cursor, ..)| cursor).collect(), doc_ids)
}

/// A part, up to some key.
struct Reader {
    keys: Keys<IntoIter<Block>>,
    doc_ids: Vec<Option<u32>>,
    is_done: bool,
}

impl Reader {
    fn advance(&mut self) -> Result<(), CorruptIndex> {
        self.is_done = !self.keys.advance()?;
        Ok(())
    }

    /// Adds the postings of this key, as the merged segment numbers its messages.
    fn read(&self, postings: &mut Vec<Posting>) -> Result<(), CorruptIndex> {
        let first = postings.len();
        postings::read(self.keys.list(), postings)?;
        let mut kept = first;
        for at in first..postings.len() {
            let posting = postings[at];
            if let Some(doc_id) = self.doc_ids.get(posting.doc_id() as usize).copied().flatten() {
                postings[kept] = Posting::new(doc_id, posting.position());
                kept += 1;
            }
        }
        postings.truncate(kept);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::index::segment::{CURSORS, Text};
    use crate::search::Analyzer;
    use crate::text::{search_fold, stems};
    use crate::{MessageId, Timestamp, UserId};

    /// Texts of one segment, each with its time and author, and whether it is left out.
    fn texts() -> impl Strategy<Value = Vec<(String, i64, i64, bool)>> {
        prop::collection::vec(("[abßé ]{0,12}", 0..50i64, 1..4i64, any::<bool>()), 1..12)
    }

    proptest! {
        #[test]
        fn a_merged_segment_is_the_one_of_all_its_texts(parts in prop::collection::vec(texts(), 1..5)) {
            let mut id = 0;
            let (mut of_all, mut merging) = (Vec::new(), Vec::new());
            for part in parts {
                let mut texts: Vec<(Text, bool)> = part.into_iter().map(|(content, at, author, is_deleted)| {
                    id += 1;
                    let folded = search_fold(&content);
                    let stems = stems(&folded, Analyzer::default());
                    let cursor = Cursor { created_at: Timestamp::from_micros(at), id: MessageId(id) };
                    (Text { cursor, author: UserId(author), folded, stems }, is_deleted)
                }).collect();
                texts.sort_by_key(|(text, _)| text.cursor);
                let deleted = (0..).zip(&texts).filter(|(_, (_, is_deleted))| *is_deleted).map(|(at, _)| at).collect();
                of_all.extend(texts.iter().filter(|(_, is_deleted)| !is_deleted).map(|(text, _)| text.clone()));
                let texts: Vec<Text> = texts.into_iter().map(|(text, _)| text).collect();
                let Segment { cursors, mut blocks } = Segment::of(&texts);
                blocks.retain(|block| block.name.as_str() < CURSORS);
                merging.push(Part { cursors, deleted, blocks });
            }
            of_all.sort_by_key(|text| text.cursor);
            let (merged, expected) = (merged(merging).unwrap(), Segment::of(&of_all));
            prop_assert_eq!(merged.cursors, expected.cursors);
            prop_assert_eq!(merged.blocks, expected.blocks);
        }
    }
}
