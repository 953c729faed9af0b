//! The pool that a store on PostgreSQL has of its own: whatever ends on its one connection, the next one can use it.
#![cfg(feature = "postgres")]
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up ends in a panic that says why")]

use std::sync::Arc;

use chatapi_core::rooms::NewRoom;
use chatapi_core::store::StoreError;
use chatapi_core::store::engine::Engine as _;
use chatapi_core::store::postgres::PgStore;
use chatapi_core::{Store, UserId};
use chatapi_testing::postgres::Databases;
use sqlx::postgres::{PgConnection, PgPoolOptions};
use sqlx::{Connection as _, Executor as _, SqlStr};

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

    /// The same on a pool of the host's.
    async fn on_pool_of_host(databases: &Databases) -> Self {
        let url = databases.fresh().await;
        let pool = PgPoolOptions::new().max_connections(1).connect(&url).await.unwrap();
        let store = PgStore::new(pool);
        store.migrate().await.unwrap();
        Self { store: Arc::new(store), host: PgConnection::connect(&url).await.unwrap() }
    }

    /// Sessions that begin from now on may only read, or may write again; those that there are stay as they are.
    async fn let_new_sessions(&mut self, only_read: bool) {
        let change = format!("set default_transaction_read_only = {only_read}");
        let change =
            format!("do $$ begin execute format('alter database %I {change}', current_database()); end $$");
        self.host.execute(sqlx::AssertSqlSafe(change)).await.unwrap();
    }

    async fn end_sessions(&mut self) {
        let end = "select pg_terminate_backend(pid, 10000) from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid()";
        self.host.execute(end).await.unwrap();
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

#[tokio::test]
async fn a_session_that_may_only_read_is_replaced_by_the_first_write() {
    let databases = Databases::new().await;
    for mut pair in [Pair::on(&databases).await, Pair::on_pool_of_host(&databases).await] {
        pair.works().await;
        pair.let_new_sessions(true).await;
        pair.end_sessions().await;
        let _ = pair.store.user(UserId(7)).await;
        assert_eq!(pair.store.user(UserId(7)).await.unwrap(), None, "it reads");
        for _ in 0..2 {
            let refused = pair.store.keep_secret("size", "large").await;
            assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
            let refused = pair.store.check_writable().await;
            assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
        }
        assert_eq!(pair.store.user(UserId(7)).await.unwrap(), None, "this session may only read");
        pair.let_new_sessions(false).await;
        assert_eq!(pair.store.keep_secret("size", "small").await.unwrap(), "small");
        pair.store.check_writable().await.unwrap();
    }
    databases.drop_all().await;
}

#[tokio::test]
async fn a_transaction_on_a_session_that_may_only_read_replaces_it() {
    let databases = Databases::new().await;
    for mut pair in [Pair::on(&databases).await, Pair::on_pool_of_host(&databases).await] {
        pair.let_new_sessions(true).await;
        pair.end_sessions().await;
        let _ = pair.store.user(UserId(7)).await;
        assert_eq!(pair.store.user(UserId(7)).await.unwrap(), None, "it reads");
        pair.let_new_sessions(false).await;
        let tea = || NewRoom { name: "tea".into(), admin: UserId(7), users: Vec::new() };
        let refused = pair.store.create_room(tea()).await;
        assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
        let tried = pair.store.create_room(tea()).await;
        assert!(matches!(tried, Err(StoreError::Missing(UserId(7)))), "{tried:?}");
    }
    databases.drop_all().await;
}

#[tokio::test]
async fn statements_that_are_gone_or_outdated_in_the_server_are_prepared_anew() {
    let databases = Databases::new().await;
    for mut pair in [Pair::on(&databases).await, Pair::on_pool_of_host(&databases).await] {
        pair.works().await;
        pair.store.engine().write(SqlStr::from_static("deallocate all"), &[]).await.unwrap();
        pair.works().await;
        pair.host.execute("alter table chatapi_secrets alter column value type varchar(99)").await.unwrap();
        pair.works().await;
    }
    databases.drop_all().await;
}

#[tokio::test]
async fn a_chat_in_another_schema_of_the_path_is_not_taken_for_this_one() {
    let databases = Databases::new().await;
    let url = databases.fresh().await;
    let mut host = PgConnection::connect(&url).await.unwrap();
    host.execute("create schema one; create schema \"Two's\"").await.unwrap();
    let at = |path: &str| PgStore::connect_lazy(&format!("{url}&options[search_path]={path}"), 2).unwrap();
    let one = at("one");
    one.migrate().await.unwrap();
    let two = at("%22Two's%22,one");
    assert!(!two.is_migrated().await.unwrap());
    two.migrate().await.unwrap();
    assert!(two.is_migrated().await.unwrap());
    assert_eq!(one.keep_secret("color", "green").await.unwrap(), "green");
    assert_eq!(two.keep_secret("color", "blue").await.unwrap(), "blue");
    databases.drop_all().await;
}
