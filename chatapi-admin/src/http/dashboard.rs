//! The first page: how much there is, and what was done last.

use askama::Template;
use chatapi_core::Result;
use chatapi_core::http::Response;

use super::listing::BOUND;
use super::log;
use crate::desk::Desk;
use crate::store::{Counted, LogList, MessageList, RoomList, Slice, UserList, UserSort};
use crate::view::{Frame, Link, Piece, number};

#[derive(Template)]
#[template(path = "dashboard.html")]
struct Dashboard {
    frame: Frame,
    cards: Vec<Card>,
    entries: Vec<Vec<Piece>>,
}

struct Card {
    label: &'static str,
    count: String,
    url: String,
    add: String,
}

/// How many of the last actions are shown.
const LAST: u32 = 10;

pub(super) async fn show(desk: Desk) -> Result<Response> {
    let none = |size| Slice { descending: true, from: None, size, search: Default::default() };
    let users = UserList { sort: UserSort::Id, status: None, role: None, slice: none(0) };
    let rooms = RoomList { by_name: false, without_admin: false, member: None, slice: none(0) };
    let messages = MessageList { room: None, author: None, since: None, slice: none(0) };
    let mut cards = Vec::new();
    for (label, section, counted) in [
        ("Users", "users", Counted::Users(users)),
        ("Rooms", "rooms", Counted::Rooms(rooms)),
        ("Messages", "messages", Counted::Messages(messages)),
    ] {
        let count = number(desk.store().count(counted, BOUND).await?, BOUND);
        let url = desk.link(&format!("/{section}/"));
        let add = desk.link(&format!("/{section}/add/"));
        cards.push(Card { label, count, url, add });
    }
    let log = LogList { kind: None, object: None, actor: None, slice: none(LAST) };
    let found = desk.store().log(&log).await?;
    let entries = found.rows.into_iter().map(|(_, entry)| log::sentence(&desk, &entry.what)).collect();
    desk.page(&Dashboard { frame: desk.frame("Home", "home"), cards, entries })
}

/// A link to a thing that may be gone.
pub(super) fn link_to(desk: &Desk, section: &str, id: i64, text: impl Into<String>) -> Link {
    Link::new(text, desk.link(&format!("/{section}/{id}/")))
}
