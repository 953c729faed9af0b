//! A database file as a whole, for backups.

use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _, SqlStr};

use super::{DIALECT, sorted};
use crate::store::engine::{Row as _, Session as _, Value};
use crate::store::{Result, StoreError};

/// A database file that was opened to be copied, by another process than the one that serves it or beside it.
#[derive(Debug)]
pub struct DatabaseFile(SqliteConnection);

impl DatabaseFile {
    /// Opens a file that exists.
    ///
    /// # Errors
    /// Where there is none, or it cannot be opened.
    pub async fn open(file: impl AsRef<Path>) -> Result<Self> {
        let options = SqliteConnectOptions::new().filename(file).disable_statement_logging();
        options.connect().await.map(Self).map_err(sorted)
    }

    /// Whether the tables of a chat are in it.
    ///
    /// # Errors
    /// Where it is no SQLite database.
    pub async fn holds_chat(&mut self) -> Result<bool> {
        let rows = self.0.run(SqlStr::from_static(DIALECT.has_migrations), &[]).await?;
        rows.first().map_or(Ok(false), |row| row.bool(0))
    }

    /// Copies the database as of one moment, with what is in its write-ahead log, while others read and write it. The copy
    /// is one compact file.
    ///
    /// # Errors
    /// Where `to` exists and is not empty, cannot be written, or the database is damaged.
    pub async fn copy_to(&mut self, to: &Path) -> Result<()> {
        let Some(to) = to.to_str() else {
            return Err(StoreError::Backend("the file's name is not UTF-8".into()));
        };
        self.0.run(SqlStr::from_static("vacuum into $1"), &[Value::Text(to.into())]).await.map(drop)
    }

    /// Puts a secret in, in place of one of the same name.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub async fn put_secret(&mut self, name: &str, value: &str) -> Result<()> {
        let sql = "insert into chatapi_secrets (name, value) values ($1, $2)
            on conflict (name) do update set value = excluded.value";
        let values = [Value::Text(name.into()), Value::Text(value.into())];
        self.0.run(SqlStr::from_static(sql), &values).await.map(drop)
    }

    /// Takes a secret out.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub async fn take_secret(&mut self, name: &str) -> Result<Option<String>> {
        let sql = "delete from chatapi_secrets where name = $1 returning value";
        let rows = self.0.run(SqlStr::from_static(sql), &[Value::Text(name.into())]).await?;
        rows.first().map(|row| row.text(0)).transpose()
    }

    /// Closes it.
    ///
    /// # Errors
    /// Where something could not be written.
    pub async fn close(self) -> Result<()> {
        self.0.close().await.map_err(sorted)
    }
}
