//! `/messages/?q=`: search by words.

use super::{Call, cursor};
use crate::error::{FieldErrors, Result, not_combined_with};
use crate::messages::{MessageFilter, RankedSearch, Sort};
use crate::search::Query;
use crate::{ChatApi, UserId};

/// The search by words that the query asks for, of those messages that the filter lets through; `None` where it asks for
/// none.
pub(super) fn search(
    api: &ChatApi,
    call: &Call,
    reader: UserId,
    filter: &MessageFilter,
) -> Result<Option<RankedSearch>> {
    let Some(text) = call.query("q") else { return Ok(None) };
    let mut errors = FieldErrors::default();
    let search_too = call.query("search").map(|_| "search");
    for other in search_too.into_iter().chain(cursor::parameters(call)) {
        errors.add(other, not_combined_with("q"));
    }
    errors.into_result()?;
    let sort = if call.query("sort") == Some("recent") { Sort::Recent } else { Sort::Relevance };
    let analyzer = api.analyzer();
    Ok(Some(RankedSearch {
        reader,
        room: filter.room,
        authors: filter.user.map(|user| vec![user]),
        query: Query::parse(text, analyzer)?,
        analyzer,
        sort,
    }))
}
