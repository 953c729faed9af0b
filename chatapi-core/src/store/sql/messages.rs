//! Messages in SQL. Whether somebody is a member of a message's room is asked in the statement that reads or writes it,
//! unless they reach every room; a write holds the membership until it is done, so that nothing of theirs changes after
//! somebody was removed.

use super::scope::Rooms;
use super::{Engine, Result, Row, SqlStore, Value, first};
use crate::messages::Message;
use crate::permission::AccessScope;
use crate::{MessageId, RoomId, UserId};

pub(super) const COLUMNS: &str = "id, content, created_at, updated_at, user_id, room_id";

impl<E: Engine> SqlStore<E> {
    pub(super) async fn message_within(&self, id: MessageId, reach: AccessScope) -> Result<Option<Message>> {
        let mut values = vec![Value::Int(id.0)];
        let rooms = Rooms::of(reach, &mut values).query;
        let sql = format!("select {COLUMNS} from chatapi_messages where id = $1 and room_id in ({rooms})");
        first(&self.read(sql, &values).await?, |row| message(row, 0))
    }

    pub(super) async fn remove_message(&self, id: MessageId, reach: AccessScope) -> Result<bool> {
        let mut values = vec![Value::Int(id.0)];
        let and_reached = self.and_reached(reach, &mut values);
        let sql = format!("delete from chatapi_messages where id = $1 {and_reached} returning id");
        Ok(!self.write(sql, &values).await?.is_empty())
    }

    /// The part of a write that keeps it within `reach`: whose rooms are meant is a member of the message's room until the
    /// statement is done, and one more parameter of it.
    pub(super) fn and_reached(&self, reach: AccessScope, values: &mut Vec<Value>) -> String {
        let user = match reach {
            AccessScope::RoomsOf(user) => user,
            AccessScope::Room(room) => {
                values.push(Value::Int(room.0));
                return format!("and room_id = ${}", values.len());
            }
            AccessScope::EveryRoom => return String::new(),
        };
        values.push(Value::Int(user.0));
        let (user, hold) = (values.len(), self.dialect().hold);
        format!(
            "and exists (
                 select 1 from chatapi_room_members m
                 where m.room_id = chatapi_messages.room_id and m.user_id = ${user} {hold}
             )"
        )
    }
}

/// A message, from the columns that start at `at`.
pub(super) fn message(row: &impl Row, at: usize) -> Result<Message> {
    Ok(Message {
        id: MessageId(row.int(at)?),
        content: row.text(at + 1)?,
        created_at: row.time(at + 2)?,
        updated_at: row.time(at + 3)?,
        user: UserId(row.int(at + 4)?),
        room: RoomId(row.int(at + 5)?),
    })
}
