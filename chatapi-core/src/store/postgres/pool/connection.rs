//! A connection that somebody uses, and what becomes of it afterwards.

use std::ops::{Deref, DerefMut};

use deadpool::managed::Object;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnection, PgRow, Postgres};
use sqlx::{Connection as _, Error, Executor as _, SqlStr};
use tokio::runtime::Handle;
use tokio::time::timeout;

use super::super::{TIMEOUT, bind};
use super::{ConnectionManager, Pool, faults};
use crate::store::engine::Value;

/// A connection on loan. Where it is dropped rather than [given back](Self::give_back), a statement failed, or a request
/// ended before its answer was there: the connection is rolled back and checked before anybody else gets it, or closed.
pub(in super::super) struct PooledConnection {
    connection: Option<Lent>,
    pool: Pool,
    is_transaction: bool,
    is_broken: bool,
}

enum Lent {
    Hosts(PoolConnection<Postgres>),
    Own(Object<ConnectionManager>),
}

impl PooledConnection {
    pub(super) fn of_host(connection: PoolConnection<Postgres>, pool: &Pool) -> Self {
        Self::of(Lent::Hosts(connection), pool)
    }

    pub(super) fn of_own(connection: Object<ConnectionManager>, pool: &Pool) -> Self {
        Self::of(Lent::Own(connection), pool)
    }

    fn of(connection: Lent, pool: &Pool) -> Self {
        Self { connection: Some(connection), pool: pool.clone(), is_transaction: false, is_broken: false }
    }

    /// Whether the connection may be older than this loan.
    pub(super) fn is_reused(&self) -> bool {
        match &self.connection {
            Some(Lent::Own(connection)) => Object::metrics(connection).recycle_count > 0,
            _ => true,
        }
    }

    pub(in super::super) fn connection(&mut self) -> Result<&mut PgConnection, Error> {
        self.connection.as_deref_mut().ok_or(Error::PoolClosed)
    }

    pub(super) async fn run(&mut self, sql: SqlStr, values: &[Value]) -> Result<Vec<PgRow>, Error> {
        let query = bind(sqlx::query(sql), values).persistent(!self.pool.pools_transactions);
        let done = query.fetch_all(self.connection()?).await;
        done.inspect_err(|fault| self.note(fault))
    }

    pub(super) async fn begin(&mut self) -> Result<(), Error> {
        self.is_transaction = true;
        self.execute("begin").await
    }

    pub(super) async fn commit(&mut self) -> Result<(), Error> {
        self.execute("commit").await?;
        self.is_transaction = false;
        Ok(())
    }

    async fn execute(&mut self, statement: &'static str) -> Result<(), Error> {
        let done = self.connection()?.execute(statement).await;
        done.map(drop).inspect_err(|fault| self.note(fault))
    }

    /// Notes what an error says of the connection that it came from.
    fn note(&mut self, fault: &Error) {
        if !faults::leaves_connection_usable(fault) {
            self.is_broken = true;
        }
        if faults::concerns_every_connection(fault) {
            self.pool.close_idle();
        }
    }

    /// The connection is to be closed, whatever becomes of it.
    pub(in super::super) fn discard(mut self) {
        self.is_broken = true;
    }

    /// Ends the loan of a connection on which every statement was answered.
    pub(in super::super) fn give_back(mut self) {
        self.connection = None;
    }
}

impl Drop for PooledConnection {
    fn drop(&mut self) {
        let Some(mut connection) = self.connection.take() else { return };
        let Ok(runtime) = Handle::try_current() else {
            // The server ends what was under way when the connection is closed.
            drop(connection.detach());
            return;
        };
        let (is_transaction, is_broken) = (self.is_transaction, self.is_broken);
        runtime.spawn(async move {
            let end = async {
                if is_broken {
                    return Err(Error::PoolClosed);
                }
                if is_transaction {
                    connection.execute("rollback").await?;
                }
                connection.ping().await
            };
            if !matches!(timeout(TIMEOUT, end).await, Ok(Ok(()))) {
                let _ = timeout(TIMEOUT, connection.detach().close()).await;
            }
        });
    }
}

impl Lent {
    fn detach(self) -> PgConnection {
        match self {
            Self::Hosts(connection) => connection.detach(),
            Self::Own(connection) => Object::take(connection),
        }
    }
}

impl Deref for Lent {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        match self {
            Self::Hosts(connection) => connection,
            Self::Own(connection) => connection,
        }
    }
}

impl DerefMut for Lent {
    fn deref_mut(&mut self) -> &mut PgConnection {
        match self {
            Self::Hosts(connection) => connection,
            Self::Own(connection) => connection,
        }
    }
}
