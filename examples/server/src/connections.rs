//! Accepts connections, hurries slow clients, and lets requests in flight end.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::serve::{Listener as _, ListenerExt as _};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::time::sleep;
use tower::ServiceExt as _;
use tower_http::timeout::RequestBodyDeadlineLayer;
use tracing::{debug, info, warn};

use crate::stop::Stop;

/// How long a connection may take to send the head of its next request, and so how long it may be idle. Longer than the
/// 60 seconds for which proxies like to keep a connection, or they would find it closed just when they use it.
const HEAD_PATIENCE: Duration = Duration::from_secs(75);

/// How long a request may take to send its body.
const BODY_PATIENCE: Duration = Duration::from_secs(60);

/// How long requests in flight may take when the server ends.
const GRACE: Duration = Duration::from_secs(30);

/// Serves until it is asked to stop, then waits for the requests in flight. Being asked again ends the wait.
///
/// This does what `axum::serve` does, which sets no limit to the time that a client takes to send the head of a request.
pub(crate) async fn serve(listener: TcpListener, app: Router, stop: &mut Stop) {
    let app = app.layer(RequestBodyDeadlineLayer::new(BODY_PATIENCE));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_PATIENCE);
    let connections = GracefulShutdown::new();
    let mut listener = listener.tap_io(|stream| {
        if let Err(fault) = stream.set_nodelay(true) {
            debug!(%fault, "answers on this connection may be late");
        }
    });
    loop {
        let (stream, peer) = tokio::select! {
            connection = listener.accept() => connection,
            () = stop.asked() => break,
        };
        let connection = http.serve_connection(TokioIo::new(stream), service(app.clone(), peer));
        let connection = connections.watch(connection.with_upgrades());
        tokio::spawn(async move {
            if let Err(fault) = connection.await {
                debug!(%peer, %fault, "a connection broke");
            }
        });
    }
    drop(listener);
    info!(connections = connections.count(), "stopping: no new connections, requests in flight may end");
    tokio::select! {
        () = connections.shutdown() => {}
        () = sleep(GRACE) => warn!("requests in flight took longer than {} s and are cut off", GRACE.as_secs()),
        () = stop.asked() => warn!("asked to stop again: requests in flight are cut off"),
    }
}

/// The application, on a connection from `peer`.
fn service(
    app: Router,
    peer: SocketAddr,
) -> TowerToHyperService<impl tower::Service<http::Request<Incoming>, Response = axum::response::Response, Error = std::convert::Infallible, Future: Send> + Clone> {
    TowerToHyperService::new(app.map_request(move |request: http::Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        request
    }))
}
