//! One method of a path: who may call it, and what it does.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use async_trait::async_trait;
use http::Method;

use super::{Call, Doc, Response};
use crate::ChatApi;
use crate::error::Result;
use crate::rate_limit::RateClass;

/// Who may call an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Users alone.
    Users,
    /// Anybody; but credentials that are sent must be good.
    Anyone,
    /// Anybody; credentials are not even looked at.
    Public,
}

/// Does what an endpoint does. Any `async fn(ChatApi, Call) -> Result<Response>` is one.
#[async_trait]
pub trait Handler: Send + Sync {
    /// Answers a call.
    async fn handle(&self, api: ChatApi, call: Call) -> Result<Response>;
}

#[async_trait]
impl<F, A> Handler for F
where
    F: Fn(ChatApi, Call) -> A + Send + Sync,
    A: Future<Output = Result<Response>> + Send,
{
    async fn handle(&self, api: ChatApi, call: Call) -> Result<Response> {
        self(api, call).await
    }
}

/// One method of a path.
#[derive(Clone)]
pub struct Endpoint {
    pub(crate) method: Method,
    pub(crate) access: Access,
    pub(crate) class: Option<RateClass>,
    pub(crate) handler: Arc<dyn Handler>,
    pub(super) doc: Doc,
}

impl Endpoint {
    /// Its method.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// Who may call it.
    pub fn access(&self) -> Access {
        self.access
    }

    /// Whether the body of its requests means anything.
    pub(crate) fn takes_body(&self) -> bool {
        ![Method::GET, Method::HEAD].contains(&self.method)
    }

    /// What requests to it are counted as, where that is limited.
    pub fn class(&self) -> Option<RateClass> {
        self.class
    }

    /// What there is to say of it.
    pub fn doc(&self) -> &Doc {
        &self.doc
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint").field("method", &self.method).finish_non_exhaustive()
    }
}
