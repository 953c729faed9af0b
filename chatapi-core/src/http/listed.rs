//! What every list that comes in pages has in common, for the document.

use super::doc::{Parameter, Property, Shape};

/// Which page.
pub(super) const PAGE: Parameter = Parameter::new(
    "page",
    Shape::Either(&[Shape::Within { least: 1, most: i64::MAX }, Shape::Choice(&["last"])]),
    "The number of the page, from 1; or `last`. A page that the list does not have is 404.",
)
.example("1");

/// How many rows.
pub(super) const LIMIT: Parameter = Parameter::new(
    "limit",
    LIMITS,
    "The number of rows of a page by `offset`. More than 100 is served as 100; without `offset`, or with `page`, it is ignored.",
)
.example("25");

/// How many rows `limit` may name.
pub(super) const LIMITS: Shape = Shape::Within { least: 1, most: 100 };

/// From where.
pub(super) const OFFSET: Parameter = Parameter::new(
    "offset",
    Shape::Within { least: 0, most: i64::MAX },
    "The number of rows to skip, with `limit`. Beyond the end of the list the page is empty.",
)
.example("0");

/// How far to count.
pub(super) const COUNT: Parameter = Parameter::new(
    "count",
    Shape::Choice(&["exact", "estimate", "none"]),
    "How far the list is counted. By default up to 10,000 rows; beyond that the count is an estimate, and the response has the \
     header `X-Count: estimate`. Other values are ignored.",
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
    Property::new("next", Shape::Nullable(&Shape::Url), "The page after this one.").example("null");

pub(super) const PREVIOUS: Property =
    Property::new("previous", Shape::Nullable(&Shape::Url), "The page before this one.").example("null");
