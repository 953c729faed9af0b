//! The search index: what occurs where in the texts of a room's messages.
//!
//! A [`Segment`](segment::Segment) holds some thousands of one room's messages and never changes. For each *gram* (three
//! characters in a row, fewer at the end of a text) it lists its postings: which message, and at which
//! character. A term of three characters or more occurs where grams that cover it occur side by side; a shorter one where
//! a gram begins with it. So the index alone decides what matches, exactly and in any script, without a look at the texts.
//! The words of each text are listed in the same way, for ranked search, and so are the authors.
//!
//! Keys and their lists are packed into [blocks](blocks) of about a kilobyte, sorted by key, so that a database keeps a segment
//! in some hundred rows and finds a key's block by one look into an index. Which texts are in no segment yet, and which
//! messages of a segment are gone or were changed since, the stores know: see `store::sql::search`.

pub(crate) mod blocks;
pub(crate) mod evaluate;
pub(crate) mod grams;
pub(crate) mod merge;
pub(crate) mod postings;
pub(crate) mod segment;

/// What was read is not what was written.
#[derive(Debug, thiserror::Error)]
#[error("the search index is corrupt")]
pub(crate) struct CorruptIndex;

/// Appends a number in seven bits a byte, the lowest first; the eighth says that more follow (LEB128).
fn write_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Takes a number off the front of `bytes`.
fn read_number(bytes: &mut &[u8]) -> Result<u64, CorruptIndex> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first().ok_or(CorruptIndex)?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Ok(number);
        }
    }
    Err(CorruptIndex)
}

/// A difference of either sign as a number that is small where the difference is (zigzag).
fn write_difference(out: &mut Vec<u8>, difference: i64) {
    write_number(out, (difference.wrapping_shl(1) ^ (difference >> 63)).cast_unsigned());
}

fn read_difference(bytes: &mut &[u8]) -> Result<i64, CorruptIndex> {
    let number = read_number(bytes)?;
    Ok((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
}

/// Takes `length` bytes off the front of `bytes`.
fn read_bytes<'a>(bytes: &mut &'a [u8], length: u64) -> Result<&'a [u8], CorruptIndex> {
    let length = usize::try_from(length).map_err(|_| CorruptIndex)?;
    let (taken, rest) = bytes.split_at_checked(length).ok_or(CorruptIndex)?;
    *bytes = rest;
    Ok(taken)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_are_read_as_they_were_written(number: u64, difference: i64) {
            let mut bytes = Vec::new();
            write_number(&mut bytes, number);
            write_difference(&mut bytes, difference);
            let mut rest = bytes.as_slice();
            prop_assert_eq!(read_number(&mut rest).unwrap(), number);
            prop_assert_eq!(read_difference(&mut rest).unwrap(), difference);
            prop_assert!(rest.is_empty());
        }

        #[test]
        fn what_is_damaged_is_said_to_be(bytes: Vec<u8>) {
            let mut rest = bytes.as_slice();
            while read_number(&mut rest).is_ok() && !rest.is_empty() {}
        }
    }
}
