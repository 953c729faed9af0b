//! The scheme and host by which a client knows us, and the address that it asks from.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use http::HeaderMap;
use http::header::FORWARDED;
use http::request::Parts;
use ipnet::IpNet;

use super::{Peer, host};
use crate::config::Config;

/// The headers in which trusted proxies say whom they were asked by, and how. Headers of the other kind are those of clients:
/// a proxy passes on what it does not write itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ProxyHeaders {
    /// `X-Forwarded-For`, `X-Forwarded-Proto` and `X-Forwarded-Host`. `Forwarded` is ignored.
    #[default]
    XForwarded,
    /// `Forwarded` (RFC 7239). `X-Forwarded-For`, `-Proto` and `-Host` are ignored.
    Forwarded,
}

/// A text that names no [`ProxyHeaders`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected x-forwarded or forwarded")]
pub struct ParseProxyHeadersError;

impl fmt::Display for ProxyHeaders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::XForwarded => "x-forwarded",
            Self::Forwarded => "forwarded",
        })
    }
}

impl FromStr for ProxyHeaders {
    type Err = ParseProxyHeadersError;

    fn from_str(text: &str) -> Result<Self, ParseProxyHeadersError> {
        [Self::XForwarded, Self::Forwarded]
            .into_iter()
            .find(|headers| headers.to_string().eq_ignore_ascii_case(text.trim()))
            .ok_or(ParseProxyHeadersError)
    }
}

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
    pub(super) fn of(head: &Parts, config: &Config) -> Self {
        let mut origin = Self {
            scheme: head.uri.scheme_str().unwrap_or("http").to_owned(),
            host: host::asked(head).unwrap_or("localhost").to_owned(),
            prefix: String::new(),
        };
        let Some((_, hop)) = walk(head, config) else { return origin };
        let Some(hop) = hop else { return origin };
        if let Some(scheme) = hop.scheme.filter(|scheme| ["http", "https"].contains(&scheme.as_str())) {
            origin.scheme = scheme;
        }
        if let Some(host) = hop.host.filter(|host| host::is_valid(host)) {
            origin.host = host;
        }
        if config.proxy_prefix {
            origin.prefix = prefix(&head.headers).unwrap_or_default();
        }
        origin
    }
}

/// The address that a request comes from: the connection's, or as far out as proxies are trusted what they say.
pub(super) fn client(head: &Parts, config: &Config) -> Option<IpAddr> {
    walk(head, config).map(|(client, _)| client)
}

/// What a proxy saw.
#[derive(Debug, Default, PartialEq, Eq)]
struct Hop {
    client: Option<IpAddr>,
    scheme: Option<String>,
    host: Option<String>,
}

/// Follows what trusted proxies say, from the nearest one outwards: the address of the client, and what the outermost trusted
/// proxy saw. `None` where the address of the connection is not known.
fn walk(head: &Parts, config: &Config) -> Option<(IpAddr, Option<Hop>)> {
    let is_trusted =
        |address: IpAddr| config.trusted_proxies.iter().any(|net: &IpNet| net.contains(&address));
    let mut client = head.extensions.get::<Peer>()?.0.ip().to_canonical();
    if !is_trusted(client) {
        return Some((client, None));
    }
    let hops = match config.proxy_headers {
        ProxyHeaders::XForwarded => x_forwarded(&head.headers),
        ProxyHeaders::Forwarded => forwarded(&head.headers),
    };
    // A trusted proxy that says nothing of the others may still say what prefix it took off.
    let mut seen = Hop::default();
    for hop in hops {
        let further = hop.client;
        seen = hop;
        let Some(further) = further else { break };
        client = further;
        if !is_trusted(client) {
            break;
        }
    }
    Some((client, Some(seen)))
}

/// RFC 7239: each proxy adds an element at the end. The nearest proxy's comes first here.
fn forwarded(headers: &HeaderMap) -> Vec<Hop> {
    let lines = headers.get_all(FORWARDED).iter().map(|line| String::from_utf8_lossy(line.as_bytes()));
    let mut hops = Vec::new();
    for line in lines.collect::<Vec<_>>().iter().rev() {
        hops.extend(elements_from_the_end(line).into_iter().map(|element| hop(element).unwrap_or_default()));
    }
    hops
}

/// The elements of a list, the last one first. Quotes are matched from the end, since what a trusted proxy added stands there;
/// a quote that a client left open reaches no further than its own element.
fn elements_from_the_end(line: &str) -> Vec<&str> {
    let bytes = line.as_bytes();
    let mut elements = Vec::new();
    let (mut end, mut is_quoted) = (bytes.len(), false);
    for at in (0..bytes.len()).rev() {
        match bytes[at] {
            b'"' if is_quoted => {
                let escapes = bytes[..at].iter().rev().take_while(|byte| **byte == b'\\').count();
                is_quoted = escapes % 2 == 1;
            }
            b'"' => is_quoted = true,
            b',' if !is_quoted => {
                elements.push(&line[at + 1..end]);
                end = at;
            }
            _ => {}
        }
    }
    elements.push(&line[..end]);
    elements.retain(|element| !element.trim().is_empty());
    elements
}

/// One element: `for=192.0.2.1;proto=https;host="chat.example.org:8443"`. `None` where a parameter is there twice.
fn hop(element: &str) -> Option<Hop> {
    let mut hop = Hop::default();
    let mut seen = Vec::new();
    for pair in pairs(element) {
        let Some((name, value)) = pair.trim().split_once('=') else { continue };
        let (name, value) = (name.to_ascii_lowercase(), unquoted(value));
        match name.as_str() {
            "proto" => hop.scheme = Some(value.to_ascii_lowercase()),
            "host" => hop.host = Some(value),
            "for" => hop.client = address(&value),
            _ => {}
        }
        if seen.contains(&name) {
            return None;
        }
        seen.push(name);
    }
    Some(hop)
}

/// What stands between the semicolons that are not quoted.
fn pairs(element: &str) -> impl Iterator<Item = &str> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    element.split(move |character| {
        let was_escaped = std::mem::take(&mut is_escaped);
        match character {
            '\\' if is_quoted && !was_escaped => is_escaped = true,
            '"' if !was_escaped => is_quoted = !is_quoted,
            ';' => return !is_quoted,
            _ => {}
        }
        false
    })
}

fn unquoted(value: &str) -> String {
    let Some(inner) = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return value.to_owned();
    };
    let mut characters = inner.chars();
    std::iter::from_fn(|| match characters.next() {
        Some('\\') => characters.next(),
        next => next,
    })
    .collect()
}

/// The older headers: one list each, which proxies extend or replace. The nearest proxy's hop comes first here.
fn x_forwarded(headers: &HeaderMap) -> Vec<Hop> {
    let [clients, schemes, hosts] =
        ["x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"].map(|name| list(headers, name));
    // Where proxies replace a list that others extend, it is shorter: its first value is as far out as it goes.
    let of = |values: &[String], hop: usize| values.get(values.len().saturating_sub(hop + 1)).cloned();
    (0..clients.len().max(1))
        .map(|hop| Hop {
            client: clients.iter().rev().nth(hop).and_then(|client| address(client)),
            scheme: of(&schemes, hop).map(|scheme| scheme.to_ascii_lowercase()),
            host: of(&hosts, hop),
        })
        .collect()
}

fn list(headers: &HeaderMap, name: &str) -> Vec<String> {
    let lines = headers.get_all(name).iter().map(|line| String::from_utf8_lossy(line.as_bytes()));
    let values =
        lines.flat_map(|line| line.split(',').map(|value| value.trim().to_owned()).collect::<Vec<_>>());
    values.filter(|value| !value.is_empty()).collect()
}

/// An address, with or without a port; that of an IPv6 address in brackets where there is a port.
fn address(text: &str) -> Option<IpAddr> {
    let bare = match text.strip_prefix('[') {
        Some(rest) => {
            let (inner, port) = rest.split_once(']')?;
            let is_port = port.is_empty() || port.starts_with(':');
            inner.parse::<Ipv6Addr>().ok().filter(|_| is_port).map(IpAddr::from)
        }
        None => {
            let with_port = || text.split_once(':')?.0.parse::<Ipv4Addr>().ok().map(IpAddr::from);
            text.parse().ok().or_else(with_port)
        }
    };
    bare.map(|address| address.to_canonical())
}

/// The prefix that the nearest proxy took off the path, without a slash at the end: characters of a path, and no empty segment,
/// which would make another host of it.
fn prefix(headers: &HeaderMap) -> Option<String> {
    let said = headers.get_all("x-forwarded-prefix").iter().next_back()?.to_str().ok()?.trim_end_matches('/');
    let is_of_path = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~%!$&'()*+,;=:@".contains(&byte);
    let mut segments = said.strip_prefix('/')?.split('/');
    let is_path = segments.all(|segment| !segment.is_empty() && segment.bytes().all(is_of_path));
    is_path.then(|| said.to_owned())
}

#[cfg(test)]
mod tests;
