//! How well a message answers a query: in one place, so that every store gives the same order.

use std::cmp::Ordering;

use crate::{MessageId, Timestamp};

/// How fast the worth of one more occurrence falls: `k1` of BM25.
const SATURATION: f64 = 1.2;

/// What each phrase of a query is worth: the more, the fewer messages have it.
///
/// This is BM25 ([Robertson and Zaragoza 2009], section 3.4) with `k1` = 1.2 and `b` = 0: lengths do not count, as messages
/// are short. A phrase counts as a term does. The weight of one that `n` of `N` messages have is
/// `ln(1 + (N - n + 0.5) / (n + 0.5))`, where the 1 keeps phrases that most messages have from counting against them.
///
/// [Robertson and Zaragoza 2009]: https://doi.org/10.1561/1500000019
#[derive(Clone, Debug, PartialEq)]
pub struct Bm25(Vec<f64>);

impl Bm25 {
    /// The weights of a query's phrases, in their order, from the number of `messages` in scope (those that the reader may
    /// find at all) and of how many of them have each.
    pub fn new(messages: u64, with_phrase: impl IntoIterator<Item = u64>) -> Self {
        let weight = |with: u64| {
            let without = messages.saturating_sub(with);
            (1.0 + (without as f64 + 0.5) / (with as f64 + 0.5)).ln()
        };
        Self(with_phrase.into_iter().map(weight).collect())
    }

    /// The score of a message in which the phrases of the query, in their order, occur so often.
    pub fn score(&self, counts: &[u32]) -> f64 {
        let worth = |(weight, count): (&f64, &u32)| {
            let count = f64::from(*count);
            weight * (count / (SATURATION + count))
        };
        self.0.iter().zip(counts).map(worth).sum()
    }
}

/// The place of a message among those found: the greatest comes first. Among equal scores that is the newest.
#[derive(Clone, Copy, Debug)]
pub struct Rank {
    /// What [`Bm25::score`] gave.
    pub score: f64,
    /// When it was sent.
    pub at: Timestamp,
    /// Its id.
    pub id: MessageId,
}

impl Ord for Rank {
    fn cmp(&self, other: &Self) -> Ordering {
        self.score.total_cmp(&other.score).then((self.at, self.id).cmp(&(other.at, other.id)))
    }
}

impl PartialOrd for Rank {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Rank {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Rank {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_score_is_that_of_bm25() {
        let weights = Bm25::new(10, [1, 10]);
        let (rare, common) = ((1.0_f64 + 9.5 / 1.5).ln(), (1.0_f64 + 0.5 / 10.5).ln());
        assert!((weights.score(&[1, 0]) - rare / 2.2).abs() < 1e-12);
        assert!((weights.score(&[2, 3]) - (rare * 2.0 / 3.2 + common * 3.0 / 4.2)).abs() < 1e-12);
    }

    #[test]
    fn equal_scores_put_the_newest_first() {
        let rank = |score, at, id| Rank { score, at: Timestamp::from_micros(at), id: MessageId(id) };
        let mut found = [rank(1.0, 5, 1), rank(1.0, 7, 2), rank(2.0, 1, 3), rank(1.0, 7, 4)];
        found.sort_by(|one, other| other.cmp(one));
        assert_eq!(found.map(|rank| rank.id.0), [3, 4, 2, 1]);
    }

    proptest! {
        #[test]
        fn more_occurrences_and_rarer_phrases_never_count_for_less(
            messages in 1u64..100_000_000, one in 0u64..100_000_000, other in 0u64..100_000_000,
            count in 1u32..10_000,
        ) {
            let (rare, common) = (one.min(other).min(messages), one.max(other).min(messages));
            let weights = Bm25::new(messages, [rare, common]);
            prop_assert!(weights.score(&[count, 0]) >= weights.score(&[0, count]));
            prop_assert!(weights.score(&[0, count + 1]) > weights.score(&[0, count]));
            prop_assert!(weights.score(&[0, count]) > 0.0);
        }
    }
}
