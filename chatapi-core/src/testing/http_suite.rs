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
    reason = "a fact that does not hold ends in a panic, which the suite catches and reports"
)]

use std::any::Any;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use futures_util::future::BoxFuture;

use crate::{ChatApi, ChatApiBuilder};

use self::chat::{Serve, Suite};
use self::fact::Fact;
use super::harness::Harness;

mod ask;
mod chat;
mod coverage;
mod documented;
mod fact;
mod fakes;
mod forge;
mod json;
mod replay;
mod session;
#[cfg(all(feature = "postgres", feature = "sqlite"))]
mod stores;
#[cfg(all(feature = "postgres", feature = "sqlite"))]
mod transaction_fact;

mod account_facts;
mod activation_facts;
mod body_facts;
mod charset_facts;
mod concurrency_facts;
mod cors_facts;
mod count_facts;
mod filter_facts;
mod find_facts;
mod form_facts;
mod generic_client_facts;
mod history_facts;
mod host_facts;
mod json_facts;
mod key_facts;
mod limit_facts;
mod link_facts;
mod log_in_facts;
mod member_facts;
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
mod session_facts;
mod staff_facts;
mod token_facts;

pub use self::session::Session;

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

/// The suite: every case about the API, each on a chat of its own, and the check that they reach every method of every route.
///
/// A test program with `harness = false` runs it:
///
/// ```ignore
/// fn main() -> std::process::ExitCode {
///     HttpSuite::new(serve).on_memory().on_sqlite().on_postgres().run()
/// }
/// ```
///
/// Cases are called `store::name`. The program takes libtest's arguments: `-- a_part_of_a_name` runs the cases whose names
/// have that part, `-- --list` lists them all.
#[expect(
    missing_debug_implementations,
    reason = "it holds what starts servers, which says nothing of itself"
)]
pub struct HttpSuite {
    harness: Harness,
    serve: Arc<Serve>,
}

impl HttpSuite {
    /// The suite for an adapter. `serve` starts a server on a free port of 127.0.0.1, with the chat's routes below a prefix:
    /// `/chat`, or nothing. It must tell the chat the address that a connection comes from ([`Peer`](crate::http::Peer)), and
    /// have a middleware of the host's before the chat: where a request's `Cookie` header names a [`Session`], it puts that and
    /// its [`user`](Session::user) into the request's extensions.
    pub fn new<S>(serve: impl Fn(ChatApi, &'static str) -> S + Send + Sync + 'static) -> Self
    where
        S: Future<Output = Server> + Send + 'static,
    {
        let serve = move |api, prefix| -> BoxFuture<'static, Server> { Box::pin(serve(api, prefix)) };
        Self { harness: Harness::default(), serve: Arc::new(serve) }
    }

    /// Adds the cases on a store, under its name. `fresh` gives a builder on a store that is migrated and empty; the suite
    /// sets all the rest.
    #[must_use]
    pub fn on<F, B>(mut self, store: &'static str, fresh: F) -> Self
    where
        F: Fn() -> B + Send + Sync + 'static,
        B: Future<Output = ChatApiBuilder> + Send + 'static,
    {
        let suite = Suite::new(fresh, self.serve.clone());
        for fact in facts() {
            let suite = suite.clone();
            self.harness.add(store, fact, async || suite);
        }
        self.harness.check_at_the_end(move || {
            let missed = suite.missed().into_iter();
            missed.map(|row| format!("{store}: no case had success with {row}")).collect()
        });
        self
    }

    /// Runs the cases that the command line chooses, and says how they went.
    pub fn run(self) -> ExitCode {
        self.harness.run()
    }
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
        charset_facts::facts(),
        page_facts::facts(),
        filter_facts::facts(),
        generic_client_facts::facts(),
        history_facts::facts(),
        count_facts::facts(),
        search_facts::facts(),
        ranked_facts::facts(),
        room_facts::facts(),
        member_facts::facts(),
        message_facts::facts(),
        concurrency_facts::facts(),
        rule_facts::facts(),
        registration_facts::facts(),
        account_facts::facts(),
        staff_facts::facts(),
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
        session_facts::facts(),
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
        let names: BTreeSet<&str> = facts.iter().map(|fact| fact.name).collect();
        assert_eq!(names.len(), facts.len());
    }
}
