//! Traces over OTLP: HTTP and protobuf.

use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;
use clap::Args;
use opentelemetry::propagation::TextMapPropagator as _;
use opentelemetry::trace::{TraceContextExt as _, TracerProvider as _};
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tokio::task::spawn_blocking;
use tracing::level_filters::LevelFilter;
use tracing::{Span, Subscriber, debug, warn};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{FilterExt as _, Targets, dynamic_filter_fn};
use tracing_subscriber::registry::LookupSpan;
use ureq::Agent;

use super::TARGET;
use crate::failure::Failure;

#[derive(Debug, Args)]
#[command(next_help_heading = "Traces")]
pub(crate) struct TraceOptions {
    /// OTLP collector that receives traces (HTTP, protobuf), such as http://localhost:4318 [default: none]. The server also
    /// reads OpenTelemetry's other variables, such as OTEL_TRACES_SAMPLER and OTEL_EXPORTER_OTLP_HEADERS
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT", value_name = "URL")]
    otlp_endpoint: Option<String>,
    /// Service name in traces
    #[arg(long, env = "OTEL_SERVICE_NAME", value_name = "NAME", default_value = "chatapi")]
    otlp_service_name: String,
}

/// How long the collector may take to take a batch of spans; and, when the server ends, what is left.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Traces, on or off.
#[derive(Default)]
pub(crate) struct Traces(Option<SdkTracerProvider>);

impl TraceOptions {
    /// Starts to send. A thread of its own does, some seconds late and many spans at once: a collector that is slow or away
    /// holds nothing up, and what it does not take is lost.
    pub(crate) fn start(&self) -> Result<Traces, Failure> {
        let Some(endpoint) = &self.otlp_endpoint else { return Ok(Traces(None)) };
        let wrong = |why: &dyn std::error::Error| {
            Failure::setting(format!("--otlp-endpoint / OTEL_EXPORTER_OTLP_ENDPOINT: {why}"))
        };
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Collector::new())
            .with_endpoint(format!("{}/v1/traces", endpoint.trim_end_matches('/')))
            .build()
            .map_err(|fault| wrong(&fault))?;
        let resource = Resource::builder().with_service_name(self.otlp_service_name.clone()).build();
        let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource);
        Ok(Traces(Some(provider.build())))
    }
}

/// The way to the collector. It waits on the thread that sends, which has nothing else to do.
#[derive(Debug)]
struct Collector(Agent);

impl Collector {
    fn new() -> Self {
        let config = Agent::config_builder().timeout_global(Some(TIMEOUT)).http_status_as_error(false);
        Self(config.build().into())
    }
}

#[async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (head, body) = request.into_parts();
        let answer = self.0.run(Request::from_parts(head, &body[..]))?;
        let (head, mut body) = answer.into_parts();
        Ok(Response::from_parts(head, body.read_to_vec()?.into()))
    }
}

impl Traces {
    pub(crate) fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// Requests, the store's statements, and what is logged as wrong amid them.
    pub(crate) fn layer<S: Subscriber + for<'a> LookupSpan<'a>>(&self) -> Option<impl Layer<S> + use<S>> {
        let wanted = Targets::new()
            .with_target(TARGET, LevelFilter::INFO)
            .with_target("chatapi_core::store", LevelFilter::DEBUG)
            .with_target("chatapi_core", LevelFilter::WARN);
        // What happens outside of requests, as the indexer's statements do, would be a trace each.
        let amid_requests = dynamic_filter_fn(|about, context| {
            about.target() == TARGET || context.lookup_current().is_some()
        });
        let tracer = self.0.as_ref()?.tracer("chatapi-server");
        let layer = tracing_opentelemetry::layer().with_tracer(tracer);
        Some(
            layer
                .with_location(false)
                .with_threads(false)
                .with_target(false)
                .with_filter(wanted.and(amid_requests)),
        )
    }

    /// Sends what is left.
    pub(crate) async fn end(self) {
        let Some(provider) = self.0 else { return };
        let ended = spawn_blocking(move || provider.shutdown_with_timeout(TIMEOUT)).await;
        if let Ok(Err(fault)) = ended {
            warn!(%fault, "cannot export the last traces");
        }
    }
}

/// Makes a request's span a part of the trace that its sender says it belongs to (W3C Trace Context).
pub(crate) fn continue_from<'a>(span: &Span, header: impl Fn(&str) -> Option<&'a str>) {
    if span.is_disabled() {
        return;
    }
    let said = |name: &str| Some((name.to_owned(), header(name)?.to_owned()));
    let said: HashMap<_, _> = ["traceparent", "tracestate"].into_iter().filter_map(said).collect();
    if let Err(fault) = span.set_parent(TraceContextPropagator::new().extract(&said)) {
        debug!(%fault, "ignoring an invalid trace context");
    }
}

/// Names a span anew that has begun already, which recording a field no longer does.
pub(super) fn rename(span: &Span, name: String) {
    span.context().span().update_name(name);
}
