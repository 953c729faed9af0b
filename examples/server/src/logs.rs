//! Logs go to standard error, as text or as one JSON object a line.

use std::env;
use std::io::{self, IsTerminal as _};

use clap::Args;
use tracing_subscriber::filter::{FilterExt, filter_fn};
use tracing_subscriber::fmt::layer;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _, registry};

use crate::failure::Failure;
use crate::traces::{self, Traces};

#[derive(Debug, Args)]
#[command(next_help_heading = "Logs")]
pub(crate) struct LogOptions {
    /// How a line of the log looks
    #[arg(long, env = "CHATAPI_LOG_FORMAT", global = true, value_name = "FORMAT", default_value = "text")]
    log_format: LogFormat,
    /// What is logged: a level (error, warn, info, debug, trace), or levels by module, such as warn,chatapi_server=debug
    /// [default: RUST_LOG, otherwise info; warn for commands other than serve]
    #[arg(long, env = "CHATAPI_LOG", value_name = "FILTER")]
    log: Option<String>,
}

/// How a line of the log looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum LogFormat {
    /// For people
    Text,
    /// For programs: one object a line
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
        match EnvFilter::builder().parse(&filter) {
            Ok(filter) => Ok(Logs { format: self.log_format, filter }),
            Err(fault) => Err(Failure::setting(format!("{named}: {fault}"))),
        }
    }
}

/// Starts to log, and to trace.
pub(crate) fn start(logs: Logs, traces: &Traces) {
    let lines = layer().with_writer(io::stderr);
    let lines = match logs.format {
        LogFormat::Text => lines.with_ansi(io::stderr().is_terminal()).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).with_span_list(false).boxed(),
    };
    // What is traced stands beside what is logged, and is not to be seen there.
    let is_for_the_log = filter_fn(|about| about.target() != traces::TARGET);
    let lines = lines.with_filter(FilterExt::and(logs.filter, is_for_the_log));
    registry().with(lines).with(traces.layer()).init();
}
