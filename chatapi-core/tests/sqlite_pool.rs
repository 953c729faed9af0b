//! A store on SQLite after its disk was full, on connections of its own and on the host's: the next write works.
#![cfg(feature = "sqlite")]
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up ends in a panic that says why")]

use std::sync::Arc;

use chatapi_core::rooms::NewRoom;
use chatapi_core::store::StoreError;
use chatapi_core::store::engine::{Engine as _, Value};
use chatapi_core::store::sqlite::SqliteStore;
use chatapi_core::users::NewUser;
use chatapi_core::{Store, Timestamp, UserId};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions};
use sqlx::{Executor as _, SqlStr};
use tempfile::TempDir;

const NO_MORE: SqlStr = SqlStr::from_static("pragma max_page_count = 1");
const AS_MUCH_AS_ANYBODY_LIKES: SqlStr = SqlStr::from_static("pragma max_page_count = 1073741823");

/// A store on a pool of its own, and one on a host's pool of one connection.
async fn stores(folder: &TempDir) -> [SqliteStore; 2] {
    let own = SqliteStore::open(folder.path().join("own.sqlite3")).await.unwrap();
    let hosts = SqliteStore::new(host_pool(folder).await);
    for store in [&own, &hosts] {
        store.migrate().await.unwrap();
    }
    [own, hosts]
}

async fn host_pool(folder: &TempDir) -> SqlitePool {
    let options = SqliteConnectOptions::new().filename(folder.path().join("hosts.sqlite3"));
    let options = options.create_if_missing(true).journal_mode(SqliteJournalMode::Wal);
    SqlitePoolOptions::new().max_connections(1).connect_with(options).await.unwrap()
}

async fn user(store: &SqliteStore, name: &str) -> Result<UserId, StoreError> {
    let ann = NewUser {
        username: name.into(),
        email: String::new(),
        password: "x".repeat(2_000_000),
        is_active: true,
        awaits_activation: false,
        is_staff: false,
        is_superuser: false,
        is_viewer: false,
        date_joined: Timestamp::from_micros(0),
        revision: 0,
    };
    store.create_user(ann).await.map(|user| user.id)
}

fn room(admin: UserId, name: String) -> NewRoom {
    NewRoom { name, admin, users: Vec::new() }
}

async fn pragma(store: &SqliteStore, pragma: SqlStr) {
    store.engine().write(pragma, &[]).await.unwrap();
}

#[tokio::test]
async fn a_write_that_found_the_disk_full_leaves_a_connection_that_writes() {
    let folder = tempfile::tempdir().unwrap();
    for store in stores(&folder).await {
        let ann = user(&store, "ann").await.unwrap();
        for _ in 0..3 {
            pragma(&store, NO_MORE).await;
            // A transaction of several statements, and a statement by itself.
            let made = store.create_room(room(ann, "tea".repeat(1_000_000))).await;
            assert!(matches!(made, Err(StoreError::Unavailable(_))), "{made:?}");
            let added = user(&store, "bob").await;
            assert!(matches!(added, Err(StoreError::Unavailable(_))), "{added:?}");
            pragma(&store, AS_MUCH_AS_ANYBODY_LIKES).await;
            store.create_room(room(ann, "tea".into())).await.unwrap();
        }
        store.check_writable().await.unwrap();
        store.migrate().await.unwrap();
    }
}

#[tokio::test]
async fn a_transaction_that_nobody_waits_for_any_more_is_rolled_back_before_the_next() {
    let folder = tempfile::tempdir().unwrap();
    for store in stores(&folder).await {
        let store = Arc::new(store);
        let ann = user(&store, "ann").await.unwrap();
        for polls in 0..12 {
            let making = store.create_room(room(ann, format!("room {polls}")));
            give_up_after(polls, making).await;
            store.create_room(room(ann, "tea".into())).await.unwrap();
        }
    }
}

/// Drops a future after so many polls.
async fn give_up_after<T>(polls: usize, future: impl Future<Output = T>) {
    let mut future = Box::pin(future);
    let mut left = polls;
    std::future::poll_fn(|context| {
        if left == 0 {
            return std::task::Poll::Ready(());
        }
        left -= 1;
        let _ = future.as_mut().poll(context);
        context.waker().wake_by_ref();
        std::task::Poll::Pending
    })
    .await;
}

#[tokio::test]
async fn a_transaction_that_the_host_left_open_takes_no_write_of_the_chat_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let pool = host_pool(&folder).await;
    let store = SqliteStore::new(pool.clone());
    store.migrate().await.unwrap();

    // SQLite ends this transaction by itself, and sqlx counts it for ever.
    let mut transaction = pool.begin().await.unwrap();
    transaction.execute("pragma max_page_count = 1").await.unwrap();
    let filled = sqlx::query("insert into chatapi_secrets values ('big', $1)").bind("x".repeat(9_000_000));
    assert!(filled.execute(&mut *transaction).await.is_err());
    drop(transaction);
    pool.execute("pragma max_page_count = 1073741823").await.unwrap();

    let ann = user(&store, "ann").await.unwrap();
    store.create_room(room(ann, "tea".into())).await.unwrap();
    pool.close().await;
    let again = SqliteStore::new(host_pool(&folder).await);
    assert!(again.user(ann).await.unwrap().is_some(), "what was acknowledged is kept");
}

#[tokio::test]
async fn a_database_that_may_only_be_read_is_not_writable() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::new(host_pool(&folder).await);
    store.migrate().await.unwrap();
    let file = folder.path().join("hosts.sqlite3");
    let options = SqliteConnectOptions::new().filename(file).read_only(true);
    let reader = SqliteStore::new(SqlitePoolOptions::new().connect_with(options).await.unwrap());
    assert!(reader.is_migrated().await.unwrap());
    let secret = [Value::Text("key".into())];
    let read = reader.engine().read(SqlStr::from_static("select $1"), &secret).await;
    assert!(read.is_ok());
    let fault = reader.check_writable().await.unwrap_err();
    assert!(matches!(fault, StoreError::Unavailable(_)), "{fault:?}");
    store.check_writable().await.unwrap();
}
