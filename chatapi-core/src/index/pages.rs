//! Pages of keys with their lists, sorted by key.
//!
//! A page starts with the whole of its first key; of each further one it holds what differs from the one before. The first
//! page of a segment has the empty key as its name, the others their first key: so a key is on the page with the greatest
//! name that is not greater than the key.

use std::ops::{ControlFlow, Range};

use super::spots::{self, Spot};
use super::{Damaged, read_bytes, read_number, write_number};

/// How long a page grows, in bytes, before the next one is begun: small, for most of what is read of it is not needed, and
/// far below what PostgreSQL keeps outside of a table's rows. A key with a longer list has a page of its own.
const PAGE: usize = 1000;

/// A page: its name, and what it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) name: String,
    pub(crate) data: Vec<u8>,
}

/// Packs keys, which must come in order, into pages.
#[derive(Debug, Default)]
pub(super) struct Writer {
    pages: Vec<Page>,
    last: String,
    list: Vec<u8>,
}

impl Writer {
    /// Adds a key and its spots.
    pub(super) fn push(&mut self, key: &str, spots: &[Spot]) {
        self.list.clear();
        spots::write(spots, &mut self.list);
        let is_full = |page: &Page| page.data.len() + self.list.len() > PAGE;
        if self.pages.last().is_none_or(is_full) {
            let name = if self.pages.is_empty() { String::new() } else { key.to_owned() };
            self.pages.push(Page { name, data: Vec::with_capacity(PAGE + 64) });
            self.last.clear();
        }
        if let Some(Page { data, .. }) = self.pages.last_mut() {
            let shared = shared_length(&self.last, key);
            write_number(data, shared as u64);
            write_number(data, (key.len() - shared) as u64);
            data.extend_from_slice(&key.as_bytes()[shared..]);
            write_number(data, self.list.len() as u64);
            data.extend_from_slice(&self.list);
        }
        key.clone_into(&mut self.last);
    }

    pub(super) fn finish(self) -> Vec<Page> {
        self.pages
    }
}

fn shared_length(one: &str, other: &str) -> usize {
    one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count()
}

/// What is sought in a segment's pages.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sought {
    /// The list of this key.
    Key(String),
    /// The lists of all keys that begin so.
    Prefix(String),
}

impl Sought {
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

    /// The spots that these pages list for it, sorted. Of the segment's pages they must be those that can have it, in
    /// order; others do no harm.
    pub(crate) fn spots_on(&self, pages: &[Page]) -> Result<Vec<Spot>, Damaged> {
        let mut spots = Vec::new();
        let lists = self.each_list_on(pages, |list| spots::read(list, &mut spots))?;
        if lists > 1 {
            spots.sort_unstable();
        }
        Ok(spots)
    }

    /// How many spots there are in each message that has any, of a key: by ordinal, in order.
    pub(crate) fn counts_on(&self, pages: &[Page]) -> Result<Vec<(u32, u32)>, Damaged> {
        let mut counts = Vec::new();
        self.each_list_on(pages, |list| spots::read_counts(list, &mut counts))?;
        Ok(counts)
    }

    /// The messages that have it, by their ordinals, in order.
    pub(crate) fn messages_on(&self, pages: &[Page]) -> Result<Vec<u32>, Damaged> {
        // A prefix has thousands of lists. To mark their messages and read the marks in order is many times faster than to
        // sort what they hold.
        let mut marks = Marks::default();
        self.each_list_on(pages, |list| spots::each_message(list, |ordinal, _| marks.set(ordinal)))?;
        Ok(marks.into_ordinals())
    }

    /// Goes through the lists that these pages have for it, and gives how many they are.
    fn each_list_on(
        &self,
        pages: &[Page],
        mut each: impl FnMut(&[u8]) -> Result<(), Damaged>,
    ) -> Result<usize, Damaged> {
        let mut lists = 0;
        let first = pages.partition_point(|page| page.name.as_str() <= self.text()).saturating_sub(1);
        for page in &pages[first..] {
            let end = scan(&page.data, |key, list| {
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

/// A set of messages of a segment, one bit for each ordinal.
#[derive(Default)]
struct Marks(Vec<u64>);

impl Marks {
    fn set(&mut self, ordinal: u32) {
        let word = ordinal as usize / 64;
        if word >= self.0.len() {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (ordinal % 64);
    }

    fn into_ordinals(self) -> Vec<u32> {
        let mut ordinals = Vec::with_capacity(self.0.iter().map(|word| word.count_ones() as usize).sum());
        for (first, mut word) in (0..).step_by(64).zip(self.0) {
            while word != 0 {
                ordinals.push(first + word.trailing_zeros());
                word &= word - 1;
            }
        }
        ordinals
    }
}

/// Reads the keys of a segment's pages in order. A page is dropped as soon as it was read.
pub(super) struct Keys<I> {
    pages: I,
    data: Vec<u8>,
    /// Where the next key begins in `data`.
    at: usize,
    key: Vec<u8>,
    list: Range<usize>,
}

impl<I: Iterator<Item = Page>> Keys<I> {
    pub(super) fn new(pages: I) -> Self {
        Self { pages, data: Vec::new(), at: 0, key: Vec::new(), list: 0..0 }
    }

    /// Goes to the next key, if there is one.
    pub(super) fn advance(&mut self) -> Result<bool, Damaged> {
        while self.at == self.data.len() {
            let Some(page) = self.pages.next() else { return Ok(false) };
            (self.data, self.at) = (page.data, 0);
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

/// Takes an entry off the front of a page: turns the key before it into its key, and gives its list.
fn read_entry<'a>(data: &mut &'a [u8], key: &mut Vec<u8>) -> Result<&'a [u8], Damaged> {
    let shared = usize::try_from(read_number(data)?).map_err(|_| Damaged)?;
    if shared > key.len() {
        return Err(Damaged);
    }
    key.truncate(shared);
    let length = read_number(data)?;
    key.extend_from_slice(read_bytes(data, length)?);
    let length = read_number(data)?;
    read_bytes(data, length)
}

/// Goes through a page's keys and lists, until it is told to stop.
fn scan(
    mut data: &[u8],
    mut each: impl FnMut(&[u8], &[u8]) -> Result<ControlFlow<()>, Damaged>,
) -> Result<ControlFlow<()>, Damaged> {
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

    fn packed(lists: &BTreeMap<String, Vec<Spot>>) -> Vec<Page> {
        let mut writer = Writer::default();
        for (key, spots) in lists {
            writer.push(key, spots);
        }
        writer.finish()
    }

    fn lists() -> impl Strategy<Value = BTreeMap<String, Vec<Spot>>> {
        let spots = prop::collection::btree_set(0u32..1000, 1..200)
            .prop_map(|ordinals| ordinals.into_iter().map(|ordinal| Spot::new(ordinal, 0)).collect());
        prop::collection::btree_map("[a-cß\u{10ffff}]{1,3}", spots, 1..40)
    }

    proptest! {
        #[test]
        fn a_key_is_found_with_its_places(lists in lists(), absent in "[a-c]{1,4}") {
            let pages = packed(&lists);
            for (key, spots) in &lists {
                prop_assert_eq!(&Sought::Key(key.clone()).spots_on(&pages).unwrap(), spots);
                let counts: Vec<_> = spots.iter().map(|spot| (spot.ordinal(), 1)).collect();
                prop_assert_eq!(Sought::Key(key.clone()).counts_on(&pages).unwrap(), counts);
            }
            let expected = lists.get(&absent).cloned().unwrap_or_default();
            prop_assert_eq!(Sought::Key(absent).spots_on(&pages).unwrap(), expected);
        }

        #[test]
        fn a_prefix_is_found_with_the_places_of_all_its_keys(lists in lists(), prefix in "[a-cß\u{10ffff}]{1,2}") {
            let of_keys = lists.iter().filter(|(key, _)| key.starts_with(&prefix)).flat_map(|(_, spots)| spots.clone());
            let mut expected: Vec<_> = of_keys.collect();
            expected.sort_unstable();
            let pages = packed(&lists);
            prop_assert_eq!(Sought::Prefix(prefix.clone()).spots_on(&pages).unwrap(), expected.clone());
            expected.dedup();
            let messages: Vec<_> = expected.iter().map(|spot| spot.ordinal()).collect();
            prop_assert_eq!(Sought::Prefix(prefix).messages_on(&pages).unwrap(), messages);
        }

        #[test]
        fn damage_is_no_panic(data: Vec<u8>) {
            let pages = [Page { name: String::new(), data: data[..data.len().min(9)].to_vec() }];
            let _ = Sought::Key("abc".into()).spots_on(&pages);
        }
    }
}
