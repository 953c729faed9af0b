//! The token that proves that a form is of one of the site's own pages.

use subtle::ConstantTimeEq as _;

/// Whether two secrets are the same, in a time that does not tell how alike they are.
pub(crate) fn is_same(one: &str, other: &str) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}
