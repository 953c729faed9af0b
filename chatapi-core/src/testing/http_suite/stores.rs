//! The suite on each store. The databases are the host's: its pool, and a table that its own migrations made beside ours.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};
use sqlx::{AssertSqlSafe, Connection, Executor, SqlStr};
use tempfile::TempDir;

use super::chat::Suite;
use super::transaction_fact::{self, orders};
use super::{Server, http_suite};
use crate::http::Route;
use crate::store::memory::MemoryStore;
use crate::store::postgres::PgStore;
use crate::store::sqlite::SqliteStore;
use crate::testing::postgres::Databases;
use crate::{Builder, ChatApi, Store};

/// The suite on stores in memory.
///
/// # Panics
/// As [`http_suite`] does.
pub async fn http_suite_on_memory<S>(
    serve: impl Fn(ChatApi, &'static str) -> S + Clone + Send + Sync + 'static,
) where
    S: Future<Output = Server> + Send + 'static,
{
    http_suite(async || builder(MemoryStore::new()).await, serve).await;
}

/// The suite on SQLite files.
///
/// # Panics
/// As [`http_suite`] does.
pub async fn http_suite_on_sqlite<S>(
    serve: impl Fn(ChatApi, &'static str) -> S + Clone + Send + Sync + 'static,
) where
    S: Future<Output = Server> + Send + 'static,
{
    let folder = Arc::new(TempDir::new().unwrap());
    let made = Arc::new(AtomicUsize::new(0));
    let fresh = move || {
        let file = folder.path().join(format!("{}.sqlite3", made.fetch_add(1, Ordering::Relaxed)));
        let options = SqliteConnectOptions::new().filename(file).create_if_missing(true);
        async move {
            let options = options.journal_mode(SqliteJournalMode::Wal);
            let pool = SqlitePoolOptions::new().max_connections(4).connect_with(options).await.unwrap();
            hosts_migrations().run(&pool).await.unwrap();
            let orders = orders!(pool, "begin immediate");
            (builder(SqliteStore::new(pool)).await, orders)
        }
    };
    with_orders(fresh, serve).await;
}

/// The suite on PostgreSQL: the one that [`VARIABLE`](crate::testing::postgres::VARIABLE) names.
///
/// # Panics
/// As [`http_suite`] does.
pub async fn http_suite_on_postgres<S>(
    serve: impl Fn(ChatApi, &'static str) -> S + Clone + Send + Sync + 'static,
) where
    S: Future<Output = Server> + Send + 'static,
{
    let databases = Databases::new().await;
    let database: PgConnectOptions = databases.fresh().await.parse().unwrap();
    let made = Arc::new(AtomicUsize::new(0));
    // A schema is made faster than a database.
    let fresh = move || {
        let schema = format!("fact_{}", made.fetch_add(1, Ordering::Relaxed));
        let database = database.clone().options([("search_path", &schema)]);
        async move {
            let mut connection = PgConnection::connect_with(&database).await.unwrap();
            connection.execute(AssertSqlSafe(format!("create schema {schema}"))).await.unwrap();
            let pool = PgPoolOptions::new().max_connections(4).connect_with(database).await.unwrap();
            hosts_migrations().run(&pool).await.unwrap();
            let orders = orders!(pool, "begin");
            (builder(PgStore::new(pool)).await, orders)
        }
    };
    // On a task of its own, so that the database is dropped after a panic too.
    let end = tokio::spawn(with_orders(fresh, serve)).await;
    databases.drop_all().await;
    end.unwrap();
}

/// The suite; and, with the host's own endpoint, the fact about its transactions.
async fn with_orders<F, B, G, S>(fresh: F, serve: G)
where
    F: Fn() -> B + Clone + Send + Sync + 'static,
    B: Future<Output = (Builder, Route)> + Send + 'static,
    G: Fn(ChatApi, &'static str) -> S + Clone + Send + Sync + 'static,
    S: Future<Output = Server> + Send + 'static,
{
    let shop = fresh.clone();
    let shop = move || {
        let made = shop();
        async move {
            let (builder, orders) = made.await;
            builder.route(orders)
        }
    };
    transaction_fact::check(Suite::new(shop, serve.clone())).await;
    let plain = move || {
        let made = fresh();
        async move { made.await.0 }
    };
    http_suite(plain, serve).await;
}

async fn builder(store: impl Store + 'static) -> Builder {
    store.migrate().await.unwrap();
    ChatApi::builder(store, "a secret for tests: it signs nothing that counts")
}

/// Numbered like ours, and recorded in sqlx's own table.
fn hosts_migrations() -> Migrator {
    let orders = "create table orders (id integer primary key, state text not null)";
    let first = Migration::new(1, "orders".into(), MigrationType::Simple, SqlStr::from_static(orders), false);
    Migrator { migrations: Cow::Owned(vec![first]), ..Migrator::DEFAULT }
}
