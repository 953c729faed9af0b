//! Ranked search by reading every message: the plain form of the rule that the other stores' index keeps to.

use super::tables::MessageRow;
use crate::messages::RankedSearch;
use crate::search::{Bm25, Positions, Rank};

/// Those of `rows`, all that the reader may find, that are found, the first first.
pub(super) fn by_rank<'a>(rows: &[&'a MessageRow], search: &RankedSearch) -> Vec<&'a MessageRow> {
    let query = &search.query;
    let counts = |row: &&MessageRow| -> Vec<u32> {
        let positions: Positions<'_> = search.analyzer.words(&row.folded).collect();
        let count = |phrase| u32::try_from(positions.of_phrase(phrase).count()).unwrap_or(u32::MAX);
        query.phrases().iter().map(count).collect()
    };
    let counts: Vec<Vec<u32>> = rows.iter().map(counts).collect();
    let with = |phrase: usize| counts.iter().filter(|counts| counts[phrase] > 0).count() as u64;
    let weights = Bm25::new(rows.len() as u64, (0..query.phrases().len()).map(with));

    let is_wanted = |row: &MessageRow| search.lets_through(row.message.user, row.message.created_at);
    let found = rows.iter().zip(&counts).filter(|(row, _)| is_wanted(row)).filter_map(|(row, counts)| {
        let score = search.score(&weights, counts)?;
        Some((Rank { score, at: row.message.created_at, id: row.message.id }, *row))
    });
    let mut found: Vec<(Rank, &MessageRow)> = found.collect();
    found.sort_unstable_by(|(one, _), (other, _)| other.cmp(one));
    found.into_iter().map(|(_, row)| row).collect()
}
