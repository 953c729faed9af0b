//! A host on each engine, with a table of its own beside the chat's.

use async_trait::async_trait;
use chatapi_core::store::postgres::PgStore;
use chatapi_core::store::sqlite::SqliteStore;
use chatapi_core::transaction::{Database, Transaction};
use chatapi_core::{ChatApi, ChatApiBuilder, Store};
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};
use sqlx::{Executor, PgPool, Pool, Postgres, Sqlite, SqlitePool};
use tempfile::TempDir;

/// A host with a pool that it shares with the chat.
#[async_trait]
pub(crate) trait Host: Sync {
    type Db: Database;

    /// A chat on the host's pool.
    async fn chat(&self) -> ChatApiBuilder;

    fn pool(&self) -> &Pool<Self::Db>;

    /// Begins a transaction that will write.
    async fn begin(&self) -> sqlx::Transaction<'static, Self::Db>;

    /// Says in the host's table that the order was shipped.
    async fn ship(transaction: &mut Transaction<'_, Self::Db>);

    /// Writes what the commit will find to be wrong.
    async fn break_a_promise(transaction: &mut Transaction<'_, Self::Db>);

    /// Whether the order was shipped, as everybody sees it.
    async fn is_shipped(&self) -> bool;
}

const TABLES: &str = "create table orders (id int primary key, is_shipped bool not null);
    create table notes (about int references orders (id) deferrable initially deferred);
    insert into orders values (7, false)";

/// A host on PostgreSQL.
pub(crate) struct OnPostgres(PgPool);

impl OnPostgres {
    pub(crate) async fn at(url: &str) -> Self {
        let pool = PgPoolOptions::new().max_connections(3).connect(url).await.unwrap();
        pool.execute(TABLES).await.unwrap();
        Self(pool)
    }
}

/// A host on SQLite.
pub(crate) struct OnSqlite(
    SqlitePool,
    #[expect(dead_code, reason = "the folder goes when this does")] TempDir,
);

impl OnSqlite {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = SqliteConnectOptions::new()
            .filename(folder.path().join("shop.sqlite3"))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal);
        let pool = SqlitePoolOptions::new().max_connections(3).connect_with(options).await.unwrap();
        pool.execute(TABLES).await.unwrap();
        Self(pool, folder)
    }
}

macro_rules! host {
    ($host:ident, $db:ident, $store:ident, $begin:literal) => {
        #[async_trait]
        impl Host for $host {
            type Db = $db;

            async fn chat(&self) -> ChatApiBuilder {
                let store = $store::new(self.0.clone());
                store.migrate().await.unwrap();
                ChatApi::builder(store, [7; 32])
            }

            fn pool(&self) -> &Pool<$db> {
                &self.0
            }

            async fn begin(&self) -> sqlx::Transaction<'static, $db> {
                self.0.begin_with($begin).await.unwrap()
            }

            async fn ship(transaction: &mut Transaction<'_, $db>) {
                let sql = "update orders set is_shipped = true where id = 7";
                let done = sqlx::query(sql).execute(&mut ***transaction).await.unwrap();
                assert_eq!(done.rows_affected(), 1);
            }

            async fn break_a_promise(transaction: &mut Transaction<'_, $db>) {
                sqlx::query("insert into notes values (8)").execute(&mut ***transaction).await.unwrap();
            }

            async fn is_shipped(&self) -> bool {
                let sql = "select is_shipped from orders where id = 7";
                sqlx::query_scalar(sql).fetch_one(&self.0).await.unwrap()
            }
        }
    };
}

host!(OnPostgres, Postgres, PgStore, "begin");
host!(OnSqlite, Sqlite, SqliteStore, "begin immediate");

/// Makes a test of each case on each engine.
macro_rules! cases {
    ($($name:ident,)+) => {
        mod on_sqlite {
            $(#[tokio::test]
            async fn $name() {
                super::$name(super::host::OnSqlite::new().await).await;
            })+
        }

        mod on_postgresql {
            $(#[tokio::test]
            async fn $name() {
                let databases = super::Databases::new().await;
                let host = super::host::OnPostgres::at(&databases.fresh().await).await;
                // On a task of its own, so that the database is dropped after a panic too.
                let end = tokio::spawn(super::$name(host)).await;
                databases.drop_all().await;
                end.unwrap();
            })+
        }
    };
}
pub(crate) use cases;
