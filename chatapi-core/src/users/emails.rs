//! Which mail addresses are taken: those of Django's `EmailValidator`. Mails are sent by the same reading of them, so an
//! address that is taken can be written to.

use std::borrow::Cow;
use std::net::IpAddr;

use idna::AsciiDenyList;

/// Whether this is a mail address, as far as its form tells.
pub fn is_address(address: &str) -> bool {
    in_ascii(address).is_some()
}

/// The user of an address, and its host as mail servers write it: an internationalised name in its ASCII form (RFC 5890),
/// a literal as RFC 5321 has it. `None` where it is no address.
pub(crate) fn in_ascii(address: &str) -> Option<(&str, Cow<'_, str>)> {
    let (user, host) = address.rsplit_once('@')?;
    let is_sound = address.chars().count() <= 320 && (is_dot_atom(user) || is_quoted(user));
    is_sound.then(|| ascii_host(host)).flatten().map(|host| (user, host))
}

fn is_dot_atom(user: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-!#$%&'*+/=?^_`{}|~".contains(&byte))
    };
    user.split('.').all(is_part)
}

fn is_quoted(user: &str) -> bool {
    let Some(inner) = user.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return false;
    };
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        let sound = match c {
            '\\' => chars
                .next()
                .is_some_and(|c| matches!(c, '\u{1}'..='\u{9}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{7f}')),
            '"' | '\n' | '\r' | '\t' | ' ' => false,
            c => ('\u{1}'..='\u{7f}').contains(&c),
        };
        if !sound {
            return false;
        }
    }
    true
}

fn ascii_host(host: &str) -> Option<Cow<'_, str>> {
    if host == "localhost" {
        return Some(host.into());
    }
    if let Some(literal) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return Some(match literal.parse().ok()? {
            IpAddr::V4(_) => host.into(),
            IpAddr::V6(address) => format!("[IPv6:{address}]").into(),
        });
    }
    let name = ascii_name(host)?;
    is_name(&name).then_some(name)
}

/// A host's name in its ASCII form; one in ASCII stays as it is.
pub(crate) fn ascii_name(host: &str) -> Option<Cow<'_, str>> {
    if host.is_ascii() {
        return Some(host.into());
    }
    idna::domain_to_ascii_cow(host.as_bytes(), AsciiDenyList::STD3).ok()
}

/// At least two labels of letters, digits and hyphens, of 63 characters at most.
fn is_name(name: &str) -> bool {
    let is_whole = |label: &str| {
        let sound = label.bytes().all(|byte| byte == b'-' || byte.is_ascii_alphanumeric());
        sound && (1..=63).contains(&label.len()) && !label.ends_with('-')
    };
    let Some((labels, last)) = name.rsplit_once('.') else {
        return false;
    };
    is_whole(last)
        && last.len() > 1
        && labels.split('.').all(|label| is_whole(label) && !label.starts_with('-'))
}

/// The address with its host in lower case, as Django keeps it.
pub fn normalized(address: &str) -> String {
    match address.rsplit_once('@') {
        Some((user, domain)) => format!("{user}@{}", domain.to_lowercase()),
        None => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_those_that_django_takes() {
        for valid in [
            "a@example.com",
            "a.b+c@sub.example.co",
            "\"quoted\\@part\"@example.com",
            "a@localhost",
            "a@[127.0.0.1]",
            "a@[::1]",
            "a@müller.de",
            "a@b.ü",
            "a@例え.テスト",
            "a@example。com",
            "a@xn--mller-kva.de",
        ] {
            assert!(is_address(valid), "{valid}");
        }
        for invalid in [
            "",
            "nope",
            "@example.com",
            "a@",
            "a@example",
            "a@-example.com",
            "a@example-.com",
            "a b@example.com",
            "a..b@example.com",
            ".a@example.com",
            "a@example..com",
            "a@[300.1.1.1]",
            "ä@example.com",
            "a@example.c",
            "a@müller",
            "a@mül ler.de",
            "a@müller_x.de",
            "a@ü..de",
            "a@\u{301}ü.de",
            "a@b.com\r\nrcpt to:<c@d.com>",
            "a@ü.de\r\n",
            "\"a\nb\"@example.com",
        ] {
            assert!(!is_address(invalid), "{invalid}");
        }
        assert!(
            is_address(&format!("a@{}ü.de", "x".repeat(50)))
                && !is_address(&format!("a@{}ü.de", "x".repeat(60)))
        );
    }

    #[test]
    fn hosts_are_written_in_ascii() {
        for (address, user, host) in [
            ("Anna@Example.org", "Anna", "Example.org"),
            ("a@MÜLLER.de", "a", "xn--mller-kva.de"),
            ("a@straße.example", "a", "xn--strae-oqa.example"),
            ("a@例え.テスト", "a", "xn--r8jz45g.xn--zckzah"),
            ("a@[::1]", "a", "[IPv6:::1]"),
            ("a@[127.0.0.1]", "a", "[127.0.0.1]"),
        ] {
            assert_eq!(in_ascii(address), Some((user, host.into())));
        }
    }

    #[test]
    fn the_host_of_an_address_is_kept_in_lower_case() {
        assert_eq!(normalized("Carol@Example.COM"), "Carol@example.com");
    }
}
