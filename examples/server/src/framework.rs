//! The web frameworks that this program was built with, each serving the same chat.

use std::str::FromStr;
use std::time::Duration;

use chatapi_core::ChatApi;
use tokio::net::TcpListener;

use crate::connections::ConnectionSettings;
use crate::failure::Failure;
use crate::stop::Stop;

#[cfg(feature = "actix")]
mod actix;
#[cfg(feature = "axum")]
mod axum;
#[cfg(feature = "poem")]
mod poem;

#[cfg(not(any(feature = "axum", feature = "actix", feature = "poem")))]
compile_error!("the server needs a web framework: enable the feature axum, actix or poem");

/// How long a connection may take to send the head of its next request, and so how long it may be idle. Longer than the
/// 60 seconds for which proxies like to keep a connection, or they would find it closed just when they use it.
pub(crate) const HEAD_TIMEOUT: Duration = Duration::from_secs(75);

/// How long requests in flight may take when the server ends.
pub(crate) const GRACE: Duration = Duration::from_secs(30);

/// What serves.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Framework {
    /// axum 0.8
    #[cfg(feature = "axum")]
    #[default]
    Axum,
    /// actix-web 4
    #[cfg(feature = "actix")]
    #[cfg_attr(not(feature = "axum"), default)]
    Actix,
    /// poem 3
    #[cfg(feature = "poem")]
    #[cfg_attr(not(any(feature = "axum", feature = "actix")), default)]
    Poem,
}

/// What there is, built in or not.
const KNOWN: [&str; 3] = ["axum", "actix", "poem"];

impl FromStr for Framework {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            #[cfg(feature = "axum")]
            "axum" => Ok(Self::Axum),
            #[cfg(feature = "actix")]
            "actix" => Ok(Self::Actix),
            #[cfg(feature = "poem")]
            "poem" => Ok(Self::Poem),
            other if KNOWN.contains(&other) => Err(format!(
                "{other} is not compiled in: build the server with `cargo build --release -p chatapi-server --features {other}`, or \
                 the image with `--build-arg FEATURES={other}`"
            )),
            _ => Err(format!("expected one of {}", KNOWN.join(", "))),
        }
    }
}

impl Framework {
    /// Its name, as `--framework` has it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            #[cfg(feature = "axum")]
            Self::Axum => "axum",
            #[cfg(feature = "actix")]
            Self::Actix => "actix",
            #[cfg(feature = "poem")]
            Self::Poem => "poem",
        }
    }

    /// Serves until it is asked to stop, then waits for the requests in flight.
    pub(crate) async fn serve(
        self,
        listener: TcpListener,
        api: ChatApi,
        connections: ConnectionSettings,
        stop: &mut Stop,
    ) -> Result<(), Failure> {
        match self {
            #[cfg(feature = "axum")]
            Self::Axum => axum::serve(listener, api, connections, stop).await,
            #[cfg(feature = "actix")]
            Self::Actix => actix::serve(listener, api, connections, stop).await?,
            #[cfg(feature = "poem")]
            Self::Poem => poem::serve(listener, api, connections, stop).await,
        }
        Ok(())
    }
}
