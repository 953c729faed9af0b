//! What every adapter does, one case at a time, asked over real sockets: the documented API, as code that tells whether it
//! is kept.
//!
//! `chatapi-axum/tests/http_suite.rs` shows how an adapter is put to it, on each store.
//!
//! What every answer carries is checked to the last header. A framework adds `date`, and what concerns the connection
//! alone: `connection`, `keep-alive`, `transfer-encoding`.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a case that does not hold ends in a panic, which the suite catches and reports"
)]

use std::any::Any;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use chatapi_core::{ChatApi, ChatApiBuilder};
use futures_util::future::BoxFuture;

use self::case::Case;
use self::chat::{Serve, Suite};
use super::harness::Harness;

mod ask;
mod case;
mod chat;
mod coverage;
mod documented;
mod fakes;
mod forge;
mod json;
mod replay;
mod session;
#[cfg(all(feature = "postgres", feature = "sqlite"))]
mod stores;
#[cfg(all(feature = "postgres", feature = "sqlite"))]
mod transaction_case;

mod account_cases;
mod activation_cases;
mod body_cases;
mod charset_cases;
mod concurrency_cases;
mod cors_cases;
mod count_cases;
mod filter_cases;
mod find_cases;
mod form_cases;
mod generic_client_cases;
mod history_cases;
mod host_cases;
mod json_cases;
mod key_cases;
mod limit_cases;
mod link_cases;
mod log_in_cases;
mod member_cases;
mod message_cases;
mod negotiation_cases;
mod order_cases;
mod page_cases;
mod password_cases;
mod ranked_cases;
mod recorded_cases;
mod registration_cases;
mod reset_cases;
mod room_cases;
mod route_cases;
mod rule_cases;
mod search_cases;
mod session_cases;
mod staff_cases;
mod token_cases;

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
    /// `/chat`, or nothing. It must tell the chat the address that a connection comes from ([`Peer`](chatapi_core::http::Peer)), and
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
        for case in cases() {
            let suite = suite.clone();
            self.harness.add(store, case, async || suite);
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

fn cases() -> Vec<Case> {
    [
        recorded_cases::cases(),
        route_cases::cases(),
        order_cases::cases(),
        negotiation_cases::cases(),
        link_cases::cases(),
        body_cases::cases(),
        json_cases::cases(),
        form_cases::cases(),
        charset_cases::cases(),
        page_cases::cases(),
        filter_cases::cases(),
        generic_client_cases::cases(),
        history_cases::cases(),
        count_cases::cases(),
        search_cases::cases(),
        ranked_cases::cases(),
        room_cases::cases(),
        member_cases::cases(),
        message_cases::cases(),
        concurrency_cases::cases(),
        rule_cases::cases(),
        registration_cases::cases(),
        account_cases::cases(),
        staff_cases::cases(),
        find_cases::cases(),
        password_cases::cases(),
        log_in_cases::cases(),
        token_cases::cases(),
        key_cases::cases(),
        activation_cases::cases(),
        reset_cases::cases(),
        limit_cases::cases(),
        cors_cases::cases(),
        host_cases::cases(),
        session_cases::cases(),
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_facts_say_the_same() {
        let cases = cases();
        let names: BTreeSet<&str> = cases.iter().map(|case| case.name).collect();
        assert_eq!(names.len(), cases.len());
    }
}
