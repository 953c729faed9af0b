//! What is true of every list's pages.

use std::fmt;

use chatapi_core::page::{Count, Counting, Page, PageNumber, PageRequest};

/// Checks the pages of a list that holds `rows`, seven of them.
pub(super) async fn are_the_pages_of<T, Fut>(rows: &[T], list: impl Fn(PageRequest) -> Fut)
where
    T: Clone + PartialEq + fmt::Debug,
    Fut: Future<Output = Option<Page<T>>>,
{
    assert_eq!(rows.len(), 7);
    for (request, number, has_next, results) in [
        (numbered(1, 3), 1, true, &rows[..3]),
        (numbered(2, 3), 2, true, &rows[3..6]),
        (numbered(3, 3), 3, false, &rows[6..]),
        (PageRequest::last(3), 3, false, &rows[6..]),
        (numbered(6, 1), 6, true, &rows[5..6]),
        (numbered(7, 1), 7, false, &rows[6..]),
        (numbered(1, 7), 1, false, rows),
        (PageRequest::last(7), 1, false, rows),
        (numbered(1, u32::MAX), 1, false, rows),
        (PageRequest::last(u32::MAX), 1, false, rows),
        (after(0, 3), 1, true, &rows[..3]),
        (after(1, 3), 1, true, &rows[1..4]),
        (after(4, 3), 2, false, &rows[4..]),
        (after(5, 100), 1, false, &rows[5..]),
        (after(7, 3), 3, false, &[]),
        (after(1 << 40, 1), (1 << 40) + 1, false, &[]),
    ] {
        let page = |count| Some(Page { count, number, has_next, results: results.to_vec() });
        for counting in [Counting::default(), Counting::UpTo(7), Counting::Exact] {
            let request = PageRequest { counting, ..request };
            assert_eq!(list(request).await, page(Count::Exact(7)), "{request:?}");
        }
        let request = PageRequest { counting: Counting::None, ..request };
        assert_eq!(list(request).await, page(Count::Unknown), "{request:?}");
    }
    for number in [0, 4, 5, 1 << 31, 1 << 32, 1 << 63, u64::MAX / 3, u64::MAX] {
        assert_eq!(list(numbered(number, 3)).await, None, "page {number}");
        let uncounted = PageRequest { counting: Counting::None, ..numbered(number, 3) };
        assert_eq!(list(uncounted).await, None, "page {number}");
    }
    assert_eq!(list(numbered(2, 7)).await, None);
    assert_eq!(list(numbered(u64::MAX, u32::MAX)).await, None);
}

/// Checks the one page of a list that holds nothing.
pub(super) async fn are_the_pages_of_nothing<T, Fut>(list: impl Fn(PageRequest) -> Fut)
where
    T: PartialEq + fmt::Debug,
    Fut: Future<Output = Option<Page<T>>>,
{
    let empty = || Some(Page { count: Count::Exact(0), number: 1, has_next: false, results: Vec::new() });
    assert_eq!(list(PageRequest::first(3)).await, empty());
    assert_eq!(list(PageRequest::last(3)).await, empty());
    assert_eq!(list(numbered(0, 3)).await, None);
    assert_eq!(list(numbered(2, 3)).await, None);
}

/// The page of this size that begins after so many rows.
fn after(offset: u64, size: u32) -> PageRequest {
    PageRequest { number: PageNumber::Offset(offset), ..PageRequest::first(size) }
}

/// The page of this number.
pub(super) fn numbered(number: u64, size: u32) -> PageRequest {
    PageRequest { number: PageNumber::Number(number), ..PageRequest::first(size) }
}
