//! What a search looks for: [`SearchTerms`], which are parts of a text, and [`Query`], which asks for words and ranks.

use crate::error::{Error, Invalid, NUL, Result};
use crate::text::{search_fold, strip};

mod alignment;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod analyzer;
mod highlight;
mod language;
mod matching;
mod query;
mod score;
mod split;
mod words;

pub use highlight::Highlight;
pub use language::{Language, UnknownLanguage};
pub use matching::Positions;
pub use query::{Author, Clause, Phrase, Query};
pub use score::{Bm25, Rank};
pub use words::{Analyzer, Word};

use split::{Split, phrase};

/// The terms of a search, folded, each once. A message is found where each is a part of its folded text; no terms find
/// everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchTerms(Vec<String>);

impl SearchTerms {
    /// The most terms that a search may have.
    pub const LIMIT: usize = 50;

    /// The most characters that the terms of a search may have together.
    pub const LENGTH: usize = 2000;

    /// Reads `?search=` as the documented API does: white space and commas separate words, quotes keep a phrase together
    /// (in it a backslash takes the next character as it is), and a quote without a closing one is a character like any
    /// other.
    ///
    /// # Errors
    /// [`Error::Invalid`] on a NUL character, and under `search` on more than [`LIMIT`](Self::LIMIT) different terms, or more
    /// than [`LENGTH`](Self::LENGTH) characters in them.
    pub fn parse(query: &str) -> Result<Self> {
        if query.contains('\0') {
            return Err(Error::Invalid(Invalid::List(vec![NUL.text().to_owned()])));
        }
        let mut terms = Self::default();
        for word in Split::new(query) {
            let word = word.trim_matches(',');
            match phrase(word) {
                Some(phrase) => terms.add(&phrase)?,
                None => word.split(',').try_for_each(|part| terms.add(strip(part)))?,
            }
        }
        Ok(terms)
    }

    /// The text as one term, as it stands.
    ///
    /// # Errors
    /// As for [`parse`](Self::parse).
    pub fn phrase(text: &str) -> Result<Self> {
        if text.contains('\0') {
            return Err(Error::Invalid(Invalid::List(vec![NUL.text().to_owned()])));
        }
        let mut terms = Self::default();
        terms.add(text)?;
        Ok(terms)
    }

    /// Whether each term is a part of one of these texts, however its letters are written.
    pub fn match_any_of(&self, texts: &[&str]) -> bool {
        let folded: Vec<String> = texts.iter().map(|text| search_fold(text)).collect();
        self.0.iter().all(|term| folded.iter().any(|text| text.contains(term.as_str())))
    }

    fn add(&mut self, term: &str) -> Result<()> {
        let term = search_fold(term);
        if term.is_empty() || self.0.contains(&term) {
            return Ok(());
        }
        if self.0.len() == Self::LIMIT {
            return Err(Error::field(
                "search",
                format!("Ensure this search has no more than {} different terms.", Self::LIMIT),
            ));
        }
        self.0.push(term);
        if self.0.iter().map(|term| term.chars().count()).sum::<usize>() > Self::LENGTH {
            return Err(Error::field(
                "search",
                format!("Ensure the terms of this search have no more than {} characters.", Self::LENGTH),
            ));
        }
        Ok(())
    }

    /// The folded terms, none of them empty.
    pub fn as_slice(&self) -> &[String] {
        &self.0
    }

    /// Whether there is nothing to look for.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether each term is a part of `folded`, a text that [`search_fold`] made.
    pub fn match_folded(&self, folded: &str) -> bool {
        self.0.iter().all(|term| folded.contains(term.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn terms(query: &str) -> Vec<String> {
        SearchTerms::parse(query).unwrap().0
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
        let all = SearchTerms::parse(r"100% e_t \").unwrap();
        assert_eq!(all.as_slice(), ["100%", "e_t", "\\"]);
        assert!(all.match_folded(r"100% the_tea \"));
        assert!(!all.match_folded(r"1000 then tea \"));
    }

    #[test]
    fn a_term_counts_once_in_any_case() {
        assert_eq!(terms("tea TEA \"tea\" Tea,tea"), ["tea"]);
        assert_eq!(terms(&"tea ".repeat(10_000)), ["tea"]);
    }

    /// What is wrong with a search.
    fn fault(query: &str) -> String {
        format!("{:?}", SearchTerms::parse(query).unwrap_err())
    }

    #[test]
    fn a_search_has_so_many_terms_and_no_more() {
        let many = |terms: usize| (0..terms).map(|n| format!("t{n}")).collect::<Vec<_>>().join(" ");
        assert_eq!(terms(&many(SearchTerms::LIMIT)).len(), SearchTerms::LIMIT);
        for terms in [SearchTerms::LIMIT + 1, 5000] {
            assert!(
                fault(&many(terms)).contains("no more than 50 different terms"),
                "{}",
                fault(&many(terms))
            );
        }
        assert!(fault(&many(60).replace(' ', ",")).contains("no more than 50 different terms"));
    }

    #[test]
    fn the_terms_of_a_search_have_so_many_characters_and_no_more() {
        assert_eq!(terms(&"ä".repeat(SearchTerms::LENGTH)).len(), 1);
        for query in [
            "ä".repeat(SearchTerms::LENGTH + 1),
            format!("\"{}\"", "a b ".repeat(600)),
            format!("a{0} b{0}", "x".repeat(1000)),
        ] {
            assert!(fault(&query).contains("no more than 2000 characters"), "{}", fault(&query));
        }
    }

    // Where the time grew with the square of the length, this would not end.
    #[test]
    fn quotes_without_a_closing_one_are_read_once() {
        assert_eq!(terms(&"\\' ".repeat(300_000)), ["\\'"]);
        assert_eq!(terms(&"\\\" '\\\" ".repeat(300_000)).len(), 3);
        assert!(fault(&"'\\\" \"\\' x".repeat(300_000)).contains("no more than"));
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
            let mut once: Vec<String> = Vec::new();
            once.extend(words.iter().enumerate().filter(|(at, word)| !words[..*at].contains(word)).map(|(_, word)| word.clone()));
            prop_assert_eq!(terms(&words.join(" ")), once.clone());
            prop_assert_eq!(terms(&words.join(",")), once);
        }

        #[test]
        fn a_quoted_phrase_is_one_term(phrase in "[a-z ,]{1,20}") {
            prop_assert_eq!(terms(&format!("\"{phrase}\"")), vec![phrase]);
        }

        #[test]
        fn a_text_is_found_by_any_part_of_it_in_any_case(before in "\\PC*", word in "[a-zäöüéßα-ω]{1,8}", after in "\\PC*") {
            let folded = search_fold(&format!("{before} {word} {after}"));
            prop_assert!(SearchTerms::parse(&word.to_uppercase()).unwrap().match_folded(&folded));
        }
    }
}
