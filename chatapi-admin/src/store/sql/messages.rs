//! Messages in SQL, by time.

use chatapi_core::search::SearchTerms;
use chatapi_core::store::Result;
use chatapi_core::store::engine::{Row, Value};
use chatapi_core::{MessageId, RoomId, UserId};

use super::lists::{Table, part};
use super::{Tables, Values, sql};
use crate::store::{Found, Key, ListWindow, MessageList, MessageRow, RowAnchor, RowCursor};

/// What lists show: no more of a text than they have room for.
const SHOWN: &str = "s.id, substr(s.content, 1, 300), s.created_at,
    s.user_id, coalesce((select u.username from chatapi_users u where u.id = s.user_id), ''),
    s.room_id, coalesce((select r.name from chatapi_rooms r where r.id = s.room_id), '')";

pub(super) fn table(list: &MessageList, values: &mut Values) -> Table {
    let mut conditions = Vec::new();
    if let Some(room) = list.room {
        conditions.push(format!("t.room_id = {}", values.add(Value::Int(room.0))));
    }
    if let Some(author) = list.author {
        conditions.push(format!("t.user_id = {}", values.add(Value::Int(author.0))));
    }
    if let Some(since) = list.since {
        conditions.push(format!("t.created_at >= {}", values.add(Value::Time(since))));
    }
    Table { name: "chatapi_messages", conditions, key: Some("created_at"), shown: SHOWN, searched: &[] }
}

pub(super) async fn list<E: Tables>(engine: &E, list: &MessageList) -> Result<Found<MessageRow>> {
    if let (Some(author), None) = (list.author, list.room) {
        return by_author(engine, list, author).await;
    }
    let mut values = Values::default();
    let table = table(list, &mut values);
    let window = ListWindow { search: SearchTerms::default(), ..list.window.clone() };
    part(engine, &table, &window, values, marked).await
}

pub(super) async fn of<E: Tables>(engine: &E, ids: &[MessageId]) -> Result<Vec<MessageRow>> {
    let among = E::DIALECT.among("s.id", 1);
    let statement = format!("select {SHOWN} from chatapi_messages s where {among}");
    let ids = Value::Ints(ids.iter().map(|id| id.0).collect());
    engine.read(sql(statement), &[ids]).await?.iter().map(message).collect()
}

/// The messages of one author. The index has them room by room, so each room where there are some gives its own first ones,
/// and those are merged; the rooms are found by hopping from one to the next.
async fn by_author<E: Tables>(engine: &E, list: &MessageList, author: UserId) -> Result<Found<MessageRow>> {
    let mut values = Values::default();
    let author = values.add(Value::Int(author.0));
    let window = &list.window;
    let is_backward = matches!(window.from, Some(RowAnchor::Before(_)));
    let (sign, way) = if window.descending == is_backward { (">", "") } else { ("<", " desc") };
    let mut past = String::new();
    if let Some(RowAnchor::After(cursor) | RowAnchor::Before(cursor)) = &window.from
        && let Key::Time(at) = cursor.key
    {
        let (at, id) = (values.add(Value::Time(at)), values.add(Value::Int(cursor.id)));
        past += &format!(" and (m.created_at, m.id) {sign} ({at}, {id})");
    }
    if let Some(since) = list.since {
        past += &format!(" and m.created_at >= {}", values.add(Value::Time(since)));
    }
    let take = u64::from(window.size) + 1;
    let each = E::DIALECT.join_each(&format!(
        "select m.id, m.content, m.created_at, m.user_id, m.room_id from chatapi_messages m
         where m.user_id = {author} and m.room_id = o.room_id{past}
         order by m.created_at{way}, m.id{way} limit {take}"
    ));
    let statement = format!(
        "with recursive of_author(room_id) as (
             select min(room_id) from chatapi_messages where user_id = {author}
             union all
             select (
                 select min(m.room_id) from chatapi_messages m where m.user_id = {author} and m.room_id > o.room_id
             ) from of_author o where o.room_id is not null
         ),
         s as (
             select m.id, m.content, m.created_at, m.user_id, m.room_id from of_author o {each}
             order by m.created_at{way}, m.id{way} limit {take}
         )
         select {SHOWN} from s order by s.created_at{way}, s.id{way}"
    );
    let rows = engine.read(sql(statement), &values.0).await?;
    let mut rows = rows.iter().map(marked).collect::<Result<Vec<_>>>()?;
    let (has_more, is_inside) = (rows.len() as u64 == take, window.from.is_some());
    rows.truncate(window.size as usize);
    let (has_before, has_after) = if is_backward { (has_more, is_inside) } else { (is_inside, has_more) };
    if is_backward {
        rows.reverse();
    }
    Ok(Found { rows, has_before, has_after, looked_up_to: None })
}

fn marked(row: &impl Row) -> Result<(RowCursor, MessageRow)> {
    let message = message(row)?;
    Ok((RowCursor { key: Key::Time(message.created_at), id: message.id.0 }, message))
}

fn message(row: &impl Row) -> Result<MessageRow> {
    Ok(MessageRow {
        id: MessageId(row.int(0)?),
        excerpt: row.text(1)?,
        created_at: row.time(2)?,
        author: (UserId(row.int(3)?), row.text(4)?),
        room: (RoomId(row.int(5)?), row.text(6)?),
    })
}
