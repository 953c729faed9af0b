//! PostgreSQL 15 and later.

use std::future::Future;
use std::str::FromStr;
use std::sync::LazyLock;
use std::time::Duration;

use async_trait::async_trait;
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgArguments, PgConnectOptions, PgConnection, PgPool, PgRow, Postgres};
use sqlx::query::Query;
use sqlx::types::time::OffsetDateTime;
use sqlx::{Connection as _, Row as _, SqlStr};
use tracing::Instrument as _;

use self::pool::{PgTransaction, Pool};
use super::engine::{Dialect, Engine, Estimate, Fault, Row, Session, Value, migrations, sort, statement};
use super::load::Bulk;
use super::sql::SqlStore;
use super::{PoolStatus, Result, StoreError};
use crate::Timestamp;

mod load;
mod pool;

pub(crate) use load::NoTimeout;

/// Keeps everything in PostgreSQL, in tables that start with `chatapi_`.
pub type PgStore = SqlStore<PgEngine>;

/// How long a statement may take, waiting for a connection included, before the answer is that the database is away.
const TIMEOUT: Duration = Duration::from_secs(4);

/// What traces call it.
const SYSTEM: &str = "postgresql";

/// Held while the tables are made, so that one process does it: any number that nothing else in the database locks.
const MIGRATION_LOCK: i64 = 0x0063_6861_7461_7069;

impl PgStore {
    /// A store on the host's own pool. Give the pool an `acquire_timeout` of a few seconds: it decides how long a request
    /// waits for a database that is away.
    pub fn new(pool: PgPool) -> Self {
        Self::on(PgEngine { pool: Pool::hosts(pool) })
    }

    /// A store by its URL, `postgres://name:password@host:port/database`, with a pool of its own. Does not connect yet: a
    /// database that is away now may come.
    ///
    /// # Errors
    /// Where the URL cannot be read.
    pub fn connect_lazy(url: &str, connections: u32) -> Result<Self, sqlx::Error> {
        Ok(Self::with_options(PgConnectOptions::from_str(url)?, connections))
    }

    /// A store by connect options, with a pool of its own; otherwise like [`connect_lazy`](Self::connect_lazy). Unlike
    /// sqlx's, this pool makes no trip to the database but for statements; it keeps its connections open.
    pub fn with_options(options: PgConnectOptions, connections: u32) -> Self {
        // Floats are never read, and PgBouncer refuses connections that name this setting.
        let options = options.extra_float_digits(None);
        Self::on(PgEngine { pool: Pool::own(options, connections) })
    }

    /// The same store behind a proxy that pools transactions, such as PgBouncer with `pool_mode = transaction`: no statement
    /// is named and no setting is made for longer than a transaction, for the next one runs in another session of the
    /// server. That takes three round trips for a statement in place of one. A store on the host's pool needs this as well
    /// where the pool leads to such a proxy.
    ///
    /// The store's own pool then sets no `statement_timeout` and does not switch `jit` off: let `alter role` do both.
    #[must_use]
    pub fn with_transaction_pooling(self) -> Self {
        self.map_engine(|engine| PgEngine { pool: engine.pool.with_transaction_pooling() })
    }
}

static MIGRATOR: LazyLock<Migrator> = LazyLock::new(|| {
    migrations(&[
        ("0001_chat", include_str!("../../migrations/postgres/0001_chat.sql")),
        ("0002_external_users", include_str!("../../migrations/postgres/0002_external_users.sql")),
        ("0003_messages_of_a_user", include_str!("../../migrations/postgres/0003_messages_of_a_user.sql")),
        ("0004_search", include_str!("../../migrations/postgres/0004_search.sql")),
        ("0005_accounts", include_str!("../../migrations/postgres/0005_accounts.sql")),
        ("0006_search_settings", include_str!("../../migrations/postgres/0006_search_settings.sql")),
        ("0007_index_terms", include_str!("../../migrations/postgres/0007_index_terms.sql")),
    ])
});

const DIALECT: Dialect = Dialect {
    among: ("= any(", ")"),
    each: ("unnest(", ") as term(value)"),
    hold: "for key share",
    lock: "for update",
    lock_row: "for no key update",
    // Two numbers, the first of them this use's own. A database may have several chats, each in a schema of its own. Rooms that
    // share the second number only wait for each other.
    // The commit waits for no disk: what a crash undoes is done again, and nothing that builds on it is kept without it.
    alone: Some(
        "select pg_try_advisory_xact_lock(1667785076, hashtext(concat(current_schema(), ' ', $1::bigint))),
             set_config('synchronous_commit', 'off', true)",
    ),
    has_writing_queries: true,
    position: "strpos",
    join_each: ("join lateral (", ") m on true"),
    // Without the offset the planner might read all messages first.
    join_all: ("join lateral (select m.id from chatapi_messages m where ", " offset 0) m on true"),
    estimate: Estimate::Plan,
    // `to_regclass` would find the table of another chat, in a schema that is further down the path.
    has_migrations: "select exists (
        select from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relname = 'chatapi_migrations' and n.nspname = current_schema()
    )",
};

/// PostgreSQL, through a pool.
#[derive(Clone, Debug)]
pub struct PgEngine {
    pool: Pool,
}

#[async_trait]
impl Engine for PgEngine {
    type Row = PgRow;
    type Transaction = PgTransaction;
    const DIALECT: Dialect = DIALECT;

    async fn read(&self, sql: SqlStr, values: &[Value]) -> Result<Vec<PgRow>> {
        let span = statement(SYSTEM, &sql);
        with_timeout(self.pool.run(sql, values)).instrument(span).await
    }

    async fn write(&self, sql: SqlStr, values: &[Value]) -> Result<Vec<PgRow>> {
        self.read(sql, values).await
    }

    async fn begin(&self) -> Result<Self::Transaction> {
        with_timeout(self.pool.begin()).await
    }

    fn pool_status(&self) -> PoolStatus {
        self.pool.status()
    }

    fn migrator() -> &'static Migrator {
        &MIGRATOR
    }

    async fn begin_load(&self) -> Result<Box<dyn Bulk>> {
        Ok(Box::new(load::PgLoad::begin(&self.pool.options()).await?))
    }

    async fn check_writable(&self) -> Result<()> {
        let sql = "select pg_is_in_recovery() or current_setting('transaction_read_only')::bool";
        let rows = self.read(SqlStr::from_static(sql), &[]).await?;
        if rows.first().map_or(Ok(false), |row| row.bool(0))? {
            // The address may lead to another server by now.
            self.pool.close_idle();
            return Err(StoreError::Unavailable("the database is read-only".into()));
        }
        Ok(())
    }

    async fn close(&self) {
        self.pool.close().await;
    }

    async fn migrate(&self) -> Result<()> {
        self.apply(&MIGRATOR, "chatapi_migrations").await
    }

    async fn apply(&self, migrations: &Migrator, table: &'static str) -> Result<()> {
        let mut loan = self.pool.acquire().await.map_err(sorted)?;
        let connection = loan.connection().map_err(sorted)?;
        match bring_up_to_date(connection, migrations, table).await {
            Ok(()) => loan.give_back(),
            Err(fault) => {
                loan.discard();
                return Err(fault);
            }
        }
        Ok(())
    }
}

/// Applies the migrations. sqlx must know of the transaction: it commits each migration, and what it commits within one that it
/// knows of is a savepoint.
async fn bring_up_to_date(
    connection: &mut PgConnection,
    migrations: &Migrator,
    table: &'static str,
) -> Result<()> {
    let mut transaction = connection.begin().await.map_err(sorted)?;
    // A migration may take as long as it needs.
    sqlx::query("set local statement_timeout = 0").execute(&mut *transaction).await.map_err(sorted)?;
    sqlx::query("select pg_advisory_xact_lock($1)")
        .bind(MIGRATION_LOCK)
        .execute(&mut *transaction)
        .await
        .map_err(sorted)?;
    let (encoding,): (String,) =
        sqlx::query_as("show server_encoding").fetch_one(&mut *transaction).await.map_err(sorted)?;
    if encoding != "UTF8" {
        let why =
            format!("the database's encoding is {encoding}; it must be UTF8, or messages would be lost");
        return Err(StoreError::Backend(why.into()));
    }
    let mut migrator = Migrator { locking: false, ..Migrator::DEFAULT };
    migrator.migrations = migrations.migrations.clone();
    migrator.dangerous_set_table_name(table);
    migrator
        .run_direct(None, &mut *transaction, false)
        .await
        .map_err(|error| StoreError::Backend(error.into()))?;
    // sqlx names statements, which a proxy that pools transactions would leave to whoever comes next.
    transaction.clear_cached_statements().await.map_err(sorted)?;
    transaction.commit().await.map_err(sorted)
}

#[async_trait]
impl Session for PgConnection {
    type Row = PgRow;
    const DIALECT: Dialect = DIALECT;

    async fn run(&mut self, sql: SqlStr, values: &[Value]) -> Result<Vec<PgRow>> {
        let span = statement(SYSTEM, &sql);
        with_timeout(bind(sqlx::query(sql), values).fetch_all(self)).instrument(span).await
    }
}

/// Waits for the database, but not for ever: a server that is gone without a word would hold the request.
async fn with_timeout<T>(answer: impl Future<Output = Result<T, sqlx::Error>> + Send) -> Result<T> {
    match tokio::time::timeout(TIMEOUT, answer).await {
        Ok(answer) => answer.map_err(sorted),
        Err(late) => Err(StoreError::Unavailable(late.into())),
    }
}

fn sorted(error: sqlx::Error) -> StoreError {
    sort(error, of_code)
}

/// Codes of PostgreSQL (its documentation, appendix A).
fn of_code(code: &str) -> Fault {
    match code {
        // serialization_failure, deadlock_detected
        "40001" | "40P01" => Fault::Collision,
        // query_canceled, read_only_sql_transaction, io_error, and the classes "connection exception" and "insufficient
        // resources" (a full disk among them); admin_shutdown and its like.
        "57014" | "25006" | "58030" => Fault::Away,
        code if ["08", "53", "57P"].iter().any(|class| code.starts_with(class)) => Fault::Away,
        _ => Fault::Other,
    }
}

fn bind<'q>(query: Query<'q, Postgres, PgArguments>, values: &[Value]) -> Query<'q, Postgres, PgArguments> {
    values.iter().fold(query, |query, value| match value.clone() {
        Value::Int(value) => query.bind(value),
        Value::OptInt(value) => query.bind(value),
        Value::Bool(value) => query.bind(value),
        Value::Text(value) => query.bind(value),
        Value::OptText(value) => query.bind(value),
        Value::OptBool(value) => query.bind(value),
        Value::Time(value) => query.bind(OffsetDateTime::from(value)),
        Value::Ints(values) => query.bind(values),
        Value::Texts(values) => query.bind(values),
        Value::Bytes(value) => query.bind(value),
    })
}

impl Row for PgRow {
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
        self.try_get::<OffsetDateTime, _>(column).map(Timestamp::from).map_err(unreadable)
    }

    fn opt_time(&self, column: usize) -> Result<Option<Timestamp>> {
        let moment = self.try_get::<Option<OffsetDateTime>, _>(column).map_err(unreadable)?;
        Ok(moment.map(Timestamp::from))
    }

    fn bytes(&self, column: usize) -> Result<Vec<u8>> {
        self.try_get(column).map_err(unreadable)
    }
}

fn unreadable(error: sqlx::Error) -> StoreError {
    StoreError::Backend(error.into())
}
