//! Where metrics are served, if anywhere.

use std::net::SocketAddr;

use clap::Args;

use crate::failure::Failure;
use crate::settings::values::Address;

#[derive(Debug, Args)]
#[command(next_help_heading = "Metrics")]
pub(crate) struct MetricOptions {
    /// Separate address and port that serves Prometheus metrics at /metrics, without authentication [default: none]
    #[arg(long, env = "CHATAPI_METRICS_BIND", value_name = "ADDRESS:PORT")]
    metrics_bind: Option<Address>,
    /// Serve metrics at /metrics next to the API, to requests with this bearer token of at least 16 characters
    #[arg(long, env = "CHATAPI_METRICS_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    metrics_token: Option<String>,
}

/// Where metrics are served.
#[derive(Clone)]
pub(crate) struct MetricSettings {
    pub(crate) bind: Option<Vec<SocketAddr>>,
    pub(crate) token: Option<String>,
}

/// The fewest bytes of a token.
const SHORTEST: usize = 16;

impl MetricOptions {
    /// Checks them; none where metrics are off.
    pub(crate) fn settings(self) -> Result<Option<MetricSettings>, Failure> {
        if self.metrics_token.as_ref().is_some_and(|token| token.len() < SHORTEST) {
            let why = "--metrics-token / CHATAPI_METRICS_TOKEN: expected at least 16 characters";
            return Err(Failure::setting(why));
        }
        let settings =
            MetricSettings { bind: self.metrics_bind.map(|bind| bind.0), token: self.metrics_token };
        Ok((settings.bind.is_some() || settings.token.is_some()).then_some(settings))
    }
}
