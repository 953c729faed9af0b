//! Blocks of keys with their lists, sorted by key.
//!
//! A block starts with the whole of its first key; of each further one it holds what differs from the one before. The first
//! block of a segment has the empty key as its name, the others their first key: so a key is on the block with the greatest
//! name that is not greater than the key.

use std::ops::{ControlFlow, Range};

use super::postings::{self, Posting};
use super::{CorruptIndex, read_bytes, read_number, write_number};

/// How long a block grows, in bytes, before the next one is begun: small, for most of what is read of it is not needed, and
/// far below what PostgreSQL keeps outside of a table's rows. A key with a longer list has a block of its own.
const BLOCK: usize = 1000;

/// A block: its name, and what it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) name: String,
    pub(crate) data: Vec<u8>,
}

/// Packs keys, which must come in order, into blocks.
#[derive(Debug, Default)]
pub(super) struct Writer {
    blocks: Vec<Block>,
    last: String,
    list: Vec<u8>,
}

impl Writer {
    /// Adds a key and its postings.
    pub(super) fn push(&mut self, key: &str, postings: &[Posting]) {
        self.list.clear();
        postings::write(postings, &mut self.list);
        let is_full = |block: &Block| block.data.len() + self.list.len() > BLOCK;
        if self.blocks.last().is_none_or(is_full) {
            let name = if self.blocks.is_empty() { String::new() } else { key.to_owned() };
            self.blocks.push(Block { name, data: Vec::with_capacity(BLOCK + 64) });
            self.last.clear();
        }
        if let Some(Block { data, .. }) = self.blocks.last_mut() {
            let shared = shared_length(&self.last, key);
            write_number(data, shared as u64);
            write_number(data, (key.len() - shared) as u64);
            data.extend_from_slice(&key.as_bytes()[shared..]);
            write_number(data, self.list.len() as u64);
            data.extend_from_slice(&self.list);
        }
        key.clone_into(&mut self.last);
    }

    pub(super) fn finish(self) -> Vec<Block> {
        self.blocks
    }
}

fn shared_length(one: &str, other: &str) -> usize {
    one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count()
}

/// What is sought in a segment's blocks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum KeyRange {
    /// The list of this key.
    Key(String),
    /// The lists of all keys that begin so.
    Prefix(String),
}

impl KeyRange {
    /// The key, or the beginning of the keys.
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Key(text) | Self::Prefix(text) => text,
        }
    }

    fn is_met_by(&self, key: &[u8]) -> bool {
        match self {
            Self::Key(text) => key == text.as_bytes(),
            Self::Prefix(text) => key.starts_with(text.as_bytes()),
        }
    }

    /// The postings that these blocks list for it, sorted. Of the segment's blocks they must be those that can have it, in
    /// order; others do no harm.
    pub(crate) fn postings_on(&self, blocks: &[Block]) -> Result<Vec<Posting>, CorruptIndex> {
        let mut postings = Vec::new();
        let lists = self.each_list_on(blocks, |list| postings::read(list, &mut postings))?;
        if lists > 1 {
            postings.sort_unstable();
        }
        Ok(postings)
    }

    /// How many postings there are in each message that has any, of a key: by document id, in order.
    pub(crate) fn counts_on(&self, blocks: &[Block]) -> Result<Vec<(u32, u32)>, CorruptIndex> {
        let mut counts = Vec::new();
        self.each_list_on(blocks, |list| postings::read_counts(list, &mut counts))?;
        Ok(counts)
    }

    /// The messages that have it, by their document ids, in order.
    pub(crate) fn messages_on(&self, blocks: &[Block]) -> Result<Vec<u32>, CorruptIndex> {
        // A prefix has thousands of lists. To mark their messages and read the marks in order is many times faster than to
        // sort what they hold.
        let mut marks = Marks::default();
        self.each_list_on(blocks, |list| postings::each_message(list, |doc_id, _| marks.set(doc_id)))?;
        Ok(marks.into_doc_ids())
    }

    /// Goes through the lists that these blocks have for it, and gives how many they are.
    fn each_list_on(
        &self,
        blocks: &[Block],
        mut each: impl FnMut(&[u8]) -> Result<(), CorruptIndex>,
    ) -> Result<usize, CorruptIndex> {
        let mut lists = 0;
        let first = blocks.partition_point(|block| block.name.as_str() <= self.text()).saturating_sub(1);
        for block in &blocks[first..] {
            let end = scan(&block.data, |key, list| {
                if self.is_met_by(key) {
                    lists += 1;
                    each(list)?;
                } else if key > self.text().as_bytes() {
                    return Ok(ControlFlow::Break(()));
                }
                Ok(ControlFlow::Continue(()))
            })?;
            if end.is_break() {
                break;
            }
        }
        Ok(lists)
    }
}

/// A set of messages of a segment, one bit for each document id.
#[derive(Default)]
struct Marks(Vec<u64>);

impl Marks {
    fn set(&mut self, doc_id: u32) {
        let word = doc_id as usize / 64;
        if word >= self.0.len() {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (doc_id % 64);
    }

    fn into_doc_ids(self) -> Vec<u32> {
        let mut doc_ids = Vec::with_capacity(self.0.iter().map(|word| word.count_ones() as usize).sum());
        for (first, mut word) in (0..).step_by(64).zip(self.0) {
            while word != 0 {
                doc_ids.push(first + word.trailing_zeros());
                word &= word - 1;
            }
        }
        doc_ids
    }
}

/// Reads the keys of a segment's blocks in order. A block is dropped as soon as it was read.
pub(super) struct Keys<I> {
    blocks: I,
    data: Vec<u8>,
    /// Where the next key begins in `data`.
    at: usize,
    key: Vec<u8>,
    list: Range<usize>,
}

impl<I: Iterator<Item = Block>> Keys<I> {
    pub(super) fn new(blocks: I) -> Self {
        Self { blocks, data: Vec::new(), at: 0, key: Vec::new(), list: 0..0 }
    }

    /// Goes to the next key, if there is one.
    pub(super) fn advance(&mut self) -> Result<bool, CorruptIndex> {
        while self.at == self.data.len() {
            let Some(block) = self.blocks.next() else { return Ok(false) };
            (self.data, self.at) = (block.data, 0);
            self.key.clear();
        }
        let mut rest = &self.data[self.at..];
        let length = read_entry(&mut rest, &mut self.key)?.len();
        self.at = self.data.len() - rest.len();
        self.list = self.at - length..self.at;
        Ok(true)
    }

    /// The key.
    pub(super) fn key(&self) -> &[u8] {
        &self.key
    }

    /// Its list.
    pub(super) fn list(&self) -> &[u8] {
        &self.data[self.list.clone()]
    }
}

/// Takes an entry off the front of a block: turns the key before it into its key, and gives its list.
fn read_entry<'a>(data: &mut &'a [u8], key: &mut Vec<u8>) -> Result<&'a [u8], CorruptIndex> {
    let shared = usize::try_from(read_number(data)?).map_err(|_| CorruptIndex)?;
    if shared > key.len() {
        return Err(CorruptIndex);
    }
    key.truncate(shared);
    let length = read_number(data)?;
    key.extend_from_slice(read_bytes(data, length)?);
    let length = read_number(data)?;
    read_bytes(data, length)
}

/// Goes through a block's keys and lists, until it is told to stop.
fn scan(
    mut data: &[u8],
    mut each: impl FnMut(&[u8], &[u8]) -> Result<ControlFlow<()>, CorruptIndex>,
) -> Result<ControlFlow<()>, CorruptIndex> {
    let mut key = Vec::new();
    while !data.is_empty() {
        let list = read_entry(&mut data, &mut key)?;
        if each(&key, list)?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    Ok(ControlFlow::Continue(()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn packed(lists: &BTreeMap<String, Vec<Posting>>) -> Vec<Block> {
        let mut writer = Writer::default();
        for (key, postings) in lists {
            writer.push(key, postings);
        }
        writer.finish()
    }

    fn lists() -> impl Strategy<Value = BTreeMap<String, Vec<Posting>>> {
        let postings = prop::collection::btree_set(0u32..1000, 1..200)
            .prop_map(|doc_ids| doc_ids.into_iter().map(|doc_id| Posting::new(doc_id, 0)).collect());
        prop::collection::btree_map("[a-cß\u{10ffff}]{1,3}", postings, 1..40)
    }

    proptest! {
        #[test]
        fn a_key_is_found_with_its_places(lists in lists(), absent in "[a-c]{1,4}") {
            let blocks = packed(&lists);
            for (key, postings) in &lists {
                prop_assert_eq!(&KeyRange::Key(key.clone()).postings_on(&blocks).unwrap(), postings);
                let counts: Vec<_> = postings.iter().map(|posting| (posting.doc_id(), 1)).collect();
                prop_assert_eq!(KeyRange::Key(key.clone()).counts_on(&blocks).unwrap(), counts);
            }
            let expected = lists.get(&absent).cloned().unwrap_or_default();
            prop_assert_eq!(KeyRange::Key(absent).postings_on(&blocks).unwrap(), expected);
        }

        #[test]
        fn a_prefix_is_found_with_the_places_of_all_its_keys(lists in lists(), prefix in "[a-cß\u{10ffff}]{1,2}") {
            let of_keys = lists.iter().filter(|(key, _)| key.starts_with(&prefix)).flat_map(|(_, postings)| postings.clone());
            let mut expected: Vec<_> = of_keys.collect();
            expected.sort_unstable();
            let blocks = packed(&lists);
            prop_assert_eq!(KeyRange::Prefix(prefix.clone()).postings_on(&blocks).unwrap(), expected.clone());
            expected.dedup();
            let messages: Vec<_> = expected.iter().map(|posting| posting.doc_id()).collect();
            prop_assert_eq!(KeyRange::Prefix(prefix).messages_on(&blocks).unwrap(), messages);
        }

        #[test]
        fn damage_is_no_panic(data: Vec<u8>) {
            let blocks = [Block { name: String::new(), data: data[..data.len().min(9)].to_vec() }];
            let _ = KeyRange::Key("abc".into()).postings_on(&blocks);
        }
    }
}
