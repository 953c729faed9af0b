#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use chatapi_core::ChatApi;
use chatapi_core::http::Body as Answer;
use futures_util::TryStreamExt as _;
use futures_util::future::BoxFuture;
use http::{Request, Response};
use http_body::{Body, Frame};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};
use tower_service::Service;

/// The body of an answer.
pub type ResponseBody = UnsyncBoxBody<Bytes, io::Error>;

/// The chat's endpoints as a [`Service`], which answers paths that are none of them with the API's own 404.
///
/// The address of a client is known where a request's extensions hold it as a [`Peer`](chatapi_core::http::Peer).
pub fn service(api: ChatApi) -> ChatService {
    ChatService { api, prefix: "".into() }
}

/// See [`service`].
#[derive(Clone, Debug)]
pub struct ChatService {
    api: ChatApi,
    prefix: Arc<str>,
}

impl ChatService {
    /// The same endpoints below a prefix such as `/chat`.
    #[must_use]
    pub fn below(self, prefix: impl AsRef<str>) -> Self {
        Self { prefix: prefix.as_ref().trim_end_matches('/').into(), ..self }
    }

    /// Whether a path is one of the chat's: for whoever routes by hand.
    pub fn has(&self, path: &str) -> bool {
        self.inner(path).is_some_and(|path| self.api.find(path).is_some())
    }

    fn inner<'a>(&self, path: &'a str) -> Option<&'a str> {
        path.strip_prefix(&*self.prefix)
    }
}

impl<B> Service<Request<B>> for ChatService
where
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Send,
{
    type Response = Response<ResponseBody>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let chat = self.clone();
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let found = chat.inner(head.uri.path()).and_then(|path| chat.api.find(path));
            let answer = match found {
                Some((route, params)) => chat.api.serve(route, head, body.into_data_stream(), params).await,
                None => chat.api.not_found(&head),
            };
            Ok(response(answer))
        })
    }
}

/// An answer of the chat's as one of tower's: `response(api.refused(&error))` gives an error of the chat's from a handler of
/// the host's own.
pub fn response(answer: chatapi_core::http::Response) -> Response<ResponseBody> {
    answer.map(|body| match body {
        Answer::Full(bytes) => Full::new(bytes).map_err(|never| match never {}).boxed_unsync(),
        Answer::Stream(pieces) => StreamBody::new(pieces.map_ok(Frame::data)).boxed_unsync(),
        _ => UnsyncBoxBody::default(),
    })
}
