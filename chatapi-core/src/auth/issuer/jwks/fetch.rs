//! One fetch of a JWK set.

use std::net::IpAddr;
use std::time::Duration;

use http::header::ACCEPT;
use reqwest::redirect::Policy;
use reqwest::{Client, Url};

use crate::auth::issuer::{KeyError, VerifyingKey};

/// How long an answer may take, all of it.
const TIMEOUT: Duration = Duration::from_secs(5);

/// The longest answer that is read, in bytes. Sets have a few thousand.
const LIMIT: usize = 256 * 1024;

/// Why keys cannot be fetched from a URL at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JwksError {
    /// It is no URL.
    #[error("invalid URL of a JWK set: {0:?}")]
    BadUrl(String),
    /// Whoever is on the way could give keys of their own.
    #[error("insecure URL of a JWK set: expected https, or http on the local host: {0}")]
    Insecure(String),
    /// TLS cannot be set up, as where the machine has no root certificates.
    #[error("cannot create the HTTP client for the JWK set")]
    NoClient(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Why one fetch failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchError {
    #[error("cannot fetch the issuer's JWK set")]
    Http(#[from] reqwest::Error),
    #[error("the request for the issuer's JWK set failed with status {0}")]
    Refused(u16),
    #[error("the issuer's JWK set has more than {LIMIT} bytes")]
    TooLong,
    #[error("the issuer's JWK set is not valid UTF-8")]
    NoText(#[from] std::string::FromUtf8Error),
    #[error("the issuer's JWK set has no usable keys")]
    Keys(#[from] KeyError),
}

/// Where the keys are, and how to ask for them.
pub(super) struct Address {
    url: Url,
    client: Client,
}

impl Address {
    pub(super) fn new(url: &str) -> Result<Self, JwksError> {
        let url = Url::parse(url).map_err(|_| JwksError::BadUrl(url.to_owned()))?;
        let client = Client::builder()
            .user_agent(concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")))
            .redirect(Policy::none())
            .timeout(TIMEOUT);
        let client = match url.scheme() {
            "https" => client.https_only(true),
            // Neither a proxy nor a certificate is needed on the way to oneself.
            "http" if is_local(&url) => client.no_proxy().tls_certs_only([]),
            "http" => return Err(JwksError::Insecure(url.into())),
            _ => return Err(JwksError::BadUrl(url.into())),
        };
        let client = client.build().map_err(|error| JwksError::NoClient(error.into()))?;
        Ok(Self { url, client })
    }

    pub(super) fn as_str(&self) -> &str {
        self.url.as_str()
    }

    pub(super) async fn fetch(&self) -> Result<Vec<VerifyingKey>, FetchError> {
        let mut answer = self.client.get(self.url.clone()).header(ACCEPT, "application/json").send().await?;
        if !answer.status().is_success() {
            return Err(FetchError::Refused(answer.status().as_u16()));
        }
        let mut body = Vec::new();
        while let Some(piece) = answer.chunk().await? {
            if body.len() + piece.len() > LIMIT {
                return Err(FetchError::TooLong);
            }
            body.extend_from_slice(&piece);
        }
        Ok(VerifyingKey::from_jwk_set(&String::from_utf8(body)?)?)
    }
}

/// Whether what is asked is this machine itself.
fn is_local(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}
