//! Whether a message is what a query asks for, and how often: the rule that every index keeps to.

use std::borrow::Cow;
use std::collections::HashMap;

use super::{Clause, Phrase, Query, Word};

/// The words of one message: where each stem stands, by the number of the word.
#[derive(Clone, Debug, Default)]
pub struct Positions<'a>(HashMap<Cow<'a, str>, Vec<u32>>);

impl<'a> FromIterator<Word<'a>> for Positions<'a> {
    fn from_iter<I: IntoIterator<Item = Word<'a>>>(words: I) -> Self {
        let mut positions: HashMap<_, Vec<_>> = HashMap::new();
        for word in words {
            positions.entry(word.stem).or_default().push(word.position);
        }
        Self(positions)
    }
}

impl Positions<'_> {
    /// Where a stem stands, in ascending order.
    pub fn of(&self, stem: &str) -> &[u32] {
        self.0.get(stem).map_or(&[], Vec::as_slice)
    }

    /// Where a phrase begins, in ascending order.
    pub fn of_phrase(&self, phrase: &Phrase) -> impl Iterator<Item = u32> {
        Phrase::starts(phrase.stems().iter().map(|stem| self.of(stem)).collect())
    }
}

impl Phrase {
    /// Where a phrase begins in a message, in ascending order, from where each of its words stands, likewise. Occurrences
    /// may overlap: `ha ha` begins twice in `ha ha ha`.
    pub fn starts(positions: Vec<&[u32]>) -> impl Iterator<Item = u32> {
        let first = positions.first().copied().unwrap_or_default();
        let stands = |start: u32, (offset, positions): (u32, &&[u32])| {
            start.checked_add(offset).is_some_and(|at| positions.binary_search(&at).is_ok())
        };
        first.iter().copied().filter(move |start| (0..).zip(&positions).all(|word| stands(*start, word)))
    }
}

impl Query {
    /// How often each of its phrases occurs in a message that these are the words of, in the order of
    /// [`phrases`](Self::phrases); `None` where the message is not what it asks for. Filters are the caller's.
    pub fn counts_in(&self, message: &Positions<'_>) -> Option<Vec<u32>> {
        let count = |phrase| u32::try_from(message.of_phrase(phrase).count()).unwrap_or(u32::MAX);
        self.relevant(&self.phrases().iter().map(count).collect::<Vec<_>>())
    }

    /// Of the counts of all its phrases in a message, those that its score is made of; `None` where the message is not what
    /// it asks for. What is asked for in no clause that holds does not count.
    pub fn relevant(&self, counts: &[u32]) -> Option<Vec<u32>> {
        let occurs = |phrase: &usize| counts.get(*phrase).is_some_and(|count| *count > 0);
        let holds = |clause: &&Clause| clause.all.iter().all(occurs) && !clause.none.iter().any(occurs);
        let holding: Vec<&Clause> = self.any_of().iter().filter(holds).collect();
        if holding.is_empty() && !self.any_of().is_empty() {
            return None;
        }
        let counts_in_some = |phrase: usize| holding.iter().any(|clause| clause.all.contains(&phrase));
        let kept = counts.iter().enumerate();
        Some(kept.map(|(phrase, count)| if counts_in_some(phrase) { *count } else { 0 }).collect())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::search::Analyzer;
    use crate::text::search_fold;

    fn counts(query: &str, content: &str) -> Option<Vec<u32>> {
        let query = Query::parse(query, Analyzer::default()).unwrap();
        query.counts_in(&Analyzer::default().words(&search_fold(content)).collect())
    }

    fn matches(query: &str, content: &str) -> bool {
        counts(query, content).is_some()
    }

    #[test]
    fn part_of_a_name_finds_all_of_it() {
        assert!(matches("qwen", "try qwen3.6 now"));
        assert!(matches("foo", "see foo.png"));
        assert!(matches("foo.png", "see foo.png"));
        assert!(!matches("foo.png", "png foo"));
        assert!(matches("東京", "明日東京へ行く"));
        assert!(!matches("京東", "明日東京へ行く"));
        assert!(matches("🚀", "ship it🚀🚀"));
    }

    #[test]
    fn all_words_must_be_there_in_any_order() {
        assert!(matches("time tea", "Tea at the usual times"));
        assert!(!matches("time tea", "Tea at noon"));
    }

    #[test]
    fn a_phrase_is_words_in_a_row() {
        assert!(matches("\"green tea\"", "GREEN, teas"));
        assert!(!matches("\"green tea\"", "tea, green"));
        assert!(!matches("\"green tea\"", "green and tea"));
    }

    #[test]
    fn what_is_left_out_may_not_be_there() {
        assert!(matches("tea -milk", "tea with rum"));
        assert!(!matches("tea -milk", "tea with milk"));
        assert!(matches("tea -\"cold milk\"", "cold tea with milk"));
        assert!(!matches("tea -tea", "tea"));
    }

    #[test]
    fn one_side_of_or_is_enough() {
        assert!(matches("tea cake OR rum", "rum"));
        assert!(matches("tea cake OR rum", "cake and tea"));
        assert!(!matches("tea cake OR rum", "cake"));
        assert!(matches("tea -milk OR milk -tea", "milk"));
    }

    #[test]
    fn filters_alone_match_any_words() {
        assert_eq!(counts("from:me", "whatever"), Some(Vec::new()));
    }

    #[test]
    fn occurrences_are_counted_where_their_clause_holds() {
        assert_eq!(counts("tea cake", "tea, tea, cake"), Some(vec![2, 1]));
        assert_eq!(counts("\"ha ha\"", "ha ha ha"), Some(vec![2]));
        assert_eq!(counts("tea cake OR rum", "tea and rum"), Some(vec![0, 0, 1]));
        assert_eq!(counts("tea -milk OR milk", "tea with milk"), Some(vec![0, 1]));
    }

    proptest! {
        #[test]
        fn a_phrase_occurs_as_often_as_its_words_stand_in_a_row(
            text in prop::collection::vec("[ab]", 0..12), phrase in prop::collection::vec("[ab]", 1..4),
        ) {
            let expected = text.windows(phrase.len()).filter(|window| **window == phrase).count();
            let found = counts(&format!("\"{}\"", phrase.join(" ")), &text.join(" "));
            prop_assert_eq!(found.map_or(0, |counts| counts[0] as usize), expected);
        }
    }
}
