//! What a fact about the API is about.

use super::chat::Suite;
use crate::testing::facts::Fact as AnyFact;

/// Something that is true of the API, whatever serves it.
pub(super) type Fact = AnyFact<Suite>;

/// Lists a module's facts: async functions that take a [`Suite`] and whose names are sentences.
macro_rules! facts {
    ($($name:ident,)+) => {
        pub(super) fn facts() -> Vec<$crate::testing::http_suite::fact::Fact> {
            vec![$($crate::testing::http_suite::fact::Fact {
                name: stringify!($name),
                run: |suite| Box::pin($name(suite)),
            }),+]
        }
    };
}
pub(super) use facts;
