//! Rooms deleted, one or several.

use chatapi_core::http::Response;
use chatapi_core::rooms::Room;
use chatapi_core::{Error, Result, RoomId};

use super::{named, require_change};
use crate::desk::Desk;
use crate::http::bulk::{Bulk, deletion, nothing, outcome, reason};
use crate::http::dashboard::link_to;
use crate::http::listing::BOUND;
use crate::store::{Counted, Kind, MessageList, Slice};
use crate::view::number_of;

pub(in crate::http) async fn ask(desk: Desk) -> Result<Response> {
    require_change(&desk)?;
    let room = named(&desk).await?;
    let link = link_to(&desk, "rooms", room.id.0, format!("the room {}", room.name));
    let mut page = deletion(&desk, "rooms", vec![link], consequences(&desk, room.id).await?);
    page.back = desk.link(&format!("/rooms/{}/", room.id));
    desk.page(&page)
}

pub(in crate::http) async fn delete(desk: Desk) -> Result<Response> {
    require_change(&desk)?;
    let room = named(&desk).await?;
    remove(&desk, &room).await?;
    desk.done(&desk.link("/rooms/"), &format!("The room {} was deleted.", room.name))
}

pub(in crate::http) async fn act(desk: Desk) -> Result<Response> {
    require_change(&desk)?;
    let bulk = Bulk::of(&desk)?;
    let (mut rooms, actor) = (Vec::new(), desk.actor()?);
    for id in &bulk.ids {
        match desk.api.room(&actor, RoomId(*id)).await {
            Err(Error::NotFound(_)) => {}
            room => rooms.push(room?),
        }
    }
    if bulk.action != "delete" || rooms.is_empty() {
        return nothing(&desk, "rooms");
    }
    if !bulk.is_confirmed {
        return ask_of(&desk, &bulk, &rooms).await;
    }
    let (mut count, mut refused) = (0, Vec::new());
    for room in &rooms {
        match remove(&desk, room).await {
            Ok(()) => count += 1,
            Err(error) => refused.push(reason(&room.name, error)?),
        }
    }
    outcome(&desk, "rooms", &format!("Deleted {}.", number_of(count, u64::MAX, "room")), &refused)
}

async fn ask_of(desk: &Desk, bulk: &Bulk, rooms: &[Room]) -> Result<Response> {
    let links = rooms.iter().map(|room| link_to(desk, "rooms", room.id.0, &room.name)).collect();
    let mut page = deletion(desk, "rooms", links, Vec::new());
    page.question = format!("Delete {}?", number_of(rooms.len() as u64, u64::MAX, "room"));
    page.hidden = bulk.hidden();
    for room in rooms {
        let more = consequences(desk, room.id).await?;
        page.consequences.extend(more.into_iter().map(|text| format!("{}: {text}", room.name)));
    }
    desk.page(&page)
}

async fn remove(desk: &Desk, room: &Room) -> Result<()> {
    desk.api.delete_room(&desk.actor()?, room).await?;
    desk.note("Deleted", Kind::Room, room.id.0, &room.name, "").await
}

async fn consequences(desk: &Desk, room: RoomId) -> Result<Vec<String>> {
    let slice = Slice { descending: true, from: None, size: 0, search: Default::default() };
    let messages = MessageList { room: Some(room), author: None, since: None, slice };
    let messages = desk.store().count(Counted::Messages(messages), BOUND).await?;
    let members = desk.store().count(Counted::Members(room), BOUND).await?;
    let mut consequences = Vec::new();
    if messages > 0 {
        consequences.push(format!("{} will be deleted", number_of(messages, BOUND, "message")));
    }
    if members > 0 {
        consequences.push(format!("{} will lose their membership", number_of(members, BOUND, "user")));
    }
    Ok(consequences)
}
