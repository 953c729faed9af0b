//! The page where nothing is.

use askama::Template;
use chatapi_core::ChatApi;
use chatapi_core::http::{Call, StatusCode};
use http::Method;

use crate::{assets, place};

/// What a browser gets at a path that no route has.
#[derive(Template)]
#[template(path = "missing.html")]
pub(super) struct Missing<'a> {
    site: &'a str,
    status: StatusCode,
    /// The path that was asked.
    path: String,
    /// The way to where the chat's paths begin.
    root: String,
    /// The nearest path above that can be opened, as the client sees it.
    above: Option<String>,
    has_documentation: bool,
}

impl<'a> Missing<'a> {
    pub(super) fn new(api: &'a ChatApi, call: &Call, status: StatusCode) -> Self {
        let (path, asked) = (call.path(), call.head().uri.path());
        let above = place::above(asked).find(|path| can_be_opened(api, path));
        Self {
            site: &api.config().accounts.site_name,
            status,
            root: place::root(place::parts(asked).count(), asked),
            above: above.map(|above| format!("{}{above}", path.strip_suffix(asked).unwrap_or_default())),
            path,
            has_documentation: can_be_opened(api, "/docs/"),
        }
    }

    fn asset(&self, name: &str) -> String {
        format!("{}{}", self.root, assets::url(name))
    }
}

fn can_be_opened(api: &ChatApi, path: &str) -> bool {
    api.find(path)
        .is_some_and(|(route, _)| route.endpoints().iter().any(|endpoint| endpoint.method() == Method::GET))
}
