//! Accepts connections, hurries slow clients, and lets requests in flight end.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::response::Response;
use axum::serve::{Listener as _, ListenerExt as _};
use hyper::body::Incoming;
use hyper::server::conn::http1::Builder;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::{Service, ServiceExt as _};
use tracing::{debug, info, warn};

use crate::stop::Stop;

/// How long a connection may take to send the head of its next request, and so how long it may be idle. Longer than the
/// 60 seconds for which proxies like to keep a connection, or they would find it closed just when they use it.
const HEAD_PATIENCE: Duration = Duration::from_secs(75);

/// How long requests in flight may take when the server ends.
const GRACE: Duration = Duration::from_secs(30);

/// Serves until it is asked to stop, then waits for the requests in flight. Being asked again ends the wait.
///
/// This does what `axum::serve` does, which sets no limit to the time that a client takes to send the head of a request.
pub(crate) async fn serve(listener: TcpListener, app: Router, stop: &mut Stop) {
    let mut http = Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_PATIENCE);
    let stopping = CancellationToken::new();
    let connections = TaskTracker::new();
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
        let service = TowerToHyperService::new(with_peer(app.clone(), peer));
        let connection = http.serve_connection(TokioIo::new(stream), service).with_upgrades();
        let stopping = stopping.clone();
        connections.spawn(async move {
            let mut connection = pin!(connection);
            let ended = tokio::select! {
                ended = connection.as_mut() => ended,
                () = stopping.cancelled() => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            if let Err(fault) = ended {
                debug!(%peer, %fault, "a connection broke");
            }
        });
    }
    drop(listener);
    connections.close();
    stopping.cancel();
    info!(connections = connections.len(), "stopping: no new connections, requests in flight may end");
    tokio::select! {
        () = connections.wait() => {}
        () = sleep(GRACE) => warn!("requests in flight took longer than {} s and are cut off", GRACE.as_secs()),
        () = stop.asked() => warn!("asked to stop again: requests in flight are cut off"),
    }
}

/// The application, told where its requests come from.
fn with_peer(
    app: Router,
    peer: SocketAddr,
) -> impl Service<http::Request<Incoming>, Response = Response, Error = Infallible, Future: Send> + Clone {
    app.map_request(move |request: http::Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        request
    })
}

#[cfg(test)]
mod tests {
    use axum::body::Bytes;
    use axum::routing::post;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpStream;

    use super::*;

    /// What a client gets that sends a part of a request and then nothing more. The clock of the test runs on by itself as
    /// soon as nobody has anything to do.
    async fn answer_to(part: &str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = Router::new().route("/", post(|_: Bytes| async { "heard" }));
        tokio::spawn(async move { serve(listener, app, &mut Stop::listen().unwrap()).await });
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(part.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_never_ends_the_head_is_left() {
        assert!(!answer_to("POST / HTTP/1.1\r\nHost: te").await.contains("heard"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_says_nothing_is_left() {
        assert_eq!(answer_to("").await, "");
    }
}
