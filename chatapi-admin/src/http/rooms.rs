//! Rooms.

use chatapi_core::rooms::Room;
use chatapi_core::{Error, Result, RoomId};

use crate::desk::Desk;
use crate::store::Kind;
use chatapi_core::permission::may_change;

pub(super) mod delete;
pub(super) mod form;
pub(super) mod list;

/// The room that the path names.
async fn named(desk: &Desk) -> Result<Room> {
    desk.api.room(&desk.actor()?, RoomId(desk.id(Kind::Room)?)).await
}

/// 403 for those who may only look.
fn require_change(desk: &Desk) -> Result<()> {
    if may_change(desk.level()?) { Ok(()) } else { Err(Error::forbidden()) }
}
