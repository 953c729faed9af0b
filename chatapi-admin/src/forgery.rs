//! Whether a request was made by one of the site's own pages.

use chatapi_core::http::Call;
use subtle::ConstantTimeEq as _;

/// Whether another site's page made the browser send this: the browser says so itself, or names the page's origin. A program
/// that says neither is nobody's browser, and holds no cookie but its own.
pub(crate) fn is_from_elsewhere(call: &Call) -> bool {
    let header = |name| call.head().headers.get(name).map(|value: &http::HeaderValue| value.as_bytes());
    match header("sec-fetch-site") {
        Some(site) => site != b"same-origin" && site != b"none",
        None => header("origin").is_some_and(|origin| !is_of_host(origin, call.host())),
    }
}

fn is_of_host(origin: &[u8], host: &str) -> bool {
    let origin = std::str::from_utf8(origin).unwrap_or_default();
    origin.split_once("://").is_some_and(|(_, named)| named.eq_ignore_ascii_case(host))
}

/// Whether two secrets are the same, in a time that does not tell how alike they are.
pub(crate) fn is_same(one: &str, other: &str) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_of_the_host_that_it_names() {
        assert!(is_of_host(b"https://chat.example:8443", "Chat.example:8443"));
        for origin in ["https://evil.example", "https://chat.example", "null", "", "chat.example:8443"] {
            assert!(!is_of_host(origin.as_bytes(), "chat.example:8443"), "{origin}");
        }
    }
}
