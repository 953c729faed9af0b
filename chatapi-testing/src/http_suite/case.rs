//! What a case about the API is about.

use super::chat::Suite;
use crate::cases::Case as AnyCase;

/// Something that is true of the API, whatever serves it.
pub(super) type Case = AnyCase<Suite>;

/// Lists a module's cases: async functions that take a [`Suite`] and whose names are sentences.
macro_rules! cases {
    ($($name:ident,)+) => {
        pub(super) fn cases() -> Vec<$crate::http_suite::case::Case> {
            vec![$($crate::http_suite::case::Case {
                name: stringify!($name),
                run: |suite| Box::pin($name(suite)),
            }),+]
        }
    };
}
pub(super) use cases;
