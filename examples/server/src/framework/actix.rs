//! The chat on actix-web: its routes and middleware. Its own HTTP server bounds connections neither by network nor by the bytes
//! of their bodies, and asks for every body that a client announces with `Expect`; so ours serves it.

use std::cell::Cell;
use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::thread;

use actix_http::error::PayloadError;
use actix_http::{BoxedPayloadStream, Payload};
use actix_service::{IntoServiceFactory as _, Service, ServiceFactory as _};
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{AppConfig, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::http::{Method, Version};
use chatapi_core::ChatApi;
use futures_util::TryStreamExt as _;
use http::{Request, Response, StatusCode};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt as _;
use hyper::body::{Bytes, Incoming};
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::task::{LocalSet, spawn_local};
use tracing::error;

use crate::connections::{self, App, Connection, ConnectionSettings};
use crate::failure::Failure;
use crate::stop::Stop;

pub(super) async fn serve(
    listener: TcpListener,
    api: ChatApi,
    settings: ConnectionSettings,
    stop: &mut Stop,
) -> Result<(), Failure> {
    let workers = Workers::start(&api).map_err(|fault| Failure::because("cannot start a thread", &fault))?;
    connections::serve(listener, &api, settings, stop, |connection| workers.take(connection)).await;
    Ok(())
}

/// Threads that each have an application of their own, as actix-web has it: its services stay on their thread.
struct Workers {
    queues: Vec<UnboundedSender<Connection>>,
    next: Cell<usize>,
}

impl Workers {
    fn start(api: &ChatApi) -> io::Result<Self> {
        let count = thread::available_parallelism().map_or(1, usize::from);
        let queues = (0..count).map(|number| {
            let (sender, connections) = mpsc::unbounded_channel();
            let (api, runtime) = (api.clone(), Handle::current());
            let work = move || runtime.block_on(LocalSet::new().run_until(work(api, connections)));
            thread::Builder::new().name(format!("actix-{number}")).spawn(work)?;
            Ok(sender)
        });
        Ok(Self { queues: queues.collect::<io::Result<_>>()?, next: Cell::new(0) })
    }

    /// Hands a connection to each of them in turn.
    fn take(&self, connection: Connection) {
        let next = self.next.get();
        self.next.set((next + 1) % self.queues.len());
        // A worker ends with this.
        let _ = self.queues[next].send(connection);
    }
}

async fn work(api: ChatApi, mut connections: UnboundedReceiver<Connection>) {
    let app = actix_web::App::new()
        .configure(chatapi_actix::configure(api.clone()))
        .default_service(chatapi_actix::not_found(api));
    let Ok(app) = app.into_factory().new_service(AppConfig::default()).await else {
        return error!("actix-web cannot start the routes");
    };
    let app = Routes(Rc::new(app));
    while let Some(connection) = connections.recv().await {
        spawn_local(connection.run(app.clone()));
    }
}

/// The application, which answers actix-web's requests.
struct Routes<S>(Rc<S>);

impl<S> Clone for Routes<S> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<S> App for Routes<S>
where
    S: Service<actix_http::Request, Response = ServiceResponse, Error = actix_web::Error> + 'static,
{
    type Body = Answer;

    async fn answer(&self, request: Request<Incoming>, peer: SocketAddr) -> Response<Answer> {
        let Ok(request) = native(request, peer) else {
            let mut response = Response::new(Answer(BoxBody::new(())));
            *response.status_mut() = StatusCode::BAD_REQUEST;
            return response;
        };
        match self.0.call(request).await {
            Ok(answer) => foreign(answer.into()),
            Err(error) => foreign(error.error_response()),
        }
    }
}

/// A request as actix-web has it, which is on `http` 0.2.
fn native(request: Request<Incoming>, peer: SocketAddr) -> Result<actix_http::Request, Box<dyn Error>> {
    let (sent, body) = request.into_parts();
    let payload = match body.is_end_stream() {
        true => Payload::None,
        false => {
            let stream = body.into_data_stream().map_err(|fault| PayloadError::Io(io::Error::other(fault)));
            Payload::Stream { payload: Box::pin(stream) as BoxedPayloadStream }
        }
    };
    let mut request = actix_http::Request::with_payload(payload);
    let head = request.head_mut();
    head.method = Method::from_bytes(sent.method.as_str().as_bytes())?;
    head.uri = sent.uri.to_string().parse()?;
    head.version = if sent.version == http::Version::HTTP_10 { Version::HTTP_10 } else { Version::HTTP_11 };
    head.peer_addr = Some(peer);
    for (name, value) in &sent.headers {
        let name = HeaderName::from_bytes(name.as_str().as_bytes())?;
        head.headers.append(name, HeaderValue::from_bytes(value.as_bytes())?);
    }
    Ok(request)
}

/// An answer of actix-web's as one for everybody.
fn foreign(answer: actix_web::HttpResponse) -> Response<Answer> {
    let mut response = Response::new(());
    *response.status_mut() = StatusCode::from_u16(answer.status().as_u16()).unwrap_or_default();
    for (name, value) in answer.headers() {
        let name = http::HeaderName::from_bytes(name.as_str().as_bytes());
        if let (Ok(name), Ok(value)) = (name, http::HeaderValue::from_bytes(value.as_bytes())) {
            response.headers_mut().append(name, value);
        }
    }
    response.map(|()| Answer(answer.into_body()))
}

/// The body of an answer of actix-web's.
struct Answer(BoxBody);

impl Body for Answer {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let piece = Pin::new(&mut self.0).poll_next(context);
        piece.map_ok(Frame::data).map_err(|fault| io::Error::other(fault.to_string()))
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.0.size(), BodySize::None | BodySize::Sized(0))
    }

    fn size_hint(&self) -> SizeHint {
        match self.0.size() {
            BodySize::None => SizeHint::with_exact(0),
            BodySize::Sized(length) => SizeHint::with_exact(length),
            BodySize::Stream => SizeHint::default(),
        }
    }
}
