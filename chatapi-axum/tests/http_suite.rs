//! The suite that every adapter passes, on each of the stores.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up ends in a panic that says why")]

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use chatapi_core::store::memory::MemoryStore;
use chatapi_core::store::postgres::PgStore;
use chatapi_core::store::sqlite::SqliteStore;
use chatapi_core::testing::http_suite::{Server, http_suite};
use chatapi_core::testing::postgres::Databases;
use chatapi_core::{Builder, ChatApi, Store};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, Connection, Executor};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

#[tokio::test(flavor = "multi_thread")]
async fn axum_serves_a_store_in_memory_as_documented() {
    http_suite(async || builder(MemoryStore::new()).await, serve).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn axum_serves_sqlite_as_documented() {
    let folder = Arc::new(TempDir::new().unwrap());
    let made = Arc::new(AtomicUsize::new(0));
    let fresh = move || {
        let file = folder.path().join(format!("{}.sqlite3", made.fetch_add(1, Ordering::Relaxed)));
        async move { builder(SqliteStore::open(file).await.unwrap()).await }
    };
    http_suite(fresh, serve).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn axum_serves_postgres_as_documented() {
    let databases = Databases::new().await;
    let database: PgConnectOptions = databases.fresh().await.parse().unwrap();
    let made = Arc::new(AtomicUsize::new(0));
    // A schema is made faster than a database.
    let fresh = move || {
        let schema = format!("fact_{}", made.fetch_add(1, Ordering::Relaxed));
        let database = database.clone().options([("search_path", &schema)]);
        async move {
            let mut connection = PgConnection::connect_with(&database).await.unwrap();
            connection.execute(AssertSqlSafe(format!("create schema {schema}"))).await.unwrap();
            builder(PgStore::with_options(database, 4)).await
        }
    };
    // On a task of its own, so that the database is dropped after a panic too.
    let end = tokio::spawn(http_suite(fresh, serve)).await;
    databases.drop_all().await;
    end.unwrap();
}

async fn builder(store: impl Store + 'static) -> Builder {
    store.migrate().await.unwrap();
    ChatApi::builder(store, "a secret for tests: it signs nothing that counts")
}

async fn serve(api: ChatApi, prefix: &'static str) -> Server {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let routes = chatapi_axum::router(api);
    let app: Router = if prefix.is_empty() { routes } else { Router::new().nest(prefix, routes) };
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    let mut tasks = JoinSet::new();
    tasks.spawn(async { axum::serve(listener, app).await });
    Server::new(address, tasks)
}
