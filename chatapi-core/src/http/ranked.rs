//! `/messages/?q=`: search by words.

use super::Call;
use crate::ChatApi;
use crate::error::{Error, FieldErrors, Result, no_choice, not_combined_with};
use crate::messages::{MessageFilter, RankedSearch, Sort};
use crate::search::Query;

/// The parameters that ask for something else.
const OTHERS: [&str; 6] = ["search", "before", "after", "around", "limit", "order"];

/// The search by words that the query asks for, of those messages that the filter lets through; `None` where it asks for
/// none.
pub(super) fn search(api: &ChatApi, call: &Call, filter: &MessageFilter) -> Result<Option<RankedSearch>> {
    let Some(text) = call.query("q") else { return Ok(None) };
    let mut errors = FieldErrors::default();
    for other in OTHERS {
        if call.query(other).is_some() {
            errors.add(other, not_combined_with("q"));
        }
    }
    errors.none()?;
    let sort = match call.query("sort") {
        None | Some("relevance") => Sort::Relevance,
        Some("recent") => Sort::Recent,
        Some(other) => return Err(Error::field("sort", no_choice(other))),
    };
    let words = api.words();
    Ok(Some(RankedSearch {
        reader: filter.reader,
        room: filter.room,
        authors: filter.user.map(|user| vec![user]),
        query: Query::parse(text, words)?,
        words,
        sort,
    }))
}
