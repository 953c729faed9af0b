//! The list of messages.

use std::time::Duration;

use chatapi_core::http::Response;
use chatapi_core::{Result, RoomId, Timestamp, UserId};

use super::{search, title};
use crate::http::dashboard::link_to;
use crate::http::listing::{BOUND, List, ListQuery, Row, Sorted};
use crate::request::AdminRequest;
use crate::store::{Counted, MessageList, MessageRow};
use crate::view::{Fragment, Link, number_of};
use chatapi_core::permission::may_change;

/// The spans of time that the list can be narrowed to.
const SINCE: [(&str, &str, u64); 3] =
    [("1d", "Last 24 hours", 1), ("7d", "Last 7 days", 7), ("30d", "Last 30 days", 30)];

pub(in crate::http) async fn show(request: AdminRequest) -> Result<Response> {
    let asked = ListQuery::new(&request, "/messages/", &["room", "author", "since"], "-sent");
    let list = MessageList {
        room: asked.id("room").map(RoomId),
        author: asked.id("author").map(UserId),
        since: since(&request, asked.get("since")),
        window: asked.window(Sorted::Time)?,
    };
    let found = search::found(&request, &list).await?;
    let columns = vec![
        asked.column("Message", None),
        asked.column("Author", None),
        asked.column("Room", None),
        asked.column("Sent", Some("sent")),
    ];
    let frame = request.frame("Messages", "messages").under([Link::new("Home", request.link("/"))]);
    let mut page = List::new(&asked, frame, &found, columns);
    let changes = may_change(request.level()?);
    page.rows = found.rows.iter().map(|(_, message)| row(&request, message, changes)).collect();
    page.searches = "Search messages";
    page.filters = vec![asked.filter("Sent", "since", &SINCE.map(|(value, label, _)| (value, label)))];
    if let Some(room) = list.room {
        let known = request.api.room(&request.actor()?, room).await.ok();
        page.only.push(
            asked.only(
                "room",
                format!("In {}", known.map_or_else(|| format!("room {room}"), |room| room.name)),
            ),
        );
    }
    if let Some(author) = list.author {
        let known = request.api.store().user(author).await?;
        page.only.push(asked.only(
            "author",
            format!("By {}", known.map_or_else(|| author.to_string(), |user| user.username)),
        ));
    }
    if changes {
        let room = list.room.map_or_else(String::new, |room| format!("?room={room}"));
        page.add = Some(Link::new("Add message", request.link(&format!("/messages/add/{room}"))));
        page.actions = vec![("delete", "Delete")];
    }
    if asked.search().is_empty() {
        let count = request.store().count(Counted::Messages(list), BOUND).await?;
        page.total = number_of(count, BOUND, "message");
    }
    page.empty = "There are no messages yet.";
    page.answer(&request)
}

/// The moment so long ago, to the minute, so that pages of one list agree.
fn since(request: &AdminRequest, wanted: Option<&str>) -> Option<Timestamp> {
    let (_, _, days) = SINCE.into_iter().find(|(value, _, _)| Some(*value) == wanted)?;
    let day = i64::try_from(Duration::from_secs(24 * 60 * 60).as_micros()).unwrap_or_default();
    let minute = day / (24 * 60);
    let now = request.api.now().as_micros() / minute * minute;
    Some(Timestamp::from_micros(now - i64::try_from(days).unwrap_or_default() * day))
}

fn row(request: &AdminRequest, message: &MessageRow, is_selectable: bool) -> Row {
    let ((author, name), (room, called)) = (&message.author, &message.room);
    Row {
        id: message.id.0,
        name: title(&message.excerpt),
        is_selectable,
        cells: vec![
            vec![Fragment::Link(link_to(
                request,
                "messages",
                message.id.0,
                crate::request::shortened(&message.excerpt, 120),
            ))],
            vec![Fragment::Link(link_to(request, "users", author.0, name))],
            vec![Fragment::Link(link_to(request, "rooms", room.0, called))],
            vec![Fragment::Time(message.created_at)],
        ],
    }
}
