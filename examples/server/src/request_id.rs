//! Every request has an id, which the log and the answer carry.

use std::borrow::Cow;

use chatapi_core::ChatApi;
use chatapi_core::random::{SystemRandom, hex};
use http::HeaderName;
use tokio::time::Instant;
use tracing::{Span, debug, error_span, info};

use crate::traces;

pub(crate) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The longest id that is taken over from a client, in bytes.
const LONGEST: usize = 128;

/// What machines ask every few seconds: only another answer than usual is worth a line of the log,
/// and none a trace.
const PROBES: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// A request that is being answered.
pub(crate) struct RequestId {
    id: String,
    log: Span,
    trace: Span,
    is_probe: bool,
    began: Instant,
}

impl RequestId {
    /// `path` is named in the log as [`shown`] does. `sent` are the values of the request's own header, `header` gives others of its headers by name.
    pub(crate) fn of<'a>(
        api: &ChatApi,
        method: &str,
        path: &str,
        sent: impl Iterator<Item = &'a [u8]>,
        header: impl Fn(&str) -> Option<&'a str>,
    ) -> Self {
        let id = taken(sent).unwrap_or_else(|| hex(&SystemRandom, 16));
        // A span at the level of errors is there whatever the log's filter leaves out.
        let shown = shown(api, path);
        let log = error_span!("request", method, path = &*shown, request_id = id);
        let is_probe = PROBES.contains(&path);
        let trace = if is_probe { Span::none() } else { traces::span(&log, method, &shown, &id) };
        traces::continue_from(&trace, header);
        Self { id, log, trace, is_probe, began: Instant::now() }
    }

    /// What everything that is logged about the request stands in.
    pub(crate) fn span(&self) -> Span {
        if self.trace.is_disabled() { self.log.clone() } else { self.trace.clone() }
    }

    /// Logs that it was answered.
    pub(crate) fn answered(&self, status: u16) {
        let milliseconds = self.began.elapsed().as_micros() as f64 / 1000.0;
        traces::answered(&self.trace, status);
        self.log.in_scope(|| {
            if self.is_probe && status == 200 {
                debug!(status, milliseconds, "request completed");
            } else {
                info!(status, milliseconds, "request completed");
            }
        });
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.id
    }
}

/// The pattern of a path's route: what stands in a path may be secret, as the token of a mailed link is. Of a path that has no
/// route, no more than its first segment.
fn shown<'a>(api: &'a ChatApi, path: &'a str) -> Cow<'a, str> {
    if let Some((route, _)) = api.find(path) {
        return route.path().into();
    }
    match path.char_indices().filter(|(_, character)| *character == '/').nth(1) {
        Some((slash, _)) if slash + 1 < path.len() => format!("{}…", &path[..=slash]).into(),
        _ => path.into(),
    }
}

/// The id that the client, or a proxy before us, gave the request: where it is one, short, and visible.
fn taken<'a>(mut sent: impl Iterator<Item = &'a [u8]>) -> Option<String> {
    let (Some(id), None) = (sent.next(), sent.next()) else {
        return None;
    };
    let sane = (1..=LONGEST).contains(&id.len()) && id.iter().all(u8::is_ascii_graphic);
    str::from_utf8(id).ok().filter(|_| sane).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::LONGEST;

    fn taken(ids: &[&str]) -> Option<String> {
        super::taken(ids.iter().map(|id| id.as_bytes()))
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
