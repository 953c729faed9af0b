//! The stores on SQLite and PostgreSQL keep the contract.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up ends in a panic that says why")]

use std::num::NonZeroU32;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chatapi_core::Store;
use chatapi_core::store::postgres::PgStore;
use chatapi_core::store::sqlite::SqliteStore;
use chatapi_testing::postgres::Schemas;
use chatapi_testing::store_suite::StoreSuite;
use tempfile::TempDir;

/// So few texts a segment of the search index that a suite's few messages fill several.
const SEGMENT: NonZeroU32 = NonZeroU32::new(3).unwrap();

fn main() -> ExitCode {
    on_postgres(on_sqlite(StoreSuite::new())).run()
}

fn on_sqlite(suite: StoreSuite) -> StoreSuite {
    let folder = Arc::new(TempDir::new().unwrap());
    let kept = folder.clone();
    let files = AtomicUsize::new(0);
    let fresh = move || {
        let file = folder.path().join(format!("{}.sqlite3", files.fetch_add(1, Ordering::Relaxed)));
        async move {
            let store = SqliteStore::open(file).await.unwrap().with_segments_of(SEGMENT);
            store.migrate().await.unwrap();
            Arc::new(store) as Arc<dyn Store>
        }
    };
    suite.on("sqlite", fresh).clean_up(async move { drop(kept) })
}

fn on_postgres(suite: StoreSuite) -> StoreSuite {
    let schemas = Arc::new(Schemas::default());
    let kept = schemas.clone();
    let fresh = move || {
        let schemas = schemas.clone();
        async move {
            let store = PgStore::with_options(schemas.fresh().await, 8).with_segments_of(SEGMENT);
            store.migrate().await.unwrap();
            Arc::new(store) as Arc<dyn Store>
        }
    };
    suite.on("postgres", fresh).clean_up(async move { kept.drop_all().await })
}
