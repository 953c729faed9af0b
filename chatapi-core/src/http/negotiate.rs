//! What kind of answer a client wants.

use std::cmp::Reverse;

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

/// What the client wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// JSON.
    Json(Style),
    /// A page.
    Page,
}

/// What a browser is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Browsers {
    /// A page.
    GetPages,
    /// JSON, which it gets as if it accepted that.
    GetJson,
}

/// What the client asked for.
///
/// # Errors
/// 404 for a `?format=` that there is none of, 406 where nothing that is accepted can be served.
pub(super) fn wanted(headers: &HeaderMap, format: Option<&str>, browsers: Browsers) -> Result<Wanted> {
    let forms: &[Kind] = match (format.unwrap_or_default(), browsers) {
        ("", _) => &[Kind::Json, Kind::Html],
        ("json", _) => &[Kind::Json],
        ("api", Browsers::GetPages) => &[Kind::Html],
        _ => return Err(Error::not_found()),
    };
    let mut accepted = headers.get_all(ACCEPT).iter().peekable();
    let anything = Accepted { precision: 0, kinds: &[Kind::Json, Kind::Html], indent: None };
    let fitting: Vec<Accepted> = if accepted.peek().is_none() {
        vec![anything]
    } else {
        let lists = accepted.map(|value| String::from_utf8_lossy(value.as_bytes()));
        lists.flat_map(|list| list.split(',').filter_map(Accepted::parse).collect::<Vec<_>>()).collect()
    };
    // The most specific of the accepted types that fit decides, as in the documented API; weights do not count there. Of
    // two that are as specific, the one that JSON fits.
    let choices = forms.iter().enumerate().flat_map(|(rank, form)| {
        let fits = fitting.iter().filter(|accepted| accepted.kinds.contains(form));
        fits.map(move |accepted| (accepted.precision, Reverse(rank), *form, accepted.indent))
    });
    let best = choices.max_by_key(|(precision, rank, ..)| (*precision, *rank));
    match best.ok_or(Error::NotAcceptable)? {
        (.., Kind::Html, _) if browsers == Browsers::GetPages => Ok(Wanted::Page),
        (.., indent) => Ok(Wanted::Json(Style { indent })),
    }
}

/// What can be served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Json,
    Html,
}

/// One of the accepted types, where something that can be served is of it.
struct Accepted {
    precision: u8,
    kinds: &'static [Kind],
    indent: Option<usize>,
}

impl Accepted {
    fn parse(text: &str) -> Option<Self> {
        let text = text.to_ascii_lowercase();
        let mut parts = text.split(';').map(str::trim);
        let (main, sub) = parts.next()?.split_once('/')?;
        let kinds: &[Kind] = match (main, sub) {
            ("*", "*") => &[Kind::Json, Kind::Html],
            ("*" | "application", "json") | ("application", "*") => &[Kind::Json],
            ("*" | "text", "html") | ("text", "*") => &[Kind::Html],
            _ => return None,
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
        Some(Self { precision, kinds, indent })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(value: &str, format: Option<&str>, browsers: Browsers) -> Result<Wanted> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, value.parse().unwrap());
        wanted(&headers, format, browsers)
    }

    fn accept(value: &str) -> Result<Style> {
        match ask(value, None, Browsers::GetJson)? {
            Wanted::Json(style) => Ok(style),
            Wanted::Page => panic!("a page"),
        }
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

    #[test]
    fn a_page_is_for_whoever_names_html_and_not_json_as_closely() {
        const JSON: Wanted = Wanted::Json(Style { indent: None });
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8";
        for (accepted, format, wanted) in [
            (browser, None, Wanted::Page),
            ("text/html", None, Wanted::Page),
            ("text/*", None, Wanted::Page),
            ("text/html, application/*", None, Wanted::Page),
            ("text/html;level=1, application/json", None, Wanted::Page),
            ("*/*", None, JSON),
            ("application/json", None, JSON),
            ("text/html, application/json", None, JSON),
            ("text/*, */json", None, JSON),
            (browser, Some("json"), JSON),
            (browser, Some("api"), Wanted::Page),
            (browser, Some(""), Wanted::Page),
            ("*/*", Some("api"), Wanted::Page),
        ] {
            let found = ask(accepted, format, Browsers::GetPages).unwrap();
            assert_eq!(found, wanted, "{accepted} with {format:?}");
        }
        let refused = |accepted, format| ask(accepted, Some(format), Browsers::GetPages).unwrap_err();
        assert!(matches!(refused("application/json", "api"), Error::NotAcceptable));
        assert!(matches!(refused("text/html", "json"), Error::NotAcceptable));
        assert!(matches!(refused(browser, "xml"), Error::NotFound(_)));
        assert!(matches!(ask(browser, Some("api"), Browsers::GetJson), Err(Error::NotFound(_))));
    }
}
