//! Segments made into one. Their keys are read side by side, in order, so that no more is unpacked at a time than the lists
//! of one key.

use std::collections::HashSet;
use std::vec::IntoIter;

use super::Damaged;
use super::pages::{Keys, Page, Writer};
use super::segment::Segment;
use super::spots::{self, Spot};
use crate::messages::Cursor;

/// A segment that is to be merged with others.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) cursors: Vec<Cursor>,
    /// The ordinals of messages that are left out.
    pub(crate) dead: HashSet<u32>,
    /// The pages of its keys and lists.
    pub(crate) pages: Vec<Page>,
}

/// Makes one segment of several.
pub(crate) fn merged(parts: Vec<Part>) -> Result<Segment, Damaged> {
    let (cursors, ordinals) = renumbered(&parts);
    let mut readers = Vec::new();
    for (part, ordinals) in parts.into_iter().zip(ordinals) {
        let mut reader = Reader { keys: Keys::new(part.pages.into_iter()), ordinals, is_done: false };
        reader.advance()?;
        readers.push(reader);
    }
    let mut writer = Writer::default();
    let (mut key, mut spots) = (Vec::new(), Vec::new());
    loop {
        let open = readers.iter().filter(|reader| !reader.is_done);
        let Some(least) = open.map(|reader| reader.keys.key()).min() else { break };
        key.clear();
        key.extend_from_slice(least);
        spots.clear();
        for reader in readers.iter_mut().filter(|reader| !reader.is_done && reader.keys.key() == key) {
            reader.read(&mut spots)?;
            reader.advance()?;
        }
        spots.sort_unstable();
        if !spots.is_empty() {
            writer.push(std::str::from_utf8(&key).map_err(|_| Damaged)?, &spots);
        }
    }
    Ok(Segment::with(cursors, writer))
}

/// The cursors of the messages that are left, in order; and for each part, which of them each of its messages is.
fn renumbered(parts: &[Part]) -> (Vec<Cursor>, Vec<Vec<Option<u32>>>) {
    let mut living = Vec::new();
    for (part, Part { cursors, dead, .. }) in parts.iter().enumerate() {
        let cursors = (0u32..).zip(cursors).filter(|(ordinal, _)| !dead.contains(ordinal));
        living.extend(cursors.map(|(ordinal, cursor)| (*cursor, part, ordinal)));
    }
    living.sort_unstable();
    let mut ordinals: Vec<Vec<Option<u32>>> =
        parts.iter().map(|part| vec![None; part.cursors.len()]).collect();
    for (new, (_, part, old)) in (0..).zip(&living) {
        ordinals[*part][*old as usize] = Some(new);
    }
    (living.into_iter().map(|(cursor, ..)| cursor).collect(), ordinals)
}

/// A part, up to some key.
struct Reader {
    keys: Keys<IntoIter<Page>>,
    ordinals: Vec<Option<u32>>,
    is_done: bool,
}

impl Reader {
    fn advance(&mut self) -> Result<(), Damaged> {
        self.is_done = !self.keys.advance()?;
        Ok(())
    }

    /// Adds the spots of this key, as the merged segment numbers its messages.
    fn read(&self, spots: &mut Vec<Spot>) -> Result<(), Damaged> {
        let first = spots.len();
        spots::read(self.keys.list(), spots)?;
        let mut kept = first;
        for at in first..spots.len() {
            let spot = spots[at];
            if let Some(ordinal) = self.ordinals.get(spot.ordinal() as usize).copied().flatten() {
                spots[kept] = Spot::new(ordinal, spot.position());
                kept += 1;
            }
        }
        spots.truncate(kept);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::index::segment::{CURSORS, Text};
    use crate::search::Words;
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
                let mut texts: Vec<(Text, bool)> = part.into_iter().map(|(content, at, author, is_dead)| {
                    id += 1;
                    let folded = search_fold(&content);
                    let stems = stems(&folded, Words::default());
                    let cursor = Cursor { created_at: Timestamp::from_micros(at), id: MessageId(id) };
                    (Text { cursor, author: UserId(author), folded, stems }, is_dead)
                }).collect();
                texts.sort_by_key(|(text, _)| text.cursor);
                let dead = (0..).zip(&texts).filter(|(_, (_, is_dead))| *is_dead).map(|(at, _)| at).collect();
                of_all.extend(texts.iter().filter(|(_, is_dead)| !is_dead).map(|(text, _)| text.clone()));
                let texts: Vec<Text> = texts.into_iter().map(|(text, _)| text).collect();
                let Segment { cursors, mut pages } = Segment::of(&texts);
                pages.retain(|page| page.name.as_str() < CURSORS);
                merging.push(Part { cursors, dead, pages });
            }
            of_all.sort_by_key(|text| text.cursor);
            let (merged, expected) = (merged(merging).unwrap(), Segment::of(&of_all));
            prop_assert_eq!(merged.cursors, expected.cursors);
            prop_assert_eq!(merged.pages, expected.pages);
        }
    }
}
