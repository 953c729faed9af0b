//! Lists of spots: where in a segment something occurs.

use super::{Damaged, read_number, write_number};

/// A spot in a segment: which of its messages, and where in it (which character, or which word). Spots sort by message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Spot(u64);

impl Spot {
    pub(crate) fn new(ordinal: u32, position: u32) -> Self {
        Self(u64::from(ordinal) << 32 | u64::from(position))
    }

    /// Which message of the segment, from 0.
    pub(crate) fn ordinal(self) -> u32 {
        (self.0 >> 32) as u32
    }

    pub(crate) fn position(self) -> u32 {
        self.0 as u32
    }

    /// The spot that is `distance` further on in the same message.
    fn plus(self, distance: u32) -> Self {
        Self(self.0 + u64::from(distance))
    }
}

/// Writes a list, which must be sorted: for each message how far it is from the one before, whether it has more than one
/// position, how many then, and how far each is from the one before.
pub(super) fn write(spots: &[Spot], out: &mut Vec<u8>) {
    let mut before = 0;
    for message in spots.chunk_by(|one, other| one.ordinal() == other.ordinal()) {
        let ordinal = message[0].ordinal();
        let several = message.len() > 1;
        write_number(out, u64::from(ordinal - before) << 1 | u64::from(several));
        before = ordinal;
        if several {
            write_number(out, message.len() as u64);
        }
        let mut position = 0;
        for spot in message {
            write_number(out, u64::from(spot.position() - position));
            position = spot.position();
        }
    }
}

/// Reads a list, adding to `spots`.
pub(super) fn read(mut bytes: &[u8], spots: &mut Vec<Spot>) -> Result<(), Damaged> {
    let mut ordinal = 0;
    while !bytes.is_empty() {
        let head = read_number(&mut bytes)?;
        ordinal = add(ordinal, head >> 1)?;
        let positions = if head & 1 == 1 { read_number(&mut bytes)? } else { 1 };
        let mut position = 0;
        for _ in 0..positions {
            position = add(position, read_number(&mut bytes)?)?;
            spots.push(Spot::new(ordinal, position));
        }
    }
    Ok(())
}

/// Reads from a list how many spots each message has, by its ordinal, adding to `counts`.
pub(super) fn read_counts(bytes: &[u8], counts: &mut Vec<(u32, u32)>) -> Result<(), Damaged> {
    counts.reserve(bytes.len() / 2);
    each_message(bytes, |ordinal, positions| counts.push((ordinal, positions)))
}

/// Goes through the messages of a list: their ordinals, and how many spots each has.
pub(super) fn each_message(mut bytes: &[u8], mut each: impl FnMut(u32, u32)) -> Result<(), Damaged> {
    let mut ordinal = 0;
    while !bytes.is_empty() {
        // Most messages have one spot, in two bytes.
        if let [head, position, rest @ ..] = bytes
            && head & 0x81 == 0
            && *position < 0x80
        {
            ordinal = add(ordinal, u64::from(head >> 1))?;
            each(ordinal, 1);
            bytes = rest;
            continue;
        }
        let head = read_number(&mut bytes)?;
        ordinal = add(ordinal, head >> 1)?;
        let positions = if head & 1 == 1 { read_number(&mut bytes)? } else { 1 };
        for _ in 0..positions {
            read_number(&mut bytes)?;
        }
        each(ordinal, u32::try_from(positions).map_err(|_| Damaged)?);
    }
    Ok(())
}

fn add(one: u32, other: u64) -> Result<u32, Damaged> {
    u32::try_from(u64::from(one) + other).map_err(|_| Damaged)
}

/// Keeps those of `spots` from which `others` has the spot that is `distance` further on. Both are sorted.
pub(super) fn followed(spots: &mut Vec<Spot>, others: &[Spot], distance: u32) {
    let mut rest = others;
    spots.retain(|spot| {
        let wanted = spot.plus(distance);
        rest = &rest[steps_to(rest, wanted)..];
        rest.first() == Some(&wanted)
    });
}

/// How many of `sorted` come before `wanted`. Looks in growing steps: the next one is mostly near.
fn steps_to(sorted: &[Spot], wanted: Spot) -> usize {
    let mut bound = 1;
    while bound < sorted.len() && sorted[bound - 1] < wanted {
        bound *= 2;
    }
    let from = bound / 2;
    let to = bound.min(sorted.len());
    from.min(to) + sorted[from.min(to)..to].partition_point(|spot| *spot < wanted)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn lists() -> impl Strategy<Value = Vec<Spot>> {
        let spot = (0u32..5000, 0u32..400).prop_map(|(ordinal, position)| Spot::new(ordinal, position));
        prop::collection::btree_set(spot, 0..300).prop_map(|spots| spots.into_iter().collect())
    }

    proptest! {
        #[test]
        fn a_list_is_read_as_it_was_written(spots in lists()) {
            let mut bytes = Vec::new();
            write(&spots, &mut bytes);
            let mut back = Vec::new();
            read(&bytes, &mut back).unwrap();
            let counted = spots.chunk_by(|one, other| one.ordinal() == other.ordinal());
            let expected: Vec<_> = counted.map(|spots| (spots[0].ordinal(), spots.len() as u32)).collect();
            let mut counts = Vec::new();
            read_counts(&bytes, &mut counts).unwrap();
            prop_assert_eq!(counts, expected);
            prop_assert_eq!(back, spots);
        }

        #[test]
        fn places_are_kept_that_the_others_follow(spots in lists(), others in lists(), distance in 0u32..4) {
            let set: BTreeSet<_> = others.iter().copied().collect();
            let expected: Vec<_> =
                spots.iter().copied().filter(|spot| set.contains(&spot.plus(distance))).collect();
            let mut kept = spots;
            followed(&mut kept, &others, distance);
            prop_assert_eq!(kept, expected);
        }

        #[test]
        fn damage_is_no_panic(bytes: Vec<u8>) {
            let mut spots = Vec::new();
            let _ = read(&bytes[..bytes.len().min(8)], &mut spots);
            let _ = read_counts(&bytes[..bytes.len().min(8)], &mut Vec::new());
        }
    }
}
