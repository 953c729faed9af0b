//! The store on a SQL database: each statement is written once, for both engines.

use std::num::NonZeroU32;
use std::time::Duration;

use async_trait::async_trait;
use sqlx::{AssertSqlSafe, SqlSafeStr, SqlStr};

use super::engine::{Dialect, Engine, Row, Value};
use super::{PoolStatus, Result, Store, StoreError};
use crate::messages::{
    AnchorRequest, Cursor, CursorPage, CursorPageRequest, Message, MessageFilter, NewMessage, RankedSearch,
};
use crate::page::{Count, Counting, Page, PageNumber, PageRequest};
use crate::permission::AccessScope;
use crate::rooms::{ListedRoom, MembersChange, NewRoom, Room, RoomChange};
use crate::search::Analyzer;
use crate::text::Text;
use crate::users::{Administration, AuditEntry, NewUser, User, UserChange};
use crate::{MessageId, RoomId, Timestamp, UserId};

mod administration;
mod counts;
mod indexer;
mod lists;
mod members;
mod messages;
mod migrations;
mod networks;
mod rooms;
mod scope;
mod search;
mod texts;
mod users;
pub(crate) mod within;

use self::members::Members;
use self::search::compute::Evaluations;

/// A store on a SQL database: [`PgStore`](super::postgres::PgStore) or [`SqliteStore`](super::sqlite::SqliteStore).
#[derive(Clone, Debug)]
pub struct SqlStore<E> {
    engine: E,
    segment: u32,
    evaluations: Evaluations,
}

/// How many texts a segment of the search index takes in at first. Fewer are looked through as fast as an index is read.
const SEGMENT: u32 = 128;

/// How often a write is tried that another writer gets in the way of.
const ATTEMPTS: usize = 4;

/// Tries a write again where another writer got in its way.
macro_rules! unhindered {
    ($attempt:expr) => {{
        let mut attempts = 1;
        loop {
            match $attempt.await {
                Err(error) if crate::store::engine::is_collision(&error) && attempts < ATTEMPTS => {
                    attempts += 1
                }
                other => break other,
            }
        }
    }};
}

impl<E: Engine> SqlStore<E> {
    pub(super) fn on(engine: E) -> Self {
        Self { engine, segment: SEGMENT, evaluations: Evaluations::default() }
    }

    /// The same store, where the search index takes in so many texts of a room at a time, 128 by default: a few make tests
    /// of the index short.
    #[must_use]
    pub fn with_segments_of(self, texts: NonZeroU32) -> Self {
        Self { segment: texts.get(), ..self }
    }

    /// The same store, where a search may take so long, 4 seconds by default. One that takes longer ends with
    /// [`StoreError::Unavailable`].
    #[must_use]
    pub fn with_search_timeout(self, timeout: Duration) -> Self {
        Self { evaluations: self.evaluations.with_timeout(timeout), ..self }
    }

    #[cfg(feature = "postgres")]
    pub(super) fn map_engine(self, change: impl FnOnce(E) -> E) -> Self {
        Self { engine: change(self.engine), ..self }
    }

    /// Closes the pool, the host's included, once the statements under way have ended. On SQLite the last connection to the
    /// file takes the write-ahead log into the database and removes it. Call it when nothing uses the chat any more, after
    /// [`ChatApi::shutdown`](crate::ChatApi::shutdown): later statements fail.
    pub async fn close(&self) {
        self.engine.close().await;
    }

    /// How its connections stand.
    pub fn pool_status(&self) -> PoolStatus {
        self.engine.pool_status()
    }

    /// The database, for tables of a host's beside the chat's.
    pub fn engine(&self) -> &E {
        &self.engine
    }

    async fn read(&self, sql: impl Into<Sql>, values: &[Value]) -> Result<Vec<E::Row>> {
        self.engine.read(sql.into().0, values).await
    }

    async fn write(&self, sql: impl Into<Sql>, values: &[Value]) -> Result<Vec<E::Row>> {
        self.engine.write(sql.into().0, values).await
    }

    fn dialect(&self) -> Dialect {
        E::DIALECT
    }
}

/// A statement, fixed or put together from fixed parts.
struct Sql(SqlStr);

impl From<&'static str> for Sql {
    fn from(sql: &'static str) -> Self {
        Self(SqlStr::from_static(sql))
    }
}

impl From<String> for Sql {
    fn from(sql: String) -> Self {
        // Only this module's own text is put together; what comes from outside is always a parameter.
        Self(AssertSqlSafe(sql).into_sql_str())
    }
}

/// The table `counted`, whose column `total` is how many rows `list` finds, or null where nobody asked.
fn counted(page: PageRequest, list: &str) -> String {
    match page.counted() {
        Counting::None => "counted as (select cast(null as bigint) as total)".into(),
        _ => format!("counted as (select count(*) as total from {list})"),
    }
}

/// The part of a statement that picks a page. The parameters `first` and the one after it are those of [`limit_values`];
/// the last page starts where [`counted`] says.
fn limit(page: PageRequest, first: usize) -> String {
    let (take, offset) = (first, first + 1);
    match page.number {
        PageNumber::Number(_) | PageNumber::Offset(_) => format!("limit ${take} offset ${offset}"),
        PageNumber::Last => format!(
            "limit ${take} offset
             (select case total when 0 then ${offset} else (total - 1) / (${take} - 1) * (${take} - 1) end from counted)"
        ),
    }
}

/// The values of [`limit`]'s parameters.
fn limit_values(page: PageRequest) -> [Value; 2] {
    [number_of_rows(page.take()), number_of_rows(page.offset())]
}

/// A number of rows as a value. Far beyond any list is far enough, and leaves the engine room to add.
fn number_of_rows(rows: u64) -> Value {
    Value::Int(i64::try_from(rows.min(1 << 53)).unwrap_or_default())
}

/// The first row, through `read`.
fn first<R: Row, T>(rows: &[R], read: impl Fn(&R) -> Result<T>) -> Result<Option<T>> {
    rows.first().map(read).transpose()
}

/// A page from rows that each start with the whole list's length; a page without rows is one row of nulls.
fn page_of<R: Row, T>(
    page: PageRequest,
    rows: &[R],
    gather: impl FnOnce(&[R]) -> Result<Vec<T>>,
) -> Result<Option<Page<T>>> {
    let Some(head) = rows.first() else { return Ok(None) };
    let count = head.opt_int(0)?.and_then(|count| u64::try_from(count).ok());
    let count = count.map_or(Count::Unknown, Count::Exact);
    let results = if head.opt_int(1)?.is_some() { gather(rows)? } else { Vec::new() };
    Ok(page.page(count, results))
}

#[async_trait]
impl<E: Engine> Store for SqlStore<E> {
    async fn migrate(&self) -> Result<()> {
        self.engine.migrate().await
    }

    async fn is_migrated(&self) -> Result<bool> {
        self.has_every_migration().await
    }

    async fn ping(&self) -> Result<()> {
        self.read("select 1", &[]).await.map(drop)
    }

    async fn check_writable(&self) -> Result<()> {
        self.engine.check_writable().await
    }

    async fn keep_secret(&self, name: &str, fresh: &str) -> Result<String> {
        // The update changes nothing: it makes the statement return the row that is there.
        let rows = self
            .write(
                "insert into chatapi_secrets (name, value) values ($1, $2)
                 on conflict (name) do update set name = excluded.name
                 returning value",
                &[Value::Text(name.into()), Value::Text(fresh.into())],
            )
            .await?;
        first(&rows, |row| row.text(0))?.ok_or_else(|| StoreError::Backend("the secret was not kept".into()))
    }

    async fn create_user(&self, user: NewUser) -> Result<User> {
        self.insert_user(user, None).await
    }

    async fn keep_user(&self, external_id: &str, fresh: NewUser) -> Result<User> {
        self.insert_external_user(external_id, fresh).await
    }

    async fn user(&self, id: UserId) -> Result<Option<User>> {
        self.user_by_id(id).await
    }

    async fn user_by_name(&self, username: &str) -> Result<Option<User>> {
        self.user_of_name(username).await
    }

    async fn user_by_external_id(&self, external_id: &str) -> Result<Option<User>> {
        self.user_of_external_id(external_id).await
    }

    async fn users_by_email(&self, email: &str) -> Result<Vec<User>> {
        self.users_of_email(email).await
    }

    async fn users(&self, page: PageRequest) -> Result<Option<Page<User>>> {
        self.page_of_users(page).await
    }

    async fn existing_users(&self, ids: &[UserId]) -> Result<Vec<UserId>> {
        self.users_among(ids).await
    }

    async fn update_user(&self, id: UserId, change: UserChange) -> Result<Option<User>> {
        unhindered!(self.change_user(id, change.clone()))
    }

    async fn delete_user(&self, id: UserId, revision: i64) -> Result<bool> {
        unhindered!(self.remove_user(id, revision))
    }

    async fn administer(&self, actor: UserId, action: Administration, at: Timestamp) -> Result<Option<User>> {
        unhindered!(self.administer_account(actor, action.clone(), at))
    }

    async fn audit_log(&self, account: UserId) -> Result<Vec<AuditEntry>> {
        self.log_of(account).await
    }

    async fn trusts_network(&self, user: UserId, network: &str) -> Result<bool> {
        self.knows_network(user, network).await
    }

    async fn trust_network(&self, user: UserId, network: &str, at: Timestamp) -> Result<()> {
        unhindered!(self.note_network(user, network, at))
    }

    async fn create_room(&self, room: NewRoom) -> Result<Room> {
        unhindered!(self.insert_room(&room))
    }

    async fn room(&self, id: RoomId) -> Result<Option<Room>> {
        self.room_by_id(id).await
    }

    async fn room_exists(&self, id: RoomId) -> Result<bool> {
        Ok(!self.read(rooms::EXISTS, &[Value::Int(id.0)]).await?.is_empty())
    }

    async fn is_member(&self, room: RoomId, user: UserId) -> Result<Option<bool>> {
        self.membership(room, user).await
    }

    async fn rooms(&self, member: UserId, page: PageRequest) -> Result<Option<Page<ListedRoom>>> {
        self.page_of_rooms(member, page).await
    }

    async fn update_room(&self, seen: &Room, change: RoomChange) -> Result<Option<Room>> {
        unhindered!(self.change_room(seen, &change))
    }

    async fn add_members(
        &self,
        room: RoomId,
        admin: Option<UserId>,
        users: &[UserId],
        limit: usize,
    ) -> Result<Option<MembersChange>> {
        unhindered!(self.change_members(room, admin, Members::Add { users, limit }))
    }

    async fn remove_members(
        &self,
        room: RoomId,
        admin: Option<UserId>,
        users: &[UserId],
    ) -> Result<Option<MembersChange>> {
        unhindered!(self.change_members(room, admin, Members::Remove { users }))
    }

    async fn delete_room(&self, id: RoomId, admin: Option<UserId>) -> Result<bool> {
        unhindered!(self.remove_room(id, admin))
    }

    async fn create_message(&self, message: NewMessage) -> Result<Option<Message>> {
        unhindered!(self.insert_message(&message))
    }

    async fn message(&self, id: MessageId, reach: AccessScope) -> Result<Option<Message>> {
        self.message_within(id, reach).await
    }

    async fn messages(&self, filter: &MessageFilter, page: PageRequest) -> Result<Option<Page<Message>>> {
        self.page_of_messages(filter, page).await
    }

    async fn cursor_page(&self, filter: &MessageFilter, request: &CursorPageRequest) -> Result<CursorPage> {
        self.history_of_messages(filter, request).await
    }

    async fn cursor_page_at(
        &self,
        filter: &MessageFilter,
        request: &AnchorRequest,
    ) -> Result<Option<(Cursor, CursorPage)>> {
        self.cursor_page_at_message(filter, request).await
    }

    async fn ranked(&self, search: &RankedSearch, page: PageRequest) -> Result<Option<Page<Message>>> {
        self.page_of_ranked(search, page).await
    }

    async fn update_message(
        &self,
        id: MessageId,
        reach: AccessScope,
        text: Option<&Text>,
        at: Timestamp,
    ) -> Result<Option<Message>> {
        self.change_message(id, reach, text, at).await
    }

    async fn delete_message(&self, id: MessageId, reach: AccessScope) -> Result<bool> {
        self.remove_message(id, reach).await
    }

    async fn use_analyzer(&self, analyzer: Analyzer) -> Result<bool> {
        self.set_analyzer(analyzer).await
    }

    async fn rooms_to_index(&self) -> Result<Vec<RoomId>> {
        self.rooms_to_index().await
    }

    async fn index_room(&self, room: RoomId, analyzer: Analyzer) -> Result<()> {
        self.index_room(room, analyzer).await
    }
}
