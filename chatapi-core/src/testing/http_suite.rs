//! What every adapter does, one fact at a time, asked over real sockets: the documented API, as code that tells whether it
//! is kept.
//!
//! `chatapi-axum/tests/http_suite.rs` shows how an adapter is put to it, on each store.
//!
//! What every answer carries is checked to the last header. A framework adds `date`, and what concerns the connection
//! alone: `connection`, `keep-alive`, `transfer-encoding`.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a fact that does not hold ends in a panic, which the suite catches and reports"
)]

use std::any::Any;
use std::net::SocketAddr;

use futures_util::{StreamExt, stream};

use crate::{Builder, ChatApi};

use self::chat::Suite;
use self::fact::Fact;

mod ask;
mod chat;
mod coverage;
mod documented;
mod fact;
mod fakes;
mod forge;
mod json;
mod replay;
#[cfg(all(feature = "postgres", feature = "sqlite"))]
mod stores;
#[cfg(all(feature = "postgres", feature = "sqlite"))]
mod transaction_fact;

mod account_facts;
mod activation_facts;
mod body_facts;
mod concurrency_facts;
mod cors_facts;
mod count_facts;
mod filter_facts;
mod find_facts;
mod form_facts;
mod history_facts;
mod host_facts;
mod json_facts;
mod key_facts;
mod limit_facts;
mod link_facts;
mod log_in_facts;
mod message_facts;
mod negotiation_facts;
mod order_facts;
mod page_facts;
mod password_facts;
mod ranked_facts;
mod recorded_facts;
mod registration_facts;
mod reset_facts;
mod room_facts;
mod route_facts;
mod rule_facts;
mod search_facts;
mod token_facts;

#[cfg(all(feature = "postgres", feature = "sqlite"))]
pub use self::stores::{http_suite_on_memory, http_suite_on_postgres, http_suite_on_sqlite};

/// A server of the adapter's: it serves until it is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    _guard: Box<dyn Any + Send + Sync>,
}

impl Server {
    /// A server at `address`, which ends when `guard` is dropped: a `tokio::task::JoinSet`, or a sender that stops it.
    pub fn new(address: SocketAddr, guard: impl Any + Send + Sync) -> Self {
        Self { address, _guard: Box::new(guard) }
    }
}

/// How many facts are checked at once: most of what they do is to wait.
const AT_ONCE: usize = 4;

/// Checks every fact about the API, each on a chat of its own, and that they reach every method of every route.
///
/// `fresh` gives a builder on a store that is migrated and empty; the suite sets all the rest. `serve` starts a server on a
/// free port of 127.0.0.1, with the chat's routes below a prefix: `/chat`, or nothing. It must tell the chat the address
/// that a connection comes from ([`Peer`](crate::http::Peer)).
///
/// # Panics
/// Where facts do not hold: after all were checked, with each that failed and why.
pub async fn http_suite<F, B, G, S>(fresh: F, serve: G)
where
    F: Fn() -> B + Send + Sync + 'static,
    B: Future<Output = Builder> + Send + 'static,
    G: Fn(ChatApi, &'static str) -> S + Send + Sync + 'static,
    S: Future<Output = Server> + Send + 'static,
{
    let suite = Suite::new(fresh, serve);
    let facts = facts();
    let checks = stream::iter(facts.clone()).map(|fact| {
        let suite = suite.clone();
        async move { fact.check(suite).await.map_err(|why| format!("- {}: {why}", fact.sentence())) }
    });
    let results: Vec<Result<(), String>> = checks.buffered(AT_ONCE).collect().await;
    let mut failures: Vec<String> = results.into_iter().filter_map(Result::err).collect();
    println!("{} of {} facts about the API hold", facts.len() - failures.len(), facts.len());
    failures.extend(suite.missed().into_iter().map(|row| format!("- no fact had success with {row}")));
    assert!(failures.is_empty(), "{} faults:\n{}", failures.len(), failures.join("\n"));
}

fn facts() -> Vec<Fact> {
    [
        recorded_facts::facts(),
        route_facts::facts(),
        order_facts::facts(),
        negotiation_facts::facts(),
        link_facts::facts(),
        body_facts::facts(),
        json_facts::facts(),
        form_facts::facts(),
        page_facts::facts(),
        filter_facts::facts(),
        history_facts::facts(),
        count_facts::facts(),
        search_facts::facts(),
        ranked_facts::facts(),
        room_facts::facts(),
        message_facts::facts(),
        concurrency_facts::facts(),
        rule_facts::facts(),
        registration_facts::facts(),
        account_facts::facts(),
        find_facts::facts(),
        password_facts::facts(),
        log_in_facts::facts(),
        token_facts::facts(),
        key_facts::facts(),
        activation_facts::facts(),
        reset_facts::facts(),
        limit_facts::facts(),
        cors_facts::facts(),
        host_facts::facts(),
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_facts_say_the_same() {
        let facts = facts();
        let sentences: BTreeSet<String> = facts.iter().map(Fact::sentence).collect();
        assert_eq!(sentences.len(), facts.len());
    }
}
