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
    /// postgres://name:password@host:port/database, libpq's keyword=value pairs, or sqlite://path [default: chatapi.sqlite3 in the data folder]
    #[arg(long, env = "DATABASE_URL", global = true, value_name = "URL", hide_env_values = true)]
    database_url: Option<String>,
    /// The user on PostgreSQL; with it come --pg-password and --pg-db, instead of --database-url
    #[arg(long, env = "PG_USER", value_name = "NAME")]
    pg_user: Option<String>,
    /// The user's password, any characters; empty where the server wants none
    #[arg(long, env = "PG_PASSWORD", global = true, value_name = "PASSWORD", hide_env_values = true)]
    pg_password: Option<String>,
    /// The database's name
    #[arg(long, env = "PG_DB", value_name = "NAME")]
    pg_db: Option<String>,
    /// The server's host, or the folder of its socket [default: localhost]
    #[arg(long, env = "PG_HOST", value_name = "HOST")]
    pg_host: Option<String>,
    /// The server's port
    #[arg(long, env = "PG_PORT", value_name = "PORT")]
    #[arg(default_value_t = 5432, value_parser = clap::value_parser!(u16).range(1..))]
    pg_port: u16,
    /// Connections to PostgreSQL that are kept at most
    #[arg(long, env = "CHATAPI_DATABASE_CONNECTIONS", value_name = "NUMBER")]
    #[arg(default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=1000))]
    database_connections: u32,
    /// Whether a proxy in front of PostgreSQL pools transactions, as PgBouncer does with pool_mode = transaction: no
    /// statement is named then, and no session is set up
    #[arg(
        long,
        env = "CHATAPI_DATABASE_TRANSACTION_POOLING",
        global = true,
        value_name = "YES OR NO",
        default_value = "no"
    )]
    #[arg(action = clap::ArgAction::Set, value_parser = yes_or_no)]
    database_transaction_pooling: bool,
    /// How long to wait at the start for a PostgreSQL that is not there yet
    #[arg(long, env = "CHATAPI_DATABASE_WAIT", global = true, value_name = "TIME", default_value = "60s")]
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
                "DATABASE_URL is set together with PG_USER, PG_DB or PG_HOST: set the one or the others",
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
                "PostgreSQL is set in part only: missing {}",
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
        return Err(wrong("it must start with postgres:// or sqlite://"));
    };
    // A file that is not there is made, so this parameter, which other programs need, asks for nothing new.
    let path = path.strip_suffix("?mode=rwc").unwrap_or(path);
    match path {
        "" => Err(wrong("it names no file")),
        ":memory:" => Err(wrong("a database in memory would be lost with the server: name a file")),
        path if path.contains('?') => Err(wrong("the only parameter that SQLite may have here is mode=rwc")),
        path => match percent_decode_str(path).decode_utf8() {
            Ok(path) => Ok(Database::Sqlite(PathBuf::from(&*path))),
            Err(_) => Err(wrong("the file's name is not UTF-8")),
        },
    }
}
