//! Messages searched: the chat's own index finds them, in whichever rooms they are, whoever is a member of these.

use chatapi_core::messages::{Anchor, Cursor, CursorPageRequest, MessageFilter};
use chatapi_core::permission::AccessScope;
use chatapi_core::{MessageId, Result};

use crate::desk::Desk;
use crate::store::{Edge, Found, Key, Mark, MessageList, MessageRow};

pub(super) async fn found(desk: &Desk, list: &MessageList) -> Result<Found<MessageRow>> {
    let search = list.slice.search.clone();
    if search.is_empty() {
        return Ok(desk.store().messages(list).await?);
    }
    let scope = list.room.map_or(AccessScope::EveryRoom, AccessScope::Room);
    let filter = MessageFilter { user: list.author, search, ..MessageFilter::within(scope) };
    let slice = &list.slice;
    let (anchor, is_backward) = anchor(slice.from.as_ref(), slice.descending);
    let page = desk.api.store().cursor_page(&filter, &CursorPageRequest::new(anchor, slice.size)).await?;
    let mut ids: Vec<MessageId> = page.results.iter().map(|message| message.id).collect();
    if is_backward {
        ids.reverse();
    }
    let (mut has_before, mut has_after) = (page.has_more_after, page.has_more_before);
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

/// The anchor of a part, and whether it comes the other way around than the list shows it.
fn anchor(from: Option<&Edge>, descending: bool) -> (Anchor, bool) {
    let cursor = |mark: &Mark| match mark.key {
        Key::Time(created_at) => Some(Cursor { created_at, id: MessageId(mark.id) }),
        _ => None,
    };
    match (from, descending) {
        (Some(Edge::After(mark)), true) => {
            cursor(mark).map_or((Anchor::Newest, false), |cursor| (Anchor::Before(cursor), false))
        }
        (Some(Edge::Before(mark)), true) => {
            cursor(mark).map_or((Anchor::Newest, false), |cursor| (Anchor::After(cursor), true))
        }
        (Some(Edge::After(mark)), false) => {
            cursor(mark).map_or((Anchor::Oldest, false), |cursor| (Anchor::After(cursor), false))
        }
        (Some(Edge::Before(mark)), false) => {
            cursor(mark).map_or((Anchor::Oldest, false), |cursor| (Anchor::Before(cursor), true))
        }
        (None, true) => (Anchor::Newest, false),
        (None, false) => (Anchor::Oldest, false),
    }
}
