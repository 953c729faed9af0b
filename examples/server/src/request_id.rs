//! Every request has an id, which the log and the answer carry.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use chatapi_core::random::{SystemRandom, hex};
use http::{HeaderMap, HeaderName, HeaderValue};
use tokio::time::Instant;
use tracing::{Instrument as _, error_span, info};

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The longest id that is taken over from a client, in bytes.
const LONGEST: usize = 128;

/// Names the request in everything that is logged about it, logs a line when it is answered, and names it in the answer.
pub(crate) async fn identify(request: Request, next: Next) -> Response {
    let id = sent(request.headers()).unwrap_or_else(|| hex(&SystemRandom, 16));
    // A span at the level of errors is there whatever the log's filter leaves out.
    let span =
        error_span!("request", method = %request.method(), path = request.uri().path(), request_id = id);
    let began = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let milliseconds = began.elapsed().as_micros() as f64 / 1000.0;
    span.in_scope(|| info!(status = response.status().as_u16(), milliseconds, "answered"));
    if let Ok(id) = HeaderValue::try_from(id) {
        response.headers_mut().insert(X_REQUEST_ID, id);
    }
    response
}

/// The id that the client, or a proxy before us, gave the request: where it is one, short, and visible.
fn sent(headers: &HeaderMap) -> Option<String> {
    let mut ids = headers.get_all(X_REQUEST_ID).iter();
    let (Some(id), None) = (ids.next(), ids.next()) else {
        return None;
    };
    let sane = (1..=LONGEST).contains(&id.len()) && id.as_bytes().iter().all(u8::is_ascii_graphic);
    id.to_str().ok().filter(|_| sane).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(ids: &[&str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for id in ids {
            headers.append(X_REQUEST_ID, HeaderValue::from_bytes(id.as_bytes()).unwrap());
        }
        sent(&headers)
    }

    #[test]
    fn a_sane_id_is_taken_over() {
        assert_eq!(taken(&["trace-1/2:3"]), Some("trace-1/2:3".to_owned()));
        let longest = "x".repeat(LONGEST);
        assert_eq!(taken(&[&longest]), Some(longest));
    }

    #[test]
    fn an_id_that_could_confuse_a_log_is_not() {
        let too_long = "x".repeat(LONGEST + 1);
        for ids in [&[][..], &[""], &["two words"], &["tab\t"], &["ä"], &["one", "two"], &[&too_long]] {
            assert_eq!(taken(ids), None, "{ids:?}");
        }
    }
}
