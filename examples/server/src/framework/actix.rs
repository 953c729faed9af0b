//! The chat on actix-web, with its own server.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::ErrorInternalServerError;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::{Next, from_fn};
use actix_web::web::Data;
use actix_web::{App, HttpServer};
use chatapi_core::ChatApi;
use tokio::net::TcpListener;
use tracing::{Instrument as _, error, info, warn};

use super::{GRACE, HEAD_PATIENCE};
use crate::failure::Failure;
use crate::request_id::{RequestId, X_REQUEST_ID};
use crate::stop::Stop;

pub(super) async fn serve(listener: TcpListener, api: ChatApi, stop: &mut Stop) -> Result<(), Failure> {
    let app = move || {
        App::new()
            .configure(chatapi_actix::configure(api.clone()))
            .default_service(chatapi_actix::not_found(api.clone()))
            .app_data(Data::new(api.clone()))
            .wrap(from_fn(identify))
    };
    let server = listener.into_std().and_then(|listener| {
        HttpServer::new(app)
            .client_request_timeout(HEAD_PATIENCE)
            .keep_alive(HEAD_PATIENCE)
            .shutdown_timeout(GRACE.as_secs())
            .tcp_nodelay(true)
            .disable_signals()
            .listen(listener)
    });
    let server = server.map_err(|fault| Failure::because("cannot listen", &fault))?.run();
    let handle = server.handle();
    let serving = tokio::spawn(server);
    stop.asked().await;
    info!("stopping: no new connections, requests in flight may end");
    tokio::select! {
        () = handle.stop(true) => {}
        // What has begun to stop well cannot be hurried but by leaving it alone.
        () = stop.asked() => {
            warn!("asked to stop again: requests in flight are cut off");
            serving.abort();
        }
    }
    if let Ok(Err(fault)) = serving.await {
        error!(%fault, "the server failed");
    }
    Ok(())
}

/// Names a request in everything that is logged about it, and in its answer.
async fn identify<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let sent = request.headers().get_all(X_REQUEST_ID.as_str()).map(HeaderValue::as_bytes);
    let api = request.app_data::<Data<ChatApi>>().ok_or_else(|| ErrorInternalServerError("no chat"))?;
    let id = RequestId::of(api, request.method().as_str(), request.path(), sent, |name| {
        request.headers().get(name).and_then(|value| value.to_str().ok())
    });
    let mut response = next.call(request).instrument(id.span()).await?;
    id.answered(response.status().as_u16());
    if let Ok(id) = HeaderValue::from_str(id.as_str()) {
        response.headers_mut().insert(HeaderName::from_static("x-request-id"), id);
    }
    Ok(response)
}
