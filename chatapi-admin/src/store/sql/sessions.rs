//! Sessions in SQL.

use chatapi_core::store::Result;
use chatapi_core::store::engine::{Row, Value};
use chatapi_core::users::User;
use chatapi_core::{Timestamp, UserId};

use super::{Tables, sql};
use crate::store::{NewSession, Session};

pub(super) async fn open<E: Tables>(engine: &E, session: NewSession, stale: Timestamp) -> Result<()> {
    engine.write(sql("delete from chatapi_admin_sessions where seen_at < $1"), &[Value::Time(stale)]).await?;
    let statement =
        sql("insert into chatapi_admin_sessions (token_hash, user_id, revision, opened_at, seen_at)
         values ($1, $2, $3, $4, $4)");
    let values = [
        Value::Text(session.token_hash),
        Value::Int(session.user.0),
        Value::Int(session.revision),
        Value::Time(session.at),
    ];
    engine.write(statement, &values).await.map(drop)
}

pub(super) async fn find<E: Tables>(engine: &E, token_hash: &str) -> Result<Option<Session>> {
    let statement = sql(
        "select u.id, u.username, u.email, u.password, u.is_active, u.awaits_activation, u.is_staff, u.is_superuser,
             u.is_viewer, u.date_joined, u.revision, u.external_id, s.revision, s.opened_at, s.seen_at
         from chatapi_admin_sessions s join chatapi_users u on u.id = s.user_id where s.token_hash = $1",
    );
    let rows = engine.read(statement, &[Value::Text(token_hash.into())]).await?;
    rows.first().map(session).transpose()
}

pub(super) async fn touch<E: Tables>(engine: &E, token_hash: &str, at: Timestamp) -> Result<()> {
    let statement = sql("update chatapi_admin_sessions set seen_at = $2 where token_hash = $1");
    engine.write(statement, &[Value::Text(token_hash.into()), Value::Time(at)]).await.map(drop)
}

pub(super) async fn close<E: Tables>(engine: &E, token_hash: &str) -> Result<()> {
    let statement = sql("delete from chatapi_admin_sessions where token_hash = $1");
    engine.write(statement, &[Value::Text(token_hash.into())]).await.map(drop)
}

fn session(row: &impl Row) -> Result<Session> {
    Ok(Session {
        user: User {
            id: UserId(row.int(0)?),
            username: row.text(1)?,
            email: row.text(2)?,
            password: row.text(3)?,
            is_active: row.bool(4)?,
            awaits_activation: row.bool(5)?,
            is_staff: row.bool(6)?,
            is_superuser: row.bool(7)?,
            is_viewer: row.bool(8)?,
            date_joined: row.time(9)?,
            revision: row.int(10)?,
            external_id: row.opt_text(11)?,
        },
        revision: row.int(12)?,
        opened_at: row.time(13)?,
        seen_at: row.time(14)?,
    })
}
