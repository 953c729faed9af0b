//! Logs go to standard error, as text or as one JSON object a line.

use std::env;
use std::io::{self, IsTerminal as _};

use clap::Args;
use tracing::Subscriber;
use tracing_subscriber::filter::{FilterExt, LevelFilter, filter_fn};
use tracing_subscriber::fmt::layer;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer, registry};

use crate::failure::Failure;
use crate::traces::{self, Traces};

#[derive(Debug, Args)]
#[command(next_help_heading = "Logs")]
pub(crate) struct LogOptions {
    /// Log format: text, or one JSON object per line
    #[arg(long, env = "CHATAPI_LOG_FORMAT", global = true, value_name = "FORMAT", default_value = "text")]
    log_format: LogFormat,
    /// Log filter: a level (error, warn, info, debug, trace), or levels by module, such as warn,chatapi_server=debug
    /// [default: RUST_LOG, otherwise info; warn for commands other than serve]
    #[arg(long, env = "CHATAPI_LOG", value_name = "FILTER")]
    log: Option<String>,
}

/// How a line of the log looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum LogFormat {
    /// Human-readable lines
    Text,
    /// One JSON object per line
    Json,
}

/// What is logged, and how it looks.
pub(crate) struct Logs {
    format: LogFormat,
    filter: EnvFilter,
}

impl Logs {
    /// Whether a program reads what is logged, so that nothing else may stand there.
    pub(crate) fn are_for_programs(&self) -> bool {
        self.format == LogFormat::Json
    }
}

impl LogOptions {
    /// What is logged; `level` where nothing is said about it.
    pub(crate) fn logs(&self, level: &str) -> Result<Logs, Failure> {
        let said = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
        let (named, filter) = match &self.log {
            Some(filter) => ("--log / CHATAPI_LOG", filter.clone()),
            None => ("RUST_LOG", said("RUST_LOG").unwrap_or_else(|| level.to_owned())),
        };
        if let Some(word) = filter.split(',').map(str::trim).find(|word| is_no_level(word)) {
            return Err(Failure::setting(format!(
                "{named}: unknown log level `{word}`: expected error, warn, info, debug, trace or off, or a module with a level, \
                 such as chatapi_server=debug"
            )));
        }
        match EnvFilter::builder().parse(&filter) {
            Ok(filter) => Ok(Logs { format: self.log_format, filter }),
            Err(fault) => Err(Failure::setting(format!("{named}: {fault}"))),
        }
    }
}

/// Whether a part of a filter is a word alone that is no level. The filter takes it for the name of a module, and logs nothing
/// but that.
fn is_no_level(word: &str) -> bool {
    let is_plain = !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
    is_plain && word.parse::<LevelFilter>().is_err()
}

/// Starts to log, and to trace.
pub(crate) fn start(logs: Logs, traces: &Traces) {
    let lines = logs.format;
    // What is traced stands beside what is logged, and is not to be seen there.
    let is_for_the_log = filter_fn(|about| about.target() != traces::TARGET);
    match traces.layer() {
        Some(traces) => {
            let filter = FilterExt::and(logs.filter, is_for_the_log);
            registry().with(lines.layer().with_filter(filter)).with(traces).init();
        }
        // One filter for everything, spans for traces included: nothing is made that nobody reads. With a filter of its own, a
        // layer that is alone loses events that follow one that was left out.
        None => {
            registry().with(logs.filter).with(is_for_the_log).with(lines.layer()).init();
        }
    }
}

impl LogFormat {
    fn layer<S: Subscriber + for<'a> LookupSpan<'a>>(self) -> Box<dyn Layer<S> + Send + Sync> {
        let lines = layer().with_writer(io::stderr);
        match self {
            Self::Text => lines.with_ansi(io::stderr().is_terminal()).boxed(),
            Self::Json => lines.json().flatten_event(true).with_span_list(false).boxed(),
        }
    }
}
