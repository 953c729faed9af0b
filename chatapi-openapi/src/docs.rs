//! `/docs/`: Swagger UI on the API's document.

use askama::Template;
use chatapi_core::http::{Access, Body, Call, HeaderValue, Response, Route};
use chatapi_core::{ChatApi, Error, Result};
use http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};

use crate::{assets, place};

pub(crate) fn route() -> Route {
    Route::new("/docs/").named("Docs").access(Access::Public).unlisted().get(page)
}

#[derive(Template)]
#[template(path = "docs.html")]
struct Page<'a> {
    site: &'a str,
    root: &'a str,
}

impl Page<'_> {
    fn asset(&self, name: &str) -> String {
        format!("{}{}", self.root, assets::url(name))
    }
}

async fn page(api: ChatApi, call: Call) -> Result<Response> {
    let root = place::root(1, call.head().uri.path());
    let page = Page { site: &api.config().accounts.site_name, root: &root };
    let html = page.render().map_err(|fault| Error::Internal(fault.into()))?;
    let mut response = Response::new(Body::Full(html.into()));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(CONTENT_SECURITY_POLICY, assets::POLICY);
    Ok(response)
}
