//! Connections, and transactions that leave none of them in doubt.
//!
//! sqlx counts transactions by itself, and SQLite ends one by itself where a disk is full, after which no transaction begins
//! on that connection any more. So transactions begin and end here by statements that sqlx does not count.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use sqlx::pool::PoolConnection;
use sqlx::sqlite::{Sqlite, SqliteConnection, SqlitePool, SqliteRow};
use sqlx::{Connection as _, Error, Executor as _, SqlStr};
use tokio::runtime::Handle;
use tokio::time::timeout;

use super::{DIALECT, fetch, sorted};
use crate::store::Result;
use crate::store::engine::{Dialect, Session, Transaction, Value};

/// How long it may take to roll back what somebody left.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The pools, and whether the last write failed for what the disk did.
#[derive(Clone, Debug)]
pub(super) struct Pools {
    pub(super) readers: SqlitePool,
    pub(super) writer: SqlitePool,
    pub(super) write_failed: Arc<AtomicBool>,
}

impl Pools {
    pub(super) fn new(readers: SqlitePool, writer: SqlitePool) -> Self {
        Self { readers, writer, write_failed: Arc::default() }
    }

    pub(super) async fn read(&self, sql: SqlStr, values: &[Value]) -> Result<Vec<SqliteRow>> {
        let mut connection = acquire(&self.readers).await?;
        let done = fetch(&mut connection, sql, values).await;
        done.inspect_err(|fault| close_if_broken(&mut connection, fault)).map_err(sorted)
    }

    pub(super) async fn write(&self, sql: SqlStr, values: &[Value]) -> Result<Vec<SqliteRow>> {
        let mut connection = acquire(&self.writer).await?;
        let done = fetch(&mut connection, sql, values).await;
        let note = |fault: &Error| {
            self.note_failure(fault);
            close_if_broken(&mut connection, fault);
        };
        done.inspect_err(note).map_err(sorted)
    }

    pub(super) async fn begin(&self) -> Result<SqliteTransaction> {
        let connection = acquire(&self.writer).await?;
        let mut transaction = SqliteTransaction { connection: Some(connection), pools: self.clone() };
        // A transaction that begins as a reader may not become a writer while another writes.
        transaction.execute("begin immediate").await.map_err(sorted)?;
        Ok(transaction)
    }

    /// Notes what an error says of the disk.
    fn note_failure(&self, fault: &Error) {
        if is_of_disk(fault) {
            self.write_failed.store(true, Ordering::Relaxed);
        }
    }
}

/// A connection with no transaction on it: a host's may come back from one that the host left.
async fn acquire(pool: &SqlitePool) -> Result<PoolConnection<Sqlite>> {
    let mut connection = pool.acquire().await.map_err(sorted)?;
    if connection.is_in_transaction() {
        roll_back(&mut connection).await.map_err(sorted)?;
    }
    Ok(connection)
}

/// Rolls back, where SQLite has not done so by itself.
async fn roll_back(connection: &mut SqliteConnection) -> Result<(), Error> {
    match connection.execute("rollback").await {
        // SQLITE_ERROR: no transaction is active.
        Err(fault) if primary_code(&fault) != Some(1) => Err(fault),
        _ => Ok(()),
    }
}

fn close_if_broken(connection: &mut PoolConnection<Sqlite>, fault: &Error) {
    if is_of_connection(fault) {
        connection.close_on_drop();
    }
}

/// Whether the connection is to blame, or may be: it may have an error of the disk's in its cache, or a file open that is no
/// longer there. (read-only, I/O error, corrupt, cannot open, protocol, not a database)
fn is_of_connection(fault: &Error) -> bool {
    matches!(fault, Error::WorkerCrashed) || matches!(primary_code(fault), Some(8 | 10 | 11 | 14 | 15 | 26))
}

/// Whether no write works while this lasts. (read-only, I/O error, full, cannot open)
fn is_of_disk(fault: &Error) -> bool {
    matches!(primary_code(fault), Some(8 | 10 | 13 | 14))
}

fn primary_code(fault: &Error) -> Option<u32> {
    let Error::Database(fault) = fault else { return None };
    super::primary_code(&fault.code()?)
}

/// A transaction: it is rolled back when it is dropped without a commit, before anybody else gets its connection.
pub struct SqliteTransaction {
    connection: Option<PoolConnection<Sqlite>>,
    pools: Pools,
}

impl SqliteTransaction {
    /// The connection, for statements that are not noted.
    pub(super) fn connection(&mut self) -> Result<&mut SqliteConnection, Error> {
        self.connection.as_deref_mut().ok_or(Error::PoolClosed)
    }

    async fn execute(&mut self, statement: &'static str) -> Result<(), Error> {
        let done = self.connection()?.execute(statement).await.map(drop);
        done.inspect_err(|fault| self.note(fault))
    }

    fn note(&mut self, fault: &Error) {
        self.pools.note_failure(fault);
        if let Some(connection) = &mut self.connection {
            close_if_broken(connection, fault);
        }
    }
}

impl Drop for SqliteTransaction {
    fn drop(&mut self) {
        let Some(mut connection) = self.connection.take() else { return };
        let Ok(runtime) = Handle::try_current() else {
            // Nothing can wait: closing it rolls back.
            drop(connection.detach());
            return;
        };
        runtime.spawn(async move {
            if !matches!(timeout(TIMEOUT, roll_back(&mut connection)).await, Ok(Ok(()))) {
                connection.close_on_drop();
            }
        });
    }
}

#[async_trait]
impl Session for SqliteTransaction {
    type Row = SqliteRow;
    const DIALECT: Dialect = DIALECT;

    async fn run(&mut self, sql: SqlStr, values: &[Value]) -> Result<Vec<SqliteRow>> {
        let done = fetch(self.connection().map_err(sorted)?, sql, values).await;
        done.inspect_err(|fault| self.note(fault)).map_err(sorted)
    }
}

#[async_trait]
impl Transaction for SqliteTransaction {
    async fn commit(mut self) -> Result<()> {
        self.execute("commit").await.map_err(sorted)?;
        self.connection = None;
        Ok(())
    }
}
