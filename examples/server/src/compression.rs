//! Compresses answers for clients that accept it: pages, assets and JSON, of 1 KiB and more.
//!
//! An answer that holds a secret beside what somebody else may have chosen tells of it by its length (BREACH). So nothing is
//! compressed that may not be stored (`no-store`, as all pages of the admin site), that sets a cookie, or that holds tokens.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, HeaderMap,
    HeaderName, SET_COOKIE, VARY,
};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body::Body;
use http_body_util::{BodyExt as _, Collected, Either, Full};
use hyper::body::Bytes;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

mod coding;
mod encode;

use coding::Coding;
use encode::Effort;

/// The shortest body that is compressed, and the longest, in bytes.
const SHORTEST: u64 = 1024;
const LONGEST: u64 = 8 * 1024 * 1024;

/// A longer body is compressed on a thread of its own: it takes a millisecond and more.
const LONGEST_AT_ONCE: usize = 16 * 1024;

/// How many compressed assets are kept: there are a few dozen.
const KEPT: usize = 256;

/// What answers with tokens begin their path with.
const TOKENS: &str = "/auth/jwt/";

/// Compresses answers, and keeps what was made of assets.
pub(crate) struct Compression {
    kept: Mutex<HashMap<(Coding, Bytes), Bytes>>,
    threads: Semaphore,
}

impl Default for Compression {
    fn default() -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Self { kept: Mutex::default(), threads: Semaphore::new(threads) }
    }
}

/// What matters here of a request.
pub(crate) struct Negotiation {
    coding: Option<Coding>,
    is_head: bool,
    is_secret: bool,
}

impl Negotiation {
    pub(crate) fn of<B>(request: &Request<B>) -> Self {
        Self {
            coding: Coding::preferred(request.headers().get_all(ACCEPT_ENCODING)),
            is_head: request.method() == Method::HEAD,
            is_secret: request.uri().path().starts_with(TOKENS),
        }
    }
}

impl Compression {
    /// The answer, compressed where that is wanted and allowed.
    pub(crate) async fn compress<B: Body<Data = Bytes>>(
        &self,
        asked: &Negotiation,
        response: Response<B>,
    ) -> Response<Compressed<B>> {
        let is_known = response.status() == StatusCode::NOT_MODIFIED && response.headers().contains_key(ETAG);
        if asked.is_secret
            || !may_be_compressed(response.headers())
            || !(is_known || is_long_enough(response.headers()))
        {
            return response.map(Either::Left);
        }
        let (mut head, body) = response.into_parts();
        // What caches may keep differs by the coding even where it is not compressed for this client.
        let is_asset = head.headers.contains_key(CACHE_CONTROL);
        if is_asset || asked.coding.is_some() {
            add_to_vary(&mut head.headers);
        }
        let Some(coding) = asked.coding else {
            return Response::from_parts(head, Either::Left(body));
        };
        weaken_etag(&mut head.headers);
        if is_known {
            return Response::from_parts(head, Either::Left(body));
        }
        head.headers.insert(CONTENT_ENCODING, coding.name());
        head.headers.remove(CONTENT_LENGTH);
        if asked.is_head {
            return Response::from_parts(head, Either::Left(body));
        }
        // The body is there as a whole, since its length is known, and so does not fail.
        let bytes = body.collect().await.map(Collected::to_bytes).unwrap_or_default();
        let bytes = match is_asset {
            true => self.kept(coding, bytes).await,
            false => self.encoded(coding, bytes, Effort::Quick).await,
        };
        head.headers.insert(CONTENT_LENGTH, bytes.len().into());
        Response::from_parts(head, Either::Right(Full::new(bytes)))
    }

    /// What was made of an asset before, or is made of it now and kept.
    async fn kept(&self, coding: Coding, bytes: Bytes) -> Bytes {
        let key = (coding, bytes);
        let known = self.kept.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some(known) = known {
            return known;
        }
        let encoded = self.encoded(coding, key.1.clone(), Effort::Thorough).await;
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < KEPT {
            kept.insert(key, encoded.clone());
        }
        encoded
    }

    async fn encoded(&self, coding: Coding, bytes: Bytes, effort: Effort) -> Bytes {
        if bytes.len() <= LONGEST_AT_ONCE && effort == Effort::Quick {
            return encode::encode(coding, effort, &bytes);
        }
        // Neither does the semaphore close nor does what encodes panic.
        let _thread = self.threads.acquire().await;
        spawn_blocking(move || encode::encode(coding, effort, &bytes)).await.unwrap_or_default()
    }
}

/// Whether a body of this kind becomes smaller, and holds no secret that its length might tell of.
fn may_be_compressed(headers: &HeaderMap) -> bool {
    let value =
        |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = value(CONTENT_TYPE).split(';').next().unwrap_or_default().trim();
    let is_text = kind.starts_with("text/")
        || ["application/json", "application/yaml", "application/javascript", "image/svg+xml"]
            .contains(&kind);
    let cache_control = value(CACHE_CONTROL);
    is_text
        && !["no-store", "no-transform"].iter().any(|word| cache_control.contains(word))
        && !headers.contains_key(SET_COOKIE)
        && !headers.contains_key(CONTENT_ENCODING)
}

fn is_long_enough(headers: &HeaderMap) -> bool {
    let length = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    length.is_some_and(|length: u64| (SHORTEST..=LONGEST).contains(&length))
}

fn add_to_vary(headers: &mut HeaderMap) {
    let others = headers.get(VARY).and_then(|vary| vary.to_str().ok());
    let vary = others.and_then(|others| HeaderValue::try_from(format!("{others}, Accept-Encoding")).ok());
    headers.insert(VARY, vary.unwrap_or(HeaderValue::from_static("Accept-Encoding")));
}

/// A compressed answer has other bytes than the one whose tag it has, and the same meaning.
fn weaken_etag(headers: &mut HeaderMap) {
    let strong = headers.get(ETAG).and_then(|etag| etag.to_str().ok()).filter(|etag| etag.starts_with('"'));
    if let Some(weak) = strong.and_then(|strong| HeaderValue::try_from(format!("W/{strong}")).ok()) {
        headers.insert(ETAG, weak);
    }
}

/// The body of an answer: as it was, or compressed.
pub(crate) type Compressed<B> = Either<B, Full<Bytes>>;

#[cfg(test)]
mod tests;
