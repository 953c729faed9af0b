//! Where rooms, messages and users are kept: the contract that every store fulfils.
//!
//! One method is one atomic unit: it happens whole or not at all, and no other caller sees half of it. What must be true
//! for a write stands in the write itself, so that nothing can come between. `chatapi_testing::store_suite` tests a store.

use std::error::Error as StdError;
use std::fmt;

use async_trait::async_trait;

use crate::messages::{
    AnchorRequest, Cursor, CursorPage, CursorPageRequest, Message, MessageFilter, NewMessage, RankedSearch,
};
use crate::page::{Page, PageRequest};
use crate::permission::AccessScope;
use crate::rooms::{ListedRoom, MembersChange, NewRoom, Room, RoomChange};
use crate::search::Analyzer;
use crate::text::Text;
use crate::users::{Administration, AuditEntry, NewUser, User, UserChange};
use crate::{MessageId, RoomId, Timestamp, UserId};

#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub mod django;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub mod engine;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub mod load;
pub mod memory;
#[cfg(feature = "postgres")]
pub mod postgres;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub(crate) mod sql;
#[cfg(feature = "sqlite")]
pub mod sqlite;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub use sql::SqlStore;

/// How a store's connections stand, at this moment.
#[cfg(any(feature = "postgres", feature = "sqlite"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PoolStatus {
    /// Connections that are open.
    pub open: usize,
    /// Those of them that nobody uses.
    pub idle: usize,
    /// How many wait for one; none where the pool does not tell.
    pub waiting: Option<usize>,
}

/// What a store's method gives.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// Keeps rooms, messages and users.
///
/// Methods have no defaults: whoever writes a store decides each. Absent is `Ok(None)`; a write whose precondition did
/// not hold is `Ok(None)` or `Ok(false)` too, and has changed nothing.
#[async_trait]
pub trait Store: Send + Sync + fmt::Debug {
    /// Makes the tables, or brings them up to date. Safe to call from several processes at once: each migration is
    /// applied once.
    async fn migrate(&self) -> Result<()>;

    /// Whether [`migrate`](Self::migrate) would find nothing to do.
    async fn is_migrated(&self) -> Result<bool>;

    /// Asks whether the store answers.
    async fn ping(&self) -> Result<()>;

    /// Asks whether a write would work now, in a store that was [migrated](Self::migrate), and changes nothing. [`StoreError::Unavailable`] where it would not: the
    /// database is read-only, or has no room.
    async fn check_writable(&self) -> Result<()>;

    /// The secret of this name, the same for every process on this store: `fresh` where none was kept before.
    async fn keep_secret(&self, name: &str, fresh: &str) -> Result<String>;

    /// Adds a user. [`StoreError::Taken`] where the name is somebody's already.
    async fn create_user(&self, user: NewUser) -> Result<User>;

    /// The user whom the host calls by this external id: `fresh` where there was none before. [`StoreError::Taken`] where
    /// there is none and the name of `fresh` is somebody's already.
    async fn keep_user(&self, external_id: &str, fresh: NewUser) -> Result<User>;

    /// The user of this id.
    async fn user(&self, id: UserId) -> Result<Option<User>>;

    /// The user of exactly this name.
    async fn user_by_name(&self, username: &str) -> Result<Option<User>>;

    /// The user whom the host calls by exactly this external id.
    async fn user_by_external_id(&self, external_id: &str) -> Result<Option<User>>;

    /// The users whose address is this one, in any case, by id: addresses are not unique.
    async fn users_by_email(&self, email: &str) -> Result<Vec<User>>;

    /// A page of all users, by id. `None` where there is no such page.
    async fn users(&self, page: PageRequest) -> Result<Option<Page<User>>>;

    /// Those of `ids` that are users' ids, in ascending order.
    async fn existing_users(&self, ids: &[UserId]) -> Result<Vec<UserId>>;

    /// Changes a user and returns it changed. `None` where the user is gone or a condition that the change states does
    /// not hold; [`StoreError::Taken`] where the new name is somebody else's; [`StoreError::LastSuperuser`] where nobody
    /// would be left who may do everything.
    async fn update_user(&self, id: UserId, change: UserChange) -> Result<Option<User>>;

    /// Deletes a user, the messages that it sent and its memberships; rooms that it was the admin of stay without one.
    /// Only where the user's revision is still `revision`; [`StoreError::LastSuperuser`] where nobody would be left who may
    /// do everything.
    async fn delete_user(&self, id: UserId, revision: i64) -> Result<bool>;

    /// Does what `actor` wants done to an account, where [`may_administer`](crate::permission::may_administer) lets the
    /// actor and the account as they are then, and logs it at `at`: one transaction, in which nobody else changes either of
    /// the two. Gives the account as it is then, or as it was deleted. `None` where the account is gone, or its revision is
    /// another; [`StoreError::Forbidden`], [`StoreError::LastSuperuser`], or [`StoreError::Taken`] where it may not be.
    async fn administer(&self, actor: UserId, action: Administration, at: Timestamp) -> Result<Option<User>>;

    /// What staff did to an account, oldest first: the latest thousand entries.
    async fn audit_log(&self, account: UserId) -> Result<Vec<AuditEntry>>;

    /// Whether the user logged in from this network before: see [`trust_network`](Self::trust_network).
    async fn trusts_network(&self, user: UserId, network: &str) -> Result<bool>;

    /// Notes that the user logged in from this network, and forgets all but the ten latest networks of the user's.
    async fn trust_network(&self, user: UserId, network: &str, at: Timestamp) -> Result<()>;

    /// Makes a room. [`StoreError::Missing`] names the first of its users that does not exist.
    async fn create_room(&self, room: NewRoom) -> Result<Room>;

    /// The room of this id with its members, by id.
    async fn room(&self, id: RoomId) -> Result<Option<Room>>;

    /// Whether there is a room of this id.
    async fn room_exists(&self, id: RoomId) -> Result<bool>;

    /// Whether `user` is a member of the room. `None` where there is no such room.
    async fn is_member(&self, room: RoomId, user: UserId) -> Result<Option<bool>>;

    /// A page of the rooms that `member` is in, by id, with the first
    /// [`LISTED_MEMBERS`](crate::rooms::LISTED_MEMBERS) members of each. `None` where there is no such page.
    async fn rooms(&self, member: UserId, page: PageRequest) -> Result<Option<Page<ListedRoom>>>;

    /// Changes a room whose admin is still that of `seen`, and only so that the admin is a member afterwards. Where the
    /// change replaces the members, they must still be those of `seen` too. `None` where that does not hold;
    /// [`StoreError::Missing`] names the first new member that does not exist.
    async fn update_room(&self, seen: &Room, change: RoomChange) -> Result<Option<Room>>;

    /// Adds users to a room whose admin is still `admin`: all that are not members yet, or none of them. `None` where the
    /// admin is another or there is no such room; [`StoreError::Missing`] names the first user that does not exist;
    /// [`StoreError::TooMany`] where the room would get more than `limit` members.
    async fn add_members(
        &self,
        room: RoomId,
        admin: Option<UserId>,
        users: &[UserId],
        limit: usize,
    ) -> Result<Option<MembersChange>>;

    /// Removes users from a room whose admin is still `admin`; those who are not members are ignored. `None` where the
    /// admin is another or among `users`, or there is no such room.
    async fn remove_members(
        &self,
        room: RoomId,
        admin: Option<UserId>,
        users: &[UserId],
    ) -> Result<Option<MembersChange>>;

    /// Deletes a room and its messages, where its admin is still `admin`.
    async fn delete_room(&self, id: RoomId, admin: Option<UserId>) -> Result<bool>;

    /// Adds a message, where its author is a member of its room. `None` where not, or where there is no such room.
    async fn create_message(&self, message: NewMessage) -> Result<Option<Message>>;

    /// The message of this id, where it is within `reach`.
    async fn message(&self, id: MessageId, reach: AccessScope) -> Result<Option<Message>>;

    /// A page of the messages within the filter's scope, by time and then id. `None` where there is no
    /// such page.
    async fn messages(&self, filter: &MessageFilter, page: PageRequest) -> Result<Option<Page<Message>>>;

    /// A cursor page of the messages within the filter's scope.
    async fn cursor_page(&self, filter: &MessageFilter, request: &CursorPageRequest) -> Result<CursorPage>;

    /// A cursor page beside a message within the filter's scope, and the message's cursor. `None` where
    /// there is no such message.
    async fn cursor_page_at(
        &self,
        filter: &MessageFilter,
        request: &AnchorRequest,
    ) -> Result<Option<(Cursor, CursorPage)>> {
        let Some(message) = self.message(request.message, filter.scope).await? else {
            return Ok(None);
        };
        let cursor = message.cursor();
        Ok(Some((cursor, self.cursor_page(filter, &request.from(cursor)).await?)))
    }

    /// A page of the messages in the rooms that the search's reader is in which have its words, in its order. Its query's
    /// authors are left to [`RankedSearch::authors`]. `None` where there is no such page.
    async fn ranked(&self, search: &RankedSearch, page: PageRequest) -> Result<Option<Page<Message>>>;

    /// Gives a message a new text, or none but a new time, where it is within `reach`: whose rooms are meant is a member
    /// of the message's room until the write is done.
    async fn update_message(
        &self,
        id: MessageId,
        reach: AccessScope,
        text: Option<&Text>,
        at: Timestamp,
    ) -> Result<Option<Message>>;

    /// Deletes a message, where it is within `reach`, as for [`update_message`](Self::update_message).
    async fn delete_message(&self, id: MessageId, reach: AccessScope) -> Result<bool>;

    /// Has texts be read in these words from now on, on every instance: [`index_room`](Self::index_room) reads those anew that were read
    /// otherwise. Whether that is a change.
    async fn use_analyzer(&self, analyzer: Analyzer) -> Result<bool>;

    /// The rooms that [`index_room`](Self::index_room) has something to do in.
    async fn rooms_to_index(&self) -> Result<Vec<RoomId>>;

    /// Does for a room's searches what sends leave undone, so that they stay fast. Searches find the same before and after,
    /// unless other words were to be [used](Self::use_analyzer). Texts are read in these words where none were. Safe to call from
    /// several processes at once, and to break off.
    async fn index_room(&self, room: RoomId, analyzer: Analyzer) -> Result<()>;
}

/// Why a store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The name is somebody's already.
    #[error("the name is taken")]
    Taken,
    /// There is no such user.
    #[error("user {0} does not exist")]
    Missing(UserId),
    /// The room would have more members than it may have.
    #[error("the room would have too many members")]
    TooMany,
    /// Who wants to change the account may not.
    #[error("the user is not permitted to change this account")]
    Forbidden,
    /// Nobody would be left who is active, staff and superuser.
    #[error("the last active superuser cannot be deactivated, demoted or deleted")]
    LastSuperuser,
    /// The database cannot be reached, or cannot write, for now. The write may have happened all the same.
    #[error("the store is unavailable")]
    Unavailable(#[source] Cause),
    /// Anything else: a fault of the store's or of ours.
    #[error("the store failed")]
    Backend(#[source] Cause),
}

/// What lies behind an error, for the log.
pub type Cause = Box<dyn StdError + Send + Sync>;
