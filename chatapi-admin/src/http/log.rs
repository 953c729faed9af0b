//! The log of who changed what, whole and of one thing.

use chatapi_core::http::Response;
use chatapi_core::{Result, UserId};

use super::bulk::heading;
use super::dashboard::link_to;
use super::listing::{List, ListQuery, Row, Sorted};
use crate::request::AdminRequest;
use crate::store::{Kind, LogList, NewEntry};
use crate::view::{Fragment, Link};

pub(super) async fn show(request: AdminRequest) -> Result<Response> {
    let asked = ListQuery::new(&request, "/log/", &["kind", "by"], "-id");
    let kind = asked.get("kind").and_then(Kind::named);
    let log =
        LogList { kind, object: None, actor: asked.id("by").map(UserId), window: asked.window(Sorted::Id)? };
    let mut list = list(&request, &asked, &log, "Log").await?;
    list.searches = "Search names and details";
    list.filters =
        vec![asked.filter("About", "kind", &[("user", "Users"), ("room", "Rooms"), ("message", "Messages")])];
    if let Some(id) = asked.id("by") {
        let user = request.api.store().user(UserId(id)).await?;
        list.only.push(
            asked.only("by", format!("By {}", user.map_or_else(|| id.to_string(), |user| user.username))),
        );
    }
    list.answer(&request)
}

pub(super) async fn of_user(request: AdminRequest) -> Result<Response> {
    of(&request, Kind::User).await
}

pub(super) async fn of_room(request: AdminRequest) -> Result<Response> {
    of(&request, Kind::Room).await
}

pub(super) async fn of_message(request: AdminRequest) -> Result<Response> {
    of(&request, Kind::Message).await
}

/// What happened to one thing; it may be gone.
async fn of(request: &AdminRequest, kind: Kind) -> Result<Response> {
    let (id, section) = (request.id(kind)?, section_of(kind));
    let asked = ListQuery::new(request, &format!("/{section}/{id}/history/"), &[], "-id");
    let log = LogList { kind: Some(kind), object: Some(id), actor: None, window: asked.window(Sorted::Id)? };
    let mut list = list(request, &asked, &log, "History").await?;
    list.frame = request.frame(format!("History of {} {id}", kind.name()), section).under([
        Link::new("Home", request.link("/")),
        Link::new(heading(section), request.link(&format!("/{section}/"))),
        link_to(request, section, id, format!("{} {id}", capital(kind.name()))),
    ]);
    list.empty = "No changes have been recorded.";
    list.answer(request)
}

async fn list(request: &AdminRequest, asked: &ListQuery<'_>, log: &LogList, title: &str) -> Result<List> {
    let found = request.store().log(log).await?;
    let columns = ["When", "Who", "What", "Details"].map(|label| asked.column(label, None));
    let frame = request.frame(title, "log").under([Link::new("Home", request.link("/"))]);
    let mut list = List::new(asked, frame, &found, columns.into());
    list.rows = found.rows.iter().map(|(cursor, entry)| row(request, cursor.id, &entry.what)).collect();
    list.empty = "No changes have been recorded yet.";
    Ok(list)
}

fn row(request: &AdminRequest, id: i64, entry: &NewEntry) -> Row {
    Row {
        id,
        name: String::new(),
        is_selectable: false,
        cells: vec![
            vec![Fragment::Time(entry.at)],
            vec![Fragment::Link(actor(request, entry))],
            what(request, entry),
            Fragment::some(&entry.detail),
        ],
    }
}

/// An entry, as the first page tells it.
pub(super) fn sentence(request: &AdminRequest, entry: &NewEntry) -> Vec<Fragment> {
    let mut pieces = vec![Fragment::Link(actor(request, entry))];
    pieces.extend(what(request, entry));
    if !entry.detail.is_empty() {
        pieces.push(Fragment::Faint(entry.detail.clone()));
    }
    pieces.push(Fragment::Time(entry.at));
    pieces
}

fn actor(request: &AdminRequest, entry: &NewEntry) -> Link {
    link_to(request, "users", entry.actor.0.0, &entry.actor.1)
}

fn what(request: &AdminRequest, entry: &NewEntry) -> Vec<Fragment> {
    let thing = if entry.action == "Deleted" {
        Fragment::Text(entry.object.clone())
    } else {
        Fragment::Link(link_to(request, section_of(entry.kind), entry.object_id, &entry.object))
    };
    let badge = match entry.action.as_str() {
        "Added" => Fragment::Badge("good", "added"),
        "Deleted" => Fragment::Badge("bad", "deleted"),
        _ => Fragment::Badge("plain", "changed"),
    };
    vec![badge, Fragment::Faint(entry.kind.name().into()), thing]
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
