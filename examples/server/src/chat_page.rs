//! The chat page at `/`: a client in the browser that does everything through the API. All of it is in this program, and
//! nothing is loaded from elsewhere.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use chatapi_core::http::{Access, Body, Call, HeaderMap, HeaderValue, Response, Route, StatusCode};
use chatapi_core::{ChatApi, ChatApiBuilder, Error, Result};
use http::header::{
    ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, InvalidHeaderValue,
    LOCATION,
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// A file of the page's.
struct Asset {
    path: &'static str,
    kind: &'static str,
    text: &'static str,
}

const HTML: &str = "text/html; charset=utf-8";

/// Files under `/assets/`, by their names.
macro_rules! assets {
    ($kind:literal: $($name:literal),+) => {
        [$(Asset {
            path: concat!("/assets/", $name),
            kind: $kind,
            text: include_str!(concat!("../assets/", $name)),
        }),+]
    };
}

const PAGE: Asset = Asset { path: "/", kind: HTML, text: include_str!("../assets/index.html") };
const STYLE: [Asset; 1] = assets!("text/css; charset=utf-8": "chat.css");
const ICON: [Asset; 1] = assets!("image/svg+xml": "chat.svg");
const SCRIPTS: [Asset; 12] = assets!("text/javascript; charset=utf-8":
    "accounts.js", "api.js", "chat.js", "connection.js", "details.js", "dom.js", "history.js", "messages.js",
    "rooms.js", "rows.js", "search.js", "times.js");

/// The pages that mails lead to, where their settings were left as they are.
const MAILED: [&str; 3] = ["activate", "password-reset", "username-reset"];

/// Scripts, styles and requests of this very server, and nothing else; and no text ever becomes markup.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
     form-action 'none'; base-uri 'none'; frame-ancestors 'none'; \
     require-trusted-types-for 'script'; trusted-types 'none'",
);

/// Adds the page to a chat.
pub(crate) fn serve(builder: ChatApiBuilder) -> ChatApiBuilder {
    let assets = [PAGE].into_iter().chain(STYLE).chain(ICON).chain(SCRIPTS);
    let routes = assets.map(Asset::route).chain(MAILED.into_iter().map(mailed));
    routes.fold(builder, ChatApiBuilder::route)
}

impl Asset {
    fn route(self) -> Route {
        let name = if self.kind == HTML { "Chat Page" } else { "Part of the Chat Page" };
        let asset = Arc::new(self);
        Route::new(asset.path).named(name).access(Access::Public).unlisted().get(
            move |_: ChatApi, call: Call| {
                let asset = asset.clone();
                async move { asset.answer(&call.head().headers) }
            },
        )
    }

    /// The file, or that the client has it already. Browsers ask each time, so that a new release is seen at once, whole.
    fn answer(&self, asked: &HeaderMap) -> Result<Response> {
        // Who wants no page finds the API's own answer there, as on every path that is none of its own.
        if self.kind == HTML && !accepts_html(asked) {
            return Err(Error::not_found());
        }
        let etag = self.etag();
        let known = has(asked, &etag);
        let mut response = Response::new(Body::Full(if known { "" } else { self.text }.into()));
        if known {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        }
        let headers = response.headers_mut();
        headers.insert(ETAG, HeaderValue::from_str(&etag).map_err(odd)?);
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.kind));
        headers.insert(CONTENT_SECURITY_POLICY, POLICY);
        Ok(response)
    }

    /// The same in every process of this release.
    fn etag(&self) -> String {
        let mut hasher = DefaultHasher::new();
        self.text.hash(&mut hasher);
        format!("\"{:016x}\"", hasher.finish())
    }
}

/// A page that a mail leads to: the chat page, told what to do.
fn mailed(page: &'static str) -> Route {
    let route = Route::new(format!("/{page}/{{uid}}/{{token}}/")).named("Mailed Link").unlisted();
    route.access(Access::Public).get(move |_: ChatApi, call: Call| async move {
        let part = |name| utf8_percent_encode(call.param(name).unwrap_or_default(), NON_ALPHANUMERIC);
        // Relative, for a prefix that a proxy may have taken off; how deep it is depends on the slash at the end.
        let up = if call.head().uri.path().ends_with('/') { "../../../" } else { "../../" };
        let page = format!("{up}#/{page}/{}/{}", part("uid"), part("token"));
        let mut response = Response::new(Body::Full("".into()));
        *response.status_mut() = StatusCode::SEE_OTHER;
        response.headers_mut().insert(LOCATION, HeaderValue::from_str(&page).map_err(odd)?);
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        Ok(response)
    })
}

/// Whether a client takes HTML: it says so, or takes anything, or says nothing.
fn accepts_html(asked: &HeaderMap) -> bool {
    let mut accepted = asked.get_all(ACCEPT).iter().peekable();
    accepted.peek().is_none()
        || accepted.filter_map(|value| value.to_str().ok()).flat_map(|list| list.split(',')).any(|kind| {
            let kind = kind.split(';').next().unwrap_or_default().trim();
            ["text/html", "text/*", "*/*"].iter().any(|html| kind.eq_ignore_ascii_case(html))
        })
}

/// Whether a client has the file of this tag.
fn has(asked: &HeaderMap, etag: &str) -> bool {
    let tags = asked.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let mut tags = tags.flat_map(|list| list.split(',')).map(str::trim);
    tags.any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

fn odd(fault: InvalidHeaderValue) -> Error {
    Error::Internal(fault.into())
}
