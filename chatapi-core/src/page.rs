//! Pages by number, as the documented API has them.

/// Which page of a list is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageNumber {
    /// The page of this number; the first is 1. There is no page 0: it is never found.
    Number(u64),
    /// The last page, whichever that is.
    Last,
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

/// A page that is asked for: which one, and how long pages are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// Which page.
    pub number: PageNumber,
    /// Rows a page, at least 1.
    pub size: u32,
}

impl PageRequest {
    /// The first page of `size` rows.
    pub const fn first(size: u32) -> Self {
        Self { number: PageNumber::Number(1), size }
    }

    /// How many rows come before this page, in a list of `count` rows.
    pub fn offset(&self, count: u64) -> u64 {
        let size = u64::from(self.size.max(1));
        match self.number {
            PageNumber::Number(number) => number.saturating_sub(1).saturating_mul(size),
            PageNumber::Last => count.saturating_sub(1) / size * size,
        }
    }

    /// The page with these rows; `None` where a list of `count` rows has no such page. An empty list has one, empty page.
    pub fn page<T>(&self, count: u64, results: Vec<T>) -> Option<Page<T>> {
        let pages = count.div_ceil(u64::from(self.size.max(1))).max(1);
        let number = match self.number {
            PageNumber::Number(number) => number,
            PageNumber::Last => pages,
        };
        (1..=pages).contains(&number).then_some(Page { count, number, pages, results })
    }
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// Rows in the whole list.
    pub count: u64,
    /// This page's number, from 1.
    pub number: u64,
    /// Pages in the whole list, at least 1.
    pub pages: u64,
    /// This page's rows.
    pub results: Vec<T>,
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

    proptest! {
        #[test]
        fn the_pages_of_a_list_hold_every_row_once(count in 0u64..500, size in 1u32..40) {
            let mut seen = 0;
            let mut number = 1;
            loop {
                let request = PageRequest { number: PageNumber::Number(number), size };
                let offset = request.offset(count);
                prop_assert_eq!(offset, seen);
                let rows = count.saturating_sub(offset).min(u64::from(size));
                let Some(page) = request.page(count, vec![(); usize::try_from(rows).unwrap()]) else { break };
                prop_assert_eq!(page.number, number);
                seen += rows;
                if number == page.pages { break }
                number += 1;
            }
            prop_assert_eq!(seen, count);
            let past = PageRequest { number: PageNumber::Number(number + 1), size };
            prop_assert!(past.page::<()>(count, vec![]).is_none());
        }

        #[test]
        fn the_last_page_is_the_page_of_the_last_number(count in 0u64..500, size in 1u32..40) {
            let last = PageRequest { number: PageNumber::Last, size };
            let page = last.page::<()>(count, vec![]).unwrap();
            let named = PageRequest { number: PageNumber::Number(page.number), size };
            prop_assert_eq!(page.number, page.pages);
            prop_assert_eq!(named.offset(count), last.offset(count));
        }
    }
}

pub(crate) fn as_len(rows: u64) -> usize {
    usize::try_from(rows).unwrap_or(usize::MAX)
}
