//! Connections that clients keep, and what they ask on them: blocking, as little work as can be for the machine that the
//! server and the database share with it.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use fastrand::Rng;

use crate::Result;
use crate::questions::Question;

/// A connection that is kept.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    answer: Vec<u8>,
}

impl Connection {
    /// Connects to `host:port`.
    ///
    /// # Errors
    /// Where nobody listens there.
    pub fn open(address: &str) -> Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, answer: Vec::new() })
    }

    /// Sends a request that [`written`] made, reads the whole answer, and gives how long both took.
    ///
    /// # Errors
    /// Where the server refuses it, or hangs up.
    pub fn ask(&mut self, request: &[u8]) -> Result<Duration> {
        let began = Instant::now();
        self.stream.write_all(request)?;
        self.answer.clear();
        let mut piece = [0; 16 * 1024];
        let mut length = None;
        while length.is_none_or(|length| self.answer.len() < length) {
            let read = self.stream.read(&mut piece)?;
            if read == 0 {
                return Err("the server hung up".into());
            }
            self.answer.extend_from_slice(&piece[..read]);
            length = length.or_else(|| length_of(&self.answer));
        }
        let took = began.elapsed();
        if self.answer.starts_with(b"HTTP/1.1 2") {
            Ok(took)
        } else {
            let (asked, answered) = (String::from_utf8_lossy(request), String::from_utf8_lossy(&self.answer));
            Err(format!("{asked}\nwas answered with\n{answered}").into())
        }
    }
}

/// How long an answer is, its head included, once that has come.
fn length_of(answer: &[u8]) -> Option<usize> {
    let head = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
    let text = str::from_utf8(&answer[..head]).ok()?.to_ascii_lowercase();
    let body: usize =
        text.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok())?;
    Some(head + 4 + body)
}

/// A question as it goes over the wire.
pub fn written(question: &Question, token: &str) -> Vec<u8> {
    let target = &question.target;
    let common =
        format!("HTTP/1.1\r\nHost: bench\r\nAccept: application/json\r\nAuthorization: Bearer {token}\r\n");
    match &question.body {
        None => format!("GET {target} {common}\r\n"),
        Some(body) => {
            let length = body.len();
            format!(
                "POST {target} {common}Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
            )
        }
    }
    .into_bytes()
}

/// What a round of requests measured.
#[derive(Debug)]
pub struct Round {
    /// Requests a second, of all connections.
    pub per_second: f64,
    /// How long each took, in microseconds.
    pub micros: Vec<u32>,
}

/// Asks for as long as a round lasts, on as many connections as there are sets of requests; each has one under way at any
/// time, out of its own set.
///
/// # Errors
/// As for [`Connection::ask`].
pub fn round(address: &str, requests: &[Vec<Vec<u8>>], lasting: Duration) -> Result<Round> {
    let connections: Vec<_> = requests.iter().map(|_| Connection::open(address)).collect::<Result<_>>()?;
    let began = Instant::now();
    let asked = thread::scope(|scope| {
        let threads: Vec<_> = connections
            .into_iter()
            .zip(requests)
            .zip(0..)
            .map(|((connection, requests), seed)| {
                scope.spawn(move || keep_asking(connection, requests, seed, began, lasting))
            })
            .collect();
        let ended = threads.into_iter().map(|thread| thread.join().map_err(|_| "a client panicked")?);
        ended.collect::<Result<Vec<_>>>()
    })?;
    let micros = asked.concat();
    Ok(Round { per_second: micros.len() as f64 / began.elapsed().as_secs_f64(), micros })
}

fn keep_asking(
    mut connection: Connection,
    requests: &[Vec<u8>],
    seed: u64,
    began: Instant,
    lasting: Duration,
) -> Result<Vec<u32>> {
    let mut random = Rng::with_seed(seed);
    let mut micros = Vec::new();
    while began.elapsed() < lasting {
        let request = random.choice(requests).ok_or("nothing to ask")?;
        micros.push(in_micros(connection.ask(request)?));
    }
    Ok(micros)
}

/// Microseconds: an hour, at most.
pub(crate) fn in_micros(took: Duration) -> u32 {
    u32::try_from(took.as_micros()).unwrap_or(u32::MAX)
}
