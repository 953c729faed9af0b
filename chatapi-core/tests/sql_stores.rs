//! The stores on SQLite and PostgreSQL keep the contract.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up ends in a panic that says why")]

use std::num::NonZeroU32;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chatapi_core::Store;
use chatapi_core::store::postgres::PgStore;
use chatapi_core::store::sqlite::SqliteStore;
use chatapi_core::testing::postgres::Databases;
use chatapi_core::testing::store_suite::StoreSuite;
use tempfile::TempDir;
use tokio::sync::OnceCell;

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
    // The server is looked for when the first case runs: `--list` needs none.
    let databases = Arc::new(OnceCell::new());
    let kept = databases.clone();
    let fresh = move || {
        let databases = databases.clone();
        async move {
            let url = databases.get_or_init(Databases::new).await.fresh().await;
            let store = PgStore::connect_lazy(&url, 8).unwrap().with_segments_of(SEGMENT);
            store.migrate().await.unwrap();
            Arc::new(store) as Arc<dyn Store>
        }
    };
    suite.on("postgres", fresh).clean_up(async move {
        if let Some(databases) = kept.get() {
            databases.drop_all().await;
        }
    })
}
