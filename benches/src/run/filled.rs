//! The databases: loaded, or left by a former run.

use std::fs;
use std::path::{Path, PathBuf};

use chatapi_core::ChatApi;
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _};

use super::Bench;
use crate::data::Data;
use crate::load::{self, Load};
use crate::report::{Database, Engine, Series};
use crate::{Result, chat, rates};

/// A database that has its data.
#[derive(Debug)]
pub(super) struct Filled<'a> {
    pub(super) engine: Engine,
    pub(super) data: &'a Data,
    pub(super) api: ChatApi,
    /// Where a server finds it.
    pub(super) url: String,
    loaded: Loaded,
}

impl Filled<'_> {
    /// What is known of it, with what was measured.
    pub(super) fn with(&self, series: Vec<Series>) -> Database {
        let Loaded { load_seconds, search_seconds, bytes } = self.loaded;
        let messages = self.data.len();
        Database { engine: self.engine, messages, load_seconds, search_seconds, bytes, series }
    }
}

/// What is known of a database that was loaded.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Loaded {
    load_seconds: f64,
    search_seconds: f64,
    bytes: u64,
}

impl Loaded {
    fn new(load: Load, bytes: u64) -> Self {
        Self { load_seconds: load.rows.as_secs_f64(), search_seconds: load.search.as_secs_f64(), bytes }
    }

    fn keep(self, note: &Path) -> Result<Self> {
        fs::write(note, serde_json::to_vec(&self)?)?;
        Ok(self)
    }
}

impl Bench {
    pub(super) async fn filled<'a>(&self, engine: Engine, data: &'a Data) -> Result<Filled<'a>> {
        match engine {
            Engine::PostgreSQL => self.postgres(data).await,
            Engine::SQLite => self.sqlite(data).await,
        }
    }

    async fn postgres<'a>(&self, data: &'a Data) -> Result<Filled<'a>> {
        let name = format!("chatapi_bench_{}", data.len());
        let server = self.setup.database.rsplit_once('/').map_or("", |(server, _)| server);
        let url = format!("{server}/{name}");
        let note = self.note(Engine::PostgreSQL, data);
        let mut connection = PgConnection::connect(&self.setup.database).await?;
        let known = sqlx::query("select from pg_database where datname = $1").bind(&name);
        let is_there = known.fetch_optional(&mut connection).await?.is_some();
        let loaded = match self.left(&note)?.filter(|_| is_there) {
            Some(loaded) => loaded,
            None => {
                for statement in [
                    format!("drop database if exists {name} with (force)"),
                    format!("create database {name}"),
                ] {
                    sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut connection).await?;
                }
                eprintln!("bench: {} messages: loading PostgreSQL", data.len());
                let load = load::into_postgres(&url, data).await?;
                let size = sqlx::query_as("select pg_database_size($1)").bind(&name);
                let (bytes,): (i64,) = size.fetch_one(&mut connection).await?;
                Loaded::new(load, bytes.unsigned_abs()).keep(&note)?
            }
        };
        let api = chat::on_postgres(&url, 1)?;
        // A run that was broken off may have left what it sent.
        rates::take_back(&api, &url, data).await?;
        Ok(Filled { engine: Engine::PostgreSQL, data, api, url, loaded })
    }

    async fn sqlite<'a>(&self, data: &'a Data) -> Result<Filled<'a>> {
        let file = self.folder.join(format!("chatapi-bench-{}.sqlite3", data.len()));
        let note = self.note(Engine::SQLite, data);
        let loaded = match self.left(&note)? {
            Some(loaded) => loaded,
            None => {
                remove(&file)?;
                eprintln!("bench: {} messages: loading SQLite", data.len());
                let load = load::into_sqlite(&file, data).await?;
                Loaded::new(load, fs::metadata(&file)?.len()).keep(&note)?
            }
        };
        let api = chat::on_sqlite(&file).await?;
        let url = format!("sqlite://{}", file.display());
        Ok(Filled { engine: Engine::SQLite, data, api, url, loaded })
    }

    /// Where it stands what a load took.
    fn note(&self, engine: Engine, data: &Data) -> PathBuf {
        self.folder.join(format!("chatapi-bench-{}-{engine:?}.json", data.len()))
    }

    /// What a former run left, where that is asked for. The note of a database that is loaded anew goes first.
    fn left(&self, note: &Path) -> Result<Option<Loaded>> {
        if !note.exists() {
            return Ok(None);
        }
        if self.reuses {
            return Ok(Some(serde_json::from_slice(&fs::read(note)?)?));
        }
        fs::remove_file(note)?;
        Ok(None)
    }
}

/// Removes what a former run left.
fn remove(file: &Path) -> Result<()> {
    for end in ["", "-wal", "-shm"] {
        let mut name = file.as_os_str().to_owned();
        name.push(end);
        let file = Path::new(&name);
        if file.exists() {
            fs::remove_file(file)?;
        }
    }
    Ok(())
}
