//! Logs go to standard error, as text or as one JSON object a line.

use std::io::{self, IsTerminal as _};

use tracing_subscriber::EnvFilter;

/// How a line of the log looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// For programs: one object a line.
    Json,
}

/// What is logged, and how it looks.
#[derive(Debug)]
pub(crate) struct Logs {
    pub(crate) format: LogFormat,
    pub(crate) filter: EnvFilter,
}

/// Starts to log.
pub(crate) fn start(logs: Logs) {
    let lines = tracing_subscriber::fmt()
        .with_env_filter(logs.filter)
        .with_writer(io::stderr)
        .with_ansi(logs.format == LogFormat::Text && io::stderr().is_terminal());
    match logs.format {
        LogFormat::Text => lines.init(),
        LogFormat::Json => lines.json().flatten_event(true).with_span_list(false).init(),
    }
}
