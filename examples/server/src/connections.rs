//! Accepts connections, hurries slow clients, and lets requests in flight end.

use std::convert::Infallible;
use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use chatapi_core::ChatApi;
use http::{HeaderValue, Request, Response};
use http_body::Body;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1::Builder;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{Instrument as _, debug, info, warn};

use crate::framework::{GRACE, HEAD_PATIENCE};
use crate::request_id::{RequestId, X_REQUEST_ID};
use crate::stop::Stop;

/// A framework's application: answers requests.
pub(crate) trait App: Clone + Send + Sync + 'static {
    /// The body of its answers.
    type Body: Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>> + Send + 'static;

    /// Answers a request that came from `peer`.
    fn answer(
        &self,
        request: Request<Incoming>,
        peer: SocketAddr,
    ) -> impl Future<Output = Response<Self::Body>> + Send;
}

/// Serves until it is asked to stop, then waits for the requests in flight. Being asked again ends the wait.
///
/// This does what the frameworks' own servers do, which set no limit to the time that a client takes to send the head of a
/// request.
pub(crate) async fn serve(listener: TcpListener, api: &ChatApi, app: impl App, stop: &mut Stop) {
    let mut http = Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_PATIENCE);
    let stopping = CancellationToken::new();
    let connections = TaskTracker::new();
    loop {
        let (stream, peer) = tokio::select! {
            connection = accept(&listener) => connection,
            () = stop.asked() => break,
        };
        let (api, app) = (api.clone(), app.clone());
        let service = service_fn(move |request| {
            let (api, app) = (api.clone(), app.clone());
            async move { Ok::<_, Infallible>(answer(&api, &app, request, peer).await) }
        });
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

/// The next connection. What hinders one, such as too many open files, passes.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                if let Err(fault) = stream.set_nodelay(true) {
                    debug!(%fault, "answers on this connection may be late");
                }
                return (stream, peer);
            }
            Err(fault) if is_of_one_connection(&fault) => {}
            Err(fault) => {
                warn!(%fault, "cannot accept connections for now");
                sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

/// The client was gone before it was accepted.
fn is_of_one_connection(fault: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(fault.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// Names a request in everything that is logged about it, and in its answer.
async fn answer<A: App>(
    api: &ChatApi,
    app: &A,
    request: Request<Incoming>,
    peer: SocketAddr,
) -> Response<A::Body> {
    let sent = request.headers().get_all(X_REQUEST_ID).iter().map(HeaderValue::as_bytes);
    let id = RequestId::of(api, request.method().as_str(), request.uri().path(), sent, |name| {
        request.headers().get(name).and_then(|value| value.to_str().ok())
    });
    let mut response = app.answer(request, peer).instrument(id.span()).await;
    id.answered(response.status().as_u16());
    if let Ok(id) = HeaderValue::from_str(id.as_str()) {
        response.headers_mut().insert(X_REQUEST_ID, id);
    }
    response
}

#[cfg(test)]
mod tests {
    use chatapi_core::store::memory::MemoryStore;
    use http_body_util::Full;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    #[derive(Clone)]
    struct Hears;

    impl App for Hears {
        type Body = Full<Bytes>;

        async fn answer(&self, _: Request<Incoming>, _: SocketAddr) -> Response<Full<Bytes>> {
            Response::new("heard".into())
        }
    }

    /// What a client gets that sends a part of a request and then nothing more. The clock of the test runs on by itself as
    /// soon as nobody has anything to do.
    async fn answer_to(part: &str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let api = ChatApi::builder(MemoryStore::new(), [7; 32]).build().unwrap();
        tokio::spawn(async move { serve(listener, &api, Hears, &mut Stop::listen().unwrap()).await });
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

    #[tokio::test(start_paused = true)]
    async fn a_client_that_is_answered_is_kept_until_it_is_idle_for_long() {
        let answer = answer_to("GET / HTTP/1.1\r\nHost: test\r\n\r\n").await;
        assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("heard"), "{answer}");
    }
}
