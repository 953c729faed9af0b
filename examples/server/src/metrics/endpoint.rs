//! `/metrics`: beside the API, behind a token; or on a port of its own, where nothing else is.

use std::convert::Infallible;

use async_trait::async_trait;
use chatapi_core::error::Unauthenticated;
use chatapi_core::http::{Access, Body, Call, Handler, HeaderValue, Response, Route};
use chatapi_core::{ChatApi, Error, Result};
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Request, StatusCode};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1::Builder;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use subtle::ConstantTimeEq as _;
use tokio::net::TcpListener;
use tracing::{debug, warn};

use super::{CONTENT_TYPE as OPEN_METRICS, Metrics};
use crate::database::Opened;
use crate::framework::HEAD_TIMEOUT;

/// The row beside the API's.
pub(crate) fn route(metrics: Metrics, database: Opened, token: String) -> Route {
    Route::new("/metrics").named("Metrics").access(Access::Public).unlisted().get(Guarded {
        metrics,
        database,
        token,
    })
}

struct Guarded {
    metrics: Metrics,
    database: Opened,
    token: String,
}

#[async_trait]
impl Handler for Guarded {
    async fn handle(&self, api: ChatApi, call: Call) -> Result<Response> {
        let sent = call.head().headers.get(AUTHORIZATION).map(HeaderValue::as_bytes).unwrap_or_default();
        let sent = sent.strip_prefix(b"Bearer ").unwrap_or_default();
        if !bool::from(sent.ct_eq(self.token.as_bytes())) {
            return Err(Unauthenticated::Missing.into());
        }
        let text = self.metrics.text(&api, &self.database).map_err(|fault| Error::Internal(fault.into()))?;
        let mut response = Response::new(Body::Full(text.into()));
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(OPEN_METRICS));
        Ok(response)
    }
}

/// Serves them on a port of their own, for as long as the program runs.
pub(crate) async fn serve(listener: TcpListener, metrics: Metrics, api: ChatApi, database: Opened) {
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => TokioIo::new(stream),
            Err(fault) => {
                warn!(%fault, "cannot accept a connection to the metrics port");
                tokio::time::sleep(std::time::Duration::from_secs(1)).await;
                continue;
            }
        };
        let (metrics, api, database) = (metrics.clone(), api.clone(), database.clone());
        let service = service_fn(move |request| {
            let answer = answer(&request, &metrics, &api, &database);
            async move { Ok::<_, Infallible>(answer) }
        });
        tokio::spawn(async move {
            let mut http = Builder::new();
            http.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
            if let Err(fault) = http.serve_connection(stream, service).await {
                debug!(%fault, "connection to the metrics port failed");
            }
        });
    }
}

fn answer(
    request: &Request<Incoming>,
    metrics: &Metrics,
    api: &ChatApi,
    database: &Opened,
) -> http::Response<Full<Bytes>> {
    let text = (request.uri().path() == "/metrics").then(|| metrics.text(api, database));
    let (status, text) = match text {
        Some(Ok(text)) => (StatusCode::OK, text),
        Some(Err(_)) => (StatusCode::INTERNAL_SERVER_ERROR, String::new()),
        None => (StatusCode::NOT_FOUND, "Metrics are at /metrics\n".to_owned()),
    };
    let mut response = http::Response::new(Full::from(text));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(OPEN_METRICS));
    response
}
