//! Which mail addresses the documented API takes: those of Django's `EmailValidator`.

/// Whether this is a mail address, as far as its form tells.
pub fn is_address(address: &str) -> bool {
    let Some((user, domain)) = address.rsplit_once('@') else {
        return false;
    };
    address.chars().count() <= 320 && (is_dot_atom(user) || is_quoted(user)) && is_domain(domain)
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

fn is_domain(domain: &str) -> bool {
    domain == "localhost" || is_literal(domain) || is_name(domain)
}

fn is_literal(domain: &str) -> bool {
    let inner = domain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    inner.is_some_and(|inner| inner.parse::<std::net::IpAddr>().is_ok())
}

/// At least two labels; a label outside ASCII counts as if it were written in its ASCII form, which is long enough.
fn is_name(domain: &str) -> bool {
    let is_whole = |label: &str| {
        let sound = label
            .chars()
            .all(|c| c == '-' || c.is_ascii_alphanumeric() || (!c.is_ascii() && c.is_alphanumeric()));
        sound && (1..=63).contains(&label.chars().count()) && !label.ends_with('-')
    };
    let Some((labels, last)) = domain.rsplit_once('.') else {
        return false;
    };
    let is_top = is_whole(last) && (last.len() > 1);
    is_top && labels.split('.').all(|label| is_whole(label) && !label.starts_with('-'))
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
        ] {
            assert!(!is_address(invalid), "{invalid}");
        }
    }

    #[test]
    fn the_host_of_an_address_is_kept_in_lower_case() {
        assert_eq!(normalized("Carol@Example.COM"), "Carol@example.com");
    }
}
