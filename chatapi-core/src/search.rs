//! What a search looks for: [`SearchTerms`], which are parts of a text, and [`Query`], which asks for words and ranks.

use crate::text::{fold, strip};

mod alignment;
mod highlight;
mod language;
mod matching;
mod query;
mod score;
mod words;

pub use highlight::Highlight;
pub use language::{Language, UnknownLanguage};
pub use matching::Positions;
pub use query::{Author, Clause, Phrase, Query};
pub use score::{Rank, Weights};
pub use words::{Word, Words};

/// The terms of a search, folded. A message is found where each is a part of its folded text; no terms find everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchTerms(Vec<String>);

impl SearchTerms {
    /// Reads `?search=` as the documented API does: blanks and commas part words, quotes keep a phrase together (in it
    /// a backslash takes the next character as it is), and a quote without its partner is a character like any other.
    pub fn parse(query: &str) -> Self {
        let mut terms = Vec::new();
        let mut rest = query;
        while let Some((word, after)) = next_word(rest) {
            rest = after;
            let word = word.trim_matches(',');
            match phrase(word) {
                Some(phrase) => terms.push(phrase),
                None => terms.extend(word.split(',').map(|part| strip(part).to_owned())),
            }
        }
        Self(terms.into_iter().filter(|term| !term.is_empty()).map(|term| fold(&term)).collect())
    }

    /// The folded terms, none of them empty.
    pub fn as_slice(&self) -> &[String] {
        &self.0
    }

    /// Whether there is nothing to look for.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether each term is a part of `folded`, a text that [`fold`] made.
    pub fn match_folded(&self, folded: &str) -> bool {
        self.0.iter().all(|term| folded.contains(term.as_str()))
    }
}

/// Parts the first word from the rest. Quoted stretches of a word may hold blanks; if none of its quotes has a partner,
/// the word ends at the first blank.
fn next_word(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start();
    if text.is_empty() {
        return None;
    }
    let mut end = 0;
    let mut quoted = false;
    loop {
        end += plain(&text[end..]);
        match closing_quote(&text[end..]) {
            Some(length) => (quoted, end) = (true, end + length),
            None if quoted => break,
            None => {
                end = text.find(char::is_whitespace).unwrap_or(text.len());
                break;
            }
        }
    }
    Some(text.split_at(end))
}

/// The length of the stretch without blanks and quotes at the start of `text`.
fn plain(text: &str) -> usize {
    text.find(|c: char| c.is_whitespace() || c == '"' || c == '\'').unwrap_or(text.len())
}

/// The length of the quoted stretch at the start of `text`, both quotes included.
fn closing_quote(text: &str) -> Option<usize> {
    let mut chars = text.char_indices();
    let (_, quote) = chars.next().filter(|(_, c)| matches!(c, '"' | '\''))?;
    while let Some((at, c)) = chars.next() {
        if c == '\\' {
            chars.next().filter(|(_, c)| *c != '\n')?;
        } else if c == quote {
            return Some(at + c.len_utf8());
        }
    }
    None
}

/// What stands between the quotes of a word that is quoted as a whole.
fn phrase(word: &str) -> Option<String> {
    let quote = word.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let inner = word.strip_prefix(quote)?.strip_suffix(quote)?;
    Some(inner.replace(&format!("\\{quote}"), &quote.to_string()).replace("\\\\", "\\"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn terms(query: &str) -> Vec<String> {
        SearchTerms::parse(query).0
    }

    #[test]
    fn blanks_and_commas_part_words() {
        assert_eq!(terms("alice back"), ["alice", "back"]);
        assert_eq!(terms(" alice,,back ,"), ["alice", "back"]);
        assert!(terms(" , ").is_empty());
    }

    #[test]
    fn quotes_keep_a_phrase_together() {
        assert_eq!(terms(r#""hello back" you"#), ["hello back", "you"]);
        assert_eq!(terms("'it is, so'"), ["it is, so"]);
        assert_eq!(terms(r#""say \"hi\" \\ now""#), [r#"say "hi" \ now"#]);
        assert_eq!(terms(r#",""#), ["\""]);
        assert!(terms(r#""""#).is_empty());
    }

    #[test]
    fn a_lone_quote_is_a_character_like_any_other() {
        assert_eq!(terms("it's here"), ["it's", "here"]);
        assert_eq!(terms(r#"5" disk"#), ["5\"", "disk"]);
        assert_eq!(terms("\""), ["\""]);
    }

    #[test]
    fn quotes_within_a_word_keep_its_blanks() {
        assert_eq!(terms(r#"a"b c"d e"#), [r#"a"b c"d"#, "e"]);
    }

    #[test]
    fn signs_that_databases_treat_as_wildcards_stand_for_themselves() {
        let all = SearchTerms::parse(r"100% e_t \");
        assert_eq!(all.as_slice(), ["100%", "e_t", "\\"]);
        assert!(all.match_folded(r"100% the_tea \"));
        assert!(!all.match_folded(r"1000 then tea \"));
    }

    proptest! {
        #[test]
        fn any_query_parses_into_terms_without_blanks_around_them(query in "\\PC*") {
            for term in terms(&query) {
                prop_assert!(!term.is_empty());
            }
        }

        #[test]
        fn words_without_quotes_are_parted_at_blanks_and_commas(words in prop::collection::vec("[a-z%_\\\\]{1,8}", 0..6)) {
            prop_assert_eq!(terms(&words.join(" ")), words.clone());
            prop_assert_eq!(terms(&words.join(",")), words);
        }

        #[test]
        fn a_quoted_phrase_is_one_term(phrase in "[a-z ,]{1,20}") {
            prop_assert_eq!(terms(&format!("\"{phrase}\"")), vec![phrase]);
        }

        #[test]
        fn a_text_is_found_by_any_part_of_it_in_any_case(before in "\\PC*", word in "[a-zäöüéßα-ω]{1,8}", after in "\\PC*") {
            let folded = fold(&format!("{before} {word} {after}"));
            prop_assert!(SearchTerms::parse(&word.to_uppercase()).match_folded(&folded));
        }
    }
}
