//! The first page: how much there is, and what was done last.

use askama::Template;
use chatapi_core::Result;
use chatapi_core::http::Response;

use super::listing::BOUND;
use super::log;
use crate::request::AdminRequest;
use crate::store::{Counted, ListWindow, LogList, MessageList, RoomList, UserList, UserSort};
use crate::view::{Fragment, Frame, Link, number};

#[derive(Template)]
#[template(path = "dashboard.html")]
struct Dashboard {
    frame: Frame,
    cards: Vec<Card>,
    entries: Vec<Vec<Fragment>>,
}

struct Card {
    label: &'static str,
    count: String,
    url: String,
    add: String,
}

/// How many of the last actions are shown.
const LAST: u32 = 10;

pub(super) async fn show(request: AdminRequest) -> Result<Response> {
    let none = |size| ListWindow { descending: true, from: None, size, search: Default::default() };
    let users = UserList { sort: UserSort::Id, status: None, role: None, window: none(0) };
    let rooms = RoomList { by_name: false, without_admin: false, member: None, window: none(0) };
    let messages = MessageList { room: None, author: None, since: None, window: none(0) };
    let mut cards = Vec::new();
    for (label, section, counted) in [
        ("Users", "users", Counted::Users(users)),
        ("Rooms", "rooms", Counted::Rooms(rooms)),
        ("Messages", "messages", Counted::Messages(messages)),
    ] {
        let count = number(request.store().count(counted, BOUND).await?, BOUND);
        let url = request.link(&format!("/{section}/"));
        let add = request.link(&format!("/{section}/add/"));
        cards.push(Card { label, count, url, add });
    }
    let log = LogList { kind: None, object: None, actor: None, window: none(LAST) };
    let found = request.store().log(&log).await?;
    let entries = found.rows.into_iter().map(|(_, entry)| log::sentence(&request, &entry.what)).collect();
    request.page(&Dashboard { frame: request.frame("Home", "home"), cards, entries })
}

/// A link to a thing that may be gone.
pub(super) fn link_to(request: &AdminRequest, section: &str, id: i64, text: impl Into<String>) -> Link {
    Link::new(text, request.link(&format!("/{section}/{id}/")))
}
