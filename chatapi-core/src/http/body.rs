//! The body of a request, on its way in.

use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{FutureExt as _, Stream, StreamExt as _};
use http::HeaderMap;
use http::header::{CONTENT_LENGTH, EXPECT};
use tokio::time::timeout;

use crate::config::Config;

/// Why a body was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unread {
    /// It is longer than the limit.
    TooLong,
    /// The bodies of other requests take all the memory there is for them.
    NoMemory,
    /// The connection broke, or the client took too long to send it.
    Broken,
}

/// A body that was not read yet, and what its head says of it.
pub(super) struct Incoming<B> {
    stream: B,
    /// Its length, where the head says it.
    declared: Option<u64>,
    /// The client sends it once it is asked to, with `100 Continue`, which the first read does.
    waits: bool,
    limit: usize,
    patience: Duration,
}

/// The memory that the bodies of requests take which are read or being answered, in bytes.
#[derive(Debug)]
pub(crate) struct BodyMemory {
    taken: AtomicUsize,
    limit: usize,
}

/// A body, and its part of the memory for bodies.
pub(super) struct Held<'a> {
    pub(super) bytes: Bytes,
    _share: Share<'a>,
}

/// What one body takes without being counted, so that small ones are read while others take all the memory: as much as a
/// connection's own buffer.
const UNCOUNTED: usize = 8 * 1024;

/// How much of a body that is not read is thrown away, in bytes, and for how long at most: a client that is still sending
/// does not see the answer.
const DISCARDED: usize = 64 * 1024 * 1024;
const DISCARDED_FOR: Duration = Duration::from_secs(5);

/// A client that has sent nothing for so long waits for the answer.
const PAUSE: Duration = Duration::from_millis(100);

impl<B, E> Incoming<B>
where
    B: Stream<Item = Result<Bytes, E>>,
{
    /// The body of a request with these headers, which is not read before [`read`](Self::read).
    pub(super) fn new(headers: &HeaderMap, stream: B, config: &Config) -> Self {
        let declared = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
        let waits =
            headers.get_all(EXPECT).iter().any(|what| what.as_bytes().eq_ignore_ascii_case(b"100-continue"));
        Self { stream, declared, waits, limit: config.body_limit, patience: config.body_timeout }
    }

    /// A body that is there already, and so has no limit.
    pub(super) fn whole(stream: B) -> Self {
        Self { stream, declared: None, waits: false, limit: usize::MAX, patience: Duration::MAX }
    }

    /// Reads the body, up to the limit and for as long as patience lasts. Memory is taken as its bytes arrive.
    pub(super) async fn read(self, memory: &BodyMemory) -> Result<Held<'_>, Unread> {
        let Self { stream, declared, waits, limit, patience } = self;
        let mut stream = pin!(stream);
        if declared.is_some_and(|length| length > limit as u64) {
            if !waits {
                discard(stream).await;
            }
            return Err(Unread::TooLong);
        }
        let longest = declared.and_then(|length| usize::try_from(length).ok()).unwrap_or(limit);
        let reading = async {
            let mut body = Body { one: Bytes::new(), many: Vec::new(), share: Share { memory, counted: 0 } };
            while let Some(piece) = stream.next().await {
                let piece = piece.map_err(|_| Unread::Broken)?;
                if piece.len() > limit - body.len() {
                    return Err(Unread::TooLong);
                }
                body.add(piece, longest)?;
            }
            Ok(body)
        };
        // Most bodies are there at once, or there is none: no clock need be asked.
        let read = {
            let mut reading = pin!(reading);
            match reading.as_mut().now_or_never() {
                Some(read) => read,
                None => timeout(patience, reading).await.unwrap_or(Err(Unread::Broken)),
            }
        };
        if let Err(Unread::TooLong | Unread::NoMemory) = read {
            discard(stream).await;
        }
        read.map(Body::whole)
    }

    /// Throws the body away, so that the client sees the answer, and the connection serves on.
    pub(super) async fn discard(self) {
        if !self.waits {
            discard(pin!(self.stream)).await;
        }
    }
}

/// A body while it is read. Most come in one piece, which need not be copied.
struct Body<'a> {
    one: Bytes,
    many: Vec<u8>,
    share: Share<'a>,
}

impl<'a> Body<'a> {
    fn len(&self) -> usize {
        self.one.len() + self.many.len()
    }

    /// Adds a piece to a body that is `longest` bytes long at most.
    fn add(&mut self, piece: Bytes, longest: usize) -> Result<(), Unread> {
        if self.len() == 0 {
            self.share.grow(piece.len())?;
            self.one = piece;
            return Ok(());
        }
        let length = self.len() + piece.len();
        if length > self.many.capacity() {
            let capacity = length.max(self.many.capacity().saturating_mul(2).min(longest));
            self.share.grow(capacity)?;
            self.many.reserve_exact(capacity - self.many.len());
        }
        self.many.extend_from_slice(&std::mem::take(&mut self.one));
        self.many.extend_from_slice(&piece);
        Ok(())
    }

    fn whole(self) -> Held<'a> {
        let bytes = if self.many.is_empty() { self.one } else { self.many.into() };
        Held { bytes, _share: self.share }
    }
}

impl BodyMemory {
    pub(crate) fn new(limit: usize) -> Self {
        Self { taken: AtomicUsize::new(0), limit }
    }
}

/// What one body takes of the memory for bodies, until it is dropped.
struct Share<'a> {
    memory: &'a BodyMemory,
    counted: usize,
}

impl Share<'_> {
    fn grow(&mut self, length: usize) -> Result<(), Unread> {
        let more = length.saturating_sub(UNCOUNTED).saturating_sub(self.counted);
        if more > 0 {
            let BodyMemory { taken, limit } = self.memory;
            let within = |taken: usize| taken.checked_add(more).filter(|taken| taken <= limit);
            taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, within).map_err(|_| Unread::NoMemory)?;
            self.counted += more;
        }
        Ok(())
    }
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        if self.counted > 0 {
            self.memory.taken.fetch_sub(self.counted, Ordering::Relaxed);
        }
    }
}

async fn discard<B, E>(mut body: Pin<&mut B>)
where
    B: Stream<Item = Result<Bytes, E>>,
{
    let mut length = 0;
    let mut has_more = |piece: Option<Result<Bytes, E>>| {
        length += piece.and_then(Result::ok).map_or(DISCARDED, |piece| piece.len());
        length < DISCARDED
    };
    while let Some(piece) = body.next().now_or_never() {
        if !has_more(piece) {
            return;
        }
    }
    let arriving = async { while timeout(PAUSE, body.next()).await.is_ok_and(&mut has_more) {} };
    let _ = timeout(DISCARDED_FOR, arriving).await;
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use futures_util::stream;

    use super::*;

    fn incoming<B>(headers: &[(&'static str, &str)], stream: B) -> Incoming<B>
    where
        B: Stream<Item = Result<Bytes, Infallible>>,
    {
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        let config = Config { body_limit: 100_000, ..Config::default() };
        Incoming::new(&headers.collect(), stream, &config)
    }

    fn pieces(sizes: &[usize]) -> impl Stream<Item = Result<Bytes, Infallible>> + use<> {
        let pieces: Vec<_> = sizes.iter().map(|size| Ok(Bytes::from(vec![b'x'; *size]))).collect();
        stream::iter(pieces)
    }

    /// The same, by a client that never ends.
    fn unfinished(sizes: &[usize]) -> impl Stream<Item = Result<Bytes, Infallible>> + use<> {
        pieces(sizes).chain(stream::pending())
    }

    #[tokio::test]
    async fn a_body_takes_memory_for_as_long_as_it_is_held() {
        let memory = BodyMemory::new(50_000);
        let length = [("content-length", "40000")];
        let held = incoming(&length, pieces(&[10_000, 10_000, 20_000])).read(&memory).await;
        assert_eq!(held.as_ref().map(|held| held.bytes.len()), Ok(40_000));
        assert_eq!(memory.taken.load(Ordering::Relaxed), 40_000 - UNCOUNTED);
        let other = incoming(&length, pieces(&[20_000, 20_000])).read(&memory).await;
        assert_eq!(other.err(), Some(Unread::NoMemory));
        let small = incoming(&[("content-length", "8000")], pieces(&[4000, 4000])).read(&memory).await;
        assert_eq!(small.map(|held| held.bytes.len()), Ok(8000));
        drop(held);
        assert_eq!(memory.taken.load(Ordering::Relaxed), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_length_that_is_only_said_takes_no_memory() {
        let memory = BodyMemory::new(usize::MAX);
        let read = incoming(&[("content-length", "90000")], unfinished(&[10_000, 1000])).read(&memory);
        let mut read = pin!(read);
        assert!(read.as_mut().now_or_never().is_none());
        assert!(memory.taken.load(Ordering::Relaxed) <= 11_000);
        assert_eq!(read.await.err(), Some(Unread::Broken));
        assert_eq!(memory.taken.load(Ordering::Relaxed), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_is_too_long_is_refused_by_its_length_or_where_it_passes_the_limit() {
        let memory = BodyMemory::new(usize::MAX);
        let read = incoming(&[("content-length", "100001")], unfinished(&[10])).read(&memory).await;
        assert_eq!(read.err(), Some(Unread::TooLong));
        let read = incoming(&[], unfinished(&[60_000, 60_000])).read(&memory).await;
        assert_eq!(read.err(), Some(Unread::TooLong));
        let read = incoming(&[], pieces(&[60_000, 40_000])).read(&memory).await;
        assert_eq!(read.map(|held| held.bytes.len()), Ok(100_000));
    }

    #[tokio::test]
    async fn a_client_that_waits_to_be_asked_is_not_asked_for_what_is_refused() {
        let memory = BodyMemory::new(usize::MAX);
        let asked = || {
            stream::poll_fn(|_| -> std::task::Poll<Option<Result<Bytes, Infallible>>> {
                panic!("it is asked")
            })
        };
        let expects = [("expect", "100-Continue"), ("content-length", "100001")];
        assert_eq!(incoming(&expects, asked()).read(&memory).await.err(), Some(Unread::TooLong));
        incoming(&expects, asked()).discard().await;
    }
}
