//! Who may do what: pure functions over loaded values, under the names that the documented API gives them.
//!
//! Two things are decided about a message: whether somebody reaches it at all, and what they may do to it then. Members
//! reach the messages of their rooms; that they are members is asked in the statement that reads or writes, and stands
//! there until it is done. Who reaches the others is the policy's to say.

use std::fmt;

use crate::auth::CurrentUser;
use crate::messages::Message;
use crate::rooms::Room;
use crate::users::{Administration, User};
use crate::{RoomId, UserId};

/// What somebody wants to do to a thing that exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Read it.
    Read,
    /// Change it.
    Change,
    /// Delete it.
    Delete,
}

/// `IsRoomUserOrAdmin`: members read a room, only its admin changes or deletes it. A room without an admin (the account
/// is gone) is read by its members and changed by nobody.
pub fn is_room_user_or_admin(user: &CurrentUser, action: Action, room: &Room) -> bool {
    match action {
        Action::Read => room.has_member(user.id),
        Action::Change | Action::Delete => room.admin == Some(user.id),
    }
}

/// `IsMessageOwnerOrReadOnly`: who sees a message reads it, only its author changes or deletes it.
pub fn is_message_owner_or_read_only(user: &CurrentUser, action: Action, message: &Message) -> bool {
    match action {
        Action::Read => true,
        Action::Change | Action::Delete => message.user == user.id,
    }
}

/// `CurrentUserOrAdmin`: an account is read by its user and by the staff. Who changes another's account is
/// [`may_administer`]'s to say.
pub fn is_current_user_or_staff(user: &CurrentUser, account: UserId) -> bool {
    user.id == account || user.is_staff
}

/// Where members' addresses are not for everybody: an account's address is its user's and the staff's.
pub fn may_see_email(user: &CurrentUser, account: UserId) -> bool {
    user.id == account || user.is_staff
}

/// How much a member of the staff may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Everything.
    Superuser,
    /// Change users who are neither staff nor superusers, rooms, and messages.
    Staff,
    /// Look.
    Viewer,
}

impl Level {
    /// The level that an account's flags make; `None` for who is no active staff. A superuser is more than a viewer.
    fn of(is_active_staff: bool, is_superuser: bool, is_viewer: bool) -> Option<Self> {
        match (is_active_staff, is_superuser, is_viewer) {
            (false, _, _) => None,
            (true, true, _) => Some(Self::Superuser),
            (true, false, true) => Some(Self::Viewer),
            (true, false, false) => Some(Self::Staff),
        }
    }
}

impl User {
    /// How much it may do to others; `None` for who is no active staff.
    pub fn level(&self) -> Option<Level> {
        Level::of(self.is_active && self.is_staff, self.is_superuser, self.is_viewer)
    }
}

impl CurrentUser {
    /// How much it may do to others; `None` for who is no staff.
    pub fn level(&self) -> Option<Level> {
        Level::of(self.is_staff, self.is_superuser, self.is_viewer)
    }
}

/// Whether this level changes rooms, messages and ordinary users.
pub fn may_change(level: Level) -> bool {
    level != Level::Viewer
}

/// Whether this level makes somebody staff, superuser or viewer, or takes that from them.
pub fn may_promote(level: Level) -> bool {
    level == Level::Superuser
}

/// Whether this level changes and deletes another's account, and sets its password.
pub fn may_change_account(level: Level, is_staff: bool, is_superuser: bool) -> bool {
    match level {
        Level::Superuser => true,
        Level::Staff => !is_staff && !is_superuser,
        Level::Viewer => false,
    }
}

/// The rule for who may change whom: whether this level does this to the account, as it is; to none, where it adds one.
pub fn may_administer(level: Level, action: &Administration, account: Option<&User>) -> bool {
    let may_reach = account.map_or(may_change(level), |account| {
        may_change_account(level, account.is_staff, account.is_superuser)
    });
    may_reach && (may_promote(level) || !action.changes_roles(account))
}

/// The rooms whose messages a caller may access: to list, count and search them, or to read, change or delete one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessScope {
    /// The rooms that this user is a member of when it is done.
    RoomsOf(UserId),
    /// One room, whoever is a member of it.
    Room(RoomId),
    /// Every room.
    EveryRoom,
}

/// The rules of a deployment. [`DocumentedPolicy`] has those of the documented API; a host may bring its own.
///
/// A method answers for one decision and must not block. Rooms and messages that a decision is about are as they were
/// read; where they changed before the write, the write does not happen and the policy is asked again.
pub trait Policy: Send + Sync + fmt::Debug {
    /// Whether `user` may do this to `room`.
    fn allows_room(&self, user: &CurrentUser, action: Action, room: &Room) -> bool;

    /// Whether `user` reaches each message of each room by its id, the rooms that it is not in among them: a moderator, as
    /// it were. For everybody else a message of another's room is not there. Lists and searches have the messages of the
    /// user's own rooms for everybody, and only members send.
    fn reaches_every_room(&self, user: &CurrentUser) -> bool;

    /// Whether `user`, who reaches it, may do this to `message`.
    fn allows_message(&self, user: &CurrentUser, action: Action, message: &Message) -> bool;
}

/// The documented API's rules: [`is_room_user_or_admin`] and [`is_message_owner_or_read_only`], and nobody reaches messages
/// of rooms that it is not in.
#[derive(Clone, Copy, Debug, Default)]
pub struct DocumentedPolicy;

impl Policy for DocumentedPolicy {
    fn allows_room(&self, user: &CurrentUser, action: Action, room: &Room) -> bool {
        is_room_user_or_admin(user, action, room)
    }

    fn reaches_every_room(&self, _: &CurrentUser) -> bool {
        false
    }

    fn allows_message(&self, user: &CurrentUser, action: Action, message: &Message) -> bool {
        is_message_owner_or_read_only(user, action, message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rooms::Member;
    use crate::{MessageId, Timestamp};

    fn somebody(id: i64) -> CurrentUser {
        CurrentUser::new(UserId(id), format!("user{id}"))
    }

    #[test]
    fn members_read_a_room_and_only_its_admin_changes_it() {
        let member = |id| Member { id: UserId(id), username: format!("user{id}"), email: String::new() };
        let room = Room {
            id: RoomId(1),
            name: "tea".into(),
            admin: Some(UserId(1)),
            users: vec![member(1), member(2)],
        };
        let orphan = Room { admin: None, ..room.clone() };
        for (user, action, allowed, allowed_without_admin) in [
            (1, Action::Read, true, true),
            (1, Action::Change, true, false),
            (1, Action::Delete, true, false),
            (2, Action::Read, true, true),
            (2, Action::Change, false, false),
            (2, Action::Delete, false, false),
            (3, Action::Read, false, false),
            (3, Action::Change, false, false),
            (3, Action::Delete, false, false),
        ] {
            assert_eq!(is_room_user_or_admin(&somebody(user), action, &room), allowed, "{user} {action:?}");
            assert_eq!(is_room_user_or_admin(&somebody(user), action, &orphan), allowed_without_admin);
        }
    }

    #[test]
    fn only_its_author_changes_a_message() {
        let at = Timestamp::from_micros(0);
        let message = Message {
            id: MessageId(1),
            content: "hi".into(),
            created_at: at,
            updated_at: at,
            user: UserId(1),
            room: RoomId(1),
        };
        for (user, action, allowed) in [
            (1, Action::Read, true),
            (1, Action::Change, true),
            (1, Action::Delete, true),
            (2, Action::Read, true),
            (2, Action::Change, false),
            (2, Action::Delete, false),
        ] {
            assert_eq!(is_message_owner_or_read_only(&somebody(user), action, &message), allowed);
        }
    }

    #[test]
    fn each_level_changes_what_is_below_it() {
        for (level, changes, promotes, changes_staff) in [
            (Level::Superuser, true, true, true),
            (Level::Staff, true, false, false),
            (Level::Viewer, false, false, false),
        ] {
            assert_eq!(may_change(level), changes, "{level:?}");
            assert_eq!(may_promote(level), promotes, "{level:?}");
            assert_eq!(may_change_account(level, true, false), changes_staff, "{level:?}");
            assert_eq!(may_change_account(level, false, true), changes_staff, "{level:?}");
            assert_eq!(may_change_account(level, false, false), changes, "{level:?}");
        }
    }

    #[test]
    fn an_account_is_its_users_and_the_staffs() {
        let staff = CurrentUser { is_staff: true, ..somebody(9) };
        assert!(is_current_user_or_staff(&somebody(1), UserId(1)));
        assert!(!is_current_user_or_staff(&somebody(1), UserId(2)));
        assert!(is_current_user_or_staff(&staff, UserId(2)));
    }
}
