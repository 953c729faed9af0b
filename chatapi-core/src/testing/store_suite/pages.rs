//! What is true of every list's pages.

use std::fmt;

use crate::page::{Page, PageNumber, PageRequest};

/// Checks the pages of a list that holds `rows`, seven of them.
pub(super) async fn are_the_pages_of<T, Fut>(rows: &[T], list: impl Fn(PageRequest) -> Fut)
where
    T: Clone + PartialEq + fmt::Debug,
    Fut: Future<Output = Option<Page<T>>>,
{
    assert_eq!(rows.len(), 7);
    for (asked, size, number, pages, results) in [
        (PageNumber::Number(1), 3, 1, 3, &rows[..3]),
        (PageNumber::Number(2), 3, 2, 3, &rows[3..6]),
        (PageNumber::Number(3), 3, 3, 3, &rows[6..]),
        (PageNumber::Last, 3, 3, 3, &rows[6..]),
        (PageNumber::Number(7), 1, 7, 7, &rows[6..]),
        (PageNumber::Number(1), 7, 1, 1, rows),
        (PageNumber::Last, 7, 1, 1, rows),
        (PageNumber::Number(1), u32::MAX, 1, 1, rows),
        (PageNumber::Last, u32::MAX, 1, 1, rows),
    ] {
        let page = Page { count: 7, number, pages, results: results.to_vec() };
        assert_eq!(list(PageRequest { number: asked, size }).await, Some(page), "{asked:?} of {size}");
    }
    for number in [0, 4, 5, 1 << 31, 1 << 32, 1 << 63, u64::MAX / 3, u64::MAX] {
        let past = list(PageRequest { number: PageNumber::Number(number), size: 3 }).await;
        assert_eq!(past, None, "page {number}");
    }
    assert_eq!(list(PageRequest { number: PageNumber::Number(2), size: 7 }).await, None);
    assert_eq!(list(PageRequest { number: PageNumber::Number(u64::MAX), size: u32::MAX }).await, None);
}

/// Checks the one page of a list that holds nothing.
pub(super) async fn are_the_pages_of_nothing<T, Fut>(list: impl Fn(PageRequest) -> Fut)
where
    T: PartialEq + fmt::Debug,
    Fut: Future<Output = Option<Page<T>>>,
{
    let empty = || Some(Page { count: 0, number: 1, pages: 1, results: Vec::new() });
    assert_eq!(list(PageRequest::first(3)).await, empty());
    assert_eq!(list(PageRequest { number: PageNumber::Last, size: 3 }).await, empty());
    assert_eq!(list(PageRequest { number: PageNumber::Number(0), size: 3 }).await, None);
    assert_eq!(list(PageRequest { number: PageNumber::Number(2), size: 3 }).await, None);
}
