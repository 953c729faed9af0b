//! What every list that comes in pages has in common, for the document.

use super::doc::{Parameter, Property, Shape};

/// Which page.
pub(super) const PAGE: Parameter = Parameter::new(
    "page",
    Shape::Either(&[Shape::Within { least: 1, most: i64::MAX }, Shape::Choice(&["last"])]),
    "The number of the page, from 1; or `last`. A page that the list does not have is 404.",
)
.example("1");

/// How far to count.
pub(super) const COUNT: Parameter = Parameter::new(
    "count",
    Shape::Choice(&["exact", "estimate", "none"]),
    "How far the list is counted. Where nothing is said, up to 10,000 rows; beyond that the count is an estimate, and the \
     header `X-Count: estimate` says so.",
);

pub(super) const TOTAL: Property = Property::new(
    "count",
    Shape::Nullable(&Shape::Integer),
    "How many there are on all pages; null where nobody counted.",
)
.example("1");

pub(super) const NEXT: Property =
    Property::new("next", Shape::Nullable(&Shape::Url), "The page after this one.").example("null");

pub(super) const PREVIOUS: Property =
    Property::new("previous", Shape::Nullable(&Shape::Url), "The page before this one.").example("null");
