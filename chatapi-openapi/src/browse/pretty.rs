//! JSON laid out for people, as HTML: everything escaped, URLs and ids as links.

use super::prose::escape;

/// Compact JSON over lines. `details` is where the things of a list are by their id: `../rooms/`.
pub(super) fn html(json: &str, details: Option<&str>) -> String {
    let mut pretty =
        Pretty { out: String::with_capacity(json.len() * 3), open: Vec::new(), key: None, details };
    let mut rest = json;
    while let Some(token) = Token::first(rest) {
        rest = &rest[token.text().len()..];
        pretty.add(token, rest);
    }
    pretty.out
}

/// A part of JSON that means something by itself, as it is written.
#[derive(Clone, Copy, Debug)]
enum Token<'a> {
    /// With its quotes.
    Text(&'a str),
    /// A number, or one of the three words.
    Word(&'a str),
    Mark(&'a str),
    Blank(&'a str),
}

impl<'a> Token<'a> {
    fn first(json: &'a str) -> Option<Self> {
        let first = json.chars().next()?;
        let until = |ends: fn(char) -> bool| &json[..json.find(ends).unwrap_or(json.len())];
        Some(match first {
            '"' => {
                let mut is_escaped = false;
                let end = json.char_indices().skip(1).find(|(_, letter)| {
                    let ends = *letter == '"' && !is_escaped;
                    is_escaped = *letter == '\\' && !is_escaped;
                    ends
                });
                Self::Text(end.map_or(json, |(at, _)| &json[..=at]))
            }
            '{' | '}' | '[' | ']' | ',' | ':' => Self::Mark(&json[..1]),
            letter if letter.is_whitespace() => Self::Blank(until(|letter| !letter.is_whitespace())),
            _ => {
                let word = until(|letter| letter.is_whitespace() || "{}[],:\"".contains(letter));
                Self::Word(word)
            }
        })
    }

    fn text(self) -> &'a str {
        match self {
            Self::Text(text) | Self::Word(text) | Self::Mark(text) | Self::Blank(text) => text,
        }
    }
}

struct Pretty<'a> {
    out: String,
    /// The marks of the lists and objects that are open.
    open: Vec<char>,
    /// The name whose value is next, with its quotes.
    key: Option<String>,
    details: Option<&'a str>,
}

impl Pretty<'_> {
    fn add(&mut self, token: Token<'_>, rest: &str) {
        match token {
            Token::Blank(_) => {}
            Token::Mark(mark @ ("{" | "[")) => {
                self.out.push_str(mark);
                self.open.push(if mark == "{" { '{' } else { '[' });
                if !rest.trim_start().starts_with(['}', ']']) {
                    self.line();
                }
            }
            Token::Mark(mark @ ("}" | "]")) => {
                self.open.pop();
                if !self.out.ends_with(['{', '[']) {
                    self.line();
                }
                self.out.push_str(mark);
            }
            Token::Mark(",") => {
                self.key = None;
                self.out.push(',');
                self.line();
            }
            Token::Mark(_) => self.out.push_str(": "),
            Token::Text(text) if self.open.last() == Some(&'{') && rest.trim_start().starts_with(':') => {
                self.span("k", text);
                self.key = Some(text.to_owned());
            }
            Token::Text(text) => self.value(text),
            Token::Word(word) => self.word(word),
        }
    }

    fn line(&mut self) {
        self.out.push('\n');
        self.out.extend(std::iter::repeat_n("    ", self.open.len()));
    }

    fn span(&mut self, class: &str, text: &str) {
        self.out.push_str("<span class=\"");
        self.out.push_str(class);
        self.out.push_str("\">");
        escape(text, &mut self.out);
        self.out.push_str("</span>");
    }

    /// A text; as a link, where it is the URL of a page.
    fn value(&mut self, text: &str) {
        let url = serde_json::from_str::<String>(text).ok().filter(|text| is_url(text));
        match url {
            Some(url) => {
                self.out.push_str("<span class=\"s\">");
                self.link(&url, text);
                self.out.push_str("</span>");
            }
            None => self.span("s", text),
        }
    }

    fn word(&mut self, word: &str) {
        // The ids of a page's results: `{"results": [{"id": 7`.
        let is_of_a_result = self.open == ['{', '[', '{'] && self.key.as_deref() == Some("\"id\"");
        match self.details.filter(|_| is_of_a_result && word.bytes().all(|byte| byte.is_ascii_digit())) {
            Some(details) => {
                self.out.push_str("<span class=\"n\">");
                self.link(&format!("{details}{word}/"), word);
                self.out.push_str("</span>");
            }
            None => self.span("n", word),
        }
    }

    fn link(&mut self, to: &str, text: &str) {
        self.out.push_str("<a href=\"");
        escape(to, &mut self.out);
        self.out.push_str("\" rel=\"nofollow noreferrer\">");
        escape(text, &mut self.out);
        self.out.push_str("</a>");
    }
}

/// Whether a text is the URL of a page and nothing else. Other schemes, `javascript:` among them, are no links.
fn is_url(text: &str) -> bool {
    let is_page = text.starts_with("https://") || text.starts_with("http://");
    is_page && !text.contains(|letter: char| letter.is_whitespace() || letter.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_laid_out_and_everything_in_it_escaped() {
        let json = r#"{"a":["<b>&'\"",1,null],"c":{},"<i>":[]}"#;
        let quoted = "&quot;&lt;b&gt;&amp;&#39;\\&quot;&quot;";
        let expected = format!(
            "{{\n    <span class=\"k\">&quot;a&quot;</span>: [\n        <span class=\"s\">{quoted}</span>,\n        <span \
             class=\"n\">1</span>,\n        <span class=\"n\">null</span>\n    ],\n    <span \
             class=\"k\">&quot;c&quot;</span>: {{}},\n    <span class=\"k\">&quot;&lt;i&gt;&quot;</span>: []\n}}"
        );
        assert_eq!(html(json, None), expected);
    }

    #[test]
    fn pages_are_links_and_scripts_are_not() {
        let link = |text: &str| html(&serde_json::to_string(text).unwrap(), None).contains("<a ");
        assert!(link("http://example.org/?a=1&b=2") && link("https://example.org"));
        for no in [
            "javascript:alert(1)",
            "data:text/html,x",
            "see http://example.org",
            "http://a b",
            "//example.org",
        ] {
            assert!(!link(no), "{no}");
        }
        let odd = html(r#""http://x/\"onclick=\"y""#, None);
        assert!(odd.contains("href=\"http://x/&quot;onclick=&quot;y\""), "{odd}");
    }

    #[test]
    fn the_ids_of_results_lead_to_them() {
        let json = r#"{"results":[{"id":7,"room":1,"users":[{"id":3}]}]}"#;
        let found = html(json, Some("../rooms/"));
        assert!(found.contains("<a href=\"../rooms/7/\" rel=\"nofollow noreferrer\">7</a>"));
        assert_eq!(found.matches("<a ").count(), 1);
    }
}
