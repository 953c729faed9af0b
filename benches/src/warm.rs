//! Reads a database whole, as one in service has been: otherwise its answers wait for the disk.

use std::fs::File;
use std::io;
use std::time::{Duration, Instant};

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _};

use crate::Result;

/// Everything, into the system's cache; and then what every request needs, into PostgreSQL's own.
const STATEMENTS: [&str; 3] = [
    "create extension if not exists pg_prewarm",
    "select sum(pg_prewarm(oid, 'read')) from pg_class
     where relkind in ('r', 'i', 't') and relnamespace <> 'pg_catalog'::regnamespace",
    "select sum(pg_prewarm(oid, 'buffer')) from pg_class
     where relkind in ('r', 'i') and relname like 'chatapi%' and pg_relation_size(oid) < 1e9",
];

/// How soon the system may take back what nobody asked for: here, it does while it has memory to spare.
const COOLS_AFTER: Duration = Duration::from_secs(60);

/// Databases that are asked, and since when they are warm.
#[derive(Debug)]
pub struct Warmth<'a> {
    urls: Vec<&'a str>,
    since: Option<Instant>,
}

impl<'a> Warmth<'a> {
    /// Of databases that may be cold.
    pub fn of(urls: impl IntoIterator<Item = &'a str>) -> Self {
        Self { urls: urls.into_iter().collect(), since: None }
    }

    /// Warms the databases, unless they are warm.
    ///
    /// # Errors
    /// Where one cannot be read, or PostgreSQL has no extension [`pg_prewarm`].
    ///
    /// [`pg_prewarm`]: https://www.postgresql.org/docs/current/pgprewarm.html
    pub async fn keep(&mut self) -> Result<()> {
        if self.since.is_some_and(|since| since.elapsed() < COOLS_AFTER) {
            return Ok(());
        }
        for url in &self.urls {
            match url.strip_prefix("sqlite://") {
                Some(file) => {
                    io::copy(&mut File::open(file)?, &mut io::sink())?;
                }
                None => postgres(url).await?,
            }
        }
        self.since = Some(Instant::now());
        Ok(())
    }
}

async fn postgres(url: &str) -> Result<()> {
    let mut connection = PgConnection::connect(url).await?;
    for statement in STATEMENTS {
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut connection).await?;
    }
    Ok(())
}
