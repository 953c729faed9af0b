//! The pool that a store on PostgreSQL has of its own: whatever ends on its one connection, the next one can use it.
#![cfg(all(feature = "suites", feature = "postgres"))]
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up ends in a panic that says why")]

use std::sync::Arc;

use chatapi_core::rooms::NewRoom;
use chatapi_core::store::StoreError;
use chatapi_core::store::postgres::PgStore;
use chatapi_core::testing::postgres::Databases;
use chatapi_core::{Store, UserId};
use sqlx::postgres::PgConnection;
use sqlx::{Connection as _, Executor as _};

/// A store with one connection, and a connection of the host's beside it, which watches the server.
struct Pair {
    store: Arc<PgStore>,
    host: PgConnection,
}

impl Pair {
    async fn on(databases: &Databases) -> Self {
        let url = databases.fresh().await;
        let store = PgStore::connect_lazy(&url, 1).unwrap();
        store.migrate().await.unwrap();
        Self { store: Arc::new(store), host: PgConnection::connect(&url).await.unwrap() }
    }

    /// How many connections of the store's are like this.
    async fn count(&mut self, like: &'static str) -> i64 {
        let those = "select count(*) from pg_stat_activity where datname = current_database()
            and backend_type = 'client backend' and pid <> pg_backend_pid() and ";
        let sql = sqlx::AssertSqlSafe(format!("{those}{like}"));
        sqlx::query_scalar(sql).fetch_one(&mut self.host).await.unwrap()
    }

    /// Waits until one connection of the store's is like this.
    async fn until_one_is(&mut self, like: &'static str) {
        self.until(1, like).await;
    }

    /// Waits until so many connections of the store's are like this.
    async fn until(&mut self, number: i64, like: &'static str) {
        while self.count(like).await != number {
            tokio::task::yield_now().await;
        }
    }

    async fn works(&mut self) {
        assert_eq!(self.store.keep_secret("color", "green").await.unwrap(), "green");
        assert_eq!(self.store.user(UserId(7)).await.unwrap(), None);
        self.until_one_is("true").await;
    }
}

const WAITS: &str = "wait_event_type = 'Lock'";
const IS_IDLE: &str = "state = 'idle'";

#[tokio::test]
async fn a_statement_that_nobody_waits_for_any_more_ends_before_the_next() {
    let databases = Databases::new().await;
    let mut pair = Pair::on(&databases).await;
    pair.works().await;
    pair.host.execute("begin; lock table chatapi_secrets").await.unwrap();
    let store = pair.store.clone();
    let late = tokio::spawn(async move { store.keep_secret("size", "large").await });
    pair.until_one_is(WAITS).await;
    late.abort();
    assert!(late.await.unwrap_err().is_cancelled());
    pair.host.execute("commit").await.unwrap();
    pair.works().await;
    assert_eq!(pair.store.keep_secret("size", "small").await.unwrap(), "large");
    databases.drop_all().await;
}

#[tokio::test]
async fn a_statement_that_takes_too_long_is_given_up() {
    let databases = Databases::new().await;
    let mut pair = Pair::on(&databases).await;
    pair.works().await;
    pair.host.execute("begin; lock table chatapi_secrets").await.unwrap();
    let late = pair.store.keep_secret("size", "large").await;
    assert!(matches!(late, Err(StoreError::Unavailable(_))), "{late:?}");
    // The store and the server are patient equally long, and either may be the first to give it up.
    pair.until(0, WAITS).await;
    pair.host.execute("commit").await.unwrap();
    pair.works().await;
    assert_eq!(pair.store.keep_secret("size", "small").await.unwrap(), "small");
    databases.drop_all().await;
}

#[tokio::test]
async fn a_transaction_that_is_not_committed_is_rolled_back_at_once() {
    let databases = Databases::new().await;
    let mut pair = Pair::on(&databases).await;
    for _ in 0..3 {
        let tea = NewRoom { name: "tea".into(), admin: UserId(7), users: Vec::new() };
        let made = pair.store.create_room(tea).await;
        assert!(matches!(made, Err(StoreError::Missing(UserId(7)))), "{made:?}");
        // Nobody else asks, and yet nothing is held.
        pair.until_one_is(IS_IDLE).await;
    }
    pair.works().await;
    databases.drop_all().await;
}

#[tokio::test]
async fn a_connection_that_the_server_ended_is_replaced() {
    let databases = Databases::new().await;
    let mut pair = Pair::on(&databases).await;
    for _ in 0..3 {
        pair.works().await;
        let end = "select pg_terminate_backend(pid) from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid()";
        pair.host.execute(end).await.unwrap();
        let cut = pair.store.ping().await;
        assert!(matches!(cut, Err(StoreError::Unavailable(_))), "{cut:?}");
    }
    pair.works().await;
    databases.drop_all().await;
}

#[tokio::test]
async fn many_that_migrate_at_once_do_it_once() {
    let databases = Databases::new().await;
    let url = databases.fresh().await;
    let migrations = (0..6).map(|_| {
        let store = PgStore::connect_lazy(&url, 1).unwrap();
        tokio::spawn(async move { store.migrate().await })
    });
    for migration in migrations.collect::<Vec<_>>() {
        migration.await.unwrap().unwrap();
    }
    databases.drop_all().await;
}
