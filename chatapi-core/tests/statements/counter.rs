//! Counts the statements that sqlx runs, by its own log.

use std::fmt;
use std::sync::Once;
use std::sync::atomic::{AtomicU64, Ordering};

use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

/// What was run since this was asked last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Count {
    /// Those that read or write.
    pub(crate) statements: u64,
    /// Pairs of a `begin` and a `commit` around some of them.
    pub(crate) transactions: u64,
}

static STATEMENTS: AtomicU64 = AtomicU64::new(0);
static TRANSACTIONS: AtomicU64 = AtomicU64::new(0);

impl Count {
    pub(crate) fn take() -> Self {
        static LISTENS: Once = Once::new();
        LISTENS.call_once(|| tracing_subscriber::registry().with(Listener).init());
        Self {
            statements: STATEMENTS.swap(0, Ordering::SeqCst),
            transactions: TRANSACTIONS.swap(0, Ordering::SeqCst),
        }
    }
}

struct Listener;

impl<S: Subscriber> Layer<S> for Listener {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == "sqlx::query" {
            event.record(&mut Statement);
        }
    }
}

struct Statement;

impl Visit for Statement {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "summary" {
            let counter = match value.to_lowercase().split_whitespace().next() {
                // The end of a transaction is enough, and `pragma` is how a connection to SQLite is opened.
                Some("begin" | "pragma") => return,
                Some("commit") => &TRANSACTIONS,
                _ => &STATEMENTS,
            };
            counter.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}
}
