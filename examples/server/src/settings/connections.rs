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
    /// Proxies whose headers count, as --proxy-headers names them: networks or addresses, separated by commas [default: none]
    #[arg(long, env = "CHATAPI_TRUSTED_PROXIES", value_name = "NETWORKS")]
    #[arg(value_delimiter = ',', value_parser = network)]
    trusted_proxies: Vec<IpNet>,
    /// The headers that these proxies write: x-forwarded (X-Forwarded-For, -Proto and -Host) or forwarded (RFC 7239). Those of
    /// the other kind are ignored
    #[arg(long, env = "CHATAPI_PROXY_HEADERS", value_name = "KIND")]
    #[arg(default_value_t = ProxyHeaders::default())]
    proxy_headers: ProxyHeaders,
    /// Whether these proxies write X-Forwarded-Prefix: the beginning of the path, which they took off
    #[arg(long, env = "CHATAPI_PROXY_PREFIX", value_name = "YES OR NO", default_value = "no")]
    #[arg(action = ArgAction::Set, value_parser = yes_or_no)]
    proxy_prefix: bool,
    /// How many connections there may be at once
    #[arg(long, env = "CHATAPI_CONNECTIONS", value_name = "CONNECTIONS", default_value_t = 8192)]
    #[arg(value_parser = RangedU64ValueParser::<usize>::new().range(1..=1_000_000))]
    connections: usize,
    /// How many connections one network may have at once: an IPv4 address, or the first 64 bits of an IPv6 address. The proxies
    /// are exempt
    #[arg(long, env = "CHATAPI_CONNECTIONS_PER_NETWORK", value_name = "CONNECTIONS", default_value_t = 512)]
    #[arg(value_parser = RangedU64ValueParser::<usize>::new().range(1..=1_000_000))]
    connections_per_network: usize,
    /// How much memory the bodies of requests may take at once, in bytes; beyond it requests are answered 503
    #[arg(long, env = "CHATAPI_BODY_MEMORY", value_name = "BYTES")]
    #[arg(default_value_t = Config::default().body_memory)]
    #[arg(value_parser = RangedU64ValueParser::<usize>::new().range(1 << 20..=1 << 40))]
    body_memory: usize,
    /// Whether pages, assets and JSON are compressed (br, gzip) for clients that accept it
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
