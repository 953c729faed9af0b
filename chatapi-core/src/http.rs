//! The endpoints as data: the table of routes that adapters mount, and the one function that answers them all.
//!
//! An adapter registers each [`Route`] natively for every method, hands what comes there to
//! [`serve`](crate::ChatApi::serve), and converts the answer. Everything that the documented API says about a request is
//! decided here.

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::net::SocketAddr;

use bytes::Bytes;
use futures_util::stream::BoxStream;

pub(crate) mod body;
mod call;
mod cors;
mod csrf;
mod cursor;
mod dispatch;
mod doc;
mod endpoint;
mod form;
mod forwarded;
mod highlights;
mod host;
mod negotiate;
mod options;
mod pages;
mod pagination_docs;
mod query;
mod ranked;
mod rate_limit_headers;
mod response;
mod route;

pub(crate) mod accounts;
pub mod health;
pub(crate) mod messages;
pub(crate) mod rooms;
pub(crate) mod tokens;

pub use ::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
pub use call::Call;
pub use cors::{Cors, ParseOriginsError};
pub use doc::{Doc, Parameter, Property, Record, Shape};
pub use endpoint::{Access, Endpoint, Handler};
pub use forwarded::{ParseProxyHeadersError, ProxyHeaders};
pub use options::Field;
pub use pages::{Pages, Shown};
pub use response::json;
pub use route::Route;

/// A request, its body read. Its extensions may hold a [`Peer`], and a [`CurrentUser`](crate::CurrentUser) or an
/// [`ExternalUser`](crate::users::ExternalUser) that the host's middleware found.
pub type Request = ::http::Request<Bytes>;

/// An answer.
pub type Response = ::http::Response<Body>;

/// The body of an answer.
#[non_exhaustive]
pub enum Body {
    /// All of it at once.
    Full(Bytes),
    /// Piece by piece.
    Stream(BoxStream<'static, io::Result<Bytes>>),
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full(bytes) => f.debug_tuple("Full").field(bytes).finish(),
            Self::Stream(_) => f.write_str("Stream"),
        }
    }
}

/// The address that a connection came from: adapters put it into a request's extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer(pub SocketAddr);

/// The values of a path's parameters, decoded, by name.
#[derive(Clone, Debug, Default)]
pub struct Params(Vec<(Cow<'static, str>, String)>);

impl Params {
    /// The value of this parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

impl<N: Into<Cow<'static, str>>, V: Into<String>> FromIterator<(N, V)> for Params {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}
