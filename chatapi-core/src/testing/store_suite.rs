//! What every store does, one fact at a time: [`Store`]'s contract, as code that tells whether it is kept.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a fact that does not hold ends in a panic, which the suite catches and reports"
)]

use std::process::ExitCode;
use std::sync::Arc;

use crate::store::Store;

use self::fact::Fact;
use super::harness::Harness;

mod administered_users;
mod changed_rooms;
mod changed_users;
mod concurrency;
mod cursor;
mod external_users;
mod fact;
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
/// use chatapi_core::testing::store_suite::StoreSuite;
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
        for fact in facts() {
            let fresh = fresh.clone();
            self.harness.add(store, fact, move || fresh());
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

fn facts() -> Vec<Fact> {
    [
        indexer::facts(),
        users::facts(),
        changed_users::facts(),
        administered_users::facts(),
        external_users::facts(),
        rooms::facts(),
        changed_rooms::facts(),
        members::facts(),
        kept_messages::facts(),
        reached_messages::facts(),
        listed_messages::facts(),
        cursor::facts(),
        search::facts(),
        ranked_messages::facts(),
        indexed_rooms::facts(),
        concurrency::facts(),
        races::facts(),
        model::facts(),
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
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let contract = fs::read_to_string(source.join("store.rs")).unwrap();
        let mut calls = String::new();
        for file in fs::read_dir(source.join("testing/store_suite")).unwrap() {
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
            assert!(calls.contains(&format!("store.{method}(")), "no fact is about {method}");
        }
    }

    #[test]
    fn no_two_facts_say_the_same() {
        let facts = facts();
        let names: BTreeSet<&str> = facts.iter().map(|fact| fact.name).collect();
        assert_eq!(names.len(), facts.len());
    }
}
