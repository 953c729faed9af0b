//! What the admin site asks of a database beside what the chat does: a trait of its own, so that whoever writes a
//! [`Store`](chatapi_core::Store) need not write this too. The chat's own stores on PostgreSQL and SQLite implement it. The log
//! is the chat's own table: a `Store` writes to it what staff do to accounts.

use std::fmt;

use async_trait::async_trait;
use chatapi_core::search::SearchTerms;
use chatapi_core::store::Result;
use chatapi_core::users::User;
use chatapi_core::{MessageId, RoomId, Timestamp, UserId};

#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod sql;

#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub use sql::Tables;

/// Keeps the admin site's sessions, reads and adds to the log, and lists what the chat has. One method is one atomic unit.
#[async_trait]
pub trait AdminStore: Send + Sync + fmt::Debug {
    /// Makes the site's own tables, or brings them up to date, after the chat's. Safe to call from several processes at once.
    async fn migrate(&self) -> Result<()>;

    /// Keeps a session, and forgets those that nobody was seen with since `stale`.
    async fn open_session(&self, session: NewSession, stale: Timestamp) -> Result<()>;

    /// The session whose token has this hash, with its user as it is now.
    async fn session(&self, token_hash: &str) -> Result<Option<Session>>;

    /// Notes that the session was used.
    async fn touch_session(&self, token_hash: &str, at: Timestamp) -> Result<()>;

    /// Forgets the session.
    async fn close_session(&self, token_hash: &str) -> Result<()>;

    /// Part of the users.
    async fn users(&self, list: &UserList) -> Result<Found<UserRow>>;

    /// Users whose names begin so, by name, and those with exactly this address.
    async fn users_called(&self, beginning: &str, limit: u32) -> Result<Vec<UserRow>>;

    /// Part of the rooms.
    async fn rooms(&self, list: &RoomList) -> Result<Found<RoomRow>>;

    /// Part of the messages, by time, whatever the list searches for: the chat itself finds messages.
    async fn messages(&self, list: &MessageList) -> Result<Found<MessageRow>>;

    /// These messages, in any order, less those that are gone.
    async fn messages_of(&self, ids: &[MessageId]) -> Result<Vec<MessageRow>>;

    /// How many of these there are, counted up to `bound` and one more.
    async fn count(&self, what: Counted, bound: u64) -> Result<u64>;

    /// Writes down who did what to a room or a message. What is done to accounts, the chat's store writes down itself.
    async fn note(&self, entry: NewEntry) -> Result<()>;

    /// Part of what was written down, by its order.
    async fn log(&self, list: &LogList) -> Result<Found<Entry>>;
}

/// A session to be kept.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// The hash of its token, in hexadecimal digits.
    pub token_hash: String,
    /// Whose it is.
    pub user: UserId,
    /// The user's revision: when it grows, as with a change of password, the session ends.
    pub revision: i64,
    /// When it begins.
    pub at: Timestamp,
}

/// A session that was kept, valid or not.
#[derive(Clone, Debug)]
pub struct Session {
    /// Whose it is, as it is now.
    pub user: User,
    /// The user's revision when it began.
    pub revision: i64,
    /// When it began.
    pub opened_at: Timestamp,
    /// When it was last used, to the minute.
    pub seen_at: Timestamp,
}

/// Where a row stands in a list: its sort key, if that is not its id, and its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowCursor {
    /// What the list is sorted by.
    pub key: Key,
    /// The row's id.
    pub id: i64,
}

/// A sort key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// The id alone.
    Id,
    /// A text.
    Text(String),
    /// A moment.
    Time(Timestamp),
}

/// Which part of a list is wanted, and what must be in its texts.
#[derive(Clone, Debug)]
pub struct ListWindow {
    /// Whether the greatest comes first.
    pub descending: bool,
    /// From where; from the list's beginning where nothing is said.
    pub from: Option<RowAnchor>,
    /// The most rows.
    pub size: u32,
    /// What each row has in one of its texts, in any case: only so many rows are looked through as [`SCANNED`] says.
    pub search: SearchTerms,
}

/// Where a part of a list begins or ends; the row itself is not in it.
#[derive(Clone, Debug)]
pub enum RowAnchor {
    /// The rows after this one.
    After(RowCursor),
    /// The rows before this one.
    Before(RowCursor),
}

/// How many rows a search looks through at a time. The next page goes on from there.
pub const SCANNED: u32 = 20_000;

/// Part of a list.
#[derive(Clone, Debug)]
pub struct Found<T> {
    /// Its rows, each with its place.
    pub rows: Vec<(RowCursor, T)>,
    /// Whether there are rows before them.
    pub has_before: bool,
    /// Whether there are rows after them.
    pub has_after: bool,
    /// How far a search looked, where there may be more beyond.
    pub looked_up_to: Option<RowCursor>,
}

/// Which users are wanted, in which order.
#[derive(Clone, Debug)]
pub struct UserList {
    /// What they are sorted by.
    pub sort: UserSort,
    /// Those whose account is in this state.
    pub status: Option<Status>,
    /// Those who may do this.
    pub role: Option<Role>,
    /// Which part.
    pub window: ListWindow,
}

impl UserList {
    /// Whether a user is one of those that are wanted, whatever the list searches for.
    pub fn has(&self, user: &UserRow) -> bool {
        let has_role = self.role.is_none_or(|role| match role {
            Role::Staff => user.is_staff,
            Role::Superuser => user.is_superuser,
            Role::Viewer => user.is_viewer,
        });
        let has_status = self.status.is_none_or(|status| match status {
            Status::Active => user.is_active,
            Status::Inactive => !user.is_active,
            Status::AwaitsActivation => user.awaits_activation,
            Status::Deactivated => !user.is_active && !user.awaits_activation,
        });
        has_role && has_status
    }
}

/// What users can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserSort {
    /// Their ids.
    Id,
    /// Their names, byte by byte.
    Username,
    /// When they were made.
    Joined,
}

/// What state an account is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Its user may log in.
    Active,
    /// Its user may not log in, for either of the reasons below.
    Inactive,
    /// Its user has not followed the mailed link yet.
    AwaitsActivation,
    /// Staff deactivated it.
    Deactivated,
}

/// What users may do on the site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Log in.
    Staff,
    /// Everything.
    Superuser,
    /// Log in and look.
    Viewer,
}

/// A user, as lists show it.
#[derive(Clone, Debug)]
pub struct UserRow {
    /// Its id.
    pub id: UserId,
    /// Its name.
    pub username: String,
    /// Its address, or nothing.
    pub email: String,
    /// Whether it may log in.
    pub is_active: bool,
    /// Whether a mailed link makes it active.
    pub awaits_activation: bool,
    /// Whether it is staff.
    pub is_staff: bool,
    /// Whether it may do everything.
    pub is_superuser: bool,
    /// Whether it may only look.
    pub is_viewer: bool,
    /// When it was made.
    pub date_joined: Timestamp,
}

/// Which rooms are wanted, in which order.
#[derive(Clone, Debug)]
pub struct RoomList {
    /// By their names, otherwise by their ids.
    pub by_name: bool,
    /// Those that nobody is the admin of.
    pub without_admin: bool,
    /// Those that this user is in.
    pub member: Option<UserId>,
    /// Which part.
    pub window: ListWindow,
}

/// A room, as lists show it.
#[derive(Clone, Debug)]
pub struct RoomRow {
    /// Its id.
    pub id: RoomId,
    /// Its name.
    pub name: String,
    /// Its admin's id and name.
    pub admin: Option<(UserId, String)>,
    /// Its members, counted up to 1,001.
    pub members: u64,
    /// When the last message was sent.
    pub last_message: Option<Timestamp>,
}

/// Which messages are wanted.
#[derive(Clone, Debug)]
pub struct MessageList {
    /// Those of this room.
    pub room: Option<RoomId>,
    /// Those by this author.
    pub author: Option<UserId>,
    /// Those from this moment on.
    pub since: Option<Timestamp>,
    /// Which part.
    pub window: ListWindow,
}

/// A message, as lists show it.
#[derive(Clone, Debug)]
pub struct MessageRow {
    /// Its id.
    pub id: MessageId,
    /// The beginning of its text.
    pub excerpt: String,
    /// When it was sent.
    pub created_at: Timestamp,
    /// Its author.
    pub author: (UserId, String),
    /// Its room.
    pub room: (RoomId, String),
}

/// What can be counted.
#[derive(Clone, Debug)]
pub enum Counted {
    /// The users of a list, whatever it searches for.
    Users(UserList),
    /// The rooms of a list, whatever it searches for.
    Rooms(RoomList),
    /// The messages of a list, whatever it searches for.
    Messages(MessageList),
    /// The rooms that this user is the admin of.
    RoomsOfAdmin(UserId),
    /// The rooms that this user is in.
    Memberships(UserId),
    /// The members of this room.
    Members(RoomId),
}

/// What there is to keep a log of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A user.
    User,
    /// A room.
    Room,
    /// A message.
    Message,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::User, Self::Room, Self::Message];

    /// Its name, as it is kept.
    pub fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Room => "room",
            Self::Message => "message",
        }
    }

    /// The kind of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Something that was done, to be written down.
#[derive(Clone, Debug)]
pub struct NewEntry {
    /// When.
    pub at: Timestamp,
    /// By whom: its id and name.
    pub actor: (UserId, String),
    /// What: `Added`, `Changed`, `Deleted`.
    pub action: String,
    /// To what kind of thing.
    pub kind: Kind,
    /// The thing's id.
    pub object_id: i64,
    /// What it was called then.
    pub object: String,
    /// What about it, or nothing.
    pub detail: String,
}

/// Something that was written down.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its place in the log.
    pub id: i64,
    /// What.
    pub what: NewEntry,
}

/// Which entries of the log are wanted.
#[derive(Clone, Debug)]
pub struct LogList {
    /// About this kind of thing.
    pub kind: Option<Kind>,
    /// About the one thing of that kind with this id.
    pub object: Option<i64>,
    /// By this user.
    pub actor: Option<UserId>,
    /// Which part.
    pub window: ListWindow,
}
