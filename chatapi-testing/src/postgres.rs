//! Databases of their own for tests, on the PostgreSQL that `CHATAPI_TEST_POSTGRES` names.
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot be set up ends in a panic that says why"
)]

use std::env;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use chatapi_core::random::{SystemRandom, hex};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};
use tokio::sync::OnceCell;

/// The variable that holds the URL of a PostgreSQL whose superuser may make databases.
pub const VARIABLE: &str = "CHATAPI_TEST_POSTGRES";

/// Makes databases, and drops them afterwards.
#[derive(Debug)]
pub struct Databases {
    server: PgConnectOptions,
    made: Mutex<Vec<String>>,
}

impl Databases {
    /// Looks for the server.
    ///
    /// # Panics
    /// Where the variable is not set or the server does not answer: `cargo xtask test` sees to both.
    pub async fn new() -> Self {
        let url = env::var(VARIABLE).expect("CHATAPI_TEST_POSTGRES is not set: run `cargo xtask test`");
        let server: PgConnectOptions = url.parse().expect("CHATAPI_TEST_POSTGRES is a URL");
        Self { server, made: Mutex::default() }
    }

    /// The URL of a new, empty database.
    ///
    /// # Panics
    /// Where it cannot be made.
    pub async fn fresh(&self) -> String {
        let name = format!("chatapi_test_{}", hex(&SystemRandom, 8));
        self.run(format!("create database {name}")).await;
        self.made.lock().unwrap().push(name.clone());
        self.server.clone().database(&name).to_url_lossy().into()
    }

    /// Drops every database that was made, whoever is still connected.
    ///
    /// # Panics
    /// Where one cannot be dropped.
    pub async fn drop_all(&self) {
        let made = std::mem::take(&mut *self.made.lock().unwrap());
        for name in made {
            self.run(format!("drop database if exists {name} with (force)")).await;
        }
    }

    async fn run(&self, sql: String) {
        let mut connection = PgConnection::connect_with(&self.server).await.expect("the server answers");
        connection.execute(AssertSqlSafe(sql)).await.expect("the server makes and drops databases");
    }
}

/// Empty schemas of one database, for tests that need many stores: PostgreSQL makes a schema much faster than a database.
/// The database is made when the first schema is asked for.
#[derive(Debug, Default)]
pub struct Schemas {
    database: OnceCell<(Databases, PgConnectOptions)>,
    made: AtomicUsize,
}

impl Schemas {
    /// Connects to a new, empty schema.
    ///
    /// # Panics
    /// Where it cannot be made.
    pub async fn fresh(&self) -> PgConnectOptions {
        let database = self.database.get_or_init(async || {
            let databases = Databases::new().await;
            let database = databases.fresh().await.parse().expect("a database has a URL");
            (databases, database)
        });
        let schema = format!("schema_{}", self.made.fetch_add(1, Ordering::Relaxed));
        let options = database.await.1.clone().options([("search_path", &schema)]);
        let mut connection = PgConnection::connect_with(&options).await.expect("the server answers");
        let create = AssertSqlSafe(format!("create schema {schema}"));
        connection.execute(create).await.expect("the server makes schemas");
        options
    }

    /// Drops the database, whoever is still connected.
    ///
    /// # Panics
    /// Where it cannot be dropped.
    pub async fn drop_all(&self) {
        if let Some((databases, _)) = self.database.get() {
            databases.drop_all().await;
        }
    }
}
