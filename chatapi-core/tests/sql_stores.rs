//! The stores on SQLite and PostgreSQL keep the contract.

#![cfg(all(feature = "suites", feature = "sqlite", feature = "postgres"))]

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chatapi_core::Store;
use chatapi_core::store::postgres::PgStore;
use chatapi_core::store::sqlite::SqliteStore;
use chatapi_core::testing::postgres::Databases;
use chatapi_core::testing::store_suite::store_suite;

/// So few texts a segment of the search index that a suite's few messages fill several.
const SEGMENT: NonZeroU32 = NonZeroU32::new(3).unwrap();

#[tokio::test(flavor = "multi_thread")]
async fn the_store_on_sqlite_is_a_store() {
    let folder = tempfile::tempdir().unwrap();
    let files = AtomicUsize::new(0);
    store_suite(async || {
        let file = folder.path().join(format!("{}.sqlite3", files.fetch_add(1, Ordering::Relaxed)));
        let store = SqliteStore::open(file).await.unwrap().with_segments_of(SEGMENT);
        store.migrate().await.unwrap();
        Arc::new(store) as Arc<dyn Store>
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_store_on_postgresql_is_a_store() {
    let databases = Databases::new().await;
    store_suite(async || {
        let store = PgStore::connect_lazy(&databases.fresh().await, 8).unwrap().with_segments_of(SEGMENT);
        store.migrate().await.unwrap();
        Arc::new(store) as Arc<dyn Store>
    })
    .await;
    databases.drop_all().await;
}
