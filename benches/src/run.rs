//! A run of everything: each size on each engine, and the rates on the largest.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _};

use crate::data::Data;
use crate::load::{self, Load};
use crate::questions::Subject;
use crate::rates::{self, CONNECTIONS, Place, Rounds};
use crate::report::machine::Machine;
use crate::report::{Database, Engine, Rate, Samples, Series};
use crate::series::{Effort, in_process, over_http};
use crate::server::Server;
use crate::{Result, chat, warm};

/// How many messages to measure with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// A hundred thousand, within three minutes.
    Small,
    /// A million too.
    Medium,
    /// Ten million too.
    Large,
    /// So many: as fast as small, where they are no more.
    Messages(u64),
}

const SMALL: u64 = 100_000;

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "small" => Ok(Self::Small),
            "medium" => Ok(Self::Medium),
            "large" => Ok(Self::Large),
            _ => match text.replace('_', "").parse() {
                Ok(number) => Ok(Self::Messages(number)),
                Err(_) => Err("it is small, medium, large, or a number of messages".to_owned()),
            },
        }
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Small => f.write_str("small"),
            Self::Medium => f.write_str("medium"),
            Self::Large => f.write_str("large"),
            Self::Messages(number) => number.fmt(f),
        }
    }
}

impl Size {
    fn messages(self) -> Vec<u64> {
        match self {
            Self::Small => vec![SMALL],
            Self::Medium => vec![SMALL, 1_000_000],
            Self::Large => vec![SMALL, 1_000_000, 10_000_000],
            Self::Messages(number) => vec![number],
        }
    }

    fn is_small(self) -> bool {
        matches!(self, Self::Small | Self::Messages(..=SMALL))
    }

    fn effort(self) -> Effort {
        let patience = if self.is_small() { 150 } else { 1_000 };
        Effort { samples: 100, patience: Duration::from_millis(patience) }
    }

    fn rounds(self) -> Rounds {
        let (number, seconds) = if self.is_small() { (2, 1) } else { (5, 3) };
        Rounds { number, lasting: Duration::from_secs(seconds) }
    }
}

/// What to measure, and where.
#[derive(Debug)]
pub struct Bench {
    /// How much.
    pub size: Size,
    /// On PostgreSQL; databases are made beside the one that is named.
    pub place: Place,
    /// Where the files of SQLite go.
    pub folder: PathBuf,
    /// On this engine alone.
    pub only: Option<Engine>,
    /// With the databases that a former run left, where they are there.
    pub reuses: bool,
    /// Only series whose titles have this text, and no load.
    pub about: Option<String>,
}

/// How many messages are made to see how fast that is.
const MADE: usize = 1_000_000;

impl Bench {
    /// Measures everything.
    ///
    /// # Errors
    /// Where something cannot be set up, or a request is refused.
    pub async fn run(&self) -> Result<Samples> {
        let machine = Machine::here(&self.place.database).await?;
        let made_per_second = MADE as f64 / load::making(&Data::of(MADE as u64), MADE).as_secs_f64();
        let (mut databases, mut rates) = (Vec::new(), Vec::new());
        let sizes = self.size.messages();
        for messages in &sizes {
            let data = Data::of(*messages);
            if self.only != Some(Engine::SQLite) {
                let (database, measured) = self.on_postgres(&data, sizes.last() == Some(messages)).await?;
                databases.push(database);
                rates.extend(measured);
            }
            if self.only != Some(Engine::PostgreSQL) {
                databases.push(self.on_sqlite(&data).await?);
            }
        }
        let only = self
            .only
            .map_or_else(String::new, |engine| format!(" --only {}", format!("{engine:?}").to_lowercase()));
        let reuse = if self.reuses { " --reuse" } else { "" };
        let about = self.about.as_ref().map_or_else(String::new, |about| format!(" --about '{about}'"));
        let command = format!("cargo xtask bench --size {}{only}{reuse}{about}", self.size);
        Ok(Samples { command, machine, made_per_second, databases, rates })
    }

    async fn on_postgres(&self, data: &Data, is_last: bool) -> Result<(Database, Vec<Rate>)> {
        let name = format!("chatapi_bench_{}", data.len());
        let server = self.place.database.rsplit_once('/').map_or("", |(server, _)| server);
        let url = format!("{server}/{name}");
        let note = self.note(Engine::PostgreSQL, data);
        let mut connection = PgConnection::connect(&self.place.database).await?;
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
                say(data, "loading PostgreSQL");
                let load = load::into_postgres(&url, data).await?;
                let size = sqlx::query_as("select pg_database_size($1)").bind(&name);
                let (bytes,): (i64,) = size.fetch_one(&mut connection).await?;
                Loaded::new(load, bytes.unsigned_abs()).keep(&note)?
            }
        };

        let api = chat::on_postgres(&url, 1)?;
        // A run that was broken off may have left what it sent.
        rates::take_back(&api, &url, data).await?;
        warm::postgres(&url).await?;
        say(data, "asking in process");
        let mut series = in_process(&api, data, &self.subjects(), self.size.effort()).await?;
        say(data, "asking over HTTP");
        let server = Server::start(&self.place.server, &url, CONNECTIONS as u32)?;
        series.extend(over_http(&api, &server.address, data, &self.subjects(), self.size.effort()).await?);
        drop(server);

        let mut measured = Vec::new();
        if is_last && self.about.is_none() {
            say(data, "driving load");
            let place = Place { database: url, ..self.place.clone() };
            measured = rates::measure(&api, &place, data, self.size.rounds()).await?;
        }
        Ok((database(Engine::PostgreSQL, data, loaded, series), measured))
    }

    async fn on_sqlite(&self, data: &Data) -> Result<Database> {
        let file = self.folder.join(format!("chatapi-bench-{}.sqlite3", data.len()));
        let note = self.note(Engine::SQLite, data);
        let loaded = match self.left(&note)? {
            Some(loaded) => loaded,
            None => {
                remove(&file)?;
                say(data, "loading SQLite");
                let load = load::into_sqlite(&file, data).await?;
                Loaded::new(load, fs::metadata(&file)?.len()).keep(&note)?
            }
        };
        warm::sqlite(&file)?;
        say(data, "asking in process");
        let api = chat::on_sqlite(&file).await?;
        let series = in_process(&api, data, &self.subjects(), self.size.effort()).await?;
        Ok(database(Engine::SQLite, data, loaded, series))
    }

    fn subjects(&self) -> Vec<Subject> {
        let is_wanted =
            |subject: &Subject| self.about.as_ref().is_none_or(|about| subject.title().contains(about));
        Subject::all().filter(is_wanted).collect()
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

fn database(engine: Engine, data: &Data, loaded: Loaded, series: Vec<Series>) -> Database {
    let Loaded { load_seconds, search_seconds, bytes } = loaded;
    Database { engine, messages: data.len(), load_seconds, search_seconds, bytes, series }
}

fn say(data: &Data, what: &str) {
    eprintln!("bench: {} messages: {what}", data.len());
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
