//! What is read of Django's tables, in the same words on either engine.

use std::fmt;

use async_trait::async_trait;
use sqlx::{AssertSqlSafe, SqlSafeStr as _, SqlStr};

use super::ImportError;
use super::engines::Engine;
use crate::messages::Message;
use crate::store::engine::{Row as _, Value};
use crate::store::load::LoadedRoom;
use crate::store::{Cause, Result, StoreError};
use crate::users::User;
use crate::{MessageId, RoomId, UserId};

/// A database of the Django deployment, as it was at one moment: whoever goes on writing to it is not seen.
///
/// Dropping it ends its connection. On SQLite others can read meanwhile, and write only where the database has a
/// write-ahead log; a copy of the file holds up nobody.
pub struct Django(Box<dyn Tables>);

impl Django {
    /// A database on PostgreSQL; it may be the chat's own.
    ///
    /// # Errors
    /// [`ImportError::Source`] where it cannot be reached, [`ImportError::Lacks`] where it has other tables.
    #[cfg(feature = "postgres")]
    pub async fn on_postgres(options: sqlx::postgres::PgConnectOptions) -> Result<Self, ImportError> {
        let snapshot =
            super::engines::on_postgres(options).await.map_err(cause).map_err(ImportError::Source)?;
        Self::of(Snapshot(snapshot)).await
    }

    /// A database in SQLite's file.
    ///
    /// # Errors
    /// [`ImportError::Source`] where it cannot be opened, [`ImportError::Lacks`] where it has other tables.
    #[cfg(feature = "sqlite")]
    pub async fn in_file(file: impl AsRef<std::path::Path>) -> Result<Self, ImportError> {
        let snapshot =
            super::engines::in_file(file.as_ref()).await.map_err(cause).map_err(ImportError::Source)?;
        Self::of(Snapshot(snapshot)).await
    }

    async fn of<E: Engine + 'static>(mut snapshot: Snapshot<E>) -> Result<Self, ImportError> {
        let mut lacks = Vec::new();
        for (table, wanted) in COLUMNS {
            let there = snapshot.columns(table).await.map_err(cause).map_err(ImportError::Source)?;
            if there.is_empty() {
                lacks.push(format!("the table {table}"));
                continue;
            }
            let missing = wanted.iter().filter(|column| !there.iter().any(|name| name == *column));
            lacks.extend(missing.map(|column| format!("the column {column} of {table}")));
        }
        if lacks.is_empty() { Ok(Self(Box::new(snapshot))) } else { Err(ImportError::Lacks(lacks)) }
    }

    pub(super) async fn count(&mut self, table: &str) -> Result<u64, Cause> {
        self.0.count(table).await.map_err(cause)
    }

    pub(super) async fn users(&mut self, after: i64) -> Result<Vec<User>, Cause> {
        self.0.users(after).await.map_err(cause)
    }

    pub(super) async fn rooms(&mut self, after: i64) -> Result<Vec<LoadedRoom>, Cause> {
        self.0.rooms(after).await.map_err(cause)
    }

    pub(super) async fn members(&mut self, after: i64) -> Result<Vec<Membership>, Cause> {
        self.0.members(after).await.map_err(cause)
    }

    pub(super) async fn messages(&mut self, after: i64) -> Result<Vec<Message>, Cause> {
        self.0.messages(after).await.map_err(cause)
    }
}

impl fmt::Debug for Django {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Django").finish_non_exhaustive()
    }
}

/// What lies behind it: who reads has no use for what the fault is called where a chat is kept.
fn cause(error: StoreError) -> Cause {
    match error {
        StoreError::Unavailable(cause) | StoreError::Backend(cause) => cause,
        other => other.into(),
    }
}

/// A row of `chat_room_users`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Membership {
    pub(super) id: i64,
    pub(super) room: RoomId,
    pub(super) user: UserId,
}

/// What has to be there.
const COLUMNS: [(&str, &[&str]); 4] = [
    (
        "auth_user",
        &["id", "username", "email", "password", "is_active", "is_staff", "is_superuser", "date_joined"],
    ),
    ("chat_room", &["id", "name", "admin_id"]),
    ("chat_room_users", &["id", "room_id", "user_id"]),
    ("chat_message", &["id", "content", "created_at", "updated_at", "user_id", "room_id"]),
];

/// Reads each table by id: the rows after one, a few thousand at a time, none where there is none.
#[async_trait]
trait Tables: Send {
    async fn count(&mut self, table: &str) -> Result<u64>;
    async fn users(&mut self, after: i64) -> Result<Vec<User>>;
    async fn rooms(&mut self, after: i64) -> Result<Vec<LoadedRoom>>;
    async fn members(&mut self, after: i64) -> Result<Vec<Membership>>;
    async fn messages(&mut self, after: i64) -> Result<Vec<Message>>;
}

/// A transaction that sees one moment.
struct Snapshot<E>(E);

impl<E: Engine> Snapshot<E> {
    /// The names of a table's columns; none where there is no such table.
    async fn columns(&mut self, table: &str) -> Result<Vec<String>> {
        let rows = self.0.run(SqlStr::from_static(E::COLUMNS), &[Value::Text(table.into())]).await?;
        rows.iter().map(|row| row.text(0)).collect()
    }

    async fn after<T>(
        &mut self,
        after: i64,
        sql: &'static str,
        read: impl Fn(&E::Row) -> Result<T>,
    ) -> Result<Vec<T>> {
        let rows = self.0.run(SqlStr::from_static(sql), &[Value::Int(after)]).await?;
        rows.iter().map(read).collect()
    }
}

#[async_trait]
impl<E: Engine> Tables for Snapshot<E> {
    async fn count(&mut self, table: &str) -> Result<u64> {
        let sql = AssertSqlSafe(format!("select count(*) from {table}")).into_sql_str();
        let rows = self.0.run(sql, &[]).await?;
        let count = rows.first().map_or(Ok(0), |row| row.int(0))?;
        Ok(u64::try_from(count).unwrap_or_default())
    }

    async fn users(&mut self, after: i64) -> Result<Vec<User>> {
        let sql = "select cast(id as bigint), cast(username as text), cast(coalesce(email, '') as text),
                cast(password as text), is_active, is_staff, is_superuser, date_joined
            from auth_user where id > $1 order by id limit 5000";
        let user = |row: &E::Row| {
            Ok(User {
                id: UserId(row.int(0)?),
                username: row.text(1)?,
                email: row.text(2)?,
                password: row.text(3)?,
                is_active: row.bool(4)?,
                awaits_activation: false,
                is_staff: row.bool(5)?,
                is_superuser: row.bool(6)?,
                is_viewer: false,
                date_joined: E::moment(row, 7)?,
                revision: 0,
                external_id: None,
            })
        };
        self.after(after, sql, user).await
    }

    async fn rooms(&mut self, after: i64) -> Result<Vec<LoadedRoom>> {
        let sql = "select cast(id as bigint), cast(name as text), cast(admin_id as bigint)
            from chat_room where id > $1 order by id limit 10000";
        let room = |row: &E::Row| {
            let admin = row.opt_int(2)?.map(UserId);
            Ok(LoadedRoom { id: RoomId(row.int(0)?), name: row.text(1)?, admin })
        };
        self.after(after, sql, room).await
    }

    async fn members(&mut self, after: i64) -> Result<Vec<Membership>> {
        let sql = "select cast(id as bigint), cast(room_id as bigint), cast(user_id as bigint)
            from chat_room_users where id > $1 order by id limit 20000";
        let member = |row: &E::Row| {
            Ok(Membership { id: row.int(0)?, room: RoomId(row.int(1)?), user: UserId(row.int(2)?) })
        };
        self.after(after, sql, member).await
    }

    /// Nothing limits how long a message is, so that a number of rows alone might not fit into memory.
    async fn messages(&mut self, after: i64) -> Result<Vec<Message>> {
        let sql = "select cast(id as bigint), cast(content as text), created_at, updated_at,
                cast(user_id as bigint), cast(room_id as bigint)
            from (
                select m.*, sum(octet_length(content)) over (order by id) - octet_length(content) as bytes_before
                from (select * from chat_message where id > $1 order by id limit 10000) m
            ) m
            where bytes_before < 16000000 order by id";
        let message = |row: &E::Row| {
            Ok(Message {
                id: MessageId(row.int(0)?),
                content: row.text(1)?,
                created_at: E::moment(row, 2)?,
                updated_at: E::moment(row, 3)?,
                user: UserId(row.int(4)?),
                room: RoomId(row.int(5)?),
            })
        };
        self.after(after, sql, message).await
    }
}
