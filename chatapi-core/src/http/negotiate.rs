//! What kind of answer a client wants.

use http::HeaderMap;
use http::header::ACCEPT;

use crate::error::{Error, Result};
use crate::text::integer;

/// How JSON is laid out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Style {
    /// Blanks a level; `None` puts everything into one line.
    pub(super) indent: Option<usize>,
}

/// The widest indentation that is served.
const WIDEST: usize = 8;

/// The layout that the client asked for. A browser, which accepts HTML, gets JSON too.
///
/// # Errors
/// 404 for a `?format=` that is not JSON, 406 where nothing that is accepted can be served.
pub(super) fn style(headers: &HeaderMap, format: Option<&str>) -> Result<Style> {
    if format.is_some_and(|format| !format.is_empty() && format != "json") {
        return Err(Error::not_found());
    }
    let mut accepted = headers.get_all(ACCEPT).iter().peekable();
    if accepted.peek().is_none() {
        return Ok(Style::default());
    }
    // The most specific of the accepted types that fit decides, as in the documented API; weights do not count there.
    let json_alone = format == Some("json");
    let fitting = accepted.flat_map(|value| {
        let list = String::from_utf8_lossy(value.as_bytes());
        list.split(',').filter_map(|accepted| Accepted::parse(accepted, json_alone)).collect::<Vec<_>>()
    });
    let best = fitting.max_by_key(|accepted| accepted.precision).ok_or(Error::NotAcceptable)?;
    Ok(Style { indent: best.indent })
}

/// One of the accepted types, where JSON or HTML is one of it.
struct Accepted {
    precision: u8,
    indent: Option<usize>,
}

impl Accepted {
    fn parse(text: &str, json_alone: bool) -> Option<Self> {
        let text = text.to_ascii_lowercase();
        let mut parts = text.split(';').map(str::trim);
        let (main, sub) = parts.next()?.split_once('/')?;
        let fits = match (main, sub) {
            ("*" | "application", "json" | "*") => true,
            ("*" | "text", "html") | ("text", "*") => !json_alone,
            _ => false,
        };
        let mut indent = None;
        let mut params = 0;
        for part in parts {
            let Some((name, value)) = part.split_once('=') else {
                continue;
            };
            params += u8::from(name != "q");
            if name == "indent" {
                let wanted = integer(value.trim_matches('"'))
                    .flatten()
                    .and_then(|wanted| usize::try_from(wanted).ok());
                indent = wanted.filter(|wanted| *wanted > 0).map(|wanted| wanted.min(WIDEST));
            }
        }
        let precision = match (main, sub) {
            ("*", "*") => 0,
            (_, "*") | ("*", _) => 1,
            _ if params == 0 => 2,
            _ => 3,
        };
        fits.then_some(Self { precision, indent })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accept(value: &str) -> Result<Style> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, value.parse().unwrap());
        style(&headers, None)
    }

    #[test]
    fn json_is_served_to_whoever_accepts_it_among_others() {
        for accepted in
            ["*/*", "application/json", "application/*;q=0.1", "text/plain, */*;q=0.1", "text/html"]
        {
            assert_eq!(accept(accepted).unwrap(), Style::default(), "{accepted}");
        }
        for refused in ["application/xml", "text/plain", "json", "image/*", "*", "*/xml", ""] {
            assert!(matches!(accept(refused), Err(Error::NotAcceptable)), "{refused}");
        }
    }

    #[test]
    fn an_indentation_is_asked_for_with_the_type() {
        assert_eq!(accept("application/json; indent=2").unwrap().indent, Some(2));
        assert_eq!(accept("*/*, application/json; indent=99").unwrap().indent, Some(8));
        assert_eq!(accept("application/json; indent=0").unwrap().indent, None);
        assert_eq!(accept("application/json; indent=x").unwrap().indent, None);
    }
}
