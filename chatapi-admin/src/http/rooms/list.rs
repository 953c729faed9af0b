//! The list of rooms.

use chatapi_core::http::Response;
use chatapi_core::{Result, UserId};

use crate::http::dashboard::link_to;
use crate::http::listing::{BOUND, List, ListQuery, Row, Sorted};
use crate::request::AdminRequest;
use crate::store::{Counted, RoomList, RoomRow};
use crate::view::{Fragment, Link, number, number_of};
use chatapi_core::permission::may_change;

pub(in crate::http) async fn show(request: AdminRequest) -> Result<Response> {
    let asked = ListQuery::new(&request, "/rooms/", &["admin", "member"], "-id");
    let by_name = asked.sort().0 == "name";
    let list = RoomList {
        by_name,
        without_admin: asked.get("admin") == Some("none"),
        member: asked.id("member").map(UserId),
        window: asked.window(if by_name { Sorted::Text } else { Sorted::Id })?,
    };
    let found = request.store().rooms(&list).await?;
    let columns = vec![
        asked.column("Name", Some("name")),
        asked.column("Admin", None),
        asked.column("Members", None),
        asked.column("Last message", None),
        asked.column("Id", Some("id")),
    ];
    let frame = request.frame("Rooms", "rooms").under([Link::new("Home", request.link("/"))]);
    let mut page = List::new(&asked, frame, &found, columns);
    let changes = may_change(request.level()?);
    page.rows = found.rows.iter().map(|(_, room)| row(&request, room, changes)).collect();
    page.searches = "Search names";
    page.filters = vec![asked.filter("Admin", "admin", &[("none", "None")])];
    if let Some(member) = list.member {
        let user = request.api.store().user(member).await?;
        let name = user.map_or_else(|| member.to_string(), |user| user.username);
        page.only.push(asked.only("member", format!("With {name}")));
    }
    if changes {
        page.add = Some(Link::new("Add room", request.link("/rooms/add/")));
        page.actions = vec![("delete", "Delete")];
    }
    if asked.search().is_empty() {
        let count = request.store().count(Counted::Rooms(list), BOUND).await?;
        page.total = number_of(count, BOUND, "room");
    }
    page.empty = "There are no rooms yet.";
    page.answer(&request)
}

fn row(request: &AdminRequest, room: &RoomRow, is_selectable: bool) -> Row {
    let admin = match &room.admin {
        Some((id, name)) => Fragment::Link(link_to(request, "users", id.0, name)),
        None => Fragment::Faint("none".into()),
    };
    let last = room.last_message.map_or_else(|| Fragment::Faint("none".into()), Fragment::Time);
    Row {
        id: room.id.0,
        name: room.name.clone(),
        is_selectable,
        cells: vec![
            vec![Fragment::Link(link_to(request, "rooms", room.id.0, &room.name))],
            vec![admin],
            vec![Fragment::Text(number(room.members, 1000))],
            vec![last],
            vec![Fragment::Faint(room.id.to_string())],
        ],
    }
}
