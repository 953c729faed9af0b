//! Connections: from the host's pool, or from one of the store's own, on which a statement costs one trip. sqlx's pool asks
//! each connection that comes back whether it still lives, which is a trip more.

use std::fmt;
use std::io::ErrorKind;
use std::time::Duration;

use async_trait::async_trait;
use deadpool::managed::{
    Manager, Metrics, Object, Pool as ManagedPool, PoolError, QueueMode, RecycleError, RecycleResult,
};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgRow, Postgres};
use sqlx::{Connection as _, Error, Executor as _, SqlStr};
use tokio::runtime::Handle;
use tokio::time::{sleep, timeout};

use super::{DIALECT, PATIENCE, bind, patiently, sorted};
use crate::store::engine::{Dialect, Session, Transaction, Value};
use crate::store::{PoolStatus, Result};

/// How long a statement may wait for its connection: less than it may take in all, so that there is time left to run it.
const WAIT: Duration = Duration::from_secs(3);

/// How long a connection may have been idle before it is asked whether it still lives.
const IDLE: Duration = Duration::from_secs(10);

/// How old a connection gets: what its process in the server has gathered goes with it.
const LIFETIME: Duration = Duration::from_secs(30 * 60);

/// How long after a server that is starting was asked for a connection it is asked again.
const BETWEEN_ATTEMPTS: Duration = Duration::from_millis(100);

/// Where connections come from.
#[derive(Clone, Debug)]
pub(super) enum Pool {
    Hosts(PgPool),
    Own(ManagedPool<Opener>),
}

impl Pool {
    /// A pool of the store's own. Nothing connects before there is a statement to run.
    #[expect(clippy::expect_used, reason = "only a pool with time limits of its own can fail to be made")]
    pub(super) fn own(options: PgConnectOptions, connections: u32) -> Self {
        let connections = usize::try_from(connections).unwrap_or(usize::MAX);
        // The one that was used last knows most statements, and is least likely to be dead.
        let pool = ManagedPool::builder(Opener(options)).max_size(connections).queue_mode(QueueMode::Lifo);
        Self::Own(pool.build().expect("a pool without time limits can be made"))
    }

    /// How the connections stand. sqlx's pool does not tell who waits.
    pub(super) fn status(&self) -> PoolStatus {
        match self {
            Self::Hosts(pool) => {
                PoolStatus { open: pool.size() as usize, idle: pool.num_idle(), waiting: None }
            }
            Self::Own(pool) => {
                let status = pool.status();
                PoolStatus { open: status.size, idle: status.available, waiting: Some(status.waiting) }
            }
        }
    }

    /// How its connections are made, for one beside it.
    pub(super) fn options(&self) -> PgConnectOptions {
        match self {
            Self::Hosts(pool) => PgConnectOptions::clone(&pool.connect_options()),
            Self::Own(pool) => pool.manager().0.clone(),
        }
    }

    /// Runs a statement by itself.
    pub(super) async fn run(&self, sql: SqlStr, values: &[Value]) -> Result<Vec<PgRow>, Error> {
        let query = bind(sqlx::query(sql), values);
        let pool = match self {
            Self::Hosts(pool) => return query.fetch_all(pool).await,
            Self::Own(pool) => pool,
        };
        let mut loan = lend(pool).await?;
        let rows = query.fetch_all(loan.connection()?).await?;
        loan.give_back();
        Ok(rows)
    }

    pub(super) async fn begin(&self) -> Result<PgTransaction, Error> {
        let pool = match self {
            Self::Hosts(pool) => return pool.begin().await.map(PgTransaction::Hosts),
            Self::Own(pool) => pool,
        };
        let mut loan = lend(pool).await?;
        loan.is_transaction = true;
        loan.connection()?.execute("begin").await?;
        Ok(PgTransaction::Own(loan))
    }
}

pub(super) async fn lend(pool: &ManagedPool<Opener>) -> Result<Loan, Error> {
    match timeout(WAIT, pool.get()).await {
        Ok(Ok(connection)) => Ok(Loan { connection: Some(connection), is_transaction: false }),
        Ok(Err(PoolError::Backend(fault))) => Err(fault),
        Ok(Err(_)) => Err(Error::PoolClosed),
        Err(_) => Err(Error::PoolTimedOut),
    }
}

/// A connection on loan. Where it is dropped rather than [given back](Self::give_back), as when a request ends before its
/// answer is there, something is still under way on it: it is brought to its end before anybody else gets it.
pub struct Loan {
    connection: Option<Object<Opener>>,
    is_transaction: bool,
}

impl Loan {
    pub(super) fn connection(&mut self) -> Result<&mut PgConnection, Error> {
        self.connection.as_deref_mut().ok_or(Error::PoolClosed)
    }

    /// Ends the loan of a connection on which everything is answered.
    pub(super) fn give_back(mut self) {
        self.connection = None;
    }
}

impl Drop for Loan {
    fn drop(&mut self) {
        let Some(mut connection) = self.connection.take() else { return };
        let Ok(runtime) = Handle::try_current() else {
            // The server ends what was under way when the connection is closed.
            drop(Object::take(connection));
            return;
        };
        let is_transaction = self.is_transaction;
        runtime.spawn(async move {
            let end = async {
                if is_transaction {
                    connection.execute("rollback").await.map(drop)
                } else {
                    connection.ping().await
                }
            };
            if !matches!(timeout(PATIENCE, end).await, Ok(Ok(()))) {
                drop(Object::take(connection));
            }
        });
    }
}

/// A transaction: it is rolled back when it is dropped without a commit.
pub enum PgTransaction {
    /// On a connection of the host's pool.
    Hosts(sqlx::Transaction<'static, Postgres>),
    /// On one of the store's own.
    Own(Loan),
}

impl PgTransaction {
    fn connection(&mut self) -> Result<&mut PgConnection, Error> {
        match self {
            Self::Hosts(transaction) => Ok(transaction),
            Self::Own(loan) => loan.connection(),
        }
    }

    async fn end(self) -> Result<(), Error> {
        let mut loan = match self {
            Self::Hosts(transaction) => return transaction.commit().await,
            Self::Own(loan) => loan,
        };
        loan.connection()?.execute("commit").await?;
        loan.give_back();
        Ok(())
    }
}

#[async_trait]
impl Session for PgTransaction {
    type Row = PgRow;
    const DIALECT: Dialect = DIALECT;

    async fn run(&mut self, sql: SqlStr, values: &[Value]) -> Result<Vec<PgRow>> {
        Session::run(self.connection().map_err(sorted)?, sql, values).await
    }
}

#[async_trait]
impl Transaction for PgTransaction {
    async fn commit(self) -> Result<()> {
        patiently(self.end()).await
    }
}

/// Opens connections, and looks at those that are to be used again.
pub(super) struct Opener(PgConnectOptions);

// The password is left out.
impl fmt::Debug for Opener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Opener").field(&self.0.get_host()).finish_non_exhaustive()
    }
}

impl Manager for Opener {
    type Type = PgConnection;
    type Error = Error;

    /// Waits where the server is not up yet, for as long as the statement does.
    async fn create(&self) -> Result<PgConnection, Error> {
        loop {
            match PgConnection::connect_with(&self.0).await {
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
