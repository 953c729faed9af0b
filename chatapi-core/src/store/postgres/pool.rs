//! Connections: from the host's pool, or from one of the store's own, on which a statement costs one round trip. sqlx's pool
//! pings each connection that comes back, which is a round trip more.

use std::fmt;
use std::io::ErrorKind;
use std::time::Duration;

use async_trait::async_trait;
use deadpool::managed::{
    Manager, Metrics, Pool as ManagedPool, PoolError, QueueMode, RecycleError, RecycleResult,
};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgRow};
use sqlx::{Connection as _, Error, Executor as _, SqlStr};
use tokio::time::{sleep, timeout};
use tracing::Instrument as _;

use self::connection::PooledConnection;
use super::{DIALECT, SYSTEM, TIMEOUT, with_timeout};
use crate::store::engine::{Dialect, Session, Transaction, Value, statement};
use crate::store::{PoolStatus, Result};

mod connection;
mod faults;

/// How long a statement may wait for its connection: less than it may take in all, so that there is time left to run it.
const WAIT: Duration = Duration::from_secs(3);

/// How long a connection may have been idle before it is asked whether it still lives.
const IDLE: Duration = Duration::from_secs(10);

/// How old a connection gets: what its process in the server has gathered goes with it.
const LIFETIME: Duration = Duration::from_secs(30 * 60);

/// How long after a server that is starting was asked for a connection it is asked again.
const BETWEEN_ATTEMPTS: Duration = Duration::from_millis(100);

/// Where connections come from. A clone is the same pool.
#[derive(Clone, Debug)]
pub(super) struct Pool {
    source: Source,
    pools_transactions: bool,
}

#[derive(Clone, Debug)]
enum Source {
    Hosts(PgPool),
    Own(ManagedPool<ConnectionManager>),
}

impl Pool {
    pub(super) fn hosts(pool: PgPool) -> Self {
        Self { source: Source::Hosts(pool), pools_transactions: false }
    }

    /// A pool of the store's own. Nothing connects before there is a statement to run.
    pub(super) fn own(options: PgConnectOptions, connections: u32) -> Self {
        let connections = usize::try_from(connections).unwrap_or(usize::MAX);
        Self { source: Source::own(options, connections, true), pools_transactions: false }
    }

    /// The same pool behind a proxy that gives each transaction another session of the server's: nothing outlives a
    /// transaction, neither a named statement nor a setting.
    pub(super) fn with_transaction_pooling(self) -> Self {
        let source = match self.source {
            Source::Own(pool) => Source::own(pool.manager().options.clone(), pool.status().max_size, false),
            hosts @ Source::Hosts(_) => hosts,
        };
        Self { source, pools_transactions: true }
    }

    /// How the connections stand. sqlx's pool does not tell who waits.
    pub(super) fn status(&self) -> PoolStatus {
        match &self.source {
            Source::Hosts(pool) => {
                PoolStatus { open: pool.size() as usize, idle: pool.num_idle(), waiting: None }
            }
            Source::Own(pool) => {
                let status = pool.status();
                PoolStatus { open: status.size, idle: status.available, waiting: Some(status.waiting) }
            }
        }
    }

    /// How its connections are made, for one beside it.
    pub(super) fn options(&self) -> PgConnectOptions {
        match &self.source {
            Source::Hosts(pool) => PgConnectOptions::clone(&pool.connect_options()),
            Source::Own(pool) => pool.manager().options.clone(),
        }
    }

    pub(super) async fn acquire(&self) -> Result<PooledConnection, Error> {
        let pool = match &self.source {
            Source::Hosts(pool) => return Ok(PooledConnection::of_host(pool.acquire().await?, self)),
            Source::Own(pool) => pool,
        };
        match timeout(WAIT, pool.get()).await {
            Ok(Ok(connection)) => Ok(PooledConnection::of_own(connection, self)),
            Ok(Err(PoolError::Backend(fault))) => Err(fault),
            Ok(Err(_)) => Err(Error::PoolClosed),
            Err(_) => Err(Error::PoolTimedOut),
        }
    }

    /// Runs a statement by itself. A connection that has become stale refuses statements before they do anything, so the
    /// statement runs once more, on another connection.
    pub(super) async fn run(&self, sql: SqlStr, values: &[Value]) -> Result<Vec<PgRow>, Error> {
        let mut connection = self.acquire().await?;
        let is_reused = connection.is_reused();
        match self.run_on(&mut connection, sql.clone(), values).await {
            Err(fault) if is_reused && faults::is_of_stale_connection(&fault) => {
                drop(connection);
                connection = self.acquire().await?;
                let rows = self.run_on(&mut connection, sql, values).await?;
                connection.give_back();
                Ok(rows)
            }
            Err(fault) => Err(fault),
            Ok(rows) => {
                connection.give_back();
                Ok(rows)
            }
        }
    }

    /// sqlx prepares a statement and runs it in two requests, which only a transaction keeps on one session of the server's.
    async fn run_on(
        &self,
        connection: &mut PooledConnection,
        sql: SqlStr,
        values: &[Value],
    ) -> Result<Vec<PgRow>, Error> {
        if !self.pools_transactions {
            return connection.run(sql, values).await;
        }
        connection.begin().await?;
        let rows = connection.run(sql, values).await?;
        connection.commit().await?;
        Ok(rows)
    }

    pub(super) async fn begin(&self) -> Result<PgTransaction, Error> {
        let mut connection = self.acquire().await?;
        connection.begin().await?;
        Ok(PgTransaction(connection))
    }

    /// Closes the connections that nobody uses: the server that they lead to has changed. The host's are the host's.
    pub(super) fn close_idle(&self) {
        if let Source::Own(pool) = &self.source {
            pool.retain(|_, _| false);
        }
    }

    /// Closes the pool: what waits for a connection fails, and those on connection are closed when they come back.
    pub(super) async fn close(&self) {
        match &self.source {
            Source::Hosts(pool) => pool.close().await,
            Source::Own(pool) => pool.close(),
        }
    }
}

impl Source {
    #[expect(clippy::expect_used, reason = "only a pool with time limits of its own can fail to be made")]
    fn own(options: PgConnectOptions, connections: usize, has_sessions: bool) -> Self {
        let manager = ConnectionManager { options, has_sessions };
        // The one that was used last knows most statements, and is least likely to be dead.
        let pool = ManagedPool::builder(manager).max_size(connections).queue_mode(QueueMode::Lifo);
        Self::Own(pool.build().expect("a pool without time limits can be made"))
    }
}

/// A transaction: it is rolled back when it is dropped without a commit.
pub struct PgTransaction(PooledConnection);

#[async_trait]
impl Session for PgTransaction {
    type Row = PgRow;
    const DIALECT: Dialect = DIALECT;

    async fn run(&mut self, sql: SqlStr, values: &[Value]) -> Result<Vec<PgRow>> {
        let span = statement(SYSTEM, &sql);
        with_timeout(self.0.run(sql, values)).instrument(span).await
    }
}

#[async_trait]
impl Transaction for PgTransaction {
    async fn commit(mut self) -> Result<()> {
        with_timeout(self.0.commit()).await?;
        self.0.give_back();
        Ok(())
    }
}

/// Opens connections, and looks at those that are to be used again.
pub(super) struct ConnectionManager {
    options: PgConnectOptions,
    has_sessions: bool,
}

// The password is left out.
impl fmt::Debug for ConnectionManager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ConnectionManager").field(&self.options.get_host()).finish_non_exhaustive()
    }
}

impl ConnectionManager {
    /// The settings are not among the connection's options: PgBouncer refuses connections that name them there.
    async fn open(&self) -> Result<PgConnection, Error> {
        let mut connection = PgConnection::connect_with(&self.options).await?;
        if self.has_sessions {
            // Statements are short: to compile one takes longer than to run it.
            let settings = format!("set statement_timeout = {}; set jit = off", TIMEOUT.as_millis());
            connection.execute(sqlx::AssertSqlSafe(settings)).await?;
        }
        Ok(connection)
    }
}

impl Manager for ConnectionManager {
    type Type = PgConnection;
    type Error = Error;

    /// Waits where the server is not up yet, for as long as the statement does.
    async fn create(&self) -> Result<PgConnection, Error> {
        loop {
            match self.open().await {
                Err(fault) if is_starting(&fault) => sleep(BETWEEN_ATTEMPTS).await,
                done => return done,
            }
        }
    }

    async fn recycle(&self, connection: &mut PgConnection, about: &Metrics) -> RecycleResult<Error> {
        if about.age() > LIFETIME {
            return Err(RecycleError::message("it is old"));
        }
        if about.last_used() > IDLE {
            connection.ping().await?;
        }
        Ok(())
    }
}

fn is_starting(fault: &Error) -> bool {
    match fault {
        Error::Io(fault) => fault.kind() == ErrorKind::ConnectionRefused,
        Error::Database(fault) => fault.is_transient_in_connect_phase(),
        _ => false,
    }
}
