//! Every request goes through here, in the order that the documented API has.

use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{FutureExt as _, Stream, stream};
use http::request::Parts;
use http::{Method, StatusCode};

use super::body::{Incoming, Unread};
use super::call::{Call, RequestContext};
use super::forwarded::Origin;
use super::negotiate::{self, Browsers, Style, Wanted};
use super::query::Query;
use super::rate_limit_headers::Counted;
use super::{Access, Endpoint, Params, Request, Response, Route, cors, host, options, response};
use crate::error::{Error, Result, Unauthenticated};
use crate::observer::{Notice, Watch};
use crate::rate_limit::Key;
use crate::users::ExternalUser;
use crate::{ChatApi, CurrentUser};

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
        let body = Incoming::new(&head.headers, body, self.config());
        self.respond(route, head, body, params).await
    }

    /// Answers a request whose body was read, however long it is; otherwise like [`serve`](Self::serve). An endpoint that
    /// panics is an answer too.
    pub async fn call(&self, route: &Route, request: Request, params: Params) -> Response {
        let (head, body) = request.into_parts();
        let body = stream::iter((!body.is_empty()).then_some(Ok::<_, Infallible>(body)));
        self.respond(route, head, Incoming::whole(body), params).await
    }

    async fn respond<B, E>(&self, route: &Route, head: Parts, body: Incoming<B>, params: Params) -> Response
    where
        B: Stream<Item = Result<Bytes, E>>,
    {
        let (method, cors) = (head.method.clone(), &self.config().cors);
        let mut watch = self.watch(route, &method);
        let response = match cors.preflight(&route.allowed(), &head) {
            Some(response) => {
                body.discard().await;
                response::finish(response, &method, Style::default())
            }
            None => {
                let allowed = cors.allowed(&head.headers);
                let mut response = self.finished(route, head, body, params, &mut watch).await;
                cors.mark(&mut response, allowed);
                response
            }
        };
        watch.answered(response.status().as_u16());
        response
    }

    /// The answer to a request, with everything that it carries.
    async fn finished<B, E>(
        &self,
        route: &Route,
        head: Parts,
        body: Incoming<B>,
        params: Params,
        watch: &mut Watch<'_>,
    ) -> Response
    where
        B: Stream<Item = Result<Bytes, E>>,
    {
        let method = head.method.clone();
        let mut notes = Notes::default();
        let params = route.with_format(head.uri.path(), params);
        let known = route.has(&params);
        let asked = self.asked(head, params);
        let answer = AssertUnwindSafe(self.answer(route, asked, body, &mut notes, watch)).catch_unwind();
        // What it said stands in the log already: the process's panic hook wrote it there.
        let result = answer.await.unwrap_or_else(|_| Err(Error::Internal("an endpoint panicked".into())));
        let refused_for = match &result {
            Err(Error::TooManyRequests { retry_after }) => Some(*retry_after),
            _ => None,
        };
        let mut response = result.unwrap_or_else(|error| self.refuse(&error));
        if known {
            response::allow(&mut response, route.allowed());
        }
        if let Some(counted) = notes.counted {
            counted.show(&mut response, refused_for);
        }
        if let Some(call) = notes.shown {
            response = self.as_page(route, &call, response).await;
        }
        response::finish(response, &method, notes.style)
    }

    /// The route of a path, with its parameters, where a framework has no router of its own to find it. A path that is
    /// spelled out comes before one with a parameter.
    pub fn find(&self, path: &str) -> Option<(&Arc<Route>, Params)> {
        let found = self.routes().filter_map(|route| Some((route, route.params_of(path)?)));
        found.min_by_key(|(route, _)| route.path().matches('{').count())
    }

    /// The answer where a host has no route for a path: 404 in the API's own form, or as a page; to a preflight, whatever lets
    /// a page of another site read the 404. `head` is that of the request, with the URI that the client sent.
    pub fn not_found(&self, head: &Parts) -> Response {
        self.notice(Notice::Unrouted);
        let cors = &self.config().cors;
        if let Some(response) = cors.preflight(&cors::ANY_METHOD, head) {
            return response::finish(response, &head.method, Style::default());
        }
        let error = host::asked(head).err().unwrap_or_else(Error::not_found);
        let mut response = self.refuse(&error);
        if let Some(pages) = self.pages() {
            let call = Call::from(self.asked(head.clone(), Params::default()));
            let wanted = negotiate::wanted(&head.headers, call.query("format"), Browsers::GetPages);
            if let Ok(Wanted::Page) = wanted {
                response = pages.not_found(self, &call, response);
            }
        }
        let mut response = response::finish(response, &head.method, Style::default());
        cors.mark(&mut response, cors.allowed(&head.headers));
        response
    }

    /// The answer to what went wrong outside of the routes, in the API's own form.
    pub fn refused(&self, error: &Error) -> Response {
        response::finish(self.refuse(error), &Method::GET, Style::default())
    }

    async fn answer<B, E>(
        &self,
        route: &Route,
        mut asked: RequestContext,
        body: Incoming<B>,
        notes: &mut Notes,
        watch: &mut Watch<'_>,
    ) -> Result<Response>
    where
        B: Stream<Item = Result<Bytes, E>>,
    {
        let admitted = self.admit_request(route, &mut asked, notes).await;
        let paused = watch.pause();
        let held = match &admitted {
            Ok(Some(endpoint)) if endpoint.takes_body() => Some(body.read(self.body_memory()).await),
            _ => {
                body.discard().await;
                None
            }
        };
        watch.resume(paused);
        let endpoint = admitted?;
        let held = held.transpose().map_err(|unread| self.unread(unread))?;
        asked.body = held.as_ref().map(|held| held.bytes.clone()).unwrap_or_default();
        let call = Call::from(asked);
        if notes.shown.is_some() {
            notes.shown = Some(call.clone());
        }
        let Some(endpoint) = endpoint else { return options::describe(self, route, call).await };
        let network = call.address(self).map(Key::from);
        let (api, scope) = self.for_request(network, notes.counted.map(Into::into));
        let answer = endpoint.handler.handle(api, call).await;
        notes.counted = notes.counted.or(scope.counted().map(Counted::from));
        answer
    }

    /// Everything that is decided before the body is read: what is asked for, in which form, by whom, and whether it is too
    /// much. `None` is `OPTIONS`.
    async fn admit_request<'a>(
        &self,
        route: &'a Route,
        asked: &mut RequestContext,
        notes: &mut Notes,
    ) -> Result<Option<&'a Endpoint>> {
        host::asked(&asked.head)?;
        let wanted = self.wanted(route, asked);
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
        if notes.shown.is_some() {
            notes.shown = Some(asked.clone().into());
        }
        let method = &asked.head.method;
        if *method == Method::OPTIONS {
            return Ok(None);
        }
        let endpoint = route.endpoint(method).ok_or_else(|| Error::MethodNotAllowed(method.clone()))?;
        notes.counted = self.counted(endpoint, asked).await;
        notes.counted.map_or(Ok(()), Counted::granted)?;
        Ok(Some(endpoint))
    }

    /// Why a body was not read, for the client.
    fn unread(&self, why: Unread) -> Error {
        match why {
            Unread::TooLong => Error::TooLarge { limit: self.config().body_limit },
            Unread::Broken => Error::unreadable("The request body could not be read."),
            Unread::NoMemory => {
                Error::Unavailable("the memory for request bodies (Config::body_memory) is exhausted".into())
            }
        }
    }

    /// What was asked, by whoever that is.
    fn asked(&self, head: Parts, params: Params) -> RequestContext {
        let query = Query::parse(head.uri.query().unwrap_or_default());
        let origin = Origin::of(&head, self.config());
        RequestContext { head, body: Bytes::new(), params, query, user: None, origin }
    }

    /// The form that an answer is wanted in. What is no part of the API has a form of its own.
    fn wanted(&self, route: &Route, asked: &RequestContext) -> Result<Wanted> {
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
        response::error(error, challenge)
    }
}
