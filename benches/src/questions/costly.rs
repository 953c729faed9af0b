//! Searches that take as much of the index as one request can ask for.

use std::collections::HashMap;

use chatapi_core::search::{Query, SearchTerms};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::data::Data;

/// A search that is as costly as the bounds on searches let it be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Costly {
    /// One letter a term, with an exact count.
    Letters,
    /// Two letters a term, as many as a search may have, with an exact count.
    Pairs,
    /// One quoted term as long as a search may be.
    Phrase,
    /// Ranked, any of the most frequent words, as many as a query may have.
    Analyzer,
}

/// The most characters of a search.
const LENGTH: usize = 2000;

impl Costly {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Letters, Self::Pairs, Self::Phrase, Self::Analyzer];

    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Letters => "costly: letters",
            Self::Pairs => "costly: pairs of letters",
            Self::Phrase => "costly: a long phrase",
            Self::Analyzer => "costly: frequent words, ranked",
        }
    }

    /// The query of the URL.
    pub(super) fn query(self, data: &Data) -> String {
        match self {
            Self::Letters => {
                search(&frequent(data, 1, SearchTerms::LIMIT).join(" "), "count=exact&order=newest")
            }
            Self::Pairs => {
                search(&frequent(data, 2, SearchTerms::LIMIT).join(" "), "count=exact&order=newest")
            }
            Self::Phrase => {
                let said = data.messages().map(|message| message.content.replace('"', ""));
                let said = said.take(LENGTH).collect::<Vec<_>>().join(" ");
                let phrase: String = said.chars().take(LENGTH - 2).collect();
                search(&format!("\"{phrase}\""), "order=newest")
            }
            Self::Analyzer => {
                let words = words(data, Query::LIMIT).join(" OR ");
                format!("q={}&sort=relevance", encoded(&words))
            }
        }
    }
}

fn search(terms: &str, more: &str) -> String {
    format!("search={}&{more}&limit=100", encoded(terms))
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// How many of the first messages are read to see what is frequent.
const SEEN: usize = 2000;

/// The most frequent runs of so many letters.
fn frequent(data: &Data, length: usize, number: usize) -> Vec<String> {
    let texts = data.messages().take(SEEN).map(|message| message.content.to_lowercase());
    most(
        number,
        texts.flat_map(|text| {
            let letters: Vec<char> = text.chars().collect();
            let runs = letters.windows(length).filter(|run| run.iter().all(|letter| letter.is_alphabetic()));
            runs.map(|run| run.iter().collect()).collect::<Vec<String>>()
        }),
    )
}

/// The most frequent words.
fn words(data: &Data, number: usize) -> Vec<String> {
    let texts = data.messages().take(SEEN).map(|message| message.content.to_lowercase());
    let words = texts.flat_map(|text| text.split(' ').map(str::to_owned).collect::<Vec<_>>());
    // Each two Han characters are a word of their own.
    most(number, words.filter(|word| word.is_ascii()))
}

fn most(number: usize, all: impl Iterator<Item = String>) -> Vec<String> {
    let mut counts = HashMap::<String, usize>::new();
    for one in all.filter(|one| one.chars().all(char::is_alphabetic)) {
        *counts.entry(one).or_default() += 1;
    }
    let mut counts: Vec<(usize, String)> = counts.into_iter().map(|(one, count)| (count, one)).collect();
    counts.sort_unstable_by(|one, other| other.cmp(one));
    counts.into_iter().take(number).map(|(_, one)| one).collect()
}
