//! The store's own statements within a transaction of the host's. None is tried again: after a fault the transaction is the
//! host's to roll back.

use super::{Result, Sql, Value, rooms, texts};
use crate::RoomId;
use crate::messages::{Message, NewMessage};
use crate::store::engine::Session;

pub(crate) use super::members::{Members, change_members, read as room};

/// [`Store::create_message`](crate::Store::create_message).
pub(crate) async fn create_message<S: Session>(
    session: &mut S,
    message: &NewMessage,
) -> Result<Option<Message>> {
    texts::send(session, message).await
}

/// [`Store::room_exists`](crate::Store::room_exists).
pub(crate) async fn room_exists<S: Session>(session: &mut S, id: RoomId) -> Result<bool> {
    Ok(!session.run(Sql::from(rooms::EXISTS).0, &[Value::Int(id.0)]).await?.is_empty())
}
