//! The site's store on a SQL database: each statement is written once, for both engines.

use std::sync::LazyLock;

use async_trait::async_trait;
use chatapi_core::store::engine::{Engine, Value, migrations};
use chatapi_core::store::{Result, SqlStore};
use chatapi_core::{MessageId, Timestamp};
use sqlx::migrate::Migrator;
use sqlx::{AssertSqlSafe, SqlSafeStr as _, SqlStr};

use super::{
    AdminStore, Counted, Entry, Found, LogList, MessageList, MessageRow, NewEntry, NewSession, RoomList,
    RoomRow, Session, UserList, UserRow,
};

mod lists;
mod log;
mod messages;
mod rooms;
mod sessions;
mod users;

/// A database that the site's own tables can be made in. They have migrations of their own, numbered and recorded apart
/// from the chat's: who embeds the chat without this site has none of them.
pub trait Tables: Engine {
    /// What makes the tables.
    fn tables() -> &'static Migrator;
}

#[cfg(feature = "postgres")]
impl Tables for chatapi_core::store::postgres::PgEngine {
    fn tables() -> &'static Migrator {
        static TABLES: LazyLock<Migrator> = LazyLock::new(|| {
            migrations(&[
                ("0001_admin", include_str!("../../migrations/postgres/0001_admin.sql")),
                (
                    "0002_levels_and_log_of_the_core",
                    include_str!("../../migrations/postgres/0002_levels_and_log_of_the_core.sql"),
                ),
            ])
        });
        &TABLES
    }
}

#[cfg(feature = "sqlite")]
impl Tables for chatapi_core::store::sqlite::SqliteEngine {
    fn tables() -> &'static Migrator {
        static TABLES: LazyLock<Migrator> = LazyLock::new(|| {
            migrations(&[
                ("0001_admin", include_str!("../../migrations/sqlite/0001_admin.sql")),
                (
                    "0002_levels_and_log_of_the_core",
                    include_str!("../../migrations/sqlite/0002_levels_and_log_of_the_core.sql"),
                ),
            ])
        });
        &TABLES
    }
}

/// Only this module's own text is put together; what comes from outside is always a parameter.
fn sql(text: impl Into<String>) -> SqlStr {
    AssertSqlSafe(text.into()).into_sql_str()
}

/// The parameters of a statement in the making.
#[derive(Clone, Default)]
struct Values(Vec<Value>);

impl Values {
    /// A parameter with this value.
    fn add(&mut self, value: Value) -> String {
        self.0.push(value);
        format!("${}", self.0.len())
    }
}

#[async_trait]
impl<E: Tables> AdminStore for SqlStore<E> {
    async fn migrate(&self) -> Result<()> {
        self.engine().apply(E::tables(), "chatapi_admin_migrations").await
    }

    async fn open_session(&self, session: NewSession, stale: Timestamp) -> Result<()> {
        sessions::open(self.engine(), session, stale).await
    }

    async fn session(&self, token_hash: &str) -> Result<Option<Session>> {
        sessions::find(self.engine(), token_hash).await
    }

    async fn touch_session(&self, token_hash: &str, at: Timestamp) -> Result<()> {
        sessions::touch(self.engine(), token_hash, at).await
    }

    async fn close_session(&self, token_hash: &str) -> Result<()> {
        sessions::close(self.engine(), token_hash).await
    }

    async fn users(&self, list: &UserList) -> Result<Found<UserRow>> {
        users::list(self.engine(), list).await
    }

    async fn users_called(&self, beginning: &str, limit: u32) -> Result<Vec<UserRow>> {
        users::called(self.engine(), beginning, limit).await
    }

    async fn rooms(&self, list: &RoomList) -> Result<Found<RoomRow>> {
        rooms::list(self.engine(), list).await
    }

    async fn messages(&self, list: &MessageList) -> Result<Found<MessageRow>> {
        messages::list(self.engine(), list).await
    }

    async fn messages_of(&self, ids: &[MessageId]) -> Result<Vec<MessageRow>> {
        messages::of(self.engine(), ids).await
    }

    async fn count(&self, what: Counted, bound: u64) -> Result<u64> {
        let mut values = Values::default();
        let from = match what {
            Counted::Users(list) => users::table(&list, &mut values).rows_of(),
            Counted::Rooms(list) => rooms::table(&list, &mut values).rows_of(),
            Counted::Messages(list) => messages::table(&list, &mut values).rows_of(),
            Counted::RoomsOfAdmin(user) => {
                format!("chatapi_rooms where admin_id = {}", values.add(Value::Int(user.0)))
            }
            Counted::Memberships(user) => {
                format!("chatapi_room_members where user_id = {}", values.add(Value::Int(user.0)))
            }
            Counted::Members(room) => {
                format!("chatapi_room_members where room_id = {}", values.add(Value::Int(room.0)))
            }
        };
        lists::count(self.engine(), &from, values, bound).await
    }

    async fn note(&self, entry: NewEntry) -> Result<()> {
        log::note(self.engine(), entry).await
    }

    async fn log(&self, list: &LogList) -> Result<Found<Entry>> {
        log::list(self.engine(), list).await
    }
}
