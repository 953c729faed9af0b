//! Rooms in SQL.

use chatapi_core::store::Result;
use chatapi_core::store::engine::{Row, Value};
use chatapi_core::{RoomId, UserId};

use super::lists::{Table, part};
use super::{Tables, Values};
use crate::store::{Found, Key, RoomList, RoomRow, RowCursor};

const SHOWN: &str =
    "s.id, s.name, s.admin_id, (select u.username from chatapi_users u where u.id = s.admin_id),
    (select count(*) from (select 1 from chatapi_room_members m where m.room_id = s.id limit 1001) c),
    (select max(m.created_at) from chatapi_messages m where m.room_id = s.id)";

pub(super) fn table(list: &RoomList, values: &mut Values) -> Table {
    let mut conditions = Vec::new();
    if list.without_admin {
        conditions.push("t.admin_id is null".to_owned());
    }
    if let Some(member) = list.member {
        let member = values.add(Value::Int(member.0));
        conditions.push(format!(
            "t.id in (select m.room_id from chatapi_room_members m where m.user_id = {member})"
        ));
    }
    let key = list.by_name.then_some("name");
    Table { name: "chatapi_rooms", conditions, key, shown: SHOWN, searched: &["name"] }
}

pub(super) async fn list<E: Tables>(engine: &E, list: &RoomList) -> Result<Found<RoomRow>> {
    let mut values = Values::default();
    let table = table(list, &mut values);
    part(engine, &table, &list.window, values, |row| {
        let room = room(row)?;
        let key = if list.by_name { Key::Text(room.name.clone()) } else { Key::Id };
        Ok((RowCursor { key, id: room.id.0 }, room))
    })
    .await
}

fn room(row: &impl Row) -> Result<RoomRow> {
    let admin = row.opt_int(2)?.map(UserId);
    Ok(RoomRow {
        id: RoomId(row.int(0)?),
        name: row.text(1)?,
        admin: admin.zip(row.opt_text(3)?),
        members: u64::try_from(row.int(4)?).unwrap_or_default(),
        last_message: row.opt_time(5)?,
    })
}
