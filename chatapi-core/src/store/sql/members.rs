//! Members added to and removed from a room, in SQL.

use std::collections::BTreeSet;

use super::rooms::{ROOM, ids, room_of};
use super::{Engine, Result, Row, Sql, SqlStore, StoreError, Value};
use crate::rooms::{MembersChange, Room};
use crate::store::engine::{Session, Transaction as _};
use crate::{RoomId, UserId};

/// What is done to a room's members.
#[derive(Clone, Copy)]
pub(crate) enum Members<'a> {
    /// These users join, up to `limit` members in all.
    Add { users: &'a [UserId], limit: usize },
    /// These users leave.
    Remove { users: &'a [UserId] },
}

impl<E: Engine> SqlStore<E> {
    pub(super) async fn change_members(
        &self,
        room: RoomId,
        admin: Option<UserId>,
        change: Members<'_>,
    ) -> Result<Option<MembersChange>> {
        let mut transaction = self.engine.begin().await?;
        let changed = change_members(&mut transaction, room, admin, change).await?;
        if changed.is_some() {
            transaction.commit().await?;
        }
        Ok(changed)
    }
}

/// Changes the members of a room whose admin is still `admin`.
///
/// The room's row is locked first: changes of one room's members and of its admin happen one after the other, so that each
/// statement sees what the one before it did. A send locks the row for its key alone and is not kept waiting.
pub(crate) async fn change_members<S: Session>(
    session: &mut S,
    room: RoomId,
    admin: Option<UserId>,
    change: Members<'_>,
) -> Result<Option<MembersChange>> {
    let lock = format!(
        "select id from chatapi_rooms where id = $1 and admin_id is not distinct from $2 {}",
        S::DIALECT.lock_row
    );
    let seen = [Value::Int(room.0), Value::OptInt(admin.map(|user| user.0))];
    if session.run(Sql::from(lock).0, &seen).await?.is_empty() {
        return Ok(None);
    }
    let users = match change {
        Members::Add { users, limit } => add(session, room, users, limit).await?,
        Members::Remove { users } if admin.is_some_and(|admin| users.contains(&admin)) => return Ok(None),
        Members::Remove { users } => remove(session, room, users).await?,
    };
    let room = read(session, room).await?;
    let room = room.ok_or_else(|| StoreError::Backend("the room is not there".into()))?;
    if let Members::Add { users: wanted, .. } = change
        && wanted.iter().any(|user| !room.has_member(*user))
    {
        return Err(missing(session, wanted).await?.map_or(StoreError::TooMany, StoreError::Missing));
    }
    Ok(Some(MembersChange { room, users }))
}

/// [`Store::room`](crate::Store::room).
pub(crate) async fn read<S: Session>(session: &mut S, id: RoomId) -> Result<Option<Room>> {
    room_of(&session.run(Sql::from(ROOM).0, &[Value::Int(id.0)]).await?)
}

/// All of the users join, or none where one does not exist or there would be too many members.
async fn add<S: Session>(
    session: &mut S,
    room: RoomId,
    users: &[UserId],
    limit: usize,
) -> Result<Vec<UserId>> {
    let users: BTreeSet<UserId> = users.iter().copied().collect();
    let users = Vec::from_iter(users);
    // In the order of their ids, so that two of these wait for each other instead of blocking each other.
    let sql = format!(
        "with wanted as (
             select id, exists (
                 select 1 from chatapi_room_members where room_id = $1 and user_id = chatapi_users.id
             ) as is_member
             from chatapi_users where {}
         )
         insert into chatapi_room_members (room_id, user_id)
         select $1, id from wanted
         where not is_member and (select count(*) from wanted) = $3
         and (select count(*) from chatapi_room_members where room_id = $1)
             + (select count(*) from wanted where not is_member) <= $4
         order by id
         on conflict do nothing
         returning user_id",
        S::DIALECT.among("id", 2)
    );
    let number = |count: usize| Value::Int(i64::try_from(count).unwrap_or(i64::MAX));
    let values = [Value::Int(room.0), ids(&users), number(users.len()), number(limit)];
    user_ids(&session.run(Sql::from(sql).0, &values).await?)
}

async fn remove<S: Session>(session: &mut S, room: RoomId, users: &[UserId]) -> Result<Vec<UserId>> {
    let sql = format!(
        "delete from chatapi_room_members where room_id = $1 and {} returning user_id",
        S::DIALECT.among("user_id", 2)
    );
    user_ids(&session.run(Sql::from(sql).0, &[Value::Int(room.0), ids(users)]).await?)
}

/// The first of the users that does not exist.
async fn missing<S: Session>(session: &mut S, users: &[UserId]) -> Result<Option<UserId>> {
    let sql = format!("select id from chatapi_users where {}", S::DIALECT.among("id", 1));
    let there: BTreeSet<UserId> =
        user_ids(&session.run(Sql::from(sql).0, &[ids(users)]).await?)?.into_iter().collect();
    Ok(users.iter().copied().find(|user| !there.contains(user)))
}

/// Ids in ascending order.
fn user_ids<R: Row>(rows: &[R]) -> Result<Vec<UserId>> {
    let ids: Result<BTreeSet<UserId>> = rows.iter().map(|row| row.int(0).map(UserId)).collect();
    Ok(Vec::from_iter(ids?))
}
