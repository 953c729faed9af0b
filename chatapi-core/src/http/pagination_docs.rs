//! What every list that comes in pages has in common, for the document.

use super::doc::{Parameter, Property, Shape};

/// Which page.
pub(super) const PAGE: Parameter = Parameter::new(
    "page",
    Shape::Either(&[Shape::Within { least: 1, most: i64::MAX }, Shape::Choice(&["last"])]),
    "The page number, starting at 1, or `last`. The response is 404 if the list has no such page.",
)
.example("1");

/// How many rows.
pub(super) const LIMIT: Parameter = Parameter::new(
    "limit",
    LIMITS,
    "The number of rows on a page by `offset`. Values above 100 count as 100. Ignored without `offset` and with `page`.",
)
.example("25");

/// How many rows `limit` may name.
pub(super) const LIMITS: Shape = Shape::Within { least: 1, most: 100 };

/// From where.
pub(super) const OFFSET: Parameter = Parameter::new(
    "offset",
    Shape::Within { least: 0, most: i64::MAX },
    "The number of rows to skip, used with `limit`. The page is empty if the list has no more rows.",
)
.example("0");

/// How far to count.
pub(super) const COUNT: Parameter = Parameter::new(
    "count",
    Shape::Choice(&["exact", "estimate", "none"]),
    "How `count` is determined. By default it is exact up to 10,000 rows; the count of longer lists is an estimate, and the \
     response has the header `X-Count: estimate`. Other values are ignored.",
);

/// A number of things.
pub(super) const AMOUNT: Shape = Shape::Within { least: 0, most: i64::MAX };

pub(super) const TOTAL: Property = Property::new(
    "count",
    Shape::Nullable(&AMOUNT),
    "The number of rows on all pages; null with `count=none`.",
)
.example("1");

pub(super) const NEXT: Property =
    Property::new("next", Shape::Nullable(&Shape::Url), "The URL of the next page; null on the last page.")
        .example("null");

pub(super) const PREVIOUS: Property = Property::new(
    "previous",
    Shape::Nullable(&Shape::Url),
    "The URL of the previous page; null on the first page.",
)
.example("null");
