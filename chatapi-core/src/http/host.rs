//! The host that a request names, as RFC 9112 has it (section 3.2).

use std::net::Ipv6Addr;

use http::Version;
use http::header::HOST;
use http::request::Parts;

use crate::error::{Error, Result};

/// The host that a request asks, with its port where it names one: that of an absolute URI, which counts before `Host`.
///
/// # Errors
/// 400 where `Host` is absent, there twice or malformed. HTTP/2 names the host in the URI, where `Host` may be absent.
pub(super) fn asked(head: &Parts) -> Result<&str> {
    let wrong = || Error::unreadable("The request must have one valid Host header.");
    let mut named = head.headers.get_all(HOST).iter();
    let host = match (named.next(), named.next()) {
        (Some(host), None) => Some(host.to_str().map_err(|_| wrong())?),
        (None, _) if head.version >= Version::HTTP_2 => None,
        _ => return Err(wrong()),
    };
    let authority = head.uri.authority().map(http::uri::Authority::as_str);
    if ![host, authority].into_iter().flatten().all(is_valid) {
        return Err(wrong());
    }
    authority.or(host).ok_or_else(wrong)
}

/// Whether a text is a name or an address, with or without a port: nothing that would end the host within a link.
pub(super) fn is_valid(text: &str) -> bool {
    let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, port)) if address.parse::<Ipv6Addr>().is_ok() => ("", port),
        Some(_) => return false,
        None => text.find(':').map_or((text, ""), |colon| text.split_at(colon)),
    };
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    let is_port = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let is_sound = text.starts_with('[') || !host.is_empty() && host.bytes().all(is_name);
    is_sound
        && (port.is_empty()
            || port.strip_prefix(':').is_some_and(|port| is_port(port) && port.parse::<u16>().is_ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(version: Version, uri: &str, hosts: &[&[u8]]) -> Parts {
        let mut request = http::Request::builder().version(version).uri(uri);
        for host in hosts {
            request = request.header(HOST, *host);
        }
        request.body(()).unwrap().into_parts().0
    }

    fn over_http_1(uri: &str, hosts: &[&str]) -> Option<String> {
        let hosts: Vec<_> = hosts.iter().map(|host| host.as_bytes()).collect();
        asked(&request(Version::HTTP_11, uri, &hosts)).ok().map(str::to_owned)
    }

    #[test]
    fn a_request_names_one_host() {
        for host in ["chat.example", "chat.example:8443", "10.0.0.1", "[2001:db8::1]:80", "db_1", "LOCALHOST"]
        {
            assert_eq!(over_http_1("/", &[host]).as_deref(), Some(host));
        }
        assert_eq!(over_http_1("/", &[]), None);
        assert_eq!(over_http_1("/", &["a.example", "a.example"]), None);
        for wrong in [
            "", " ", "a b", "a/b", "a?b", "a#b", "u@a", "a:", "a:b", "a:99999", "a:1:2", ":80", "[::1",
            "[x]", "[::1]x", "a,b", "a\"b", "<a>", "a\\b", "::1",
        ] {
            assert_eq!(over_http_1("/", &[wrong]), None, "{wrong}");
        }
        assert!(asked(&request(Version::HTTP_11, "/", &["grü.example".as_bytes()])).is_err());
        assert!(asked(&request(Version::HTTP_10, "/", &[])).is_err());
    }

    #[test]
    fn an_absolute_uri_counts_before_the_header_which_must_be_sound_all_the_same() {
        assert_eq!(
            over_http_1("http://chat.example:81/", &["other.example"]).as_deref(),
            Some("chat.example:81")
        );
        assert_eq!(over_http_1("http://chat.example/", &[]), None);
        assert_eq!(over_http_1("http://chat.example/", &["a b"]), None);
        assert_eq!(over_http_1("http://user@chat.example/", &["chat.example"]), None);
    }

    #[test]
    fn http_2_names_the_host_in_the_uri() {
        let named =
            |uri, hosts: &[&[u8]]| asked(&request(Version::HTTP_2, uri, hosts)).ok().map(str::to_owned);
        assert_eq!(named("https://chat.example/", &[]).as_deref(), Some("chat.example"));
        assert_eq!(named("/", &[b"chat.example"]).as_deref(), Some("chat.example"));
        assert_eq!(named("/", &[]), None);
        assert_eq!(named("https://chat.example/", &[b"a", b"b"]), None);
    }
}
