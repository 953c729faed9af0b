//! Accepts connections, bounds how many there are and how slow they may be, and lets requests in flight end. All of the web
//! frameworks are served from here.

use std::convert::Infallible;
use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chatapi_core::ChatApi;
use http::{HeaderValue, Request, Response};
use http_body::Body;
use http_body_util::Either;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1::Builder;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;
use tracing::{Instrument as _, debug, info, warn};

use crate::compression::{Compressed, Compression, Negotiation};
use crate::framework::{GRACE, HEAD_TIMEOUT};
use crate::request_id::{RequestId, X_REQUEST_ID};
use crate::stop::Stop;

mod admission;
mod open_files;
mod socket;

pub(crate) use admission::ConnectionLimits;
pub(crate) use open_files::raise as raise_open_files;

use admission::{Admission, Ticket};
use socket::Socket;

/// How long a connection may take to send the head of its first request.
const FIRST_HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// The most that is read of a connection at once, and so the longest head of a request, in bytes. The longest search that is
/// answered takes 24 KiB of it. Each connection may hold so much for as long as it is open.
const READ_BUFFER: usize = 32 * 1024;

/// A framework's application: answers requests.
pub(crate) trait App: Clone + 'static {
    /// The body of its answers.
    type Body: Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>> + 'static;

    /// Answers a request that came from `peer`.
    fn answer(
        &self,
        request: Request<Incoming>,
        peer: SocketAddr,
    ) -> impl Future<Output = Response<Self::Body>>;
}

/// How connections are served.
#[derive(Clone, Debug)]
pub(crate) struct ConnectionSettings {
    pub(crate) limits: ConnectionLimits,
    /// Whether answers are compressed for clients that accept it.
    pub(crate) compresses: bool,
}

/// Serves until it is asked to stop, then waits for the requests in flight. Being asked again ends the wait. `spawn` has a
/// connection [run](Connection::run) on a task of its own.
pub(crate) async fn serve(
    listener: TcpListener,
    api: &ChatApi,
    settings: ConnectionSettings,
    stop: &mut Stop,
    spawn: impl Fn(Connection),
) {
    let mut http = Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT).max_buf_size(READ_BUFFER);
    let admission = Admission::new(settings.limits);
    let compression = settings.compresses.then(Compression::default).map(Arc::new);
    let stopping = CancellationToken::new();
    let connections = TaskTracker::new();
    loop {
        let (stream, peer) = tokio::select! {
            connection = accept(&listener) => connection,
            () = stop.asked() => break,
        };
        let Some(ticket) = admission.admit(peer.ip()) else {
            refuse(&stream);
            continue;
        };
        spawn(Connection {
            socket: Socket::new(stream, stopping.clone()),
            peer,
            api: api.clone(),
            http: http.clone(),
            compression: compression.clone(),
            stopping: stopping.clone(),
            _ticket: ticket,
            _tracked: connections.token(),
        });
    }
    drop(listener);
    connections.close();
    stopping.cancel();
    info!(
        connections = connections.len(),
        "stopping: refusing new connections and finishing requests in flight"
    );
    tokio::select! {
        () = connections.wait() => {}
        () = sleep(GRACE) => warn!("aborting requests in flight after {} s", GRACE.as_secs()),
        () = stop.asked() => warn!("second stop signal received: aborting requests in flight"),
    }
}

/// A connection that was accepted.
pub(crate) struct Connection {
    socket: Socket,
    peer: SocketAddr,
    api: ChatApi,
    http: Builder,
    compression: Option<Arc<Compression>>,
    stopping: CancellationToken,
    _ticket: Ticket,
    _tracked: TaskTrackerToken,
}

impl Connection {
    /// Answers its requests until it ends.
    pub(crate) async fn run(self, app: impl App) {
        let Self { socket, peer, api, http, compression, stopping, _ticket, _tracked } = self;
        let is_heard = Arc::new(AtomicBool::new(false));
        let service = service_fn(|request| {
            is_heard.store(true, Ordering::Relaxed);
            let (api, app, compression) = (api.clone(), app.clone(), compression.clone());
            async move { Ok::<_, Infallible>(answer(&api, &app, compression.as_deref(), request, peer).await) }
        });
        let mut connection = pin!(http.serve_connection(TokioIo::new(socket), service));
        let mut timeout = pin!(sleep(FIRST_HEAD_TIMEOUT));
        let (mut is_timed, mut is_stopping) = (true, false);
        let ended = loop {
            tokio::select! {
                ended = connection.as_mut() => break ended,
                () = &mut timeout, if is_timed => {
                    is_timed = false;
                    if !is_heard.load(Ordering::Relaxed) {
                        return debug!(%peer, "connection timed out waiting for a request");
                    }
                }
                () = stopping.cancelled(), if !is_stopping => {
                    is_stopping = true;
                    connection.as_mut().graceful_shutdown();
                }
            }
        };
        if let Err(fault) = ended {
            debug!(%peer, %fault, "connection failed");
        }
    }
}

/// Tells a client that there are too many connections, as far as that can be said without waiting for it.
fn refuse(stream: &TcpStream) {
    let _ = stream.try_write(
        b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 10\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
    );
}

/// The next connection. What hinders one, such as too many open files, passes.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                if let Err(fault) = stream.set_nodelay(true) {
                    debug!(%fault, "cannot set TCP_NODELAY: responses on this connection may be delayed");
                }
                return (stream, peer);
            }
            Err(fault) if is_of_one_connection(&fault) => {}
            Err(fault) => {
                warn!(%fault, "cannot accept a connection");
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

/// Names a request in everything that is logged about it, and in its answer, which is compressed where the client likes.
async fn answer<A: App>(
    api: &ChatApi,
    app: &A,
    compression: Option<&Compression>,
    request: Request<Incoming>,
    peer: SocketAddr,
) -> Response<Compressed<A::Body>> {
    let sent = request.headers().get_all(X_REQUEST_ID).iter().map(HeaderValue::as_bytes);
    let id = RequestId::of(api, request.method().as_str(), request.uri().path(), sent, |name| {
        request.headers().get(name).and_then(|value| value.to_str().ok())
    });
    let asked = compression.map(|compression| (compression, Negotiation::of(&request)));
    let response = app.answer(request, peer).instrument(id.span()).await;
    let mut response = match asked {
        Some((compression, asked)) => compression.compress(&asked, response).await,
        None => response.map(Either::Left),
    };
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
    use tokio::time::Instant;

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
        let settings = ConnectionSettings { limits: ConnectionLimits::default(), compresses: false };
        tokio::spawn(async move {
            let spawn = |connection: Connection| drop(tokio::spawn(connection.run(Hears)));
            serve(listener, &api, settings, &mut Stop::listen().unwrap(), spawn).await;
        });
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
    async fn a_client_that_says_nothing_is_left_soon() {
        let began = Instant::now();
        assert_eq!(answer_to("").await, "");
        assert_eq!(began.elapsed().as_secs(), FIRST_HEAD_TIMEOUT.as_secs());
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_is_answered_is_kept_until_it_is_idle_for_long() {
        let began = Instant::now();
        let answer = answer_to("GET / HTTP/1.1\r\nHost: test\r\n\r\n").await;
        assert_eq!(began.elapsed().as_secs(), HEAD_TIMEOUT.as_secs());
        assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("heard"), "{answer}");
    }
}
