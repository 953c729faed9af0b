//! Messages in SQL. Whether somebody is a member of a message's room is asked in the statement that reads or writes it,
//! unless they reach every room; a write holds the membership until it is done, so that nothing of theirs changes after
//! somebody was removed.

use super::{
    Engine, Page, PageRequest, Result, Row, SqlStore, Value, first, limit, limit_values, page_of,
};
use crate::messages::{Message, MessageFilter};
use crate::permission::Reach;
use crate::{MessageId, RoomId, UserId};

pub(super) const COLUMNS: &str = "id, content, created_at, updated_at, user_id, room_id";

impl<E: Engine> SqlStore<E> {
    pub(super) async fn message_within(&self, id: MessageId, reach: Reach) -> Result<Option<Message>> {
        let mut values = vec![Value::Int(id.0)];
        let and_reached = match reach {
            Reach::EveryRoom => "",
            Reach::RoomsOf(user) => {
                values.push(Value::Int(user.0));
                "and room_id in (select room_id from chatapi_room_members where user_id = $2)"
            }
        };
        let sql = format!("select {COLUMNS} from chatapi_messages where id = $1 {and_reached}");
        first(&self.read(sql, &values).await?, |row| message(row, 0))
    }

    pub(super) async fn page_of_messages(
        &self,
        filter: &MessageFilter,
        page: PageRequest,
    ) -> Result<Option<Page<Message>>> {
        if !filter.search.is_empty() {
            return self.page_of_search(filter, page).await;
        }
        let [size, offset] = limit_values(page);
        let mut values = vec![Value::Int(filter.reader.0), size, offset];
        let mut wanted =
            String::from("room_id in (select room_id from chatapi_room_members where user_id = $1)");
        let mut also = |condition: &dyn Fn(usize) -> String, value: Value| {
            values.push(value);
            wanted.push_str(" and ");
            wanted.push_str(&condition(values.len()));
        };
        if let Some(room) = filter.room {
            also(&|parameter| format!("room_id = ${parameter}"), Value::Int(room.0));
        }
        if let Some(user) = filter.user {
            also(&|parameter| format!("user_id = ${parameter}"), Value::Int(user.0));
        }
        let limit = limit(page, 2);
        let sql = format!(
            "with counted as (select count(*) as total from chatapi_messages where {wanted})
             select counted.total, m.* from counted
             left join (
                 select {COLUMNS} from chatapi_messages where {wanted} order by created_at, id {limit}
             ) m on true
             order by m.created_at, m.id"
        );
        let rows = self.read(sql, &values).await?;
        page_of(page, &rows, |rows| rows.iter().map(|row| message(row, 1)).collect())
    }

    pub(super) async fn remove_message(&self, id: MessageId, reach: Reach) -> Result<bool> {
        let mut values = vec![Value::Int(id.0)];
        let and_reached = self.and_reached(reach, &mut values);
        let sql = format!("delete from chatapi_messages where id = $1 {and_reached} returning id");
        Ok(!self.write(sql, &values).await?.is_empty())
    }

    /// The part of a write that keeps it within `reach`: whose rooms are meant is a member of the message's room until the
    /// statement is done, and one more parameter of it.
    pub(super) fn and_reached(&self, reach: Reach, values: &mut Vec<Value>) -> String {
        let Reach::RoomsOf(user) = reach else {
            return String::new();
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
