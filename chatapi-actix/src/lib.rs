#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

use std::convert::Infallible;
use std::sync::Arc;

use actix_web::body::{BodyStream, BoxBody, MessageBody, SizedStream};
use actix_web::dev::Extensions;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::web::{self, Bytes, Payload, ServiceConfig};
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use chatapi_core::http::{Body as Answer, Params, Peer, Response, Route};
use chatapi_core::users::ExternalUser;
use chatapi_core::{ChatApi, CurrentUser, Error};
use futures_util::stream;
use http::request::Parts;
use percent_encoding::percent_decode_str;

/// The chat's endpoints: `App::new().service(web::scope("/chat").configure(chatapi_actix::configure(api)))`.
///
/// Paths are registered natively, with and without the slash at their end, so that middleware sees them as
/// [`match_pattern`](HttpRequest::match_pattern). Nothing is said about paths that are not the chat's.
pub fn configure(api: ChatApi) -> impl FnOnce(&mut ServiceConfig) + Clone {
    configure_with(api, Carried::default())
}

/// The same, where endpoints of the host's own read what its middleware put into a request's extensions:
/// `configure_with(api, Carried::default().and::<Tenant>())`.
pub fn configure_with(api: ChatApi, carried: Carried) -> impl FnOnce(&mut ServiceConfig) + Clone {
    move |config| {
        let mut paths: Vec<(String, &Arc<Route>)> =
            api.routes().flat_map(|route| route.paths().into_iter().map(move |path| (path, route))).collect();
        // Here the first that matches is taken, so what is spelled out comes before what has parameters.
        paths.sort_by_key(|(path, _)| path.matches('{').count());
        for (path, route) in paths {
            let (api, route, carried) = (api.clone(), route.clone(), carried.clone());
            let serve =
                move |request, body| serve(api.clone(), route.clone(), carried.clone(), request, body);
            config.service(web::resource(path).to(serve));
        }
    }
}

/// The API's own 404, for hosts that want it on every path: `.default_service(chatapi_actix::not_found(api))`.
pub fn not_found(api: ChatApi) -> actix_web::Route {
    web::to(move |request: HttpRequest| {
        let answer = match head(&request, &Carried(Vec::new())) {
            Ok(head) => api.not_found(&head),
            Err(_) => api.refused(&unreadable()),
        };
        async { response(answer) }
    })
}

/// What of a request's extensions the chat's endpoints see: a `CurrentUser`, an `ExternalUser`, and each type that the host
/// names. actix-web keeps values of any type, the chat those that can be shared between threads.
#[derive(Clone, Debug)]
#[must_use]
pub struct Carried(Vec<fn(&Extensions, &mut http::Extensions)>);

impl Default for Carried {
    fn default() -> Self {
        Self(Vec::new()).and::<CurrentUser>().and::<ExternalUser>()
    }
}

impl Carried {
    /// The same and values of this type.
    pub fn and<T: Clone + Send + Sync + 'static>(mut self) -> Self {
        self.0.push(|from, to| {
            if let Some(value) = from.get::<T>() {
                to.insert(value.clone());
            }
        });
        self
    }
}

async fn serve(
    api: ChatApi,
    route: Arc<Route>,
    carried: Carried,
    request: HttpRequest,
    body: Payload,
) -> HttpResponse {
    match head(&request, &carried) {
        Ok(head) => response(api.serve(&route, head, body, params(&request)).await),
        Err(_) => response(api.refused(&unreadable())),
    }
}

fn unreadable() -> Error {
    Error::unreadable("The request's head could not be read.")
}

/// The head of a request. actix-web is on `http` 0.2, so it is put together anew.
fn head(request: &HttpRequest, carried: &Carried) -> http::Result<Parts> {
    let (mut head, ()) = http::Request::new(()).into_parts();
    head.method = request.method().as_str().parse()?;
    head.uri = match (request.uri().authority(), request.uri().path_and_query()) {
        (None, Some(path)) => path.as_str().try_into()?,
        _ => request.uri().to_string().try_into()?,
    };
    if request.version() >= actix_web::http::Version::HTTP_2 {
        head.version = http::Version::HTTP_2;
    }
    head.headers.reserve(request.headers().len());
    for (name, value) in request.headers() {
        let name = http::HeaderName::from_bytes(name.as_str().as_bytes())?;
        head.headers.append(name, http::HeaderValue::from_bytes(value.as_bytes())?);
    }
    if let Some(peer) = request.peer_addr() {
        head.extensions.insert(Peer(peer));
    }
    let extensions = request.extensions();
    for carry in &carried.0 {
        carry(&extensions, &mut head.extensions);
    }
    drop(extensions);
    Ok(head)
}

/// actix-web has decoded everything but `%25`, `%2F` and `%2B` already, and has put U+FFFD in place of what is no UTF-8.
fn params(request: &HttpRequest) -> Params {
    let decoded = |(name, value): (&str, &str)| {
        let value = percent_decode_str(value).decode_utf8().ok()?;
        (!value.contains(char::REPLACEMENT_CHARACTER)).then(|| (name.to_owned(), value.into_owned()))
    };
    request.match_info().iter().filter_map(decoded).collect()
}

/// An answer of the chat's as one of actix-web's: `response(api.refused(&error))` gives an error of the chat's from a handler of the
/// host's own.
pub fn response(answer: Response) -> HttpResponse<BoxBody> {
    let (head, body) = answer.into_parts();
    let mut response = HttpResponse::InternalServerError().finish();
    if let Ok(status) = head.status.as_u16().try_into() {
        *response.status_mut() = status;
    }
    for (name, value) in &head.headers {
        let name = HeaderName::from_bytes(name.as_str().as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(value.as_bytes())) {
            response.headers_mut().append(name, value);
        }
    }
    let length =
        head.headers.get(http::header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    response.set_body(match (body, length) {
        // The answer to HEAD: as long as it says, though nothing is sent.
        (Answer::Full(bytes), Some(length)) if bytes.is_empty() => {
            SizedStream::new(length, stream::empty::<Result<Bytes, Infallible>>()).boxed()
        }
        (Answer::Full(bytes), _) => bytes.boxed(),
        (Answer::Stream(pieces), _) => BodyStream::new(pieces).boxed(),
        _ => BoxBody::new(()),
    })
}
