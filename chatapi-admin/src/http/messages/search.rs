//! Messages searched. Within a room, or by an author, the chat's own index finds them, however many there are, as one who is
//! in the room would; among all messages the newest are looked through, and then the next.

use chatapi_core::messages::{HistoryRequest, MessageFilter, Place, Span};
use chatapi_core::search::SearchTerms;
use chatapi_core::{MessageId, Result, UserId};

use crate::desk::Desk;
use crate::store::{Edge, Found, Key, Mark, MessageList, MessageRow};

pub(super) async fn found(desk: &Desk, list: &MessageList, terms: &str) -> Result<Found<MessageRow>> {
    let terms = SearchTerms::parse(terms)?;
    if terms.is_empty() || terms.as_slice().iter().any(|term| term.contains('\0')) {
        let list = MessageList {
            slice: crate::store::Slice { search: Vec::new(), ..list.slice.clone() },
            ..list.clone()
        };
        return Ok(desk.store().messages(&list).await?);
    }
    match reader(desk, list).await? {
        Some(reader) => indexed(desk, list, reader, terms).await,
        None => Ok(desk.store().messages(list).await?),
    }
}

/// Whose eyes the index is seen through: it has the messages of each room for those who are in it.
async fn reader(desk: &Desk, list: &MessageList) -> Result<Option<UserId>> {
    match (list.room, list.author) {
        (Some(room), _) => Ok(desk.store().any_member(room).await?),
        (None, author) => Ok(author),
    }
}

async fn indexed(
    desk: &Desk,
    list: &MessageList,
    reader: UserId,
    search: SearchTerms,
) -> Result<Found<MessageRow>> {
    let filter = MessageFilter { room: list.room, user: list.author, search, ..MessageFilter::all(reader) };
    let slice = &list.slice;
    let (span, is_backward) = span(slice.from.as_ref(), slice.descending);
    let history = desk.api.store().history(&filter, &HistoryRequest::new(span, slice.size)).await?;
    let mut ids: Vec<MessageId> = history.results.iter().map(|message| message.id).collect();
    if is_backward {
        ids.reverse();
    }
    let (mut has_before, mut has_after) = (history.has_more_after, history.has_more_before);
    if !slice.descending {
        (has_before, has_after) = (has_after, has_before);
    }
    let mut rows = desk.store().messages_of(&ids).await?;
    rows.sort_by_key(|row| ids.iter().position(|id| *id == row.id));
    let too_old = |row: &MessageRow| list.since.is_some_and(|since| row.created_at < since);
    if rows.iter().any(too_old) {
        rows.retain(|row| !too_old(row));
        has_after &= !slice.descending;
    }
    let marked = |row: MessageRow| (Mark { key: Key::Time(row.created_at), id: row.id.0 }, row);
    Ok(Found { rows: rows.into_iter().map(marked).collect(), has_before, has_after, looked_up_to: None })
}

/// The span of a part, and whether it comes the other way around than the list shows it.
fn span(from: Option<&Edge>, descending: bool) -> (Span, bool) {
    let place = |mark: &Mark| match mark.key {
        Key::Time(created_at) => Some(Place { created_at, id: MessageId(mark.id) }),
        _ => None,
    };
    match (from, descending) {
        (Some(Edge::After(mark)), true) => {
            place(mark).map_or((Span::Newest, false), |place| (Span::Before(place), false))
        }
        (Some(Edge::Before(mark)), true) => {
            place(mark).map_or((Span::Newest, false), |place| (Span::After(place), true))
        }
        (Some(Edge::After(mark)), false) => {
            place(mark).map_or((Span::Oldest, false), |place| (Span::After(place), false))
        }
        (Some(Edge::Before(mark)), false) => {
            place(mark).map_or((Span::Oldest, false), |place| (Span::Before(place), true))
        }
        (None, true) => (Span::Newest, false),
        (None, false) => (Span::Oldest, false),
    }
}
