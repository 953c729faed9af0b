//! What the two SQL engines share: values go in, rows come out, and a [`Dialect`] says where their SQL differs.
//!
//! It is public for crates that keep tables of their own beside the chat's, through [`SqlStore::engine`](super::SqlStore::engine).

use std::fmt;

use async_trait::async_trait;
use sqlx::SqlStr;
use sqlx::migrate::Migrator;
use tracing::{Span, debug_span};

mod migrations;

pub use migrations::migrations;

use super::load::Bulk;
use super::{PoolStatus, Result, StoreError};
use crate::Timestamp;

/// A value on its way into a statement.
#[derive(Clone, Debug)]
pub enum Value {
    /// A whole number, a flag, or an id.
    Int(i64),
    /// An id, or none.
    OptInt(Option<i64>),
    /// A flag.
    Bool(bool),
    /// A text.
    Text(String),
    /// A text, or none.
    OptText(Option<String>),
    /// A flag, or none.
    OptBool(Option<bool>),
    /// A moment.
    Time(Timestamp),
    /// Many ids, for [`Dialect::among`].
    Ints(Vec<i64>),
    /// Many texts, for [`Dialect::each`].
    Texts(Vec<String>),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// A row on its way out: columns by their place.
pub trait Row: Send + Sync {
    /// A whole number.
    fn int(&self, column: usize) -> Result<i64>;
    /// A whole number, or null.
    fn opt_int(&self, column: usize) -> Result<Option<i64>>;
    /// A flag.
    fn bool(&self, column: usize) -> Result<bool>;
    /// A text.
    fn text(&self, column: usize) -> Result<String>;
    /// A text, or null.
    fn opt_text(&self, column: usize) -> Result<Option<String>>;
    /// A moment.
    fn time(&self, column: usize) -> Result<Timestamp>;
    /// A moment, or null.
    fn opt_time(&self, column: usize) -> Result<Option<Timestamp>>;
    /// Bytes.
    fn bytes(&self, column: usize) -> Result<Vec<u8>>;
}

/// Where the engines' SQL differs.
#[derive(Clone, Copy, Debug)]
pub struct Dialect {
    /// Around a parameter that holds many ids: `id` + this is true where `id` is one of them.
    pub among: (&'static str, &'static str),
    /// Around a parameter that holds many texts: a table `term` with a column `value`.
    pub each: (&'static str, &'static str),
    /// At the end of a query within a write: what it found stays until the write is done.
    pub hold: &'static str,
    /// At the end of a query within a write: what it found is nobody else's until the write is done.
    pub lock: &'static str,
    /// At the end of a query within a write: nobody else changes what it found until the write is done, while rows that
    /// refer to it can still be inserted.
    pub lock_row: &'static str,
    /// A query that says whether this transaction is the only one to work on the index of the room in its parameter, and
    /// makes it one that a crash may undo. None where one transaction writes at a time.
    pub alone: Option<&'static str>,
    /// Whether statements that write can be part of a statement.
    pub has_writing_queries: bool,
    /// The function that finds a text in a text, byte by byte, and gives 0 where it does not.
    pub position: &'static str,
    /// Around a query of a few messages, their ids first, that names columns of what it is joined to.
    pub join_each: (&'static str, &'static str),
    /// Around a condition on messages that names columns of what they are joined to, which is read before them.
    pub join_all: (&'static str, &'static str),
    /// How the length of a long list is estimated.
    pub estimate: Estimate,
    /// A query that says whether the table of migrations is there.
    pub has_migrations: &'static str,
}

/// How the length of a long list is estimated.
#[derive(Clone, Copy, Debug)]
pub enum Estimate {
    /// The planner knows.
    Plan,
    /// By a sample.
    Sample,
}

impl Dialect {
    /// `column` is one of the ids in this parameter.
    pub fn among(&self, column: &str, parameter: usize) -> String {
        format!("{column} {}${parameter}{}", self.among.0, self.among.1)
    }

    /// Joins the few messages `m` that `query` finds for each row that it is joined to.
    pub fn join_each(&self, query: &str) -> String {
        format!("{}{query}{}", self.join_each.0, self.join_each.1)
    }

    /// Joins every message `m` for which this is so.
    pub fn join_all(&self, condition: &str) -> String {
        format!("{}{condition}{}", self.join_all.0, self.join_all.1)
    }

    /// The text in `column` has the text in this parameter in it.
    pub fn has(&self, column: &str, parameter: usize) -> String {
        self.has_text(column, &format!("${parameter}"))
    }

    /// The text in `column` has the text of this expression in it.
    pub fn has_text(&self, column: &str, text: &str) -> String {
        format!("{}({column}, {text}) > 0", self.position)
    }
}

/// A database, through its pool.
#[async_trait]
pub trait Engine: Send + Sync + fmt::Debug + Clone + 'static {
    /// Its rows.
    type Row: Row;
    /// Its transactions.
    type Transaction: Transaction<Row = Self::Row>;
    /// Its SQL.
    const DIALECT: Dialect;

    /// Runs a statement that only reads.
    async fn read(&self, sql: SqlStr, values: &[Value]) -> Result<Vec<Self::Row>>;

    /// Runs a statement that writes, as a transaction of its own.
    async fn write(&self, sql: SqlStr, values: &[Value]) -> Result<Vec<Self::Row>>;

    /// Begins a transaction that will write.
    async fn begin(&self) -> Result<Self::Transaction>;

    /// How its connections stand.
    fn pool_status(&self) -> PoolStatus;

    /// Whether a write would work: see [`Store::check_writable`](super::Store::check_writable).
    async fn check_writable(&self) -> Result<()>;

    /// Closes its connections: see [`SqlStore::close`](super::SqlStore::close).
    async fn close(&self);

    /// The migrations that this program knows.
    fn migrator() -> &'static Migrator;
    /// Begins a transaction that takes rows by the thousand.
    async fn begin_load(&self) -> Result<Box<dyn Bulk>>;

    /// Brings the tables up to date, as one transaction, one process after the other.
    async fn migrate(&self) -> Result<()>;

    /// Applies those of `migrations` that `table` does not name yet; otherwise like [`migrate`](Self::migrate).
    async fn apply(&self, migrations: &Migrator, table: &'static str) -> Result<()>;
}

/// A connection with a transaction open on it, whoever began that: statements run on it one after the other.
#[async_trait]
pub trait Session: Send {
    /// Its rows.
    type Row: Row;
    /// Its SQL.
    const DIALECT: Dialect;

    /// Runs a statement.
    async fn run(&mut self, sql: SqlStr, values: &[Value]) -> Result<Vec<Self::Row>>;
}

/// The span of a statement. Its text has parameters in place of values: nothing that users wrote stands in it.
pub(super) fn statement(system: &'static str, sql: &SqlStr) -> Span {
    debug_span!(
        target: "chatapi_core::store",
        "statement",
        otel.kind = "client",
        db.system.name = system,
        db.query.text = sql.as_str(),
    )
}

/// Several statements that happen together: when it is dropped without a commit, none has happened.
#[async_trait]
pub trait Transaction: Session {
    /// Makes everything that was run happen.
    async fn commit(self) -> Result<()>;
}

/// How an engine names the kinds of fault that concern us.
pub(super) enum Fault {
    /// A unique value is there already.
    Taken,
    /// Two writers were in each other's way, or what a row refers to went away: the same again may work.
    Collision,
    /// The database cannot be reached, or cannot write, for now.
    Away,
    /// Anything else.
    Other,
}

/// Two writers were in each other's way: see [`Fault::Collision`].
#[derive(Debug, thiserror::Error)]
#[error("conflicting concurrent writes")]
pub(super) struct Collision(#[source] sqlx::Error);

/// Sorts a database's error; `of_code` knows the engine's own codes.
pub(super) fn sort(error: sqlx::Error, of_code: fn(&str) -> Fault) -> StoreError {
    let fault = match &error {
        sqlx::Error::Database(fault) if fault.is_unique_violation() => Fault::Taken,
        sqlx::Error::Database(fault) if fault.is_foreign_key_violation() => Fault::Collision,
        sqlx::Error::Database(fault) => fault.code().map_or(Fault::Other, |code| of_code(&code)),
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => Fault::Away,
        _ => Fault::Other,
    };
    match fault {
        Fault::Taken => StoreError::Taken,
        Fault::Collision => StoreError::Unavailable(Collision(error).into()),
        Fault::Away => StoreError::Unavailable(error.into()),
        Fault::Other => StoreError::Backend(error.into()),
    }
}

/// Like [`sort`], for rows that are loaded: what is there twice among them is named, since it need be no user's name.
pub(super) fn sort_loaded(error: sqlx::Error, of_code: fn(&str) -> Fault) -> StoreError {
    match &error {
        sqlx::Error::Database(fault) if fault.is_unique_violation() => StoreError::Backend(error.into()),
        _ => sort(error, of_code),
    }
}

/// Whether the same again may work at once.
pub(super) fn is_collision(error: &StoreError) -> bool {
    matches!(error, StoreError::Unavailable(cause) if cause.is::<Collision>())
}
