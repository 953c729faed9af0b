//! Reads a database once, as one in service has been: otherwise the first answers wait for the disk.

use std::fs::File;
use std::io;
use std::path::Path;

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

/// # Errors
/// Where the database cannot be read, or has no extension [`pg_prewarm`].
///
/// [`pg_prewarm`]: https://www.postgresql.org/docs/current/pgprewarm.html
pub async fn postgres(url: &str) -> Result<()> {
    let mut connection = PgConnection::connect(url).await?;
    for statement in STATEMENTS {
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut connection).await?;
    }
    Ok(())
}

/// # Errors
/// Where the file cannot be read.
pub fn sqlite(file: &Path) -> Result<()> {
    io::copy(&mut File::open(file)?, &mut io::sink())?;
    Ok(())
}
