//! `/healthz` and `/readyz`: rows for a host to add, with [`ChatApiBuilder::route`](crate::ChatApiBuilder::route).

use http::header::CACHE_CONTROL;
use http::{HeaderValue, StatusCode};
use serde::Serialize;

use super::{Access, Call, Response, Route, response};
use crate::ChatApi;
use crate::error::Result;

/// `/healthz`: 200 as long as the process answers at all. Who gets no answer starts it anew.
pub fn live() -> Route {
    Route::new("/healthz").named("Health").access(Access::Public).unlisted().get(alive)
}

/// `/readyz`: 200 where requests can be answered; 503 with the reason where the database is away or not up to date, and
/// where the server is about to end. Who gets that sends requests elsewhere for a while.
pub fn ready() -> Route {
    Route::new("/readyz").named("Readiness").access(Access::Public).unlisted().get(readiness)
}

#[derive(Serialize)]
struct Health {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

async fn alive(_: ChatApi, _: Call) -> Result<Response> {
    reply_with(StatusCode::OK, &Health { status: "ok", reason: None })
}

async fn readiness(api: ChatApi, _: Call) -> Result<Response> {
    match api.ready().await {
        Ok(()) => reply_with(StatusCode::OK, &Health { status: "ok", reason: None }),
        Err(why) => {
            tracing::warn!(error = &why as &dyn std::error::Error, "not ready");
            let health = Health { status: "unavailable", reason: Some(why.to_string()) };
            reply_with(StatusCode::SERVICE_UNAVAILABLE, &health)
        }
    }
}

fn reply_with(status: StatusCode, health: &Health) -> Result<Response> {
    let mut response = response::json(status, health)?;
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
