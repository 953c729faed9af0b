//! Rooms.

use chatapi_core::rooms::Room;
use chatapi_core::{Error, Result, RoomId};

use crate::request::AdminRequest;
use crate::store::Kind;
use chatapi_core::permission::may_change;

pub(super) mod delete;
pub(super) mod form;
pub(super) mod list;

/// The room that the path names.
async fn named(request: &AdminRequest) -> Result<Room> {
    request.api.room(&request.actor()?, RoomId(request.id(Kind::Room)?)).await
}

/// 403 for those who may only look.
fn require_change(request: &AdminRequest) -> Result<()> {
    if may_change(request.level()?) { Ok(()) } else { Err(Error::forbidden()) }
}
