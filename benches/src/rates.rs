//! Rates: how many requests a second a server answers, and how many times a second the database runs the same statements
//! without it. Rounds of both alternate, so that what disturbs the machine disturbs both sides of a ratio.

use std::path::PathBuf;
use std::time::Duration;

use chatapi_core::ChatApi;
use sqlx::Connection as _;
use sqlx::postgres::PgConnection;

use crate::client::{self, Connection, Round, written};
use crate::data::Data;
use crate::questions::Question;
use crate::report::Rate;
use crate::server::Server;
use crate::statements::pgbench::Pgbench;
use crate::statements::{LOGGED, Log, Statement};
use crate::{Result, chat};

mod loads;
mod plain;

pub use loads::{Load, What};

/// How many connections ask at once: of clients to the server, of the server to the database, and of pgbench.
pub const CONNECTIONS: usize = 8;

/// Where everything is.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The database's URL, as its superuser.
    pub database: String,
    /// The server's program.
    pub server: PathBuf,
    /// PostgreSQL's measure.
    pub pgbench: PathBuf,
    /// PostgreSQL's log, in JSON.
    pub log: PathBuf,
}

/// How many rounds, and how long each is.
#[derive(Clone, Copy, Debug)]
pub struct Rounds {
    /// How many.
    pub number: usize,
    /// How long each is, in whole seconds.
    pub lasting: Duration,
}

/// Measures every load.
///
/// # Errors
/// Where something does not start, or a request is refused.
pub async fn measure(api: &ChatApi, setup: &Setup, data: &Data, rounds: Rounds) -> Result<Vec<Rate>> {
    let loads = Load::all(data);
    let scripts = statements(api, setup, &loads).await?;
    let plain = plain::make(&setup.database).await?;
    let server = Server::start(&setup.server, &setup.database, CONNECTIONS as u32)?;
    let pgbench =
        Pgbench { program: setup.pgbench.clone(), url: setup.database.clone(), clients: CONNECTIONS };
    let mut rates = Vec::new();
    for (load, scripts) in loads.iter().zip(&scripts) {
        let requests = requests(api, load).await?;
        let plain = if load.what == What::Send { Some(plain.scripts(load)) } else { None };
        let mut rate = Rate::new(load, data.len());
        client::round(&server.address, &requests, Duration::from_millis(300))?;
        for _ in 0..rounds.number {
            let Round { per_second, micros } = client::round(&server.address, &requests, rounds.lasting)?;
            rate.http.push(per_second);
            rate.add_latencies(&micros);
            rate.statements.push(pgbench.per_second(scripts, rounds.lasting)?);
            if let Some(plain) = &plain {
                rate.plain.push(pgbench.per_second(plain, rounds.lasting)?);
                // A server works on what it was sent itself, and not on what pgbench sent.
                api.index_pending().await?;
            }
        }
        rates.push(rate);
    }
    take_back(api, &setup.database, data).await?;
    Ok(rates)
}

/// Deletes what was sent: whoever measures this database again finds in it what was loaded.
///
/// # Errors
/// Where the database fails.
pub async fn take_back(api: &ChatApi, database: &str, data: &Data) -> Result<()> {
    let mut connection = PgConnection::connect(database).await?;
    let sent = sqlx::query("delete from chatapi_messages where id > $1").bind(i64::try_from(data.len())?);
    sent.execute(&mut connection).await?;
    Ok(api.index_pending().await?)
}

/// For each connection what it asks. Senders have a connection each.
async fn requests(api: &ChatApi, load: &Load) -> Result<Vec<Vec<Vec<u8>>>> {
    let mut sets = vec![Vec::new(); CONNECTIONS];
    for (number, question) in load.questions.iter().enumerate() {
        let request = written(question, &chat::token(api, question.reader).await?);
        if load.what == What::Send {
            sets[number % CONNECTIONS].push(request);
        } else {
            sets.iter_mut().for_each(|set| set.push(request.clone()));
        }
    }
    Ok(sets)
}

/// The statements behind each question of each load, as a server has them run when it has been asked before.
async fn statements(api: &ChatApi, setup: &Setup, loads: &[Load]) -> Result<Vec<Vec<Vec<Statement>>>> {
    let and = if setup.database.contains('?') { '&' } else { '?' };
    let database = format!("{}{and}{LOGGED}", setup.database);
    // What is done in the background is no part of what a request has the database run.
    let server = Server::start_with(&setup.server, &database, 1, &[("CHATAPI_INDEXER", "no")])?;
    let mut connection = Connection::open(&server.address)?;
    let mut log = Log::open(&setup.log, &setup.database).await?;
    let mut all = Vec::new();
    for load in loads {
        let mut scripts = Vec::new();
        for question in &load.questions {
            let request = written(question, &chat::token(api, question.reader).await?);
            connection.ask(&request)?;
            scripts.push(log.statements_of(|| connection.ask(&request).map(drop)).await?);
        }
        all.push(scripts);
    }
    Ok(all)
}

/// What somebody sends.
pub(crate) fn sent(question: &Question) -> &str {
    question.body.as_deref().unwrap_or_default()
}
