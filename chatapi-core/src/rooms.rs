//! Rooms: their types and use-cases.

use serde::Serialize;

use crate::{RoomId, UserId};

/// A room, as the documented API shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Room {
    /// Its id.
    pub id: RoomId,
    /// Its name, of 100 characters at most.
    pub name: String,
    /// Its admin, always a member; nobody where that account is gone.
    pub admin: Option<UserId>,
    /// Its members, by id.
    pub users: Vec<Member>,
}

impl Room {
    /// Whether `user` is in the room.
    pub fn has_member(&self, user: UserId) -> bool {
        self.users.binary_search_by_key(&user, |member| member.id).is_ok()
    }
}

/// A member of a room, as the room shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Member {
    /// The user's id.
    pub id: UserId,
    /// The user's name.
    pub username: String,
    /// The user's address, or nothing.
    pub email: String,
}

/// A room to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRoom {
    /// Its name.
    pub name: String,
    /// Its admin, who becomes a member.
    pub admin: UserId,
    /// Its members, in any order, twice or once.
    pub users: Vec<UserId>,
}

/// What is changed about a room; `None` leaves a thing as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoomChange {
    /// A new name.
    pub name: Option<String>,
    /// A new admin.
    pub admin: Option<UserId>,
    /// The new members, in place of all old ones.
    pub users: Option<Vec<UserId>>,
}
