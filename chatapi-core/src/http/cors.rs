//! Pages of other sites that may use the chat from a browser, as the Fetch standard has it.
//!
//! Tokens go in a header that a page must set itself, so credentials that browsers add of their own, as cookies, are never
//! let through.

use std::str::FromStr;

use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};

use super::{Response, response};

/// The origins whose pages may read answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Cors {
    /// None but the chat's own: answers say nothing of it.
    #[default]
    Off,
    /// Every one.
    AnyOrigin,
    /// These: `https://app.example.org`, as browsers write them.
    Origins(Vec<String>),
}

/// The headers of answers that pages may read beside those that they always may.
const EXPOSED: HeaderValue = HeaderValue::from_static(
    "X-Count, X-Members-Truncated, X-Request-Id, Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset-After, X-RateLimit-Bucket",
);

/// How long a browser may rely on the answer to a preflight, in seconds: as long as Chromium does at most.
const MAX_AGE: HeaderValue = HeaderValue::from_static("7200");

const PREFLIGHT_VARIES: HeaderValue =
    HeaderValue::from_static("Origin, Access-Control-Request-Method, Access-Control-Request-Headers");

/// The methods of a path that does not exist: the request after a preflight may come, and is told so.
pub(super) const ANY_METHOD: HeaderValue =
    HeaderValue::from_static("GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS");

impl Cors {
    /// The value of `Access-Control-Allow-Origin` for a request with these headers.
    pub(super) fn allowed(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        let origin = headers.get(ORIGIN)?;
        match self {
            Self::Off => None,
            Self::AnyOrigin => Some(HeaderValue::from_static("*")),
            Self::Origins(known) => known.iter().any(|known| origin == known).then(|| origin.clone()),
        }
    }

    /// Whether a request comes from a page of an origin that is named here. That every origin may read answers makes none
    /// of them a trusted one.
    pub(super) fn lists_origin_of(&self, headers: &HeaderMap) -> bool {
        matches!(self, Self::Origins(_)) && self.allowed(headers).is_some()
    }

    /// The answer where a browser asks, in the name of a page, whether it may send a request, to a path with these methods.
    /// Nobody is logged in for that.
    pub(super) fn preflight(&self, methods: &HeaderValue, head: &Parts) -> Option<Response> {
        let Parts { method, headers: head, .. } = head;
        let is_preflight = *self != Self::Off
            && *method == Method::OPTIONS
            && head.contains_key(ORIGIN)
            && head.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
        if !is_preflight {
            return None;
        }
        let mut response = response::empty(StatusCode::NO_CONTENT);
        response::allow(&mut response, methods.clone());
        let headers = response.headers_mut();
        headers.insert(VARY, PREFLIGHT_VARIES);
        if let Some(origin) = self.allowed(head) {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            headers.insert(ACCESS_CONTROL_ALLOW_METHODS, methods.clone());
            headers.insert(ACCESS_CONTROL_MAX_AGE, MAX_AGE);
            if let Some(wanted) = head.get(ACCESS_CONTROL_REQUEST_HEADERS) {
                headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, wanted.clone());
            }
        }
        Some(response)
    }

    /// What an answer says to a browser; `allowed` is what [`allowed`](Self::allowed) gave for its request.
    pub(super) fn mark(&self, response: &mut Response, allowed: Option<HeaderValue>) {
        let headers = response.headers_mut();
        if let Self::Origins(_) = self {
            let others = headers.get(VARY).and_then(|vary| vary.to_str().ok());
            let vary = others.map(|others| format!("{others}, Origin"));
            let vary = vary.and_then(|vary| HeaderValue::try_from(vary).ok());
            headers.insert(VARY, vary.unwrap_or(HeaderValue::from_static("Origin")));
        }
        if let Some(origin) = allowed {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        }
    }
}

/// A text that names no origins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected * or a comma-separated list of origins, such as https://app.example.org")]
pub struct ParseOriginsError;

/// Reads `*`, or origins with commas between them.
impl FromStr for Cors {
    type Err = ParseOriginsError;

    fn from_str(text: &str) -> Result<Self, ParseOriginsError> {
        match text.trim() {
            "" => Ok(Self::Off),
            "*" => Ok(Self::AnyOrigin),
            list => {
                list.split(',').map(|one| origin(one.trim())).collect::<Result<_, _>>().map(Self::Origins)
            }
        }
    }
}

/// Schemes of which browsers send no origin but `null`, or that no page has.
const NO_PAGES: [&str; 8] = ["about", "blob", "data", "file", "ftp", "javascript", "ws", "wss"];

/// A scheme, a host and, where it is not the scheme's own, a port. Apps have schemes of their own, as `capacitor://localhost`.
fn origin(text: &str) -> Result<String, ParseOriginsError> {
    let uri: Uri = text.parse().map_err(|_| ParseOriginsError)?;
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return Err(ParseOriginsError);
    };
    let scheme = scheme.to_ascii_lowercase();
    let own_port = match scheme.as_str() {
        "https" => ":443",
        "http" => ":80",
        _ => ":",
    };
    let host = authority.as_str().to_ascii_lowercase();
    let is_bare = ["", "/"].contains(&uri.path())
        && uri.query().is_none()
        && !text.ends_with('?')
        && !host.contains('@');
    let origin = format!("{scheme}://{}", host.strip_suffix(own_port).unwrap_or(&host));
    if is_bare && !host.is_empty() && !NO_PAGES.contains(&scheme.as_str()) {
        Ok(origin)
    } else {
        Err(ParseOriginsError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_listed_as_browsers_write_them() {
        let list = |text: &str| text.parse::<Cors>();
        assert_eq!(list("*"), Ok(Cors::AnyOrigin));
        assert_eq!(list(""), Ok(Cors::Off));
        let both = vec!["https://app.example.org".to_owned(), "http://localhost:3000".to_owned()];
        assert_eq!(list("https://App.example.org:443/, http://localhost:3000"), Ok(Cors::Origins(both)));
        let apps =
            ["capacitor://localhost", "tauri://localhost", "chrome-extension://abcdef"].map(str::to_owned);
        assert_eq!(list(&apps.join(",")), Ok(Cors::Origins(apps.into())));
        for wrong in [
            "app.example.org",
            "capacitor://",
            "tauri://localhost/index.html",
            "file:///index.html",
            "javascript://alert",
            "https://",
            "https://a.b/c",
            "https://a.b?c",
            "ftp://a.b",
            "*,https://a.b",
            "null",
        ] {
            assert_eq!(list(wrong), Err(ParseOriginsError), "{wrong}");
        }
    }
}
