//! Lists of postings: where in a segment something occurs.

use super::{CorruptIndex, read_number, write_number};

/// A posting in a segment: which of its messages, and where in it (which character, or which word). Postings sort by message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Posting(u64);

impl Posting {
    pub(crate) fn new(doc_id: u32, position: u32) -> Self {
        Self(u64::from(doc_id) << 32 | u64::from(position))
    }

    /// Which message of the segment, from 0.
    pub(crate) fn doc_id(self) -> u32 {
        (self.0 >> 32) as u32
    }

    pub(crate) fn position(self) -> u32 {
        self.0 as u32
    }

    /// The posting that is `distance` further on in the same message.
    fn plus(self, distance: u32) -> Self {
        Self(self.0 + u64::from(distance))
    }
}

/// Writes a list, which must be sorted: for each message how far it is from the one before, whether it has more than one
/// position, how many then, and how far each is from the one before.
pub(super) fn write(postings: &[Posting], out: &mut Vec<u8>) {
    let mut before = 0;
    for message in postings.chunk_by(|one, other| one.doc_id() == other.doc_id()) {
        let doc_id = message[0].doc_id();
        let several = message.len() > 1;
        write_number(out, u64::from(doc_id - before) << 1 | u64::from(several));
        before = doc_id;
        if several {
            write_number(out, message.len() as u64);
        }
        let mut position = 0;
        for posting in message {
            write_number(out, u64::from(posting.position() - position));
            position = posting.position();
        }
    }
}

/// Reads a list, adding to `postings`.
pub(super) fn read(mut bytes: &[u8], postings: &mut Vec<Posting>) -> Result<(), CorruptIndex> {
    let mut doc_id = 0;
    while !bytes.is_empty() {
        let head = read_number(&mut bytes)?;
        doc_id = add(doc_id, head >> 1)?;
        let positions = if head & 1 == 1 { read_number(&mut bytes)? } else { 1 };
        let mut position = 0;
        for _ in 0..positions {
            position = add(position, read_number(&mut bytes)?)?;
            postings.push(Posting::new(doc_id, position));
        }
    }
    Ok(())
}

/// Reads from a list how many postings each message has, by its document id, adding to `counts`.
pub(super) fn read_counts(bytes: &[u8], counts: &mut Vec<(u32, u32)>) -> Result<(), CorruptIndex> {
    counts.reserve(bytes.len() / 2);
    each_message(bytes, |doc_id, positions| counts.push((doc_id, positions)))
}

/// Goes through the messages of a list: their document ids, and how many postings each has.
pub(super) fn each_message(mut bytes: &[u8], mut each: impl FnMut(u32, u32)) -> Result<(), CorruptIndex> {
    let mut doc_id = 0;
    while !bytes.is_empty() {
        // Most messages have one posting, in two bytes.
        if let [head, position, rest @ ..] = bytes
            && head & 0x81 == 0
            && *position < 0x80
        {
            doc_id = add(doc_id, u64::from(head >> 1))?;
            each(doc_id, 1);
            bytes = rest;
            continue;
        }
        let head = read_number(&mut bytes)?;
        doc_id = add(doc_id, head >> 1)?;
        let positions = if head & 1 == 1 { read_number(&mut bytes)? } else { 1 };
        for _ in 0..positions {
            read_number(&mut bytes)?;
        }
        each(doc_id, u32::try_from(positions).map_err(|_| CorruptIndex)?);
    }
    Ok(())
}

fn add(one: u32, other: u64) -> Result<u32, CorruptIndex> {
    u32::try_from(u64::from(one) + other).map_err(|_| CorruptIndex)
}

/// Keeps those of `postings` from which `others` has the posting that is `distance` further on. Both are sorted.
pub(super) fn followed(postings: &mut Vec<Posting>, others: &[Posting], distance: u32) {
    let mut rest = others;
    postings.retain(|posting| {
        let wanted = posting.plus(distance);
        rest = &rest[steps_to(rest, wanted)..];
        rest.first() == Some(&wanted)
    });
}

/// How many of `sorted` come before `wanted`. Looks in growing steps: the next one is mostly near.
fn steps_to(sorted: &[Posting], wanted: Posting) -> usize {
    let mut bound = 1;
    while bound < sorted.len() && sorted[bound - 1] < wanted {
        bound *= 2;
    }
    let from = bound / 2;
    let to = bound.min(sorted.len());
    from.min(to) + sorted[from.min(to)..to].partition_point(|posting| *posting < wanted)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn lists() -> impl Strategy<Value = Vec<Posting>> {
        let posting = (0u32..5000, 0u32..400).prop_map(|(doc_id, position)| Posting::new(doc_id, position));
        prop::collection::btree_set(posting, 0..300).prop_map(|postings| postings.into_iter().collect())
    }

    proptest! {
        #[test]
        fn a_list_is_read_as_it_was_written(postings in lists()) {
            let mut bytes = Vec::new();
            write(&postings, &mut bytes);
            let mut back = Vec::new();
            read(&bytes, &mut back).unwrap();
            let counted = postings.chunk_by(|one, other| one.doc_id() == other.doc_id());
            let expected: Vec<_> = counted.map(|postings| (postings[0].doc_id(), postings.len() as u32)).collect();
            let mut counts = Vec::new();
            read_counts(&bytes, &mut counts).unwrap();
            prop_assert_eq!(counts, expected);
            prop_assert_eq!(back, postings);
        }

        #[test]
        fn places_are_kept_that_the_others_follow(postings in lists(), others in lists(), distance in 0u32..4) {
            let set: BTreeSet<_> = others.iter().copied().collect();
            let expected: Vec<_> =
                postings.iter().copied().filter(|posting| set.contains(&posting.plus(distance))).collect();
            let mut kept = postings;
            followed(&mut kept, &others, distance);
            prop_assert_eq!(kept, expected);
        }

        #[test]
        fn damage_is_no_panic(bytes: Vec<u8>) {
            let mut postings = Vec::new();
            let _ = read(&bytes[..bytes.len().min(8)], &mut postings);
            let _ = read_counts(&bytes[..bytes.len().min(8)], &mut Vec::new());
        }
    }
}
