//! Series of samples: how long one kind of question takes, asked again and again, one at a time.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use bytes::Bytes;
use chatapi_core::http::Body;
use chatapi_core::{ChatApi, CurrentUser, UserId};
use fastrand::Rng;
use http::Method;

use crate::client::{Connection, in_micros, written};
use crate::data::Data;
use crate::data::rooms::Scope;
use crate::questions::{Question, Subject};
use crate::report::{Series, Way};
use crate::server::Server;
use crate::{Result, chat};

/// How many samples a series has, and when it ends with fewer.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// So many samples are enough.
    pub samples: usize,
    /// A series ends after so long, if it has at least ten samples; those that take turns end together.
    pub patience: Duration,
}

/// As few samples as a series may have.
const LEAST: usize = 10;

impl Effort {
    fn is_enough(self, samples: usize, took: Duration) -> bool {
        samples >= self.samples || (samples >= LEAST && took > self.patience)
    }
}

/// Who answers.
#[derive(Debug)]
enum Answerer<'a> {
    /// The chat within this process.
    Chat(&'a ChatApi),
    /// A server, over one connection that is kept; the readers have tokens.
    Server { connection: Connection, tokens: HashMap<UserId, String>, _server: Server },
}

/// A database that is asked in one way, and the series so far.
#[derive(Debug)]
pub struct Target<'a> {
    data: &'a Data,
    answerer: Answerer<'a>,
    /// How long each kind of question took.
    pub series: Vec<Series>,
}

impl<'a> Target<'a> {
    /// Of the chat within this process.
    pub fn in_process(api: &'a ChatApi, data: &'a Data) -> Self {
        Self { data, answerer: Answerer::Chat(api), series: Vec::new() }
    }

    /// Of a server on the database.
    ///
    /// # Errors
    /// Where it does not answer, or the readers cannot log in.
    pub async fn over_http(api: &ChatApi, server: Server, data: &'a Data) -> Result<Self> {
        let mut tokens = HashMap::new();
        for reader in Scope::ALL.map(Scope::reader) {
            tokens.insert(reader, chat::token(api, reader).await?);
        }
        let connection = Connection::open(&server.address)?;
        let answerer = Answerer::Server { connection, tokens, _server: server };
        Ok(Self { data, answerer, series: Vec::new() })
    }

    fn way(&self) -> Way {
        match self.answerer {
            Answerer::Chat(_) => Way::InProcess,
            Answerer::Server { .. } => Way::Http,
        }
    }

    /// Asks one question about a subject, and gives how long the answer took.
    async fn ask(&mut self, subject: Subject, random: &mut Rng) -> Result<Duration> {
        let question = subject.question(self.data, random);
        match &mut self.answerer {
            Answerer::Chat(api) => ask(api, &question).await,
            Answerer::Server { connection, tokens, .. } => {
                connection.ask(&written(&question, &tokens[&question.reader]))
            }
        }
    }
}

/// A series under way.
struct Turn {
    subject: Subject,
    /// Whose it is.
    of: usize,
    random: Rng,
    micros: Vec<u32>,
}

/// Asks everybody about every subject. They take turns, so that what disturbs the machine disturbs all that is compared:
/// databases of all sizes, and pages that begin anywhere.
///
/// # Errors
/// Where an answer is a refusal.
pub async fn measure(asked: &mut [&mut Target<'_>], subjects: &[Subject], effort: Effort) -> Result<()> {
    let turn = |(subject, of)| Turn { subject, of, random: Rng::with_seed(1), micros: Vec::new() };
    let all = subjects.iter().flat_map(|subject| (0..asked.len()).map(|of| (*subject, of)));
    let mut turns: Vec<Turn> = all.map(turn).collect();
    // The first answers fill caches and prepare statements.
    for Turn { subject, of, random, .. } in &mut turns {
        for _ in 0..3 {
            asked[*of].ask(*subject, random).await?;
        }
    }
    let (began, number) = (Instant::now(), u32::try_from(turns.len())?);
    let mut samples = 0;
    while !effort.is_enough(samples, began.elapsed() / number) {
        for Turn { subject, of, random, micros } in &mut turns {
            micros.push(in_micros(asked[*of].ask(*subject, random).await?));
        }
        samples += 1;
    }
    for Turn { subject, of, micros, .. } in turns {
        let way = asked[of].way();
        asked[of].series.push(Series::new(subject, way, micros));
    }
    Ok(())
}

/// Answers a question as an adapter has it answered whose host knows the user already, and gives how long it took.
///
/// # Errors
/// Where the answer is a refusal.
pub async fn ask(api: &ChatApi, question: &Question) -> Result<Duration> {
    let path = question.target.split('?').next().unwrap_or_default();
    let (route, params) = api.find(path).ok_or("no such route")?;
    let method = if question.body.is_some() { Method::POST } else { Method::GET };
    let request = http::Request::builder()
        .method(method)
        .uri(&question.target)
        .header("host", "chat")
        .header("content-type", "application/json")
        .extension(CurrentUser::new(question.reader, chat::name(question.reader)))
        .body(Bytes::from(question.body.clone().unwrap_or_default()))?;
    let began = Instant::now();
    let response = api.call(route, request, params).await;
    let took = began.elapsed();
    if response.status().is_success() {
        return Ok(took);
    }
    let said = match response.body() {
        Body::Full(body) => String::from_utf8_lossy(body).into_owned(),
        _ => String::new(),
    };
    Err(format!("{} was answered with {}: {said}", question.target, response.status()).into())
}
