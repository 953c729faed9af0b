//! What a store may be asked.

use chatapi_core::Timestamp;
use chatapi_core::messages::Sort;
use chatapi_core::page::PageRequest;
use chatapi_core::users::{NewUser, UserChange, UserEdit};

/// Users, rooms and messages go by when they were made, the first of each being 0: ids may differ from store to store.
pub(super) type Nth = usize;

/// One call of a store.
#[derive(Clone, Debug)]
pub(super) enum Step {
    KeepSecret(&'static str, &'static str),
    CreateUser(NewUser),
    KeepUser(&'static str, NewUser),
    User(Nth),
    UserByName(&'static str),
    UserByExternalId(&'static str),
    UsersByEmail(&'static str),
    Users(PageRequest),
    ExistingUsers(Vec<Nth>),
    UpdateUser(Nth, UserChange),
    DeleteUser(Nth, i64),
    Administer(Nth, Nth, UserEdit),
    CreateRoom {
        name: &'static str,
        admin: Nth,
        users: Vec<Nth>,
    },
    Room(Nth),
    RoomExists(Nth),
    IsMember(Nth, Nth),
    Rooms(Nth, PageRequest),
    UpdateRoom {
        room: Nth,
        by: Option<Nth>,
        seen: Vec<Nth>,
        name: Option<&'static str>,
        admin: Option<Nth>,
        users: Option<Vec<Nth>>,
    },
    AddMembers {
        room: Nth,
        by: Option<Nth>,
        users: Vec<Nth>,
        limit: usize,
    },
    RemoveMembers {
        room: Nth,
        by: Option<Nth>,
        users: Vec<Nth>,
    },
    DeleteRoom(Nth, Option<Nth>),
    CreateMessage {
        room: Nth,
        user: Nth,
        content: String,
        at: Timestamp,
    },
    Message(Nth, Reader),
    Messages {
        reader: Nth,
        room: Option<Nth>,
        user: Option<Nth>,
        query: &'static str,
        page: PageRequest,
    },
    CursorPage {
        reader: Nth,
        room: Option<Nth>,
        user: Option<Nth>,
        query: &'static str,
        anchor: Anchor,
        limit: u32,
    },
    UpdateMessage {
        message: Nth,
        editor: Reader,
        content: Option<String>,
        at: Timestamp,
    },
    DeleteMessage(Nth, Reader),
    Ranked {
        reader: Nth,
        room: Option<Nth>,
        author: Option<Nth>,
        query: String,
        sort: Sort,
        page: PageRequest,
    },
    Index(Nth),
}

/// Which messages are asked for, near this message at this moment.
#[derive(Clone, Copy, Debug)]
pub(super) enum Anchor {
    Newest,
    Oldest,
    Before((Timestamp, Nth)),
    After((Timestamp, Nth)),
    Around((Timestamp, Nth)),
}

/// Who asks for a message.
#[derive(Clone, Copy, Debug)]
pub(super) enum Reader {
    /// Somebody who reaches the rooms that they are in.
    Member(Nth),
    /// Somebody who reaches every room.
    Anyone,
}
