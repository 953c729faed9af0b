//! Rooms deleted, one or several.

use chatapi_core::http::Response;
use chatapi_core::rooms::Room;
use chatapi_core::{Error, Result, RoomId};

use super::{named, require_change};
use crate::http::bulk::{Bulk, deletion, nothing, outcome, reason};
use crate::http::dashboard::link_to;
use crate::http::listing::BOUND;
use crate::request::AdminRequest;
use crate::store::{Counted, Kind, ListWindow, MessageList};
use crate::view::number_of;

pub(in crate::http) async fn ask(request: AdminRequest) -> Result<Response> {
    require_change(&request)?;
    let room = named(&request).await?;
    let link = link_to(&request, "rooms", room.id.0, format!("the room {}", room.name));
    let mut page = deletion(&request, "rooms", vec![link], consequences(&request, room.id).await?);
    page.back = request.link(&format!("/rooms/{}/", room.id));
    request.page(&page)
}

pub(in crate::http) async fn delete(request: AdminRequest) -> Result<Response> {
    require_change(&request)?;
    let room = named(&request).await?;
    remove(&request, &room).await?;
    request.done(&request.link("/rooms/"), &format!("The room {} was deleted.", room.name))
}

pub(in crate::http) async fn act(request: AdminRequest) -> Result<Response> {
    require_change(&request)?;
    let bulk = Bulk::of(&request)?;
    let (mut rooms, actor) = (Vec::new(), request.actor()?);
    for id in &bulk.ids {
        match request.api.room(&actor, RoomId(*id)).await {
            Err(Error::NotFound(_)) => {}
            room => rooms.push(room?),
        }
    }
    if bulk.action != "delete" || rooms.is_empty() {
        return nothing(&request, "rooms");
    }
    if !bulk.is_confirmed {
        return ask_of(&request, &bulk, &rooms).await;
    }
    let (mut count, mut refused) = (0, Vec::new());
    for room in &rooms {
        match remove(&request, room).await {
            Ok(()) => count += 1,
            Err(error) => refused.push(reason(&room.name, error)?),
        }
    }
    outcome(&request, "rooms", &format!("Deleted {}.", number_of(count, u64::MAX, "room")), &refused)
}

async fn ask_of(request: &AdminRequest, bulk: &Bulk, rooms: &[Room]) -> Result<Response> {
    let links = rooms.iter().map(|room| link_to(request, "rooms", room.id.0, &room.name)).collect();
    let mut page = deletion(request, "rooms", links, Vec::new());
    page.question = format!("Delete {}?", number_of(rooms.len() as u64, u64::MAX, "room"));
    page.hidden = bulk.hidden();
    for room in rooms {
        let more = consequences(request, room.id).await?;
        page.consequences.extend(more.into_iter().map(|text| format!("{}: {text}", room.name)));
    }
    request.page(&page)
}

async fn remove(request: &AdminRequest, room: &Room) -> Result<()> {
    request.api.delete_room(&request.actor()?, room).await?;
    request.note("Deleted", Kind::Room, room.id.0, &room.name, "").await
}

async fn consequences(request: &AdminRequest, room: RoomId) -> Result<Vec<String>> {
    let window = ListWindow { descending: true, from: None, size: 0, search: Default::default() };
    let messages = MessageList { room: Some(room), author: None, since: None, window };
    let messages = request.store().count(Counted::Messages(messages), BOUND).await?;
    let members = request.store().count(Counted::Members(room), BOUND).await?;
    let mut consequences = Vec::new();
    if messages > 0 {
        consequences.push(format!("{} will be deleted", number_of(messages, BOUND, "message")));
    }
    if members > 0 {
        consequences.push(format!("{} will lose their membership", number_of(members, BOUND, "user")));
    }
    Ok(consequences)
}
