//! A run of everything: each size on each engine, and the rates on the largest.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _};

use crate::data::Data;
use crate::load::{self, Load};
use crate::rates::{self, CONNECTIONS, Place, Rounds};
use crate::report::machine::Machine;
use crate::report::{Database, Engine, Rate, Samples, Series};
use crate::series::{Effort, in_process, over_http};
use crate::server::Server;
use crate::{Result, chat};

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
        let patience = if self.is_small() { 150 } else { 10_000 };
        Effort { samples: 200, patience: Duration::from_millis(patience) }
    }

    fn rounds(self) -> Rounds {
        let (number, seconds) = if self.is_small() { (2, 1) } else { (5, 5) };
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
        let command = format!("cargo xtask bench --size {}", self.size);
        Ok(Samples { command, machine, made_per_second, databases, rates })
    }

    async fn on_postgres(&self, data: &Data, is_last: bool) -> Result<(Database, Vec<Rate>)> {
        let name = format!("chatapi_bench_{}", data.len());
        let mut connection = PgConnection::connect(&self.place.database).await?;
        for statement in
            [format!("drop database if exists {name} with (force)"), format!("create database {name}")]
        {
            sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut connection).await?;
        }
        let server = self.place.database.rsplit_once('/').map_or("", |(server, _)| server);
        let url = format!("{server}/{name}");
        say(data, "loading PostgreSQL");
        let load = load::into_postgres(&url, data).await?;
        let (bytes,): (i64,) =
            sqlx::query_as("select pg_database_size($1)").bind(&name).fetch_one(&mut connection).await?;

        say(data, "asking in process");
        let api = chat::on_postgres(&url, 1)?;
        let mut series = in_process(&api, data, self.size.effort()).await?;
        say(data, "asking over HTTP");
        let server = Server::start(&self.place.server, &url, CONNECTIONS as u32)?;
        series.extend(over_http(&api, &server.address, data, self.size.effort()).await?);
        drop(server);

        let mut measured = Vec::new();
        if is_last {
            say(data, "driving load");
            let place = Place { database: url, ..self.place.clone() };
            measured = rates::measure(&api, &place, data, self.size.rounds()).await?;
        }
        Ok((database(Engine::PostgreSQL, data, load, bytes.unsigned_abs(), series), measured))
    }

    async fn on_sqlite(&self, data: &Data) -> Result<Database> {
        let file = self.folder.join(format!("chatapi-bench-{}.sqlite3", data.len()));
        remove(&file)?;
        say(data, "loading SQLite");
        let load = load::into_sqlite(&file, data).await?;
        let bytes = fs::metadata(&file)?.len();
        say(data, "asking in process");
        let series = in_process(&chat::on_sqlite(&file).await?, data, self.size.effort()).await?;
        Ok(database(Engine::SQLite, data, load, bytes, series))
    }
}

fn database(engine: Engine, data: &Data, load: Load, bytes: u64, series: Vec<Series>) -> Database {
    Database {
        engine,
        messages: data.len(),
        load_seconds: load.rows.as_secs_f64(),
        search_seconds: load.search.as_secs_f64(),
        bytes,
        series,
    }
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
