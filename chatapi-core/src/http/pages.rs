//! Answers as pages, for people who open an endpoint in a browser.

use std::fmt;

use http::Method;

use super::{Access, Call, Endpoint, Response, Route};
use crate::ChatApi;

/// Shows answers to people: a browser gets a page where a program gets JSON. The crate `chatapi-openapi` does.
pub trait Pages: fmt::Debug + Send + Sync {
    /// The answer as a page, of the same status and with the same headers. What is no JSON stays as it is.
    fn page(&self, shown: &Shown<'_>, answer: Response) -> Response;

    /// The answer to a call of a path that no route has, as a page: of the same status and with the same headers.
    fn not_found(&self, api: &ChatApi, call: &Call, answer: Response) -> Response;
}

/// What there is to show beside the answer.
#[derive(Debug)]
#[non_exhaustive]
pub struct Shown<'a> {
    /// The chat.
    pub api: &'a ChatApi,
    /// The path that was asked.
    pub route: &'a Route,
    /// What was asked, and by whom.
    pub call: &'a Call,
    /// What the path offers the user, as far as can be told beforehand.
    pub offers: Vec<&'a Endpoint>,
}

impl ChatApi {
    /// The answer to a call as a page. Where no pages are made, no call is shown.
    pub(super) async fn as_page(&self, route: &Route, call: &Call, answer: Response) -> Response {
        let Some(pages) = self.pages() else { return answer };
        let mut offers = Vec::new();
        let mut refused: Vec<&Method> = Vec::new();
        for form in &route.forms {
            if !form.is_for(self, call).await {
                refused.push(&form.method);
            }
        }
        for endpoint in route.endpoints() {
            let is_known = endpoint.access() != Access::Users || call.user().is_ok();
            // Who may not change a thing may not delete it either, as far as its form tells.
            let form = match *endpoint.method() {
                Method::POST => Method::POST,
                _ => Method::PUT,
            };
            if is_known && (endpoint.method() == Method::GET || !refused.contains(&&form)) {
                offers.push(endpoint);
            }
        }
        pages.page(&Shown { api: self, route, call, offers }, answer)
    }
}
