//! Every request goes through here, in the order that the documented API has.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{FutureExt as _, Stream};
use http::request::Parts;
use http::{Method, StatusCode};

use super::body::{self, Unread};
use super::call::{Asked, Call};
use super::forwarded::Origin;
use super::limited::Counted;
use super::negotiate::{self, Browsers, Style, Wanted};
use super::query::Query;
use super::{Access, Params, Request, Response, Route, metadata, reply};
use crate::error::{Error, Result, Unauthenticated};
use crate::observer::Notice;
use crate::users::ExternalUser;
use crate::{ChatApi, Config, CurrentUser};

/// What turns up on the way to an answer, and stands in its headers or its layout.
#[derive(Debug, Default)]
struct Notes {
    style: Style,
    counted: Option<Counted>,
    /// What is to be shown as a page.
    shown: Option<Call>,
}

impl ChatApi {
    /// Reads a request to one of [`routes`](Self::routes) and answers it, any method of it. Never fails: what goes wrong is
    /// an answer.
    ///
    /// The head's URI is the one that the client sent, whatever prefix the route is mounted under; its extensions may hold a
    /// [`Peer`](super::Peer) and a [`CurrentUser`]. `params` are the path's, decoded.
    pub async fn serve<B, E>(&self, route: &Route, head: Parts, body: B, params: Params) -> Response
    where
        B: Stream<Item = Result<Bytes, E>>,
    {
        let Config { body_limit, body_patience, .. } = *self.config();
        match body::read(body, body_limit, body_patience).await {
            Ok(body) => self.call(route, Request::from_parts(head, body), params).await,
            Err(unread) => self.unread(unread, route, head, params).await,
        }
    }

    /// Answers a request whose body was read; otherwise like [`serve`](Self::serve). An endpoint that panics is an answer
    /// too.
    pub async fn call(&self, route: &Route, request: Request, params: Params) -> Response {
        let (method, cors) = (request.method().clone(), &self.config().cors);
        let mut watch = self.watch(route, &method);
        let response = match cors.preflight(route, request.headers(), &method) {
            Some(response) => reply::finish(response, &method, Style::default()),
            None => {
                let allowed = cors.allowed(request.headers());
                let mut response = self.finished(route, request, params).await;
                cors.mark(&mut response, allowed);
                response
            }
        };
        watch.answered(response.status().as_u16());
        response
    }

    /// The answer to a request, with everything that it carries.
    async fn finished(&self, route: &Route, request: Request, params: Params) -> Response {
        let method = request.method().clone();
        let mut notes = Notes::default();
        let params = route.with_format(request.uri().path(), params);
        let known = route.has(&params);
        let answer = AssertUnwindSafe(self.answer(route, request, params, &mut notes)).catch_unwind();
        // What it said stands in the log already: the process's panic hook wrote it there.
        let result = answer.await.unwrap_or_else(|_| Err(Error::Internal("an endpoint panicked".into())));
        let refused_for = match &result {
            Err(Error::TooManyRequests { retry_after }) => Some(*retry_after),
            _ => None,
        };
        let mut response = result.unwrap_or_else(|error| self.refuse(&error));
        if known {
            reply::allow(&mut response, route.allowed());
        }
        if let Some(counted) = notes.counted {
            counted.show(&mut response, refused_for);
        }
        if let Some(call) = notes.shown {
            response = self.as_page(route, &call, response).await;
        }
        reply::finish(response, &method, notes.style)
    }

    /// The route of a path, with its parameters, where a framework has no router of its own to find it. A path that is
    /// spelled out comes before one with a parameter.
    pub fn find(&self, path: &str) -> Option<(&Arc<Route>, Params)> {
        let found = self.routes().filter_map(|route| Some((route, route.params_of(path)?)));
        found.min_by_key(|(route, _)| route.path().matches('{').count())
    }

    /// The answer where a host has no route for a path: 404 in the API's own form.
    pub fn not_found(&self) -> Response {
        self.notice(Notice::Unrouted);
        self.refused(&Error::not_found())
    }

    /// The answer to what went wrong outside of the routes, in the API's own form.
    pub fn refused(&self, error: &Error) -> Response {
        reply::finish(self.refuse(error), &Method::GET, Style::default())
    }

    /// The answer to a request whose body could not be read.
    async fn unread(&self, why: Unread, route: &Route, head: Parts, params: Params) -> Response {
        let error = match why {
            Unread::TooLong => Error::TooLarge { limit: self.config().body_limit },
            Unread::Broken => Error::unreadable("The request's body could not be read."),
        };
        let (method, cors) = (head.method.clone(), &self.config().cors);
        let allowed = cors.allowed(&head.headers);
        let mut response = self.refuse(&error);
        reply::allow(&mut response, route.allowed());
        let params = route.with_format(head.uri.path(), params);
        let call = self.asked(head, Bytes::new(), params);
        if let Ok(Wanted::Page) = self.wanted(route, &call) {
            response = self.as_page(route, &call.into(), response).await;
        }
        let mut response = reply::finish(response, &method, Style::default());
        cors.mark(&mut response, allowed);
        self.watch(route, &method).answered(response.status().as_u16());
        response
    }

    async fn answer(
        &self,
        route: &Route,
        request: Request,
        params: Params,
        notes: &mut Notes,
    ) -> Result<Response> {
        let (head, body) = request.into_parts();
        let mut asked = self.asked(head, body, params);
        let wanted = self.wanted(route, &asked);
        if let Ok(Wanted::Page) = wanted {
            notes.shown = Some(asked.clone().into());
        }
        if !route.has(&asked.params) {
            return Err(Error::not_found());
        }
        if let Wanted::Json(wanted) = wanted? {
            notes.style = wanted;
        }
        let access = route.access_of(&asked.head.method);
        asked.user = match asked.head.extensions.remove::<CurrentUser>() {
            Some(user) => Some(user),
            None if access == Access::Public => None,
            None => match asked.head.extensions.remove::<ExternalUser>() {
                Some(user) => Some(CurrentUser::from(&self.user_of_host(&user).await?)),
                None => self.authenticator().authenticate(self, &asked.head.headers).await?,
            },
        };
        if access == Access::Users && asked.user.is_none() {
            return Err(Unauthenticated::Missing.into());
        }
        asked.refuse_forged(self.config())?;
        let method = asked.head.method.clone();
        let call = Call::from(asked);
        if notes.shown.is_some() {
            notes.shown = Some(call.clone());
        }
        if method == Method::OPTIONS {
            return metadata::describe(self, route, call).await;
        }
        let endpoint = route.endpoint(&method).ok_or(Error::MethodNotAllowed(method))?;
        notes.counted = self.counted(endpoint, &call).await;
        notes.counted.map_or(Ok(()), Counted::granted)?;
        endpoint.handler.handle(self.clone(), call).await
    }

    /// What was asked, by whoever that is.
    fn asked(&self, head: Parts, body: Bytes, params: Params) -> Asked {
        let query = Query::parse(head.uri.query().unwrap_or_default());
        let origin = Origin::of(&head, &self.config().trusted_proxies);
        Asked { head, body, params, query, user: None, origin }
    }

    /// The form that an answer is wanted in. What is no part of the API has a form of its own.
    fn wanted(&self, route: &Route, asked: &Asked) -> Result<Wanted> {
        if !route.is_listed() {
            return Ok(Wanted::Json(Style::default()));
        }
        let browsers = if self.pages().is_some() { Browsers::GetPages } else { Browsers::GetJson };
        let format = asked.params.get("format").or_else(|| asked.query.get("format"));
        negotiate::wanted(&asked.head.headers, format, browsers)
    }

    /// An error as an answer. What the client is not told is logged here, once.
    fn refuse(&self, error: &Error) -> Response {
        match error {
            Error::Internal(cause) => {
                tracing::error!(error = &**cause as &dyn std::error::Error, "{error}");
            }
            Error::Unavailable(cause) => {
                tracing::warn!(error = &**cause as &dyn std::error::Error, "{error}");
            }
            _ => {}
        }
        let challenge =
            (error.status() == StatusCode::UNAUTHORIZED).then(|| self.authenticator().challenge());
        reply::error(error, challenge)
    }
}
