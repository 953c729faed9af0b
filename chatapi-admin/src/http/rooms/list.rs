//! The list of rooms.

use chatapi_core::http::Response;
use chatapi_core::{Result, UserId};

use crate::desk::Desk;
use crate::http::dashboard::link_to;
use crate::http::listing::{BOUND, List, ListQuery, Row, Sorted};
use crate::store::{Counted, RoomList, RoomRow};
use crate::view::{Link, Piece, number, number_of};
use chatapi_core::permission::may_change;

pub(in crate::http) async fn show(desk: Desk) -> Result<Response> {
    let asked = ListQuery::new(&desk, "/rooms/", &["admin", "member"], "-id");
    let by_name = asked.sort().0 == "name";
    let list = RoomList {
        by_name,
        without_admin: asked.get("admin") == Some("none"),
        member: asked.id("member").map(UserId),
        slice: asked.slice(if by_name { Sorted::Text } else { Sorted::Id })?,
    };
    let found = desk.store().rooms(&list).await?;
    let columns = vec![
        asked.column("Name", Some("name")),
        asked.column("Admin", None),
        asked.column("Members", None),
        asked.column("Last message", None),
        asked.column("Id", Some("id")),
    ];
    let frame = desk.frame("Rooms", "rooms").under([Link::new("Home", desk.link("/"))]);
    let mut page = List::new(&asked, frame, &found, columns);
    let changes = may_change(desk.level()?);
    page.rows = found.rows.iter().map(|(_, room)| row(&desk, room, changes)).collect();
    page.searches = "Search names";
    page.filters = vec![asked.filter("Admin", "admin", &[("none", "None")])];
    if let Some(member) = list.member {
        let user = desk.api.store().user(member).await?;
        let name = user.map_or_else(|| member.to_string(), |user| user.username);
        page.only.push(asked.only("member", format!("With {name}")));
    }
    if changes {
        page.add = Some(Link::new("Add room", desk.link("/rooms/add/")));
        page.actions = vec![("delete", "Delete")];
    }
    if asked.search().is_empty() {
        let count = desk.store().count(Counted::Rooms(list), BOUND).await?;
        page.total = number_of(count, BOUND, "room");
    }
    page.empty = "There are no rooms yet.";
    page.answer(&desk)
}

fn row(desk: &Desk, room: &RoomRow, is_selectable: bool) -> Row {
    let admin = match &room.admin {
        Some((id, name)) => Piece::Link(link_to(desk, "users", id.0, name)),
        None => Piece::Faint("none".into()),
    };
    let last = room.last_message.map_or_else(|| Piece::Faint("none".into()), Piece::Time);
    Row {
        id: room.id.0,
        name: room.name.clone(),
        is_selectable,
        cells: vec![
            vec![Piece::Link(link_to(desk, "rooms", room.id.0, &room.name))],
            vec![admin],
            vec![Piece::Text(number(room.members, 1000))],
            vec![last],
            vec![Piece::Faint(room.id.to_string())],
        ],
    }
}
