//! The report: the samples as they were taken, what they come to, and whether that is what it has to be.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::Result;
use crate::questions::{Kind, Subject};
use crate::rates::{Load, What};

pub mod machine;
mod markdown;
mod plots;
pub mod targets;

use machine::Machine;

/// Everything that a run measured, and where.
#[derive(Debug, Serialize, Deserialize)]
pub struct Samples {
    /// The command that measured it.
    pub command: String,
    /// What it was measured on.
    pub machine: Machine,
    /// How many messages a second are made, before any database has to take them.
    pub made_per_second: f64,
    /// Each database.
    pub databases: Vec<Database>,
    /// Requests a second, on PostgreSQL.
    pub rates: Vec<Rate>,
}

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Engine {
    /// The documented one.
    PostgreSQL,
    /// The default.
    SQLite,
}

impl Engine {
    /// Both.
    pub const ALL: [Self; 2] = [Self::PostgreSQL, Self::SQLite];
}

/// A database of one size, and how long questions to it took.
#[derive(Debug, Serialize, Deserialize)]
pub struct Database {
    /// Which.
    pub engine: Engine,
    /// How many messages are in it.
    pub messages: u64,
    /// Seconds to put the rows in.
    pub load_seconds: f64,
    /// Seconds to make what searches need.
    pub search_seconds: f64,
    /// Bytes on the disk.
    pub bytes: u64,
    /// The questions.
    pub series: Vec<Series>,
}

/// How a question is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Way {
    /// Of the chat in this process: everything but the connection.
    InProcess,
    /// Of a server, over a connection that is kept.
    Http,
}

/// How long one kind of question took, each time.
#[derive(Debug, Serialize, Deserialize)]
pub struct Series {
    /// What is asked.
    pub name: String,
    /// How often its terms are said; empty where it has none.
    pub term: String,
    /// In whose rooms.
    pub scope: String,
    /// Whether it looks for something.
    pub is_search: bool,
    /// Whether it is a page by key at any depth.
    pub is_deep: bool,
    /// Whether it asks for as much as one request can: no target holds for it.
    #[serde(default)]
    pub is_costly: bool,
    /// How it is asked.
    pub way: Way,
    /// The samples, in microseconds, in the order they were taken.
    pub micros: Vec<u32>,
}

impl Series {
    /// The samples of a subject.
    pub fn new(subject: Subject, way: Way, micros: Vec<u32>) -> Self {
        Self {
            name: subject.name().to_owned(),
            term: subject.term().to_owned(),
            scope: subject.scope.name().to_owned(),
            is_search: matches!(subject.kind, Kind::Search(..)),
            is_deep: matches!(subject.kind, Kind::List(list) if list.is_deep()),
            is_costly: matches!(subject.kind, Kind::Costly(_)),
            way,
            micros,
        }
    }

    /// The sample that half of the samples do not exceed, in milliseconds.
    pub fn median(&self) -> f64 {
        quantile(&self.micros, 0.5)
    }

    /// The sample that 99 of 100 do not exceed, in milliseconds.
    pub fn p99(&self) -> f64 {
        quantile(&self.micros, 0.99)
    }

    /// Whether this is what `other` asks, of another database or in this way.
    pub fn asks_like(&self, other: &Self, way: Way) -> bool {
        (&self.name, &self.term, &self.scope, self.way) == (&other.name, &other.term, &other.scope, way)
    }
}

/// Requests a second of one load; a figure for each round.
#[derive(Debug, Serialize, Deserialize)]
pub struct Rate {
    /// Its name.
    pub name: String,
    /// What it consists of.
    pub what: What,
    /// How many messages are in the database.
    pub messages: u64,
    /// Answered by a server.
    pub http: Vec<f64>,
    /// The same statements, run by pgbench.
    pub statements: Vec<f64>,
    /// The same without what searches need, run by pgbench: of sends alone.
    pub plain: Vec<f64>,
    /// The median and the 99th percentile of each round over HTTP, in milliseconds.
    pub latencies: Vec<(f64, f64)>,
    /// Answered by the documented deployment.
    pub documented: f64,
}

impl Rate {
    /// Of a load, before the first round.
    pub fn new(load: &Load, messages: u64) -> Self {
        Self {
            name: load.name.to_owned(),
            what: load.what,
            messages,
            http: Vec::new(),
            statements: Vec::new(),
            plain: Vec::new(),
            latencies: Vec::new(),
            documented: load.documented,
        }
    }

    /// What the requests of a round took, in microseconds.
    pub fn add_latencies(&mut self, micros: &[u32]) {
        self.latencies.push((quantile(micros, 0.5), quantile(micros, 0.99)));
    }

    /// The median of the rounds' ratios between two figures.
    pub fn ratio(of: &[f64], to: &[f64]) -> f64 {
        median(of.iter().zip(to).map(|(of, to)| of / to).collect())
    }
}

impl Samples {
    /// Writes the report, the plots and the samples into a folder.
    ///
    /// # Errors
    /// Where they cannot be written.
    pub fn write(&self, folder: &Path) -> Result<()> {
        fs::create_dir_all(folder)?;
        fs::write(folder.join("samples.json"), serde_json::to_string(self)?)?;
        let plots = plots::draw(self, folder)?;
        fs::write(folder.join("report.md"), markdown::text(self, &plots))?;
        Ok(())
    }

    /// Reads the samples that [`write`](Self::write) wrote.
    ///
    /// # Errors
    /// Where there are none.
    pub fn read(folder: &Path) -> Result<Self> {
        Ok(serde_json::from_str(&fs::read_to_string(folder.join("samples.json"))?)?)
    }

    /// The databases of an engine, from the smallest.
    pub fn of(&self, engine: Engine) -> Vec<&Database> {
        let mut found: Vec<_> = self.databases.iter().filter(|database| database.engine == engine).collect();
        found.sort_by_key(|database| database.messages);
        found
    }
}

/// In milliseconds, of microseconds: the value at the nearest rank.
fn quantile(micros: &[u32], part: f64) -> f64 {
    let mut sorted = micros.to_vec();
    sorted.sort_unstable();
    let rank = (sorted.len() as f64 * part).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).map_or(f64::NAN, |micros| f64::from(*micros) / 1000.0)
}

/// The value in the middle; not a number where there is none.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_the_sample_at_the_nearest_rank() {
        let micros: Vec<u32> = (1..=200).rev().map(|number| number * 1000).collect();
        assert_eq!(quantile(&micros, 0.5), 100.0);
        assert_eq!(quantile(&micros, 0.99), 198.0);
        assert!(quantile(&[], 0.5).is_nan());
    }
}
