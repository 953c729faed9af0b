//! Which database: a URL, or the parts of one.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use percent_encoding::percent_decode_str;
use sqlx::postgres::PgConnectOptions;

use super::postgres_url;
use super::values::{Period, yes_or_no};
use crate::database::Database;
use crate::failure::Failure;

#[derive(Debug, Args)]
#[command(next_help_heading = "Database")]
pub(super) struct DatabaseOptions {
    /// postgres://user:password@host:port/database, libpq's keyword=value pairs, or sqlite://path [default: chatapi.sqlite3 in the data directory]
    #[arg(long, env = "DATABASE_URL", global = true, value_name = "URL", hide_env_values = true)]
    database_url: Option<String>,
    /// PostgreSQL user; requires --pg-password and --pg-db, and replaces --database-url
    #[arg(long, env = "PG_USER", value_name = "NAME")]
    pg_user: Option<String>,
    /// PostgreSQL password, which may contain any characters; empty if the server requires none
    #[arg(long, env = "PG_PASSWORD", global = true, value_name = "PASSWORD", hide_env_values = true)]
    pg_password: Option<String>,
    /// PostgreSQL database
    #[arg(long, env = "PG_DB", value_name = "NAME")]
    pg_db: Option<String>,
    /// PostgreSQL host, or the directory of its Unix socket [default: localhost]
    #[arg(long, env = "PG_HOST", value_name = "HOST")]
    pg_host: Option<String>,
    /// PostgreSQL port
    #[arg(long, env = "PG_PORT", value_name = "PORT")]
    #[arg(default_value_t = 5432, value_parser = clap::value_parser!(u16).range(1..))]
    pg_port: u16,
    /// Maximum number of connections to PostgreSQL
    #[arg(long, env = "CHATAPI_DATABASE_CONNECTIONS", value_name = "NUMBER")]
    #[arg(default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=1000))]
    database_connections: u32,
    /// Whether a proxy in front of PostgreSQL pools transactions, such as PgBouncer with pool_mode = transaction: the server
    /// then uses neither named prepared statements nor session settings
    #[arg(
        long,
        env = "CHATAPI_DATABASE_TRANSACTION_POOLING",
        global = true,
        value_name = "YES OR NO",
        default_value = "no"
    )]
    #[arg(action = clap::ArgAction::Set, value_parser = yes_or_no)]
    database_transaction_pooling: bool,
    /// How long to wait for PostgreSQL to become available at startup
    #[arg(
        long,
        env = "CHATAPI_DATABASE_WAIT",
        global = true,
        value_name = "DURATION",
        default_value = "60s"
    )]
    database_wait: Period,
}

impl DatabaseOptions {
    pub(super) fn connections(&self) -> u32 {
        self.database_connections
    }

    pub(super) fn wait(&self) -> Duration {
        self.database_wait.0
    }

    pub(super) fn pools_transactions(&self) -> bool {
        self.database_transaction_pooling
    }

    /// The database that was named, in one way and wholly.
    pub(super) fn database(&self, data_folder: &Path) -> Result<Database, Failure> {
        let in_parts = [&self.pg_user, &self.pg_db, &self.pg_host].into_iter().any(Option::is_some);
        match &self.database_url {
            Some(_) if in_parts => Err(Failure::setting(
                "DATABASE_URL cannot be combined with PG_USER, PG_DB or PG_HOST: set one or the other",
            )),
            Some(url) => of_url("--database-url / DATABASE_URL", url),
            None if in_parts => self.of_parts(),
            None => Ok(Database::Sqlite(data_folder.join("chatapi.sqlite3"))),
        }
    }

    fn of_parts(&self) -> Result<Database, Failure> {
        let (Some(user), Some(password), Some(name)) = (&self.pg_user, &self.pg_password, &self.pg_db) else {
            let parts = [
                ("PG_USER", &self.pg_user),
                ("PG_PASSWORD (which may be empty)", &self.pg_password),
                ("PG_DB", &self.pg_db),
            ];
            let missing: Vec<_> =
                parts.iter().filter(|(_, part)| part.is_none()).map(|(name, _)| *name).collect();
            return Err(Failure::setting(format!(
                "incomplete PostgreSQL settings: missing {}",
                missing.join(", ")
            )));
        };
        // What is not set here, such as how TLS is used, libpq's own variables may say (`PGSSLMODE`).
        let server = PgConnectOptions::new_without_pgpass()
            .host(self.pg_host.as_deref().unwrap_or("localhost"))
            .port(self.pg_port)
            .username(user)
            .password(password)
            .database(name);
        Ok(Database::Postgres(Box::new(server)))
    }
}

/// The database that a setting of this name gives by its URL, whose parts never stand in a message: one of them is a
/// password.
pub(crate) fn of_url(setting: &str, url: &str) -> Result<Database, Failure> {
    let wrong = |why: &str| Failure::setting(format!("{setting}: {why}"));
    let is_pairs = url.contains('=') && !url.contains("://") && !url.starts_with("sqlite:");
    if is_pairs || url.starts_with("postgres://") || url.starts_with("postgresql://") {
        let server = postgres_url::read(url).map_err(|fault| wrong(&fault))?;
        return Ok(Database::Postgres(Box::new(server)));
    }
    let Some(path) = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:")) else {
        return Err(wrong("expected a URL that starts with postgres:// or sqlite://"));
    };
    // A file that is not there is made, so this parameter, which other programs need, asks for nothing new.
    let path = path.strip_suffix("?mode=rwc").unwrap_or(path);
    match path {
        "" => Err(wrong("expected a file name after sqlite://")),
        ":memory:" => Err(wrong("in-memory databases are not supported: specify a file")),
        path if path.contains('?') => Err(wrong("mode=rwc is the only parameter supported for SQLite")),
        path => match percent_decode_str(path).decode_utf8() {
            Ok(path) => Ok(Database::Sqlite(PathBuf::from(&*path))),
            Err(_) => Err(wrong("the file name is not valid UTF-8")),
        },
    }
}
