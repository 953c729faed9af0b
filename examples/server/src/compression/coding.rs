//! Which coding a client likes best (RFC 9110, section 12.5.3).

use http::HeaderValue;

/// A way to write a body in fewer bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Coding {
    Brotli,
    Gzip,
}

/// Those that there are, the one that makes bodies smallest first.
const CODINGS: [Coding; 2] = [Coding::Brotli, Coding::Gzip];

impl Coding {
    pub(super) fn name(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
        })
    }

    /// The coding that a client with these values of `Accept-Encoding` likes best; `None` where it likes none, or likes
    /// what is not coded better.
    pub(super) fn preferred<'a>(accepted: impl IntoIterator<Item = &'a HeaderValue>) -> Option<Self> {
        let lists: Vec<_> = accepted.into_iter().filter_map(|list| list.to_str().ok()).collect();
        let named: Vec<_> = lists.iter().flat_map(|list| list.split(',')).filter_map(weighed).collect();
        let weight = |names: &[&str]| {
            let by_name =
                |name: &str| named.iter().find(|(known, _)| known == name).map(|(_, weight)| *weight);
            names.iter().find_map(|name| by_name(name))
        };
        let plain = weight(&["identity"]).unwrap_or(0);
        let weigh = |coding: &Coding| match coding {
            Self::Brotli => weight(&["br", "*"]).unwrap_or(0),
            Self::Gzip => weight(&["gzip", "x-gzip", "*"]).unwrap_or(0),
        };
        let best = CODINGS.into_iter().rev().max_by_key(weigh)?;
        (weigh(&best) > 0 && weigh(&best) >= plain).then_some(best)
    }
}

/// A coding in lower case and its weight in thousandths; `None` where it is malformed.
fn weighed(text: &str) -> Option<(String, u16)> {
    let mut parts = text.split(';').map(str::trim);
    let name = parts.next().filter(|name| !name.is_empty())?.to_ascii_lowercase();
    let weight = match parts.next() {
        None => 1000,
        Some(weight) => {
            let (name, value) = weight.split_once('=')?;
            let value: f32 = value.trim().parse().ok().filter(|value| (0.0..=1.0).contains(value))?;
            name.trim().eq_ignore_ascii_case("q").then_some((value * 1000.0) as u16)?
        }
    };
    Some((name, weight))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_is_given_what_it_likes_best() {
        let preferred = |lists: &[&str]| {
            let lists: Vec<_> = lists.iter().map(|list| HeaderValue::from_str(list).unwrap()).collect();
            Coding::preferred(&lists)
        };
        for (accepted, coding) in [
            ("gzip, deflate, br, zstd", Some(Coding::Brotli)),
            ("gzip", Some(Coding::Gzip)),
            ("X-GZIP", Some(Coding::Gzip)),
            ("*", Some(Coding::Brotli)),
            ("br;q=0, *", Some(Coding::Gzip)),
            ("gzip;q=0.8, br;q=0.2", Some(Coding::Gzip)),
            ("gzip ; Q=0.001", Some(Coding::Gzip)),
            ("identity;q=0.5, gzip;q=1.0", Some(Coding::Gzip)),
            ("identity;q=0, br", Some(Coding::Brotli)),
            ("identity, br;q=0.5", None),
            ("identity", None),
            ("br;q=0, gzip;q=0", None),
            ("*;q=0", None),
            ("deflate, zstd", None),
            ("br;q=2, gzip;level=9", None),
            ("", None),
        ] {
            assert_eq!(preferred(&[accepted]), coding, "{accepted}");
        }
        assert_eq!(preferred(&[]), None);
        assert_eq!(preferred(&["deflate", "br"]), Some(Coding::Brotli));
    }
}
