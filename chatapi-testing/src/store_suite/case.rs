//! What a case about stores is about.

use std::sync::Arc;

use chatapi_core::store::Store;

use crate::cases::Case as AnyCase;

/// The store that a case is about.
pub(super) type Subject = Arc<dyn Store>;

/// Something that is true of every store.
pub(super) type Case = AnyCase<Subject>;

/// Lists a module's cases: async functions that take a [`Subject`] and whose names are sentences.
macro_rules! cases {
    ($($name:ident,)+) => {
        pub(super) fn cases() -> Vec<$crate::store_suite::case::Case> {
            vec![$($crate::store_suite::case::Case {
                name: stringify!($name),
                run: |store| Box::pin(async move { $name(&store).await }),
            }),+]
        }
    };
}
pub(super) use cases;
