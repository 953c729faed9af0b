//! The suite on each store. The databases are the host's: its pool, and a table that its own migrations made beside ours.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chatapi_core::http::Route;
use chatapi_core::store::memory::MemoryStore;
use chatapi_core::store::postgres::PgStore;
use chatapi_core::store::sqlite::SqliteStore;
use chatapi_core::{ChatApi, ChatApiBuilder, Store};
use sqlx::SqlStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};
use tempfile::TempDir;

use super::HttpSuite;
use super::chat::Suite;
use super::transaction_case::{self, orders};
use crate::postgres::Schemas;

impl HttpSuite {
    /// Adds the cases on stores in memory.
    #[must_use]
    pub fn on_memory(self) -> Self {
        self.on("memory", async || builder(MemoryStore::new()).await)
    }

    /// Adds the cases on SQLite files.
    #[must_use]
    pub fn on_sqlite(mut self) -> Self {
        let folder = Arc::new(TempDir::new().unwrap());
        let made = Arc::new(AtomicUsize::new(0));
        let kept = folder.clone();
        self.harness.clean_up(async move { drop(kept) });
        self.on_hosts_store("sqlite", move || {
            let file = folder.path().join(format!("{}.sqlite3", made.fetch_add(1, Ordering::Relaxed)));
            let options = SqliteConnectOptions::new().filename(file).create_if_missing(true);
            async move {
                let options = options.journal_mode(SqliteJournalMode::Wal);
                let pool = SqlitePoolOptions::new().max_connections(4).connect_with(options).await.unwrap();
                hosts_migrations().run(&pool).await.unwrap();
                let orders = orders!(pool, "begin immediate");
                (builder(SqliteStore::new(pool)).await, orders)
            }
        })
    }

    /// Adds the cases on PostgreSQL: the one that [`VARIABLE`](crate::postgres::VARIABLE) names.
    #[must_use]
    pub fn on_postgres(mut self) -> Self {
        let schemas = Arc::new(Schemas::default());
        let kept = schemas.clone();
        self.harness.clean_up(async move { kept.drop_all().await });
        self.on_hosts_store("postgres", move || {
            let schemas = schemas.clone();
            async move {
                let pool = PgPoolOptions::new().max_connections(4);
                let pool = pool.connect_with(schemas.fresh().await).await.unwrap();
                hosts_migrations().run(&pool).await.unwrap();
                let orders = orders!(pool, "begin");
                (builder(PgStore::new(pool)).await, orders)
            }
        })
    }

    /// Adds the cases on a host's store; and, with the host's own endpoint, the case about its transactions.
    fn on_hosts_store<F, B>(mut self, name: &'static str, fresh: F) -> Self
    where
        F: Fn() -> B + Clone + Send + Sync + 'static,
        B: Future<Output = (ChatApiBuilder, Route)> + Send + 'static,
    {
        let shop = fresh.clone();
        let shop = move || {
            let made = shop();
            async move {
                let (builder, orders) = made.await;
                builder.route(orders)
            }
        };
        let suite = Suite::new(shop, self.serve.clone());
        for case in transaction_case::cases() {
            let suite = suite.clone();
            self.harness.add(name, case, async || suite);
        }
        self.on(name, move || {
            let made = fresh();
            async move { made.await.0 }
        })
    }
}

async fn builder(store: impl Store + 'static) -> ChatApiBuilder {
    store.migrate().await.unwrap();
    ChatApi::builder(store, "a secret for tests: it signs nothing that counts")
}

/// Numbered like ours, and recorded in sqlx's own table.
fn hosts_migrations() -> Migrator {
    let orders = "create table orders (id integer primary key, state text not null)";
    let first = Migration::new(1, "orders".into(), MigrationType::Simple, SqlStr::from_static(orders), false);
    Migrator { migrations: Cow::Owned(vec![first]), ..Migrator::DEFAULT }
}
