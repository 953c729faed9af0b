//! Members that join and leave a room: whoever else joins or leaves at the same time is not affected.

use std::collections::BTreeSet;

use super::{ATTEMPTS, MembersChange, Room, changed_by_others, missing_member};
use crate::error::{Error, ErrorDetail, Result};
use crate::hooks::Event;
use crate::permission::Action;
use crate::store::StoreError;
use crate::{ChatApi, CurrentUser, RoomId, UserId};

impl ChatApi {
    /// Adds users to a room, for somebody who may change it. Those who are members already stay members.
    ///
    /// # Errors
    /// [`Error::NotFound`] where there is no such room, [`Error::Forbidden`] where the user may not change it,
    /// [`Error::Invalid`] where somebody does not exist or the room would get more than
    /// [`Config::members_per_room`](crate::Config::members_per_room) members: nobody is added then.
    pub async fn add_members(&self, user: &CurrentUser, room: RoomId, users: &[UserId]) -> Result<Room> {
        let (limit, by) = (self.config().members_per_room, user.id);
        for _ in 0..ATTEMPTS {
            let admin = self.room_for(user, room, Action::Change).await?.admin;
            let users = users.to_vec();
            let added = self.write(
                move |store| async move { store.add_members(room, admin, &users, limit).await },
                move |change| change.as_ref().and_then(|change| change.event(by)),
            );
            if let Some(change) = added.await.map_err(|fault| not_added(fault, limit))? {
                return Ok(self.room_shown_to(user, change.room));
            }
        }
        Err(changed_by_others())
    }

    /// Removes users from a room, for somebody who may change it. Those who are not members are ignored.
    ///
    /// # Errors
    /// [`Error::NotFound`] where there is no such room, [`Error::Forbidden`] where the user may not change it,
    /// [`Error::Invalid`] where the room's admin is among the users: make another member the admin first.
    pub async fn remove_members(&self, user: &CurrentUser, room: RoomId, users: &[UserId]) -> Result<Room> {
        for _ in 0..ATTEMPTS {
            let admin = self.room_for(user, room, Action::Change).await?.admin;
            if let Some(change) = self.remove(user, room, admin, users).await? {
                return Ok(self.room_shown_to(user, change.room));
            }
        }
        Err(changed_by_others())
    }

    /// Takes a user out of a room, whatever the policy says. Somebody who is not a member has left already.
    ///
    /// # Errors
    /// [`Error::NotFound`] where there is no such room, [`Error::Invalid`] where the user is its admin: make another member
    /// the admin first, or delete the room.
    pub async fn leave_room(&self, user: &CurrentUser, room: RoomId) -> Result<()> {
        for _ in 0..ATTEMPTS {
            let seen = self.store().room(room).await?.ok_or_else(|| Error::no_such("Room"))?;
            if self.remove(user, room, seen.admin, &[user.id]).await?.is_some() {
                return Ok(());
            }
        }
        Err(changed_by_others())
    }

    /// Removes users from a room whose admin was seen to be `admin`; `None` where the room is another by now.
    async fn remove(
        &self,
        user: &CurrentUser,
        room: RoomId,
        admin: Option<UserId>,
        users: &[UserId],
    ) -> Result<Option<MembersChange>> {
        check_removal(admin, users)?;
        let (users, by) = (users.to_vec(), user.id);
        let removed = self.write(
            move |store| async move { store.remove_members(room, admin, &users).await },
            move |change| change.as_ref().and_then(|change| change.event(by)),
        );
        Ok(removed.await?)
    }
}

impl MembersChange {
    /// What the hooks hear; nothing where nobody joined or left.
    pub(crate) fn event(&self, by: UserId) -> Option<Event> {
        (!self.users.is_empty()).then(|| Event::RoomChanged { room: self.room.clone(), by })
    }
}

/// 400 where the admin is among those who are to leave.
pub(crate) fn check_removal(admin: Option<UserId>, users: &[UserId]) -> Result<()> {
    if admin.is_some_and(|admin| users.contains(&admin)) {
        return Err(Error::non_field(
            "The room's admin cannot leave it. Make another member the admin first, or delete the room.",
        ));
    }
    Ok(())
}

/// 400 where a room would get more members than it may have. A room that has more already can still lose some.
pub(super) fn check_number(users: &[UserId], before: &[UserId], limit: usize) -> Result<()> {
    let users: BTreeSet<UserId> = users.iter().copied().collect();
    let grows = users.iter().any(|user| before.binary_search(user).is_err());
    if grows && users.len() > limit { Err(too_many(limit)) } else { Ok(()) }
}

/// Why members were not added.
pub(crate) fn not_added(error: StoreError, limit: usize) -> Error {
    match error {
        StoreError::TooMany => too_many(limit),
        other => missing_member(other),
    }
}

fn too_many(limit: usize) -> Error {
    Error::field(
        "users",
        ErrorDetail::new("too_many_members", format!("A room may have at most {limit} members.")),
    )
}
