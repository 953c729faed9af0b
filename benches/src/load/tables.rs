//! The tables as they are loaded: the one place here that knows the schema.

use chatapi_core::text::Text;
use chatapi_core::{RoomId, UserId};

use crate::data::Message;

/// Some columns of a table.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) name: &'static str,
    /// Parted by commas.
    pub(super) columns: &'static str,
    /// Whether its ids are given by the database after those that are loaded.
    pub(super) has_ids: bool,
}

/// A value of a row.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cell<'a> {
    Int(i64),
    Bool(bool),
    Text(&'a str),
    /// In microseconds since 1970.
    Time(i64),
}

pub(super) const USERS: Table = Table {
    name: "chatapi_users",
    columns: "id, username, email, email_folded, password, is_active, is_staff, is_superuser, date_joined",
    has_ids: true,
};

pub(super) const ROOMS: Table = Table { name: "chatapi_rooms", columns: "id, name, admin_id", has_ids: true };

pub(super) const MEMBERS: Table =
    Table { name: "chatapi_room_members", columns: "room_id, user_id", has_ids: false };

/// Where a message goes.
pub(super) static OF_MESSAGES: [Table; 2] = [
    Table {
        name: "chatapi_messages",
        columns: "id, room_id, user_id, content, created_at, updated_at",
        has_ids: true,
    },
    Table {
        name: "chatapi_pending_texts",
        columns: "message_id, room_id, user_id, folded, stems, created_at",
        has_ids: false,
    },
];

pub(super) fn user(id: UserId, name: &str) -> [Cell<'_>; 9] {
    use Cell::{Bool, Int, Text, Time};
    // A password that none fits.
    let (email, password) = (Text(""), Text("!"));
    [Int(id.0), Text(name), email, email, password, Bool(true), Bool(false), Bool(false), Time(0)]
}

pub(super) fn room(id: RoomId, name: &str, admin: UserId) -> [Cell<'_>; 3] {
    [Cell::Int(id.0), Cell::Text(name), Cell::Int(admin.0)]
}

pub(super) fn member(room: RoomId, user: UserId) -> [Cell<'static>; 2] {
    [Cell::Int(room.0), Cell::Int(user.0)]
}

/// The row of a message in the first of [`OF_MESSAGES`].
pub(super) fn message(message: &Message) -> [Cell<'_>; 6] {
    use Cell::{Int, Text, Time};
    let at = Time(message.at);
    [Int(message.id.0), Int(message.room.0), Int(message.user.0), Text(&message.content), at, at]
}

/// The row of its text in the second.
pub(super) fn text<'a>(message: &Message, text: &'a Text) -> [Cell<'a>; 6] {
    use Cell::{Int, Text, Time};
    [
        Int(message.id.0),
        Int(message.room.0),
        Int(message.user.0),
        Text(text.folded()),
        Text(text.stems()),
        Time(message.at),
    ]
}
