//! Rooms in SQL.

use super::{
    Engine, Page, PageRequest, Result, Row, Sql, SqlStore, StoreError, Value, counted, first, limit,
    limit_values, members, number_of_rows, page_of,
};
use crate::rooms::{LISTED_MEMBERS, ListedRoom, Member, NewRoom, Room, RoomChange};
use crate::store::engine::{Session as _, Transaction as _};
use crate::{RoomId, UserId};

/// A room, with a row for each member or one without.
pub(super) const ROOM: &str = "select r.id, r.name, r.admin_id, u.id, u.username, u.email
    from chatapi_rooms r
    left join chatapi_room_members m on m.room_id = r.id
    left join chatapi_users u on u.id = m.user_id
    where r.id = $1
    order by u.id";

/// A row where there is a room of this id.
pub(super) const EXISTS: &str = "select 1 from chatapi_rooms where id = $1";

impl<E: Engine> SqlStore<E> {
    pub(super) async fn insert_room(&self, room: &NewRoom) -> Result<Room> {
        let mut transaction = self.engine.begin().await?;
        let wanted: Vec<_> = [room.admin].into_iter().chain(room.users.iter().copied()).collect();
        let insert = Sql::from(
            "insert into chatapi_rooms (name, admin_id) select $1, id from chatapi_users where id = $2
             returning id",
        );
        let values = [Value::Text(room.name.clone()), Value::Int(room.admin.0)];
        let made = first(&transaction.run(insert.0, &values).await?, |row| row.int(0))?;
        let id = RoomId(made.ok_or(StoreError::Missing(room.admin))?);
        self.join(&mut transaction, id, &wanted).await?;
        let made = self.with_members(&mut transaction, id, &wanted).await?;
        transaction.commit().await?;
        Ok(made)
    }

    pub(super) async fn room_by_id(&self, id: RoomId) -> Result<Option<Room>> {
        room_of(&self.read(ROOM, &[Value::Int(id.0)]).await?)
    }

    pub(super) async fn membership(&self, room: RoomId, user: UserId) -> Result<Option<bool>> {
        let sql = "select m.user_id from chatapi_rooms r
            left join chatapi_room_members m on m.room_id = r.id and m.user_id = $2
            where r.id = $1";
        let rows = self.read(sql, &[Value::Int(room.0), Value::Int(user.0)]).await?;
        first(&rows, |row| Ok(row.opt_int(0)?.is_some()))
    }

    pub(super) async fn page_of_rooms(
        &self,
        member: UserId,
        page: PageRequest,
    ) -> Result<Option<Page<ListedRoom>>> {
        let (counted, limit) = (counted(page, "chatapi_room_members where user_id = $1"), limit(page, 2));
        // Of each room, members are read up to the first that is not shown, which tells that there are more.
        let sql = format!(
            "with {counted}
             select counted.total, r.id, r.name, r.admin_id, u.id, u.username, u.email from counted
             left join (
                 select r.id, r.name, r.admin_id, (
                     select user_id from chatapi_room_members where room_id = r.id
                     order by user_id limit 1 offset $4
                 ) as next_member
                 from chatapi_rooms r
                 join chatapi_room_members m on m.room_id = r.id and m.user_id = $1
                 order by r.id {limit}
             ) r on true
             left join chatapi_room_members m on m.room_id = r.id
                 and m.user_id <= coalesce(r.next_member, {greatest})
             left join chatapi_users u on u.id = m.user_id
             order by r.id, u.id",
            greatest = i64::MAX
        );
        let [size, offset] = limit_values(page);
        let shown = number_of_rows(LISTED_MEMBERS as u64);
        let rows = self.read(sql, &[Value::Int(member.0), size, offset, shown]).await?;
        let listed = |rows: &[E::Row]| Ok(rooms_of(rows, 1)?.into_iter().map(ListedRoom::from).collect());
        page_of(page, &rows, listed)
    }

    pub(super) async fn change_room(&self, seen: &Room, change: &RoomChange) -> Result<Option<Room>> {
        let (id, admin) = (seen.id, seen.admin);
        let mut transaction = self.engine.begin().await?;
        let lock = Sql::from(
            "update chatapi_rooms set name = coalesce($3, name)
             where id = $1 and admin_id is not distinct from $2 returning id",
        );
        let by = Value::OptInt(admin.map(|user| user.0));
        let locked =
            transaction.run(lock.0, &[Value::Int(id.0), by, Value::OptText(change.name.clone())]).await?;
        let admin = change.admin.or(admin);
        let stays_in = |users: &Vec<UserId>| admin.is_none_or(|admin| users.contains(&admin));
        if locked.is_empty() || !change.users.as_ref().is_none_or(stays_in) {
            return Ok(None);
        }
        if let Some(users) = &change.users {
            if !self.has_members(&mut transaction, seen).await? {
                return Ok(None);
            }
            let stay = self.dialect().among("user_id", 2);
            let leave =
                Sql::from(format!("delete from chatapi_room_members where room_id = $1 and not ({stay})"));
            transaction.run(leave.0, &[Value::Int(id.0), ids(users)]).await?;
            self.join(&mut transaction, id, users).await?;
        }
        if let Some(admin) = change.admin {
            self.hand_over(&mut transaction, id, admin).await?;
        }
        let changed =
            self.with_members(&mut transaction, id, change.users.as_deref().unwrap_or_default()).await?;
        if changed.admin != admin || admin.is_some_and(|admin| !changed.has_member(admin)) {
            return Ok(None);
        }
        transaction.commit().await?;
        Ok(Some(changed))
    }

    pub(super) async fn remove_room(&self, id: RoomId, admin: Option<UserId>) -> Result<bool> {
        let values = [Value::Int(id.0), Value::OptInt(admin.map(|user| user.0))];
        let mut transaction = self.engine.begin().await?;
        // The memberships go first: a send holds its own and then asks for the room, and must not wait for us while we wait
        // for it.
        let leave = Sql::from(
            "delete from chatapi_room_members where room_id = $1
             and exists (select 1 from chatapi_rooms where id = $1 and admin_id is not distinct from $2)",
        );
        transaction.run(leave.0, &values).await?;
        let delete = Sql::from(
            "delete from chatapi_rooms where id = $1 and admin_id is not distinct from $2 returning id",
        );
        let deleted = !transaction.run(delete.0, &values).await?.is_empty();
        if deleted {
            transaction.commit().await?;
        }
        Ok(deleted)
    }

    /// Whether the members are those that were seen. The room must be locked: a statement that waits for the lock itself
    /// would compare the members of before the wait.
    async fn has_members(&self, transaction: &mut E::Transaction, seen: &Room) -> Result<bool> {
        let members: Vec<UserId> = seen.users.iter().map(|member| member.id).collect();
        let same = format!(
            "select 1 where $3 = (select count(*) from chatapi_room_members where room_id = $1)
             and $3 = (select count(*) from chatapi_room_members where room_id = $1 and {})",
            self.dialect().among("user_id", 2)
        );
        let count = Value::Int(i64::try_from(members.len()).unwrap_or(i64::MAX));
        let values = [Value::Int(seen.id.0), ids(&members), count];
        Ok(!transaction.run(Sql::from(same).0, &values).await?.is_empty())
    }

    /// The room as it is within the transaction, with all of these in it.
    async fn with_members(
        &self,
        transaction: &mut E::Transaction,
        id: RoomId,
        wanted: &[UserId],
    ) -> Result<Room> {
        let room = members::read(transaction, id).await?;
        let room = room.ok_or_else(|| StoreError::Backend("the room is not there".into()))?;
        match wanted.iter().find(|user| !room.has_member(**user)) {
            Some(missing) => Err(StoreError::Missing(*missing)),
            None => Ok(room),
        }
    }

    /// Makes a member the admin. Who is no member stays what they are.
    async fn hand_over(&self, transaction: &mut E::Transaction, room: RoomId, admin: UserId) -> Result<()> {
        let sql = Sql::from(
            "update chatapi_rooms set admin_id = $2 where id = $1
             and exists (select 1 from chatapi_room_members where room_id = $1 and user_id = $2)",
        );
        transaction.run(sql.0, &[Value::Int(room.0), Value::Int(admin.0)]).await.map(drop)
    }

    async fn join(&self, transaction: &mut E::Transaction, room: RoomId, users: &[UserId]) -> Result<()> {
        // In the order of their ids, so that two of these wait for each other instead of blocking each other.
        let sql = format!(
            "insert into chatapi_room_members (room_id, user_id)
             select $1, id from chatapi_users where {} order by id
             on conflict do nothing",
            self.dialect().among("id", 2)
        );
        transaction.run(Sql::from(sql).0, &[Value::Int(room.0), ids(users)]).await.map(drop)
    }
}

pub(super) fn ids(users: &[UserId]) -> Value {
    Value::Ints(users.iter().map(|user| user.0).collect())
}

pub(super) fn room_of<R: Row>(rows: &[R]) -> Result<Option<Room>> {
    Ok(rooms_of(rows, 0)?.pop())
}

/// Rooms from rows that are ordered by room and then by member, their columns starting at `at`.
fn rooms_of<R: Row>(rows: &[R], at: usize) -> Result<Vec<Room>> {
    let mut rooms: Vec<Room> = Vec::new();
    for row in rows {
        let id = RoomId(row.int(at)?);
        if rooms.last().is_none_or(|room| room.id != id) {
            let admin = row.opt_int(at + 2)?.map(UserId);
            rooms.push(Room { id, name: row.text(at + 1)?, admin, users: Vec::new() });
        }
        if let (Some(room), Some(user)) = (rooms.last_mut(), row.opt_int(at + 3)?) {
            room.users.push(Member {
                id: UserId(user),
                username: row.text(at + 4)?,
                email: row.text(at + 5)?,
            });
        }
    }
    Ok(rooms)
}
