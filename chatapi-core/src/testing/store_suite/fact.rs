//! What a fact about stores is about.

use std::sync::Arc;

use crate::store::Store;
use crate::testing::facts::Fact as AnyFact;

/// The store that a fact is about.
pub(super) type Subject = Arc<dyn Store>;

/// Something that is true of every store.
pub(super) type Fact = AnyFact<Subject>;

/// Lists a module's facts: async functions that take a [`Subject`] and whose names are sentences.
macro_rules! facts {
    ($($name:ident,)+) => {
        pub(super) fn facts() -> Vec<$crate::testing::store_suite::fact::Fact> {
            vec![$($crate::testing::store_suite::fact::Fact {
                name: stringify!($name),
                run: |store| Box::pin(async move { $name(&store).await }),
            }),+]
        }
    };
}
pub(super) use facts;
