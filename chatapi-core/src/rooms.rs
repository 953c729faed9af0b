//! Rooms: their types and use-cases.

use serde::Serialize;

use crate::config::ShowEmails;
use crate::error::{BLANK, Error, ErrorDetail, NUL, Result, no_such_key, too_long};
use crate::hooks::Event;
use crate::page::{Page, PageRequest};
use crate::permission::{Action, may_see_email};
use crate::store::StoreError;
use crate::text::strip;
use crate::{ChatApi, CurrentUser, RoomId, UserId};

mod members;

#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub(crate) use members::{check_removal, not_added};

/// The longest name of a room, in characters.
pub const NAME_LIMIT: usize = 100;

/// How often a change is decided anew because somebody else changed the room meanwhile.
const ATTEMPTS: usize = 5;

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

    fn member_ids(&self) -> Vec<UserId> {
        self.users.iter().map(|member| member.id).collect()
    }
}

/// How many members of a room a list shows.
pub const LISTED_MEMBERS: usize = 100;

/// A room in a list: with its first members alone, so that a page of large rooms stays small.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ListedRoom {
    /// Its id.
    pub id: RoomId,
    /// Its name.
    pub name: String,
    /// Its admin; nobody where that account is gone.
    pub admin: Option<UserId>,
    /// Its first [`LISTED_MEMBERS`] members, by id.
    pub users: Vec<Member>,
    /// Whether it has more members: [`ChatApi::room`] has them all.
    #[serde(skip)]
    pub is_truncated: bool,
}

impl From<Room> for ListedRoom {
    /// The room as a list shows it.
    fn from(room: Room) -> Self {
        let Room { id, name, admin, mut users } = room;
        let is_truncated = users.len() > LISTED_MEMBERS;
        users.truncate(LISTED_MEMBERS);
        Self { id, name, admin, users, is_truncated }
    }
}

/// A member of a room, as the room shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Member {
    /// The user's id.
    pub id: UserId,
    /// The user's name.
    pub username: String,
    /// The user's address, or nothing: see [`Config::show_emails`](crate::Config::show_emails).
    pub email: String,
}

/// What a user says of a room to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoomDraft {
    /// Its name, of [`NAME_LIMIT`] characters at most.
    pub name: String,
    /// Its members.
    pub users: Vec<UserId>,
    /// Somebody who must be among the members; the creator where nobody is named. The room's admin is the creator.
    pub admin: Option<UserId>,
}

/// A room to be kept.
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
    /// The new members, in place of all old ones. To add or remove some, use [`ChatApi::add_members`] and
    /// [`ChatApi::remove_members`]: they leave the members that others add or remove at the same time.
    pub users: Option<Vec<UserId>>,
}

/// What came of adding or removing members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MembersChange {
    /// The room as it is now.
    pub room: Room,
    /// Those who joined or left, by id: nobody where nothing had to be done.
    pub users: Vec<UserId>,
}

impl ChatApi {
    /// Makes a room: its creator is its admin, and joins the members that the draft names.
    ///
    /// # Errors
    /// [`Error::Invalid`] where the name is blank or too long, a member does not exist, the admin is no member, or there are
    /// more members than [`Config::members_per_room`](crate::Config::members_per_room).
    pub async fn create_room(&self, user: &CurrentUser, draft: RoomDraft) -> Result<Room> {
        let name = checked_name(&draft.name)?;
        if !draft.users.contains(&draft.admin.unwrap_or(user.id)) {
            return Err(admin_is_no_member());
        }
        let users: Vec<UserId> = draft.users.into_iter().chain([user.id]).collect();
        members::check_number(&users, &[], self.config().members_per_room)?;
        let room = NewRoom { name, admin: user.id, users };
        let made = self.write(
            |store| async move { store.create_room(room).await },
            |room| Some(Event::RoomCreated { room: room.clone() }),
        );
        Ok(self.room_shown_to(user, made.await.map_err(missing_member)?))
    }

    /// The rooms that a user is in, by id, with the first [`LISTED_MEMBERS`] members of each.
    ///
    /// # Errors
    /// [`Error::NotFound`] where there is no such page.
    pub async fn rooms(&self, user: &CurrentUser, page: PageRequest) -> Result<Page<ListedRoom>> {
        let mut page = self.store().rooms(user.id, page).await?.ok_or_else(Error::no_such_page)?;
        for room in &mut page.results {
            self.hide_emails(user, &mut room.users);
        }
        Ok(page)
    }

    /// A room, for somebody who may read it.
    ///
    /// # Errors
    /// [`Error::NotFound`] where there is none, [`Error::Forbidden`] where the user may not read it.
    pub async fn room(&self, user: &CurrentUser, id: RoomId) -> Result<Room> {
        Ok(self.room_shown_to(user, self.room_for(user, id, Action::Read).await?))
    }

    /// A room, for somebody who may do this to it; otherwise like [`room`](Self::room).
    pub(crate) async fn room_for(&self, user: &CurrentUser, id: RoomId, action: Action) -> Result<Room> {
        let room = self.store().room(id).await?.ok_or_else(|| Error::no_such("Room"))?;
        self.allow_room(user, action, &room)?;
        Ok(room)
    }

    /// Changes a room, as it was read. A change of the whole list of members is made only where the list is still the one
    /// that was read.
    ///
    /// # Errors
    /// [`Error::Forbidden`] where the user may not, [`Error::Invalid`] as for [`create_room`](Self::create_room),
    /// [`Error::NotFound`] where the room is gone, [`Error::Conflict`] where the members are to be replaced and others
    /// changed them since the room was read.
    pub async fn update_room(&self, user: &CurrentUser, room: &Room, change: RoomChange) -> Result<Room> {
        let name = change.name.as_deref().map(checked_name).transpose()?;
        let change = RoomChange { name, ..change };
        let mut seen = room.clone();
        for _ in 0..ATTEMPTS {
            self.allow_room(user, Action::Change, &seen)?;
            if !change.keeps_admin_a_member(&seen) {
                return Err(admin_is_no_member());
            }
            if let Some(users) = &change.users {
                members::check_number(users, &seen.member_ids(), self.config().members_per_room)?;
            }
            let (judged, change, by) = (seen.clone(), change.clone(), user.id);
            let replaces_members = change.users.is_some();
            let changed = self.write(
                move |store| async move { store.update_room(&judged, change).await },
                move |changed| changed.clone().map(|room| Event::RoomChanged { room, by }),
            );
            if let Some(changed) = changed.await.map_err(missing_member)? {
                return Ok(self.room_shown_to(user, changed));
            }
            let now = self.room_for(user, seen.id, Action::Change).await?;
            if replaces_members && now.member_ids() != seen.member_ids() {
                return Err(members_changed());
            }
            seen = now;
        }
        Err(changed_by_others())
    }

    /// Deletes a room, as it was read, and its messages.
    ///
    /// # Errors
    /// [`Error::Forbidden`] where the user may not, [`Error::NotFound`] where the room is gone.
    pub async fn delete_room(&self, user: &CurrentUser, room: &Room) -> Result<()> {
        let mut seen = room.clone();
        for _ in 0..ATTEMPTS {
            self.allow_room(user, Action::Delete, &seen)?;
            let (id, admin) = (seen.id, seen.admin);
            let gone = Event::RoomDeleted { room: seen.clone(), by: user.id };
            let deleted = self.write(
                move |store| async move { store.delete_room(id, admin).await },
                |deleted| deleted.then_some(gone),
            );
            if deleted.await? {
                return Ok(());
            }
            seen = self.room_for(user, seen.id, Action::Delete).await?;
        }
        Err(changed_by_others())
    }

    /// The room with the addresses that this user may see.
    pub(crate) fn room_shown_to(&self, user: &CurrentUser, mut room: Room) -> Room {
        self.hide_emails(user, &mut room.users);
        room
    }

    fn hide_emails(&self, user: &CurrentUser, members: &mut [Member]) {
        if self.config().show_emails == ShowEmails::Staff {
            for member in members.iter_mut().filter(|member| !may_see_email(user, member.id)) {
                member.email.clear();
            }
        }
    }

    pub(crate) fn allow_room(&self, user: &CurrentUser, action: Action, room: &Room) -> Result<()> {
        if self.policy().allows_room(user, action, room) { Ok(()) } else { Err(Error::forbidden()) }
    }
}

impl RoomChange {
    fn keeps_admin_a_member(&self, room: &Room) -> bool {
        let Some(admin) = self.admin.or(room.admin) else {
            return self.users.is_none();
        };
        match &self.users {
            Some(users) => users.contains(&admin),
            None => room.has_member(admin),
        }
    }
}

/// 400: the admin must be among the members.
pub(crate) fn admin_is_no_member() -> Error {
    Error::non_field(ErrorDetail::new("admin_not_a_member", "Admin must be a user in the room."))
}

/// 409: the list that was to be replaced is another one now.
fn members_changed() -> Error {
    Error::Conflict(
        "The members of the room were changed in the meantime; read the room and try again.".into(),
    )
}

/// 409: each attempt met a change of somebody else's.
pub(crate) fn changed_by_others() -> Error {
    Error::Conflict("Other requests are changing the room; try again.".into())
}

fn missing_member(error: StoreError) -> Error {
    match error {
        StoreError::Missing(user) => Error::field("users", no_such_key("no_such_user", user)),
        other => other.into(),
    }
}

fn checked_name(name: &str) -> Result<String> {
    let name = strip(name);
    if name.is_empty() {
        return Err(Error::field("name", BLANK));
    }
    if name.contains('\0') {
        return Err(Error::field("name", NUL));
    }
    if name.chars().count() > NAME_LIMIT {
        return Err(Error::field("name", too_long(NAME_LIMIT)));
    }
    Ok(name.to_owned())
}
