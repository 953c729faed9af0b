//! What every store does, one fact at a time: [`Store`]'s contract, as code that tells whether it is kept.
//!
//! ```
//! use std::sync::Arc;
//!
//! use chatapi_core::store::memory::MemoryStore;
//! use chatapi_core::testing::store_suite::store_suite;
//!
//! # #[tokio::main]
//! # async fn main() {
//! store_suite(async || Arc::new(MemoryStore::new()) as _).await;
//! # }
//! ```
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a fact that does not hold ends in a panic, which the suite catches and reports"
)]

use std::sync::Arc;

use tokio::runtime::{Handle, RuntimeFlavor};

use crate::store::Store;

use self::fact::Fact;

mod changed_rooms;
mod changed_users;
mod concurrency;
mod external_users;
mod fact;
mod given;
mod history;
mod kept_messages;
mod listed_messages;
mod model;
mod pages;
mod races;
mod ranked_messages;
mod reached_messages;
mod rooms;
mod search;
mod tidied_rooms;
mod upkeep;
mod users;

/// Checks every fact about stores, each on a store of its own, which `fresh` gives: migrated and empty.
///
/// # Panics
/// Where facts do not hold: after all were checked, with each that failed and why. Also outside of a runtime with
/// several threads, on which the facts about concurrency would say nothing.
pub async fn store_suite<F, Fut>(fresh: F)
where
    F: Fn() -> Fut,
    Fut: Future<Output = Arc<dyn Store>>,
{
    let flavor = Handle::current().runtime_flavor();
    assert_eq!(flavor, RuntimeFlavor::MultiThread, "the suite needs a runtime with several threads");
    let facts = facts();
    let mut failures = Vec::new();
    for fact in &facts {
        if let Err(why) = fact.check(fresh().await).await {
            failures.push(format!("- {}: {why}", fact.sentence()));
        }
    }
    println!("{} of {} facts about the store hold", facts.len() - failures.len(), facts.len());
    assert!(failures.is_empty(), "{} facts do not hold:\n{}", failures.len(), failures.join("\n"));
}

fn facts() -> Vec<Fact> {
    [
        upkeep::facts(),
        users::facts(),
        changed_users::facts(),
        external_users::facts(),
        rooms::facts(),
        changed_rooms::facts(),
        kept_messages::facts(),
        reached_messages::facts(),
        listed_messages::facts(),
        history::facts(),
        search::facts(),
        ranked_messages::facts(),
        tidied_rooms::facts(),
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
        let sentences: BTreeSet<String> = facts.iter().map(Fact::sentence).collect();
        assert_eq!(sentences.len(), facts.len());
    }
}
