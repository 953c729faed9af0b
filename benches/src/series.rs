//! Series of samples: how long one kind of question takes, asked again and again, one at a time.

use std::time::{Duration, Instant};

use bytes::Bytes;
use chatapi_core::http::Body;
use chatapi_core::{ChatApi, CurrentUser};
use fastrand::Rng;
use http::Method;

use crate::client::{Connection, in_micros, written};
use crate::data::Data;
use crate::questions::{Question, Subject};
use crate::report::{Series, Way};
use crate::{Result, chat};

/// How many samples a series has, and when it ends with fewer.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// So many samples are enough.
    pub samples: usize,
    /// A series ends after so long, if it has at least ten samples.
    pub patience: Duration,
}

/// As few samples as a series may have.
const LEAST: usize = 10;

impl Effort {
    fn is_enough(self, samples: usize, began: Instant) -> bool {
        samples >= self.samples || (samples >= LEAST && began.elapsed() > self.patience)
    }
}

/// Everything that is asked, of the chat within this process.
///
/// # Errors
/// Where it refuses an answer.
pub async fn in_process(
    api: &ChatApi,
    data: &Data,
    subjects: &[Subject],
    effort: Effort,
) -> Result<Vec<Series>> {
    let mut all = Vec::new();
    for subject in subjects {
        let mut random = Rng::with_seed(1);
        // The first answers fill caches and prepare statements.
        for _ in 0..3 {
            ask(api, &subject.question(data, &mut random)).await?;
        }
        let (began, mut micros) = (Instant::now(), Vec::new());
        while !effort.is_enough(micros.len(), began) {
            micros.push(in_micros(ask(api, &subject.question(data, &mut random)).await?));
        }
        all.push(Series::new(*subject, Way::InProcess, micros));
    }
    Ok(all)
}

/// The same of a server, over one connection that is kept.
///
/// # Errors
/// Where it refuses an answer.
pub async fn over_http(
    api: &ChatApi,
    address: &str,
    data: &Data,
    subjects: &[Subject],
    effort: Effort,
) -> Result<Vec<Series>> {
    let mut connection = Connection::open(address)?;
    let mut all = Vec::new();
    for subject in subjects {
        let token = chat::token(api, subject.scope.reader()).await?;
        let mut random = Rng::with_seed(1);
        let mut next = || written(&subject.question(data, &mut random), &token);
        for _ in 0..3 {
            connection.ask(&next())?;
        }
        let (began, mut micros) = (Instant::now(), Vec::new());
        while !effort.is_enough(micros.len(), began) {
            micros.push(in_micros(connection.ask(&next())?));
        }
        all.push(Series::new(*subject, Way::Http, micros));
    }
    Ok(all)
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
