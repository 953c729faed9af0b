//! Every request goes through here, in the order that the documented API has.

use http::Method;

use super::call::Call;
use super::forwarded::Origin;
use super::negotiate::{self, Style};
use super::query::Query;
use super::{Access, Params, Request, Response, Route, metadata, reply};
use crate::error::{Error, Result, Unauthenticated};
use crate::users::ExternalUser;
use crate::{ChatApi, CurrentUser};

impl ChatApi {
    /// Answers a request to one of [`routes`](Self::routes), any method of it. Never fails: what goes wrong is an answer.
    ///
    /// `params` are the path's, decoded; the request's URI is the one that the client sent, whatever prefix the route is
    /// mounted under.
    pub async fn call(&self, route: &Route, request: Request, params: Params) -> Response {
        let method = request.method().clone();
        let mut style = Style::default();
        let known = route.has(&params);
        let result = self.answer(route, request, params, &mut style).await;
        let mut response = result.unwrap_or_else(|error| self.refuse(&error));
        if known {
            reply::allow(&mut response, &route.allow());
        }
        reply::finish(response, &method, style)
    }

    /// The answer where a host has no route for a path: 404 in the API's own form.
    pub fn not_found(&self) -> Response {
        self.refused(&Error::not_found())
    }

    /// The answer to what went wrong outside of the routes, in the API's own form.
    pub fn refused(&self, error: &Error) -> Response {
        reply::finish(self.refuse(error), &Method::GET, Style::default())
    }

    /// The answer of an adapter that could not read the body of a request to `route`: 413 where that was too long,
    /// otherwise 400.
    pub fn unreadable(&self, route: &Route, method: &Method, too_long: bool) -> Response {
        let error = if too_long {
            Error::TooLarge { limit: self.body_limit() }
        } else {
            Error::unreadable("The request's body could not be read.")
        };
        let mut response = self.refuse(&error);
        reply::allow(&mut response, &route.allow());
        reply::finish(response, method, Style::default())
    }

    /// The longest body that an adapter reads, in bytes.
    pub fn body_limit(&self) -> usize {
        self.config().body_limit
    }

    async fn answer(
        &self,
        route: &Route,
        request: Request,
        params: Params,
        style: &mut Style,
    ) -> Result<Response> {
        if !route.has(&params) {
            return Err(Error::not_found());
        }
        let (mut head, body) = request.into_parts();
        let query = Query::parse(head.uri.query().unwrap_or_default());
        *style = negotiate::style(&head.headers, query.get("format").or_else(|| params.get("format")))?;
        let access = route.access_of(&head.method);
        let user = match head.extensions.remove::<CurrentUser>() {
            Some(user) => Some(user),
            None if access == Access::Public => None,
            None => match head.extensions.remove::<ExternalUser>() {
                Some(user) => Some(CurrentUser::from(&self.user_of_host(&user).await?)),
                None => self.authenticator().authenticate(self, &head.headers).await?,
            },
        };
        if access == Access::Users && user.is_none() {
            return Err(Unauthenticated::Missing.into());
        }
        let origin = Origin::of(&head, &self.config().trusted_proxies);
        let method = head.method.clone();
        let call = Call::new(head, body, params, query, user, origin);
        if method == Method::OPTIONS {
            return metadata::describe(self, route, call).await;
        }
        let endpoint = route.endpoint(&method).ok_or(Error::MethodNotAllowed(method))?;
        endpoint.handler.handle(self.clone(), call).await
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
        let challenge = matches!(error, Error::Unauthenticated(_)).then(|| self.authenticator().challenge());
        reply::error(error, challenge)
    }
}
