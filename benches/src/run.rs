//! A run of everything: each size on each engine, asked side by side, and the rates on the largest.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use crate::Result;
use crate::data::Data;
use crate::data::rooms::Scope;
use crate::load;
use crate::questions::Subject;
use crate::rates::{self, CONNECTIONS, Rounds, Setup};
use crate::report::machine::Machine;
use crate::report::{Engine, Rate, Samples, Series};
use crate::series::{self, Effort, Target};
use crate::server::Server;
use crate::warm::Warmth;

mod filled;

use filled::Filled;

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
        let patience = if self.is_small() { 150 } else { 1_200 };
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
    pub setup: Setup,
    /// Where the files of SQLite go.
    pub folder: PathBuf,
    /// Where the report goes.
    pub report: PathBuf,
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
    /// Measures everything, and writes the report.
    ///
    /// # Errors
    /// Where something cannot be set up, or a request is refused.
    pub async fn run(&self) -> Result<Samples> {
        let machine = Machine::here(&self.setup.database).await?;
        let made_per_second = MADE as f64 / load::making(&Data::of(MADE as u64), MADE).as_secs_f64();
        let data: Vec<Data> = self.size.messages().into_iter().map(Data::of).collect();
        let mut filled = Vec::new();
        for data in &data {
            for engine in
                Engine::ALL.into_iter().filter(|engine| self.only.is_none_or(|only| only == *engine))
            {
                filled.push(self.filled(engine, data).await?);
            }
        }
        let series = self.ask(&filled).await?;
        let databases = filled.iter().zip(series).map(|(filled, series)| filled.with(series)).collect();
        let command = self.command();
        let mut samples = Samples { command, machine, made_per_second, databases, rates: Vec::new() };
        // To ask takes long: whatever happens to the load, the answers are kept.
        samples.write(&self.report)?;
        let largest = filled.iter().rfind(|filled| filled.engine == Engine::PostgreSQL);
        if let Some(largest) = largest.filter(|_| self.about.is_none()) {
            samples.rates = self.drive(largest).await?;
            samples.write(&self.report)?;
        }
        Ok(samples)
    }

    /// Asks all databases together, and gives the series of each.
    async fn ask(&self, filled: &[Filled<'_>]) -> Result<Vec<Vec<Series>>> {
        let mut asked = Vec::new();
        for filled in filled {
            asked.push(self.ways(filled).await?);
        }
        let mut warmth = Warmth::of(filled.iter().map(|filled| filled.url.as_str()));
        for subjects in self.subjects().chunk_by(|one, other| one.scope == other.scope) {
            eprintln!("bench: asking in {}", subjects[0].scope.name());
            for compared in subjects.chunk_by(|one, other| one.is_compared_with(*other)) {
                warmth.keep().await?;
                let mut all: Vec<&mut Target<'_>> = asked.iter_mut().flatten().collect();
                series::measure(&mut all, compared, self.size.effort()).await?;
            }
        }
        Ok(asked.into_iter().map(|ways| ways.into_iter().flat_map(|way| way.series).collect()).collect())
    }

    /// The ways to ask a database.
    async fn ways<'a>(
        &self,
        Filled { engine, api, data, url, .. }: &'a Filled<'_>,
    ) -> Result<Vec<Target<'a>>> {
        let mut ways = vec![Target::in_process(api, data)];
        if *engine == Engine::PostgreSQL {
            let server = Server::start(&self.setup.server, url, CONNECTIONS as u32)?;
            ways.push(Target::over_http(api, server, data).await?);
        }
        Ok(ways)
    }

    /// Asks a server as often as it can answer.
    async fn drive(&self, Filled { api, data, url, .. }: &Filled<'_>) -> Result<Vec<Rate>> {
        eprintln!("bench: {} messages: driving load", data.len());
        Warmth::of([url.as_str()]).keep().await?;
        let setup = Setup { database: url.clone(), ..self.setup.clone() };
        rates::measure(api, &setup, data, self.size.rounds()).await
    }

    fn subjects(&self) -> Vec<Subject> {
        let Some(about) = &self.about else { return Subject::all().collect() };
        let mut subjects: Vec<_> = Subject::all().chain(Subject::costly()).collect();
        subjects.retain(|subject| subject.title().contains(about));
        subjects.sort_by_key(|subject| Scope::ALL.iter().position(|scope| *scope == subject.scope));
        subjects
    }

    /// How this is asked for.
    fn command(&self) -> String {
        let only = self
            .only
            .map_or_else(String::new, |engine| format!(" --only {}", format!("{engine:?}").to_lowercase()));
        let reuse = if self.reuses { " --reuse" } else { "" };
        let about = self.about.as_ref().map_or_else(String::new, |about| format!(" --about '{about}'"));
        format!("cargo xtask bench --size {}{only}{reuse}{about}", self.size)
    }
}
