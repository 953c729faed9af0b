//! The scheme and host by which a client knows us.

use std::fmt;
use std::net::IpAddr;

use http::HeaderMap;
use http::header::{FORWARDED, HOST};
use http::request::Parts;
use ipnet::IpNet;

use super::Peer;

/// `https://chat.example.org`, and the prefix that a proxy took off the path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Origin {
    scheme: String,
    host: String,
    prefix: String,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", self.scheme, self.host, self.prefix)
    }
}

impl Origin {
    pub(super) fn scheme(&self) -> &str {
        &self.scheme
    }

    pub(super) fn host(&self) -> &str {
        &self.host
    }

    pub(super) fn prefix(&self) -> &str {
        &self.prefix
    }

    /// What the request itself says; and what proxies say, as far as they are trusted.
    pub(super) fn of(head: &Parts, trusted: &[IpNet]) -> Self {
        let header = |name| head.headers.get(name).and_then(|value: &http::HeaderValue| value.to_str().ok());
        let host = header(HOST).map(str::to_owned).or_else(|| head.uri.authority().map(ToString::to_string));
        let mut origin = Self {
            scheme: head.uri.scheme_str().unwrap_or("http").to_owned(),
            host: host.unwrap_or_else(|| "localhost".to_owned()),
            prefix: String::new(),
        };
        let is_trusted = |address: IpAddr| trusted.iter().any(|net| net.contains(&address.to_canonical()));
        if head.extensions.get::<Peer>().is_some_and(|peer| is_trusted(peer.0.ip())) {
            let hop = forwarded(&head.headers, &is_trusted)
                .unwrap_or_else(|| x_forwarded(&head.headers, &is_trusted));
            if let Some(scheme) = hop.scheme.filter(|scheme| ["http", "https"].contains(&scheme.as_str())) {
                origin.scheme = scheme;
            }
            if let Some(host) = hop.host.filter(|host| is_host(host)) {
                origin.host = host;
            }
            let prefix = header(http::HeaderName::from_static("x-forwarded-prefix")).unwrap_or_default();
            if prefix.starts_with('/') && !prefix.starts_with("//") {
                origin.prefix = prefix.trim_end_matches('/').to_owned();
            }
        }
        origin
    }
}

/// The address that a request comes from: the connection's, or as far out as proxies are trusted what they say.
pub(super) fn client(head: &Parts, trusted: &[IpNet]) -> Option<IpAddr> {
    let is_trusted = |address: IpAddr| trusted.iter().any(|net| net.contains(&address));
    let mut client = head.extensions.get::<Peer>()?.0.ip().to_canonical();
    for said in said_clients(&head.headers).into_iter().rev() {
        match said.filter(|_| is_trusted(client)) {
            Some(further) => client = further,
            None => break,
        }
    }
    Some(client)
}

/// Whom each proxy says that it was asked by, the nearest proxy last; none where it is no address.
fn said_clients(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let forwarded = list(headers, FORWARDED.as_str());
    if forwarded.is_empty() {
        return list(headers, "x-forwarded-for").iter().map(|client| address(client)).collect();
    }
    let client = |element: &String| {
        let mut pairs = element.split(';').filter_map(|pair| pair.trim().split_once('='));
        let (_, client) = pairs.find(|(name, _)| name.eq_ignore_ascii_case("for"))?;
        address(client.trim_matches('"'))
    };
    forwarded.iter().map(client).collect()
}

/// What the outermost trusted proxy saw.
#[derive(Debug, Default, PartialEq, Eq)]
struct Hop {
    scheme: Option<String>,
    host: Option<String>,
}

/// RFC 7239. Each proxy adds an element at the end; an element counts where the proxy that added it is trusted.
fn forwarded(headers: &HeaderMap, is_trusted: &dyn Fn(IpAddr) -> bool) -> Option<Hop> {
    let mut seen = None;
    for element in list(headers, FORWARDED.as_str()).iter().rev() {
        let mut hop = Hop::default();
        let mut client = None;
        for pair in element.split(';') {
            let Some((name, value)) = pair.trim().split_once('=') else {
                continue;
            };
            let value = value.trim_matches('"');
            match name.to_ascii_lowercase().as_str() {
                "proto" => hop.scheme = Some(value.to_ascii_lowercase()),
                "host" => hop.host = Some(value.to_owned()),
                "for" => client = address(value),
                _ => {}
            }
        }
        seen = Some(hop);
        if !client.is_some_and(is_trusted) {
            break;
        }
    }
    seen
}

/// The older headers: one list each, which proxies extend or replace.
fn x_forwarded(headers: &HeaderMap, is_trusted: &dyn Fn(IpAddr) -> bool) -> Hop {
    let clients = list(headers, "x-forwarded-for");
    let inner = clients.iter().rev().take_while(|client| address(client).is_some_and(is_trusted)).count();
    // Of a list with a value from each proxy, the one from as far out as the proxies are trusted.
    let outermost = |name| {
        let mut values = list(headers, name);
        values.truncate(values.len().saturating_sub(inner).max(1));
        values.pop()
    };
    Hop {
        scheme: outermost("x-forwarded-proto").map(|scheme| scheme.to_ascii_lowercase()),
        host: outermost("x-forwarded-host"),
    }
}

fn list(headers: &HeaderMap, name: &str) -> Vec<String> {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values
        .flat_map(|value| value.split(','))
        .map(|value| value.trim().to_owned())
        .filter(|value| !value.is_empty())
        .collect()
}

/// An address, with or without a port and brackets.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.trim_start_matches('[').split(']').next().unwrap_or(text);
    text.parse()
        .or_else(|_| bare.parse())
        .or_else(|_| text.parse().map(|address: std::net::SocketAddr| address.ip()))
        .ok()
        .map(|address: IpAddr| address.to_canonical())
}

/// Nothing that would end the host within a link.
fn is_host(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(peer: &str, trusted: &[&str], headers: &[(&str, &str)]) -> String {
        let mut request = http::Request::builder().uri("/rooms/").header("host", "inner:8000");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let peer = Peer(format!("{peer}:1").parse().unwrap());
        let (head, ()) = request.extension(peer).body(()).unwrap().into_parts();
        let trusted: Vec<_> = trusted.iter().map(|net| net.parse().unwrap()).collect();
        Origin::of(&head, &trusted).to_string()
    }

    fn client(peer: &str, trusted: &str, headers: &[(&str, &str)]) -> String {
        let request = headers
            .iter()
            .fold(http::Request::builder(), |request, (name, value)| request.header(*name, *value));
        let peer = Peer(format!("{peer}:1").parse().unwrap());
        let (head, ()) = request.extension(peer).body(()).unwrap().into_parts();
        super::client(&head, &[trusted.parse().unwrap()]).unwrap().to_string()
    }

    #[test]
    fn a_client_is_known_by_what_trusted_proxies_say_alone() {
        let said = [("x-forwarded-for", "1.2.3.4, 203.0.113.9, 10.0.0.2")];
        assert_eq!(client("10.0.0.1", "10.0.0.0/8", &said), "203.0.113.9");
        assert_eq!(client("[::ffff:10.0.0.1]", "10.0.0.0/8", &said), "203.0.113.9");
        assert_eq!(client("192.0.2.1", "10.0.0.0/8", &said), "192.0.2.1");
        let said = [
            ("forwarded", "for=1.2.3.4, For=\"[2001:db8::7]:4711\";proto=https"),
            ("x-forwarded-for", "5.6.7.8"),
        ];
        assert_eq!(client("10.0.0.1", "10.0.0.0/8", &said), "2001:db8::7");
        assert_eq!(
            client("10.0.0.1", "10.0.0.0/8", &[("forwarded", "for=1.2.3.4, for=unknown")]),
            "10.0.0.1"
        );
        assert_eq!(client("10.0.0.1", "10.0.0.0/8", &[]), "10.0.0.1");
    }

    #[test]
    fn headers_of_strangers_do_not_count() {
        let said = [("x-forwarded-host", "evil.example"), ("forwarded", "host=evil.example;proto=https")];
        assert_eq!(origin("10.0.0.1", &[], &said), "http://inner:8000");
        assert_eq!(origin("10.0.0.1", &["10.1.0.0/16"], &said), "http://inner:8000");
    }

    #[test]
    fn headers_of_trusted_proxies_count() {
        let said = [
            ("x-forwarded-host", "chat.example"),
            ("x-forwarded-proto", "HTTPS"),
            ("x-forwarded-prefix", "/chat/"),
            ("x-forwarded-for", "203.0.113.9"),
        ];
        assert_eq!(origin("10.0.0.1", &["10.0.0.0/8"], &said), "https://chat.example/chat");
    }

    #[test]
    fn what_a_client_wrote_before_the_proxies_does_not_count() {
        let said = [(
            "forwarded",
            "for=1.2.3.4;host=evil.example, for=203.0.113.9;host=chat.example;proto=https, for=10.0.0.2;host=inner",
        )];
        assert_eq!(origin("10.0.0.1", &["10.0.0.0/8"], &said), "https://chat.example");
        let said = [
            ("x-forwarded-for", "203.0.113.9, 10.0.0.2"),
            ("x-forwarded-host", "evil.example, chat.example, inner"),
            ("x-forwarded-proto", "https, http"),
        ];
        assert_eq!(origin("10.0.0.1", &["10.0.0.0/8"], &said), "https://chat.example");
    }

    #[test]
    fn a_host_that_would_break_a_link_does_not_count() {
        let said = [("x-forwarded-host", "evil.example/?x="), ("x-forwarded-proto", "javascript")];
        assert_eq!(origin("10.0.0.1", &["10.0.0.0/8"], &said), "http://inner:8000");
    }
}
