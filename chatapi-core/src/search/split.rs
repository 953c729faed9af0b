//! Splits `?search=` into its words, as the documented API does.

use std::collections::HashMap;

/// The words of a query. A quoted part of a word may contain white space; a quote without a closing one is a character like
/// any other. Takes time linear in the length of the query.
pub(super) struct Split<'a> {
    text: &'a str,
    at: usize,
    /// For each quote that has a closing one, where the text after that begins.
    after_quotation: HashMap<usize, usize>,
}

impl<'a> Split<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0, after_quotation: quotations(text) }
    }
}

impl<'a> Iterator for Split<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let rest = self.text[self.at..].trim_start();
        if rest.is_empty() {
            return None;
        }
        let start = self.text.len() - rest.len();
        let mut end = start;
        let mut quoted = false;
        loop {
            end += plain(&self.text[end..]);
            match self.after_quotation.get(&end) {
                Some(after) => (quoted, end) = (true, *after),
                None if quoted => break,
                // None of the word's quotes has a closing one: the word ends at the first white space.
                None => {
                    end = start + rest.find(char::is_whitespace).unwrap_or(rest.len());
                    break;
                }
            }
        }
        self.at = end;
        Some(&self.text[start..end])
    }
}

/// The text between the quotes of a word that is quoted as a whole.
pub(super) fn phrase(word: &str) -> Option<String> {
    let quote = word.chars().next().filter(|c| QUOTES.contains(c))?;
    let inner = word.strip_prefix(quote)?.strip_suffix(quote)?;
    Some(inner.replace(&format!("\\{quote}"), &quote.to_string()).replace("\\\\", "\\"))
}

const QUOTES: [char; 2] = ['"', '\''];

/// The length of the part without white space and quotes at the start of `text`.
fn plain(text: &str) -> usize {
    text.find(|c: char| c.is_whitespace() || QUOTES.contains(&c)).unwrap_or(text.len())
}

/// Where a quotation ends, for each kind of quote, from some place in the text on.
type Ends = [Option<usize>; QUOTES.len()];

/// For each quote that has a closing one, where the text after that begins. In a quotation a backslash takes the next
/// character as it is, unless that is a line feed.
///
/// The text is read once, from its end: where a quotation ends depends on the text after it alone.
fn quotations(text: &str) -> HashMap<usize, usize> {
    let mut found = HashMap::new();
    let (mut next, mut second): (Ends, Ends) = Default::default();
    let mut following = None;
    for (at, c) in text.char_indices().rev() {
        let mut here = next;
        if c == '\\' {
            here = if following.is_some_and(|c| c != '\n') { second } else { Ends::default() };
        } else if let Some(kind) = QUOTES.iter().position(|quote| *quote == c) {
            if let Some(end) = next[kind] {
                found.insert(at, end);
            }
            here[kind] = Some(at + c.len_utf8());
        }
        (second, next, following) = (next, here, Some(c));
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The text after a quotation, read from its opening quote on.
    fn read_on(text: &str, from: usize) -> Option<usize> {
        let mut chars = text[from..].char_indices();
        let (_, quote) = chars.next()?;
        while let Some((at, c)) = chars.next() {
            if c == '\\' {
                chars.next().filter(|(_, c)| *c != '\n')?;
            } else if c == quote {
                return Some(from + at + c.len_utf8());
            }
        }
        None
    }

    proptest! {
        #[test]
        fn a_quotation_ends_where_reading_on_from_its_quote_ends_it(text in "[\"'\\\\ aä\n]{0,24}") {
            let found = quotations(&text);
            for (at, c) in text.char_indices() {
                let expected = if QUOTES.contains(&c) { read_on(&text, at) } else { None };
                prop_assert_eq!(found.get(&at).copied(), expected, "{:?} at {}", text, at);
            }
        }
    }
}
