//! The log of who changed what, whole and of one thing.

use chatapi_core::http::Response;
use chatapi_core::{Result, UserId};

use super::bulk::heading;
use super::dashboard::link_to;
use super::listing::{List, ListQuery, Row, Sorted};
use crate::desk::Desk;
use crate::store::{Kind, LogList, NewEntry};
use crate::view::{Link, Piece};

pub(super) async fn show(desk: Desk) -> Result<Response> {
    let asked = ListQuery::new(&desk, "/log/", &["kind", "by"], "-id");
    let kind = asked.get("kind").and_then(Kind::named);
    let log =
        LogList { kind, object: None, actor: asked.id("by").map(UserId), slice: asked.slice(Sorted::Id)? };
    let mut list = list(&desk, &asked, &log, "Log").await?;
    list.searches = "Search names and details";
    list.filters =
        vec![asked.filter("About", "kind", &[("user", "Users"), ("room", "Rooms"), ("message", "Messages")])];
    if let Some(id) = asked.id("by") {
        let user = desk.api.store().user(UserId(id)).await?;
        list.only.push(
            asked.only("by", format!("By {}", user.map_or_else(|| id.to_string(), |user| user.username))),
        );
    }
    list.answer(&desk)
}

pub(super) async fn of_user(desk: Desk) -> Result<Response> {
    of(&desk, Kind::User).await
}

pub(super) async fn of_room(desk: Desk) -> Result<Response> {
    of(&desk, Kind::Room).await
}

pub(super) async fn of_message(desk: Desk) -> Result<Response> {
    of(&desk, Kind::Message).await
}

/// What happened to one thing; it may be gone.
async fn of(desk: &Desk, kind: Kind) -> Result<Response> {
    let (id, section) = (desk.id(kind)?, section_of(kind));
    let asked = ListQuery::new(desk, &format!("/{section}/{id}/history/"), &[], "-id");
    let log = LogList { kind: Some(kind), object: Some(id), actor: None, slice: asked.slice(Sorted::Id)? };
    let mut list = list(desk, &asked, &log, "History").await?;
    list.frame = desk.frame(format!("History of {} {id}", kind.name()), section).under([
        Link::new("Home", desk.link("/")),
        Link::new(heading(section), desk.link(&format!("/{section}/"))),
        link_to(desk, section, id, format!("{} {id}", capital(kind.name()))),
    ]);
    list.empty = "No changes have been recorded.";
    list.answer(desk)
}

async fn list(desk: &Desk, asked: &ListQuery<'_>, log: &LogList, title: &str) -> Result<List> {
    let found = desk.store().log(log).await?;
    let columns = ["When", "Who", "What", "Details"].map(|label| asked.column(label, None));
    let frame = desk.frame(title, "log").under([Link::new("Home", desk.link("/"))]);
    let mut list = List::new(asked, frame, &found, columns.into());
    list.rows = found.rows.iter().map(|(mark, entry)| row(desk, mark.id, &entry.what)).collect();
    list.empty = "No changes have been recorded yet.";
    Ok(list)
}

fn row(desk: &Desk, id: i64, entry: &NewEntry) -> Row {
    Row {
        id,
        name: String::new(),
        is_selectable: false,
        cells: vec![
            vec![Piece::Time(entry.at)],
            vec![Piece::Link(actor(desk, entry))],
            what(desk, entry),
            Piece::some(&entry.detail),
        ],
    }
}

/// An entry, as the first page tells it.
pub(super) fn sentence(desk: &Desk, entry: &NewEntry) -> Vec<Piece> {
    let mut pieces = vec![Piece::Link(actor(desk, entry))];
    pieces.extend(what(desk, entry));
    if !entry.detail.is_empty() {
        pieces.push(Piece::Faint(entry.detail.clone()));
    }
    pieces.push(Piece::Time(entry.at));
    pieces
}

fn actor(desk: &Desk, entry: &NewEntry) -> Link {
    link_to(desk, "users", entry.actor.0.0, &entry.actor.1)
}

fn what(desk: &Desk, entry: &NewEntry) -> Vec<Piece> {
    let thing = if entry.action == "Deleted" {
        Piece::Text(entry.object.clone())
    } else {
        Piece::Link(link_to(desk, section_of(entry.kind), entry.object_id, &entry.object))
    };
    let badge = match entry.action.as_str() {
        "Added" => Piece::Badge("good", "added"),
        "Deleted" => Piece::Badge("bad", "deleted"),
        _ => Piece::Badge("plain", "changed"),
    };
    vec![badge, Piece::Faint(entry.kind.name().into()), thing]
}

fn section_of(kind: Kind) -> &'static str {
    match kind {
        Kind::User => "users",
        Kind::Room => "rooms",
        Kind::Message => "messages",
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
