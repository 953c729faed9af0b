//! What every store does, one case at a time: [`Store`]'s contract, as code that tells whether it is kept.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a case that does not hold ends in a panic, which the suite catches and reports"
)]

use std::process::ExitCode;
use std::sync::Arc;

use chatapi_core::store::Store;

use self::case::Case;
use super::harness::Harness;

mod administered_users;
mod case;
mod changed_rooms;
mod changed_users;
mod concurrency;
mod cursor;
mod external_users;
mod given;
mod indexed_rooms;
mod indexer;
mod kept_messages;
mod listed_messages;
mod members;
mod model;
mod pages;
mod races;
mod ranked_messages;
mod reached_messages;
mod rooms;
mod search;
mod users;

/// The suite: every case about stores, each on a store of its own.
///
/// A test program with `harness = false` runs it:
///
/// ```no_run
/// use std::process::ExitCode;
/// use std::sync::Arc;
///
/// use chatapi_core::store::memory::MemoryStore;
/// use chatapi_testing::store_suite::StoreSuite;
///
/// fn main() -> ExitCode {
///     StoreSuite::new().on("memory", async || Arc::new(MemoryStore::new()) as _).run()
/// }
/// ```
///
/// Cases are called `store::name`. The program takes libtest's arguments: `-- a_part_of_a_name` runs the cases whose names
/// have that part, `-- --list` lists them all.
#[derive(Default)]
#[expect(missing_debug_implementations, reason = "it holds what makes stores, which says nothing of itself")]
pub struct StoreSuite {
    harness: Harness,
}

impl StoreSuite {
    /// The suite, without a store yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the cases on a store, under its name. `fresh` gives one that is migrated and empty.
    #[must_use]
    pub fn on<F, Fut>(mut self, store: &'static str, fresh: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Arc<dyn Store>> + Send + 'static,
    {
        let fresh = Arc::new(fresh);
        for case in cases() {
            let fresh = fresh.clone();
            self.harness.add(store, case, move || fresh());
        }
        self
    }

    /// Runs `end` when all cases have run, passed or not.
    #[must_use]
    pub fn clean_up(mut self, end: impl Future<Output = ()> + Send + 'static) -> Self {
        self.harness.clean_up(end);
        self
    }

    /// Runs the cases that the command line chooses, and says how they went.
    pub fn run(self) -> ExitCode {
        self.harness.run()
    }
}

fn cases() -> Vec<Case> {
    [
        indexer::cases(),
        users::cases(),
        changed_users::cases(),
        administered_users::cases(),
        external_users::cases(),
        rooms::cases(),
        changed_rooms::cases(),
        members::cases(),
        kept_messages::cases(),
        reached_messages::cases(),
        listed_messages::cases(),
        cursor::cases(),
        search::cases(),
        ranked_messages::cases(),
        indexed_rooms::cases(),
        concurrency::cases(),
        races::cases(),
        model::cases(),
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::*;

    // The comparison with the store in memory calls every method, so it counts for none.
    #[test]
    fn every_method_of_a_store_has_a_fact_of_its_own() {
        let package = Path::new(env!("CARGO_MANIFEST_DIR"));
        let contract = fs::read_to_string(package.join("../chatapi-core/src/store.rs")).unwrap();
        let mut calls = String::new();
        for file in fs::read_dir(package.join("src/store_suite")).unwrap() {
            let path = file.unwrap().path();
            if path.is_file() && !path.ends_with("model.rs") {
                calls.extend(fs::read_to_string(path).unwrap().split_whitespace());
            }
        }
        let (_, methods) = contract.split_once("pub trait Store").unwrap();
        let (methods, _) = methods.split_once("\n}").unwrap();
        let methods: Vec<&str> =
            methods.split("async fn ").skip(1).map(|rest| rest.split_once('(').unwrap().0).collect();
        assert!(methods.len() > 10, "{methods:?}");
        for method in methods {
            assert!(calls.contains(&format!("store.{method}(")), "no case is about {method}");
        }
    }

    #[test]
    fn no_two_facts_say_the_same() {
        let cases = cases();
        let names: BTreeSet<&str> = cases.iter().map(|case| case.name).collect();
        assert_eq!(names.len(), cases.len());
    }
}
