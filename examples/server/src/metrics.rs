//! Metrics for Prometheus, in its text format (OpenMetrics 1.0).
//!
//! Labels have few values: a request stands under the pattern of its route, never under its path.

use std::fmt;
use std::sync::Arc;

use chatapi_core::ChatApi;
use chatapi_core::observer::{Answered, Notice};
use chatapi_core::store::PoolStatus;
use http::Method;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use crate::database::Opened;

mod endpoint;
mod options;

pub(crate) use endpoint::{route, serve};
pub(crate) use options::{MetricOptions, MetricSettings};

/// The type that the text is sent as.
pub(crate) const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What is counted and measured. A clone is the same.
#[derive(Clone)]
pub(crate) struct Metrics(Arc<Parts>);

struct Parts {
    registry: Registry,
    requests: Family<Request, Counter>,
    durations: Family<RequestLabels, Histogram, fn() -> Histogram>,
    in_flight: Gauge,
    unrouted: Counter,
    failed_log_ins: Counter,
    throttled: Family<Throttled, Counter>,
    searches: Histogram,
    pool: Family<State, Gauge>,
    queues: Family<Queue, Gauge>,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct RequestLabels {
    route: String,
    method: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Request {
    route: String,
    method: &'static str,
    status: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Throttled {
    class: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct State {
    state: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Queue {
    queue: &'static str,
}

/// In seconds: most answers take a millisecond, a password's hash a tenth of a second, and a database that is away four.
const DURATIONS: [f64; 14] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

fn durations() -> Histogram {
    Histogram::new(DURATIONS)
}

impl Metrics {
    pub(crate) fn new(framework: &'static str) -> Self {
        let mut registry = Registry::with_prefix("chatapi");
        let build = Info::new([("version", env!("CARGO_PKG_VERSION")), ("framework", framework)]);
        registry.register("build", "The program that runs", build);
        let requests = Family::default();
        registry.register(
            "requests",
            "Completed requests; status 0 if the client disconnected first",
            requests.clone(),
        );
        let taken = Family::new_with_constructor(durations as fn() -> Histogram);
        let help = "Time from receiving a request to its response, excluding the time in which the client sent the body";
        registry.register_with_unit("request_duration", help, Unit::Seconds, taken.clone());
        let in_flight = Gauge::default();
        registry.register("requests_in_flight", "Requests being processed", in_flight.clone());
        let unrouted = Counter::default();
        registry.register("unrouted_requests", "Requests to paths that do not exist", unrouted.clone());
        let failed_log_ins = Counter::default();
        registry.register("failed_log_ins", "Failed login attempts", failed_log_ins.clone());
        let throttled = Family::default();
        registry.register("throttled", "Requests rejected by a rate limit, by rate class", throttled.clone());
        let searches = durations();
        registry.register_with_unit(
            "search_duration",
            "Duration of searches",
            Unit::Seconds,
            searches.clone(),
        );
        let pool = Family::default();
        registry.register(
            "database_connections",
            "Database connections by state (open, idle), and requests waiting for one",
            pool.clone(),
        );
        let queues = Family::default();
        registry.register("queue_length", "Length of internal queues", queues.clone());
        Self(Arc::new(Parts {
            registry,
            requests,
            durations: taken,
            in_flight,
            unrouted,
            failed_log_ins,
            throttled,
            searches,
            pool,
            queues,
        }))
    }

    pub(crate) fn asked(&self) {
        self.0.in_flight.inc();
    }

    pub(crate) fn answered(&self, answer: &Answered<'_>) {
        let (route, method) = (answer.route.path(), known(answer.method));
        let asked = RequestLabels { route: route.to_owned(), method };
        let status = answer.status.unwrap_or_default().to_string();
        self.0.in_flight.dec();
        self.0.requests.get_or_create(&Request { route: route.to_owned(), method, status }).inc();
        self.0.durations.get_or_create(&asked).observe(answer.took.as_secs_f64());
    }

    pub(crate) fn noticed(&self, notice: Notice) {
        let counter = match notice {
            Notice::Unrouted => &self.0.unrouted,
            Notice::LogInFailed => &self.0.failed_log_ins,
            Notice::Throttled(class) => {
                &self.0.throttled.get_or_create_owned(&Throttled { class: class.name() })
            }
            Notice::Searched { took } => return self.0.searches.observe(took.as_secs_f64()),
            _ => return,
        };
        counter.inc();
    }

    /// Everything, as of now.
    pub(crate) fn text(&self, api: &ChatApi, database: &Opened) -> Result<String, fmt::Error> {
        let PoolStatus { open, idle, waiting, .. } = database.pool_status();
        let pool = [("open", Some(open)), ("idle", Some(idle)), ("waiting", waiting)];
        for (state, number) in pool.into_iter().filter_map(|(state, number)| Some((state, number?))) {
            self.0.pool.get_or_create(&State { state }).set(gauge(number));
        }
        let queues = api.stats();
        for (queue, length) in [
            ("hashing", queues.hashing),
            ("passwords", queues.passwords),
            ("events", queues.events),
            ("rooms_to_index", queues.rooms_to_index),
            ("tasks", queues.tasks),
        ] {
            self.0.queues.get_or_create(&Queue { queue }).set(gauge(length));
        }
        let mut text = String::new();
        encode(&mut text, &self.0.registry)?;
        Ok(text)
    }
}

fn gauge(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A client may send any word as a method.
fn known(method: &Method) -> &'static str {
    const KNOWN: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
    KNOWN.into_iter().find(|known| method == known).unwrap_or("other")
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}
