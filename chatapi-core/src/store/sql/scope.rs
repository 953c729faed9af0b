//! Access scopes in SQL: the one place that says which rooms are within one.

use super::Value;
use crate::RoomId;
use crate::permission::AccessScope;

/// A query for the ids of rooms, as `room_id`. More conditions may follow it.
#[derive(Clone, Debug)]
pub(super) struct Rooms {
    pub(super) query: String,
    /// What the ids are called within the query.
    id: &'static str,
}

impl Rooms {
    /// The rooms of a scope; `values` gets its parameters.
    pub(super) fn of(scope: AccessScope, values: &mut Vec<Value>) -> Self {
        let mut parameter = |id: i64| {
            values.push(Value::Int(id));
            values.len()
        };
        let (query, id) = match scope {
            AccessScope::RoomsOf(user) => {
                let user = parameter(user.0);
                (format!("select room_id from chatapi_room_members where user_id = ${user}"), "room_id")
            }
            AccessScope::Room(room) => {
                (format!("select id as room_id from chatapi_rooms where id = ${}", parameter(room.0)), "id")
            }
            AccessScope::EveryRoom => ("select id as room_id from chatapi_rooms where true".to_owned(), "id"),
        };
        Self { query, id }
    }

    /// Of those, this room alone, if one is named.
    pub(super) fn only(mut self, room: Option<RoomId>, values: &mut Vec<Value>) -> Self {
        if let Some(room) = room {
            values.push(Value::Int(room.0));
            self.query += &format!(" and {} = ${}", self.id, values.len());
        }
        self
    }
}
