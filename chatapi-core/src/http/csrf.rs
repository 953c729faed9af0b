//! Cross-site request forgery: a page of another site makes a browser send a request, and the browser adds the cookies that
//! the user has here.

use http::header::{AUTHORIZATION, ORIGIN};
use http::{HeaderMap, HeaderName};

use super::call::{Call, RequestContext};
use crate::Config;
use crate::error::{Error, Result};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

impl Call {
    /// Whether a browser sends this for a page of another site, as `Sec-Fetch-Site` says or, in older browsers, `Origin`.
    /// Programs that are no browsers send neither.
    pub fn is_cross_site(&self) -> bool {
        is_cross_site(&self.head().headers, self.host())
    }
}

impl RequestContext {
    /// Refuses what a page of another site has a browser send for a user that the browser itself may have identified, as by
    /// a cookie.
    ///
    /// # Errors
    /// 403, unless the request changes nothing, the page itself proved who asks by a `Bearer` token, or its origin is one
    /// that [`Config::cors`] lists.
    pub(super) fn refuse_forged(&self, config: &Config) -> Result<()> {
        let headers = &self.head.headers;
        let is_harmless = !config.csrf_check
            || self.user.is_none()
            || self.head.method.is_safe()
            || has_bearer(headers)
            || config.cors.lists_origin_of(headers);
        if is_harmless || !is_cross_site(headers, self.origin.host()) {
            return Ok(());
        }
        Err(Error::Forbidden(
            "Cross-site request refused. Send the request from a page of this site, or with a token in the Authorization header.".into(),
        ))
    }
}

fn is_cross_site(headers: &HeaderMap, host: &str) -> bool {
    if headers.contains_key(SEC_FETCH_SITE) {
        let is_own = |site: &http::HeaderValue| site == "same-origin" || site == "none";
        return !headers.get_all(SEC_FETCH_SITE).iter().all(is_own);
    }
    !headers.get_all(ORIGIN).iter().all(|origin| is_of_host(origin.as_bytes(), host))
}

/// Whether an origin is of the host that the client asked. The scheme is left out, since a proxy may hide it.
fn is_of_host(origin: &[u8], host: &str) -> bool {
    let origin = std::str::from_utf8(origin).unwrap_or_default();
    let Some((scheme, named)) = origin.split_once("://") else { return false };
    // Browsers leave a scheme's own port out of both; some proxies add it to the host.
    let own_port = if scheme == "https" { ":443" } else { ":80" };
    named.eq_ignore_ascii_case(host.strip_suffix(own_port).unwrap_or(host))
}

/// Whether the request brings a token that no browser adds by itself: a page of another site would need the permission of
/// a preflight to send it.
fn has_bearer(headers: &HeaderMap) -> bool {
    let scheme = |value: &http::HeaderValue| {
        value.to_str().ok()?.split_ascii_whitespace().next().map(str::to_ascii_lowercase)
    };
    headers.get(AUTHORIZATION).and_then(scheme).as_deref() == Some("bearer")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_of_the_host_that_it_names() {
        for (origin, host) in [
            ("https://chat.example:8443", "Chat.example:8443"),
            ("https://chat.example", "chat.example"),
            ("https://chat.example", "chat.example:443"),
            ("http://chat.example", "chat.example:80"),
            ("http://[::1]:8000", "[::1]:8000"),
        ] {
            assert!(is_of_host(origin.as_bytes(), host), "{origin}");
        }
        for origin in [
            "https://evil.example",
            "https://chat.example",
            "https://chat.example:443",
            "https://chat.example:8443.evil.example",
            "https://evil.example/chat.example:8443",
            "null",
            "",
            "chat.example:8443",
        ] {
            assert!(!is_of_host(origin.as_bytes(), "chat.example:8443"), "{origin}");
        }
        assert!(!is_of_host(b"http://chat.example", "chat.example:443"));
    }
}
