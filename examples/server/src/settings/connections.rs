//! Connections, and the proxies that they come through.

use chatapi_core::Config;
use chatapi_core::http::ProxyHeaders;
use clap::builder::RangedU64ValueParser;
use clap::{ArgAction, Args};
use ipnet::IpNet;

use super::values::{network, yes_or_no};
use crate::connections::{ConnectionLimits, ConnectionSettings};

#[derive(Debug, Args)]
#[command(next_help_heading = "Connections and proxies")]
pub(super) struct ConnectionOptions {
    /// Trusted proxies: comma-separated networks or addresses. The server believes the headers that --proxy-headers names only
    /// if they come from one of these [default: none]
    #[arg(long, env = "CHATAPI_TRUSTED_PROXIES", value_name = "NETWORKS")]
    #[arg(value_delimiter = ',', value_parser = network)]
    trusted_proxies: Vec<IpNet>,
    /// Headers that the trusted proxies set: x-forwarded (X-Forwarded-For, -Proto and -Host) or forwarded (RFC 7239). The
    /// server ignores the other kind
    #[arg(long, env = "CHATAPI_PROXY_HEADERS", value_name = "KIND")]
    #[arg(default_value_t = ProxyHeaders::default())]
    proxy_headers: ProxyHeaders,
    /// Whether the trusted proxies set X-Forwarded-Prefix: the path prefix that they strip
    #[arg(long, env = "CHATAPI_PROXY_PREFIX", value_name = "YES OR NO", default_value = "no")]
    #[arg(action = ArgAction::Set, value_parser = yes_or_no)]
    proxy_prefix: bool,
    /// Maximum number of open connections
    #[arg(long, env = "CHATAPI_CONNECTIONS", value_name = "CONNECTIONS", default_value_t = 8192)]
    #[arg(value_parser = RangedU64ValueParser::<usize>::new().range(1..=1_000_000))]
    connections: usize,
    /// Maximum number of open connections per network, which is an IPv4 address or the first 64 bits of an IPv6 address.
    /// Trusted proxies are exempt
    #[arg(long, env = "CHATAPI_CONNECTIONS_PER_NETWORK", value_name = "CONNECTIONS", default_value_t = 512)]
    #[arg(value_parser = RangedU64ValueParser::<usize>::new().range(1..=1_000_000))]
    connections_per_network: usize,
    /// Maximum total memory of request bodies, in bytes; requests beyond it get 503
    #[arg(long, env = "CHATAPI_BODY_MEMORY", value_name = "BYTES")]
    #[arg(default_value_t = Config::default().body_memory)]
    #[arg(value_parser = RangedU64ValueParser::<usize>::new().range(1 << 20..=1 << 40))]
    body_memory: usize,
    /// Compress pages, assets and JSON (br, gzip) for clients that accept it
    #[arg(long, env = "CHATAPI_COMPRESSION", value_name = "YES OR NO", default_value = "yes")]
    #[arg(action = ArgAction::Set, value_parser = yes_or_no)]
    compression: bool,
}

impl ConnectionOptions {
    /// Adds what is set here to a configuration.
    pub(super) fn config(&self, mut config: Config) -> Config {
        config.trusted_proxies.clone_from(&self.trusted_proxies);
        config.proxy_headers = self.proxy_headers;
        config.proxy_prefix = self.proxy_prefix;
        config.body_memory = self.body_memory;
        config
    }

    pub(super) fn connections(&self) -> ConnectionSettings {
        let limits = ConnectionLimits {
            total: self.connections,
            per_network: self.connections_per_network,
            exempt: self.trusted_proxies.clone(),
        };
        ConnectionSettings { limits, compresses: self.compression }
    }
}
