//! Pages by number, as the documented API has them, and how far lists are counted.

use std::fmt;

use serde::{Serialize, Serializer};

/// How far a list is counted before its length is estimated, where nothing else is said.
pub const COUNT_BOUND: u64 = 10_000;

/// How far a list is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counting {
    /// To its end, however long that takes.
    Exact,
    /// Up to so many rows; what is longer is estimated.
    UpTo(u64),
    /// Not at all.
    None,
}

impl Default for Counting {
    fn default() -> Self {
        Self::UpTo(COUNT_BOUND)
    }
}

impl Counting {
    /// The most rows that are counted, where they are counted.
    pub fn bound(self) -> Option<u64> {
        match self {
            Self::Exact => Some(u64::MAX),
            Self::UpTo(bound) => Some(bound),
            Self::None => None,
        }
    }
}

/// How many rows a list has. Its JSON is the number, or null.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// So many.
    Exact(u64),
    /// About so many, and more than were counted.
    Estimate(u64),
    /// It was not asked for.
    Unknown,
}

impl Count {
    /// The number, exact or not.
    pub fn number(self) -> Option<u64> {
        match self {
            Self::Exact(count) | Self::Estimate(count) => Some(count),
            Self::Unknown => None,
        }
    }

    /// How many pages of `size` rows such a list has, at least 1.
    pub fn pages(self, size: u32) -> Option<u64> {
        self.number().map(|count| count.div_ceil(size.max(1).into()).max(1))
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(count) => count.fmt(f),
            Self::Estimate(count) => write!(f, "about {count}"),
            Self::Unknown => f.write_str("not counted"),
        }
    }
}

impl Serialize for Count {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.number().serialize(serializer)
    }
}

/// Which page of a list is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageNumber {
    /// The page of this number; the first is 1. There is no page 0: it is never found.
    Number(u64),
    /// The last page, whichever that is.
    Last,
    /// The rows after the first so many, which need not be a multiple of the page size: limit-offset pagination. It is
    /// there even where the list has no such row, and is empty then.
    Offset(u64),
}

impl PageNumber {
    /// Reads `?page=` as the documented API does: an integer, blanks and a plus sign around it allowed, or `last`.
    /// `None` for anything else. What is negative or past 64 bits names a page that no list has.
    pub fn parse(text: &str) -> Option<Self> {
        if text == "last" {
            return Some(Self::Last);
        }
        let number = crate::text::integer(text)?;
        let past_any_list = if text.contains('-') { 0 } else { u64::MAX };
        Some(Self::Number(number.map_or(past_any_list, |number| u64::try_from(number).unwrap_or_default())))
    }
}

/// A page that is asked for: which one, how long pages are, and how far the list is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// Which page.
    pub number: PageNumber,
    /// Rows a page, at least 1.
    pub size: u32,
    /// How far the list is counted. For the last page it is counted all the same, since that has its number from the count.
    pub counting: Counting,
}

impl PageRequest {
    /// The first page of `size` rows.
    pub const fn first(size: u32) -> Self {
        Self { number: PageNumber::Number(1), size, counting: Counting::UpTo(COUNT_BOUND) }
    }

    /// The last page of `size` rows.
    pub const fn last(size: u32) -> Self {
        Self { number: PageNumber::Last, ..Self::first(size) }
    }

    /// How far a store must count to give the page.
    pub fn counted(&self) -> Counting {
        match (self.number, self.counting) {
            (PageNumber::Last, Counting::None) => Counting::default(),
            (_, counting) => counting,
        }
    }

    /// How many rows come before the page; none before the last, which is read from the end.
    pub fn offset(&self) -> u64 {
        match self.number {
            PageNumber::Offset(offset) => offset,
            PageNumber::Number(number) => number.saturating_sub(1).saturating_mul(self.size.max(1).into()),
            PageNumber::Last => 0,
        }
    }

    /// How many rows a store reads for the page: one more than it shows, which tells whether another page follows.
    pub fn take(&self) -> u64 {
        u64::from(self.size.max(1)) + 1
    }

    /// The page with these rows, in the order of the list: those after [`offset`](Self::offset), or for the last page those
    /// at the end; [`take`](Self::take) of them, or as many as there are. `None` where the list has no such page. An empty
    /// list has one, empty page.
    pub fn page<T>(&self, count: Count, mut results: Vec<T>) -> Option<Page<T>> {
        let size = u64::from(self.size.max(1));
        let (number, has_next) = match self.number {
            PageNumber::Number(_) | PageNumber::Offset(_) => {
                let has_next = results.len() as u64 > size;
                results.truncate(as_len(size));
                let number = match self.number {
                    PageNumber::Number(number) => number,
                    _ => (self.offset() / size).saturating_add(1),
                };
                (number, has_next)
            }
            PageNumber::Last => {
                let shown = match count {
                    Count::Exact(count) => count.saturating_sub(1) % size + 1,
                    _ => size,
                };
                results.drain(..results.len().saturating_sub(as_len(shown)));
                (count.pages(self.size).unwrap_or(1), false)
            }
        };
        let is_offset = matches!(self.number, PageNumber::Offset(_));
        let is_there = is_offset || number == 1 || (number > 1 && !results.is_empty());
        let count = if self.counting == Counting::None { Count::Unknown } else { count };
        is_there.then_some(Page { count, number, has_next, results })
    }

    /// The page of a list that is all there, its rows as `show` gives them.
    pub fn of<Row, T>(&self, rows: &[Row], show: impl Fn(&Row) -> T) -> Option<Page<T>> {
        let before = match self.number {
            PageNumber::Number(_) | PageNumber::Offset(_) => as_len(self.offset()),
            PageNumber::Last => rows.len().saturating_sub(as_len(self.take())),
        };
        let results = rows.iter().skip(before).take(as_len(self.take())).map(show).collect();
        self.page(Count::Exact(rows.len() as u64), results)
    }
}

/// A number of rows as the length of a list in memory, which has no more than that.
pub(crate) fn as_len(rows: u64) -> usize {
    usize::try_from(rows).unwrap_or(usize::MAX)
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// Rows in the whole list.
    pub count: Count,
    /// This page's number, from 1. Where the count is an estimate, the last page's number is one too; of a page by offset it
    /// is that of the page of this size that its first row would be on.
    pub number: u64,
    /// Whether another page follows.
    pub has_next: bool,
    /// This page's rows.
    pub results: Vec<T>,
}

impl<T> Page<T> {
    /// The page with each of its rows as `show` gives it.
    pub fn map<'a, U>(&'a self, show: impl FnMut(&'a T) -> U) -> Page<U> {
        let Self { count, number, has_next, ref results } = *self;
        Page { count, number, has_next, results: results.iter().map(show).collect() }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_page_is_an_integer_or_last() {
        assert_eq!(PageNumber::parse("last"), Some(PageNumber::Last));
        assert_eq!(PageNumber::parse(" +07 "), Some(PageNumber::Number(7)));
        assert_eq!(PageNumber::parse("-3"), Some(PageNumber::Number(0)));
        assert_eq!(PageNumber::parse("99999999999999999999"), Some(PageNumber::Number(u64::MAX)));
        for word in ["", "abc", "1.0", "LAST", "0x1", "+", "-", "1 2"] {
            assert_eq!(PageNumber::parse(word), None, "{word:?}");
        }
    }

    #[test]
    fn a_last_page_that_is_not_to_be_counted_has_its_number_all_the_same() {
        let last = PageRequest { counting: Counting::None, ..PageRequest::last(3) };
        let page = last.of(&[1, 2, 3, 4, 5, 6, 7], |row| *row).unwrap();
        assert_eq!(page, Page { count: Count::Unknown, number: 3, has_next: false, results: vec![7] });
    }

    #[test]
    fn a_last_page_by_an_estimate_is_full() {
        let page = PageRequest::last(3).page(Count::Estimate(10), vec![5, 6, 7, 8]).unwrap();
        assert_eq!(
            page,
            Page { count: Count::Estimate(10), number: 4, has_next: false, results: vec![6, 7, 8] }
        );
    }

    proptest! {
        #[test]
        fn the_pages_of_a_list_hold_every_row_once(count in 0usize..500, size in 1u32..40) {
            let rows: Vec<usize> = (0..count).collect();
            let mut seen = Vec::new();
            let mut number = 1;
            loop {
                let request = PageRequest { number: PageNumber::Number(number), ..PageRequest::first(size) };
                let page = request.of(&rows, |row| *row).unwrap();
                prop_assert_eq!(page.number, number);
                seen.extend(page.results);
                number += 1;
                if !page.has_next { break }
            }
            prop_assert_eq!(seen, rows.clone());
            for number in [0, number] {
                let past = PageRequest { number: PageNumber::Number(number), ..PageRequest::first(size) };
                prop_assert!(past.of(&rows, |row| *row).is_none());
            }
        }

        #[test]
        fn the_last_page_is_the_page_of_the_last_number(count in 0usize..500, size in 1u32..40) {
            let rows: Vec<usize> = (0..count).collect();
            let last = PageRequest::last(size).of(&rows, |row| *row).unwrap();
            prop_assert_eq!(Some(last.number), last.count.pages(size));
            let named = PageRequest { number: PageNumber::Number(last.number), ..PageRequest::first(size) };
            prop_assert_eq!(named.of(&rows, |row| *row), Some(last));
        }
    }
}
