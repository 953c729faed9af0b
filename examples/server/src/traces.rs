//! Traces: what a request did and how long each part took, for a collector.
//!
//! The spans are ordinary ones of `tracing`, in a target of their own, which the log leaves out. Where traces are off nobody
//! listens to them, and they cost as much as a comparison.

use chatapi_core::http::Route;
use http::Method;
use tracing::field::Empty;
use tracing::{Span, info_span};

#[cfg(feature = "otlp")]
mod otlp;
#[cfg(not(feature = "otlp"))]
#[path = "traces/without.rs"]
mod otlp;

use otlp::rename;
pub(crate) use otlp::{TraceOptions, Traces, continue_from};

/// What the spans of requests are filtered by; the `info_span!` below has to spell it out.
pub(crate) const TARGET: &str = "chatapi_server::trace";

/// The span of a request, below `log`, which the log shows; its fields are OpenTelemetry's.
pub(crate) fn span(log: &Span, method: &str, path: &str, request_id: &str) -> Span {
    info_span!(
        target: "chatapi_server::trace",
        parent: log,
        "request",
        otel.kind = "server",
        otel.name = method,
        otel.status_code = Empty,
        http.request.method = method,
        http.route = Empty,
        http.response.status_code = Empty,
        url.path = path,
        request.id = request_id,
    )
}

/// Notes in the span of the request that is being answered which route it came to.
pub(crate) fn routed(route: &Route, method: &Method) {
    let span = Span::current();
    if !span.is_disabled() {
        rename(&span, format!("{method} {}", route.path()));
        span.record("http.route", route.path());
    }
}

/// Notes how a request was answered.
pub(crate) fn answered(span: &Span, status: u16) {
    span.record("http.response.status_code", status);
    if status >= 500 {
        span.record("otel.status_code", "error");
    }
}
