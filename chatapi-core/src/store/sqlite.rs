//! SQLite, compiled in: one writer and several readers over a write-ahead log.

use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use async_trait::async_trait;
use sqlx::migrate::Migrator;
use sqlx::query::Query;
use sqlx::sqlite::{
    Sqlite, SqliteArguments, SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool,
    SqlitePoolOptions, SqliteRow, SqliteSynchronous,
};
use sqlx::{Connection as _, Row as _, SqlStr};
use tracing::Instrument as _;

use self::pool::{Pools, SqliteTransaction};
use super::engine::{
    Dialect, Engine, Estimate, Fault, Row, Session, Transaction as _, Value, migrations, sort, statement,
};
use super::load::Bulk;
use super::sql::SqlStore;
use super::{PoolStatus, Result, StoreError};
use crate::Timestamp;

mod file;
mod load;
mod pool;

pub use file::DatabaseFile;

/// Keeps everything in SQLite, in tables that start with `chatapi_`.
pub type SqliteStore = SqlStore<SqliteEngine>;

/// How long a writer waits for its turn before the answer is that the database is away.
const TIMEOUT: Duration = Duration::from_secs(4);

/// How many connections read at once.
const READERS: u32 = 4;

impl SqliteStore {
    /// A store on the host's own pool, which must keep foreign keys on (sqlx's default).
    pub fn new(pool: SqlitePool) -> Self {
        Self::on(SqliteEngine(Pools::new(pool.clone(), pool)))
    }

    /// A store in a file, which is made where there is none: one connection writes, several read, and a write that was
    /// acknowledged is on the disk.
    ///
    /// # Errors
    /// Where the file cannot be opened.
    pub async fn open(file: impl AsRef<Path>) -> Result<Self, sqlx::Error> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(TIMEOUT)
            .foreign_keys(true)
            .pragma("cache_size", "-16000")
            .pragma("temp_store", "memory");
        let pool = |connections| {
            SqlitePoolOptions::new()
                .max_connections(connections)
                .acquire_timeout(TIMEOUT)
                .test_before_acquire(false)
                .idle_timeout(None)
                .max_lifetime(None)
        };
        let writer = pool(1).connect_with(options.clone().optimize_on_close(true, None)).await?;
        let readers = pool(READERS).connect_with(options.read_only(true)).await?;
        Ok(Self::on(SqliteEngine(Pools::new(readers, writer))))
    }
}

static MIGRATOR: LazyLock<Migrator> = LazyLock::new(|| {
    migrations(&[
        ("0001_chat", include_str!("../../migrations/sqlite/0001_chat.sql")),
        ("0002_external_users", include_str!("../../migrations/sqlite/0002_external_users.sql")),
        ("0003_messages_of_a_user", include_str!("../../migrations/sqlite/0003_messages_of_a_user.sql")),
        ("0004_search", include_str!("../../migrations/sqlite/0004_search.sql")),
        ("0005_accounts", include_str!("../../migrations/sqlite/0005_accounts.sql")),
        ("0006_search_settings", include_str!("../../migrations/sqlite/0006_search_settings.sql")),
        ("0007_index_terms", include_str!("../../migrations/sqlite/0007_index_terms.sql")),
    ])
});

const DIALECT: Dialect = Dialect {
    among: ("in (select value from json_each(", "))"),
    each: ("json_each(", ") as term"),
    // There is one writer at a time.
    hold: "",
    lock: "",
    lock_row: "",
    alone: None,
    has_writing_queries: false,
    position: "instr",
    join_each: ("join chatapi_messages m on m.id in (select id from (", "))"),
    // A cross join keeps the order in which it is written.
    join_all: ("cross join chatapi_messages m on ", ""),
    estimate: Estimate::Sample,
    has_migrations: "select exists (select 1 from sqlite_master where type = 'table' and name = 'chatapi_migrations')",
};

/// SQLite, through its pools.
#[derive(Clone, Debug)]
pub struct SqliteEngine(Pools);

#[async_trait]
impl Engine for SqliteEngine {
    type Row = SqliteRow;
    type Transaction = SqliteTransaction;
    const DIALECT: Dialect = DIALECT;

    async fn read(&self, sql: SqlStr, values: &[Value]) -> Result<Vec<SqliteRow>> {
        self.0.read(sql, values).await
    }

    async fn write(&self, sql: SqlStr, values: &[Value]) -> Result<Vec<SqliteRow>> {
        self.0.write(sql, values).await
    }

    async fn begin(&self) -> Result<Self::Transaction> {
        self.0.begin().await
    }

    fn pool_status(&self) -> PoolStatus {
        let status = |pool: &SqlitePool| (pool.size() as usize, pool.num_idle());
        let Pools { readers, writer, .. } = &self.0;
        let (mut open, mut idle) = status(readers);
        // A host has one pool for both.
        if !Arc::ptr_eq(&readers.connect_options(), &writer.connect_options()) {
            let (writers, idle_writers) = status(writer);
            (open, idle) = (open + writers, idle + idle_writers);
        }
        PoolStatus { open, idle, waiting: None }
    }

    /// A statement finds a database that is locked or read-only, and nothing is written before the commit. Only that needs
    /// room on the disk: it follows where a write failed for want of it, until one succeeds. What changes is a figure that
    /// nobody reads, since SQLite does not write what stays the same.
    async fn check_writable(&self) -> Result<()> {
        let mut transaction = self.begin().await?;
        let touch = "update chatapi_migrations set execution_time = execution_time + 1 where version = 1";
        transaction.run(SqlStr::from_static(touch), &[]).await?;
        if self.0.write_failed.load(Ordering::Relaxed) {
            transaction.commit().await?;
            self.0.write_failed.store(false, Ordering::Relaxed);
        }
        Ok(())
    }

    /// The writer's connection is the last: a reader's may not take the write-ahead log into the database.
    async fn close(&self) {
        self.0.readers.close().await;
        self.0.writer.close().await;
    }

    fn migrator() -> &'static Migrator {
        &MIGRATOR
    }

    async fn begin_load(&self) -> Result<Box<dyn Bulk>> {
        Ok(Box::new(load::SqliteLoad::within(self.begin().await?)))
    }

    async fn migrate(&self) -> Result<()> {
        self.apply(&MIGRATOR, "chatapi_migrations").await
    }

    /// sqlx must know of the transaction: it begins one for each migration, which within one that it knows of is a savepoint.
    async fn apply(&self, migrations: &Migrator, table: &'static str) -> Result<()> {
        let mut connection = self.0.writer.acquire().await.map_err(sorted)?;
        let done = bring_up_to_date(&mut connection, migrations, table).await;
        if done.is_err() {
            // The transaction's end may have failed, too.
            let _ = connection.ping().await;
            if connection.is_in_transaction() {
                connection.close_on_drop();
            }
        }
        done
    }
}

async fn bring_up_to_date(
    connection: &mut SqliteConnection,
    migrations: &Migrator,
    table: &'static str,
) -> Result<()> {
    let mut transaction = connection.begin_with("begin immediate").await.map_err(sorted)?;
    let mut migrator = Migrator { locking: false, ..Migrator::DEFAULT };
    migrator.migrations = migrations.migrations.clone();
    migrator.dangerous_set_table_name(table);
    migrator
        .run_direct(None, &mut *transaction, false)
        .await
        .map_err(|error| StoreError::Backend(error.into()))?;
    transaction.commit().await.map_err(sorted)
}

async fn fetch(
    on: &mut SqliteConnection,
    sql: SqlStr,
    values: &[Value],
) -> Result<Vec<SqliteRow>, sqlx::Error> {
    let span = statement("sqlite", &sql);
    bind(sqlx::query(sql), values).fetch_all(on).instrument(span).await
}

#[async_trait]
impl Session for SqliteConnection {
    type Row = SqliteRow;
    const DIALECT: Dialect = DIALECT;

    async fn run(&mut self, sql: SqlStr, values: &[Value]) -> Result<Vec<SqliteRow>> {
        fetch(self, sql, values).await.map_err(sorted)
    }
}

fn sorted(error: sqlx::Error) -> StoreError {
    sort(error, of_code)
}

/// Result codes of SQLite (<https://sqlite.org/rescode.html>).
fn of_code(code: &str) -> Fault {
    match primary_code(code) {
        // busy, locked, read-only, I/O error, full, cannot open
        Some(5 | 6 | 8 | 10 | 13 | 14) => Fault::Away,
        _ => Fault::Other,
    }
}

fn primary_code(code: &str) -> Option<u32> {
    code.parse::<u32>().ok().map(|code| code & 0xff)
}

fn bind<'q>(
    query: Query<'q, Sqlite, SqliteArguments>,
    values: &[Value],
) -> Query<'q, Sqlite, SqliteArguments> {
    values.iter().fold(query, |query, value| match value.clone() {
        Value::Int(value) => query.bind(value),
        Value::OptInt(value) => query.bind(value),
        Value::Bool(value) => query.bind(value),
        Value::Text(value) => query.bind(value),
        Value::OptText(value) => query.bind(value),
        Value::OptBool(value) => query.bind(value),
        Value::Time(value) => query.bind(value.as_micros()),
        Value::Ints(values) => query.bind(json(&values)),
        Value::Texts(values) => query.bind(json(&values)),
        Value::Bytes(value) => query.bind(value),
    })
}

/// Numbers and texts always have a JSON form.
fn json(values: &impl serde::Serialize) -> String {
    serde_json::to_string(values).unwrap_or_default()
}

impl Row for SqliteRow {
    fn int(&self, column: usize) -> Result<i64> {
        self.try_get(column).map_err(unreadable)
    }

    fn opt_int(&self, column: usize) -> Result<Option<i64>> {
        self.try_get(column).map_err(unreadable)
    }

    fn bool(&self, column: usize) -> Result<bool> {
        self.try_get(column).map_err(unreadable)
    }

    fn text(&self, column: usize) -> Result<String> {
        self.try_get(column).map_err(unreadable)
    }

    fn opt_text(&self, column: usize) -> Result<Option<String>> {
        self.try_get(column).map_err(unreadable)
    }

    fn time(&self, column: usize) -> Result<Timestamp> {
        self.try_get(column).map(Timestamp::from_micros).map_err(unreadable)
    }

    fn opt_time(&self, column: usize) -> Result<Option<Timestamp>> {
        let micros = self.try_get::<Option<i64>, _>(column).map_err(unreadable)?;
        Ok(micros.map(Timestamp::from_micros))
    }

    fn bytes(&self, column: usize) -> Result<Vec<u8>> {
        self.try_get(column).map_err(unreadable)
    }
}

fn unreadable(error: sqlx::Error) -> StoreError {
    StoreError::Backend(error.into())
}
