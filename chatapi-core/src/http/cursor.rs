//! Cursor pages of `/messages/`: `before`, `after`, `around`, `limit` and `order`.

use serde::Serialize;

use super::highlights::Highlighted;
use super::{Call, Response, response};
use crate::error::{Error, FieldErrors, Result, no_such_key, not_combined_with};
use crate::messages::{
    Anchor, AnchorRequest, CursorPage, CursorPageRequest, Message, MessageFilter, Position,
};
use crate::page::Counting;
use crate::{ChatApi, MessageId};

/// The parameters that say which messages are wanted: one of them, if any.
const SPANS: [&str; 4] = ["before", "after", "around", "order"];

/// Messages a page, where the query does not say.
const LIMIT: u32 = 50;

/// A cursor page that is asked for.
pub(super) enum CursorQuery {
    ByCursor(CursorPageRequest),
    /// By a message's id; and the parameter that names it.
    ByMessage(AnchorRequest, &'static str),
}

impl CursorQuery {
    /// The page; and the request for it by cursor.
    pub(super) async fn find(
        self,
        api: &ChatApi,
        call: &Call,
        filter: &MessageFilter,
    ) -> Result<(CursorPageRequest, CursorPage)> {
        match self {
            Self::ByCursor(request) => Ok((request, api.cursor_page(filter, &request).await?)),
            Self::ByMessage(request, name) => match api.cursor_page_at(filter, &request).await? {
                Some((cursor, page)) => Ok((request.from(cursor), page)),
                None => Err(no_such_message(call, name)),
            },
        }
    }
}

/// The cursor page that the query asks for; `None` where it asks for a page by number, or by an offset. Analyzer that `order`
/// does not have are ignored, and so is a `limit` that is no positive integer or stands beside a `page`: clients that were
/// written for other APIs send these, and the documented API ignores them.
///
/// # Errors
/// 400 where the query asks for two kinds of page at once, or for messages next to what is neither a message nor a cursor.
pub(super) fn asked(api: &ChatApi, call: &Call) -> Result<Option<CursorQuery>> {
    let mut names = parameters(call);
    let Some(first) = names.next() else { return Ok(None) };
    let second = names.next().filter(|name| *name != "limit");
    let mut errors = FieldErrors::default();
    for other in second.into_iter().chain(call.listed_by()) {
        errors.add(other, not_combined_with(first));
    }
    errors.into_result()?;
    let limit = call.limit().unwrap_or(LIMIT);
    let counting = call.counting(api).unwrap_or(Counting::None);
    let by_cursor = |anchor| Ok(Some(CursorQuery::ByCursor(CursorPageRequest { anchor, limit, counting })));
    let value = call.query(first).unwrap_or_default();
    let position = match (first, value) {
        ("before", _) => Position::Before,
        ("after", _) => Position::After,
        ("around", _) => Position::Around,
        (_, "oldest") => return by_cursor(Anchor::Oldest),
        _ => return by_cursor(Anchor::Newest),
    };
    if let Ok(cursor) = value.parse() {
        return by_cursor(position.from(cursor));
    }
    match crate::text::integer(value) {
        Some(Some(id)) => {
            let request = AnchorRequest { message: MessageId(id), position, limit, counting };
            Ok(Some(CursorQuery::ByMessage(request, first)))
        }
        Some(None) => Err(no_such_message(call, first)),
        None => {
            let fault =
                "Enter a message id, or a cursor: a created_at and a message id, separated by a comma.";
            Err(Error::field(first, fault))
        }
    }
}

/// Which parameters of the query ask for a cursor page: `limit`, the last of them, does so where no other kind of page is
/// asked for.
pub(super) fn parameters(call: &Call) -> impl Iterator<Item = &'static str> {
    let is_known = |name: &&str| match call.query(name) {
        Some(word) => *name != "order" || ["newest", "oldest"].contains(&word),
        None => false,
    };
    let limit = call.limit().filter(|_| call.listed_by().is_none()).map(|_| "limit");
    SPANS.into_iter().filter(is_known).chain(limit)
}

fn no_such_message(call: &Call, name: &'static str) -> Error {
    let value = call.query(name).unwrap_or_default();
    Error::field(name, no_such_key("no_such_message", crate::text::strip(value)))
}

/// 200: the messages, and the links to those before and after them.
pub(super) fn reply(
    call: &Call,
    request: &CursorPageRequest,
    page: &CursorPage,
    highlights: Option<Vec<Highlighted>>,
) -> Result<Response> {
    #[derive(Serialize)]
    struct Shown<'a> {
        #[serde(skip_serializing_if = "Option::is_none")]
        count: Option<u64>,
        results: &'a [Message],
        has_more_before: bool,
        has_more_after: bool,
        next: Option<String>,
        previous: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        highlights: Option<Vec<Highlighted>>,
    }
    let CursorPage { results, has_more_before, has_more_after, count } = page;
    // Where nothing is shown, the cursor that was asked for is what its neighbours are next to.
    let asked = match request.anchor {
        Anchor::Before(cursor) | Anchor::After(cursor) | Anchor::Around(cursor) => Some(cursor),
        Anchor::Newest | Anchor::Oldest => None,
    };
    let (first, last) =
        (results.first().map(Message::cursor).or(asked), results.last().map(Message::cursor).or(asked));
    let is_newest_first = matches!(request.anchor, Anchor::Newest | Anchor::Before(_));
    let (oldest, newest) = if is_newest_first { (last, first) } else { (first, last) };
    let older = oldest.filter(|_| *has_more_before).map(|cursor| call.cursor_link("before", cursor));
    let newer = newest.filter(|_| *has_more_after).map(|cursor| call.cursor_link("after", cursor));
    let (next, previous) = if is_newest_first { (older, newer) } else { (newer, older) };
    let shown = Shown {
        count: count.number(),
        results,
        has_more_before: *has_more_before,
        has_more_after: *has_more_after,
        next,
        previous,
        highlights,
    };
    response::counted(*count, &shown)
}
