//! The log in SQL.

use chatapi_core::UserId;
use chatapi_core::store::engine::{Row, Value};
use chatapi_core::store::{Result, StoreError};

use super::lists::{Table, part};
use super::{Tables, Values, sql};
use crate::store::{Entry, Found, Key, Kind, LogList, NewEntry, RowCursor};

const SHOWN: &str = "s.id, s.at, s.actor_id, s.actor, s.action, s.kind, s.object_id, s.object, s.detail";

pub(super) async fn note<E: Tables>(engine: &E, entry: NewEntry) -> Result<()> {
    let statement =
        sql("insert into chatapi_audit_log (at, actor_id, actor, action, kind, object_id, object, detail)
         values ($1, $2, $3, $4, $5, $6, $7, $8)");
    let values = [
        Value::Time(entry.at),
        Value::Int(entry.actor.0.0),
        Value::Text(entry.actor.1),
        Value::Text(entry.action),
        Value::Text(entry.kind.name().into()),
        Value::Int(entry.object_id),
        Value::Text(entry.object),
        Value::Text(entry.detail),
    ];
    engine.write(statement, &values).await.map(drop)
}

pub(super) async fn list<E: Tables>(engine: &E, list: &LogList) -> Result<Found<Entry>> {
    let mut values = Values::default();
    let mut conditions = Vec::new();
    if let Some(kind) = list.kind {
        conditions.push(format!("t.kind = {}", values.add(Value::Text(kind.name().into()))));
    }
    if let Some(object) = list.object {
        conditions.push(format!("t.object_id = {}", values.add(Value::Int(object))));
    }
    if let Some(actor) = list.actor {
        conditions.push(format!("t.actor_id = {}", values.add(Value::Int(actor.0))));
    }
    let table = Table {
        name: "chatapi_audit_log",
        conditions,
        key: None,
        shown: SHOWN,
        searched: &["object", "actor", "detail"],
    };
    part(engine, &table, &list.window, values, |row| {
        let entry = entry(row)?;
        Ok((RowCursor { key: Key::Id, id: entry.id }, entry))
    })
    .await
}

fn entry(row: &impl Row) -> Result<Entry> {
    let kind = row.text(5)?;
    let kind = Kind::named(&kind)
        .ok_or_else(|| StoreError::Backend(format!("the log tells of a {kind:?}").into()))?;
    Ok(Entry {
        id: row.int(0)?,
        what: NewEntry {
            at: row.time(1)?,
            actor: (UserId(row.int(2)?), row.text(3)?),
            action: row.text(4)?,
            kind,
            object_id: row.int(6)?,
            object: row.text(7)?,
            detail: row.text(8)?,
        },
    })
}
