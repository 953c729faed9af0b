//! Messages searched: the chat's own index finds them, in whichever rooms they are, whoever is a member of these.

use chatapi_core::messages::{Anchor, Cursor, CursorPageRequest, MessageFilter};
use chatapi_core::permission::AccessScope;
use chatapi_core::{MessageId, Result};

use crate::request::AdminRequest;
use crate::store::{Found, Key, MessageList, MessageRow, RowAnchor, RowCursor};

pub(super) async fn found(request: &AdminRequest, list: &MessageList) -> Result<Found<MessageRow>> {
    let search = list.window.search.clone();
    if search.is_empty() {
        return Ok(request.store().messages(list).await?);
    }
    let scope = list.room.map_or(AccessScope::EveryRoom, AccessScope::Room);
    let filter = MessageFilter { user: list.author, search, ..MessageFilter::within(scope) };
    let window = &list.window;
    let (anchor, is_backward) = anchor(window.from.as_ref(), window.descending);
    let page = request.api.store().cursor_page(&filter, &CursorPageRequest::new(anchor, window.size)).await?;
    let mut ids: Vec<MessageId> = page.results.iter().map(|message| message.id).collect();
    if is_backward {
        ids.reverse();
    }
    let (mut has_before, mut has_after) = (page.has_more_after, page.has_more_before);
    if !window.descending {
        (has_before, has_after) = (has_after, has_before);
    }
    let mut rows = request.store().messages_of(&ids).await?;
    rows.sort_by_key(|row| ids.iter().position(|id| *id == row.id));
    let too_old = |row: &MessageRow| list.since.is_some_and(|since| row.created_at < since);
    if rows.iter().any(too_old) {
        rows.retain(|row| !too_old(row));
        has_after &= !window.descending;
    }
    let marked = |row: MessageRow| (RowCursor { key: Key::Time(row.created_at), id: row.id.0 }, row);
    Ok(Found { rows: rows.into_iter().map(marked).collect(), has_before, has_after, looked_up_to: None })
}

/// The anchor of a part, and whether it comes the other way around than the list shows it.
fn anchor(from: Option<&RowAnchor>, descending: bool) -> (Anchor, bool) {
    let of_messages = |cursor: &RowCursor| match cursor.key {
        Key::Time(created_at) => Some(Cursor { created_at, id: MessageId(cursor.id) }),
        _ => None,
    };
    match (from, descending) {
        (Some(RowAnchor::After(cursor)), true) => {
            of_messages(cursor).map_or((Anchor::Newest, false), |cursor| (Anchor::Before(cursor), false))
        }
        (Some(RowAnchor::Before(cursor)), true) => {
            of_messages(cursor).map_or((Anchor::Newest, false), |cursor| (Anchor::After(cursor), true))
        }
        (Some(RowAnchor::After(cursor)), false) => {
            of_messages(cursor).map_or((Anchor::Oldest, false), |cursor| (Anchor::After(cursor), false))
        }
        (Some(RowAnchor::Before(cursor)), false) => {
            of_messages(cursor).map_or((Anchor::Oldest, false), |cursor| (Anchor::Before(cursor), true))
        }
        (None, true) => (Anchor::Newest, false),
        (None, false) => (Anchor::Oldest, false),
    }
}
