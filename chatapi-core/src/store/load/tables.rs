//! The tables as they are loaded, and what an engine has to do for it.

use async_trait::async_trait;
use serde::Serialize;

use super::LoadedRoom;
use crate::messages::Message;
use crate::store::Result;
use crate::users::User;
use crate::{RoomId, UserId};

/// A transaction that rows are put in by.
#[async_trait]
pub trait Bulk: Send {
    /// Writes a row in the form that [`insert`](Self::insert) takes.
    fn write(&self, row: &[Cell<'_>], rows: &mut String);
    /// Inserts rows.
    async fn insert(&mut self, table: &'static Table, rows: String) -> Result<()>;
    /// The one row of a query, all of it whole numbers.
    async fn numbers(&mut self, sql: &'static str) -> Result<Vec<i64>>;
    /// An id that the table has not had, nor any greater one.
    async fn next_id(&mut self, table: &'static str) -> Result<i64>;
    /// Takes the indexes of [`OF_MESSAGES`] away until the commit.
    async fn drop_indexes(&mut self) -> Result<()>;
    /// Puts indexes back, sees to it that ids are given after those that were inserted, and that the planner knows of the
    /// rows; then commits.
    async fn commit(self: Box<Self>) -> Result<()>;
}

/// Some columns of a table.
#[derive(Debug)]
pub struct Table {
    pub(crate) name: &'static str,
    /// Parted by commas.
    pub(crate) columns: &'static str,
}

/// A value of a row.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(untagged)]
pub enum Cell<'a> {
    /// A whole number, or an id.
    Int(i64),
    /// An id, or none.
    OptInt(Option<i64>),
    /// A flag: SQLite has numbers for them.
    Bool(#[serde(serialize_with = "as_number")] bool),
    /// A text.
    Text(&'a str),
    /// A text, or none.
    OptText(Option<&'a str>),
    /// A moment, in microseconds since 1970.
    Time(i64),
}

fn as_number<S: serde::Serializer>(flag: &bool, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u8((*flag).into())
}

pub(super) static USERS: Table = Table {
    name: "chatapi_users",
    columns: "id, username, email, email_folded, password, is_active, awaits_activation, is_staff, \
              is_superuser, is_viewer, date_joined, revision, external_id",
};

pub(super) static ROOMS: Table = Table { name: "chatapi_rooms", columns: "id, name, admin_id" };

pub(super) static MEMBERS: Table = Table { name: "chatapi_room_members", columns: "room_id, user_id" };

/// Where a message goes.
pub(crate) static OF_MESSAGES: [Table; 2] = [
    Table { name: "chatapi_messages", columns: "id, room_id, user_id, content, created_at, updated_at" },
    Table {
        name: "chatapi_pending_texts",
        columns: "message_id, room_id, user_id, folded, stems, created_at, analyzer",
    },
];

pub(super) fn user<'a>(user: &'a User, email_folded: &'a str) -> [Cell<'a>; 13] {
    use Cell::{Bool, Int, OptText, Text, Time};
    [
        Int(user.id.0),
        Text(&user.username),
        Text(&user.email),
        Text(email_folded),
        Text(&user.password),
        Bool(user.is_active),
        Bool(user.awaits_activation),
        Bool(user.is_staff),
        Bool(user.is_superuser),
        Bool(user.is_viewer),
        Time(user.date_joined.as_micros()),
        Int(user.revision),
        OptText(user.external_id.as_deref()),
    ]
}

pub(super) fn room(room: &LoadedRoom) -> [Cell<'_>; 3] {
    [Cell::Int(room.id.0), Cell::Text(&room.name), Cell::OptInt(room.admin.map(|admin| admin.0))]
}

pub(super) fn member((room, user): (RoomId, UserId)) -> [Cell<'static>; 2] {
    [Cell::Int(room.0), Cell::Int(user.0)]
}

/// The row of a message in the first of [`OF_MESSAGES`].
pub(super) fn message(message: &Message) -> [Cell<'_>; 6] {
    use Cell::{Int, Text, Time};
    [
        Int(message.id.0),
        Int(message.room.0),
        Int(message.user.0),
        Text(&message.content),
        Time(message.created_at.as_micros()),
        Time(message.updated_at.as_micros()),
    ]
}

/// The row of its text in the second.
pub(super) fn text<'a>(message: &Message, [folded, stems, analyzer]: [&'a str; 3]) -> [Cell<'a>; 7] {
    use Cell::{Int, Text, Time};
    [
        Int(message.id.0),
        Int(message.room.0),
        Int(message.user.0),
        Text(folded),
        Text(stems),
        Time(message.created_at.as_micros()),
        Text(analyzer),
    ]
}
