//! What the store in memory holds, and the changes that touch more than one row.

use std::collections::{BTreeMap, BTreeSet};

use crate::messages::{Message, MessageFilter};
use crate::permission::AccessScope;
use crate::rooms::{Member, MembersChange, Room, RoomChange};
use crate::search::Analyzer;
use crate::store::{Result, StoreError};
use crate::users::{Administration, AuditEntry, NewUser, User, UserChange, Write, keep_a_superuser};
use crate::{MessageId, RoomId, Timestamp, UserId};

#[derive(Default)]
pub(super) struct Tables {
    pub(super) secrets: BTreeMap<String, String>,
    pub(super) users: BTreeMap<UserId, User>,
    pub(super) audit_log: Vec<AuditEntry>,
    pub(super) networks: BTreeMap<UserId, Vec<(Timestamp, String)>>,
    pub(super) rooms: BTreeMap<RoomId, RoomRow>,
    pub(super) messages: BTreeMap<MessageId, MessageRow>,
    pub(super) analyzer: Option<Analyzer>,
    pub(super) user_ids: Counter,
    pub(super) room_ids: Counter,
    pub(super) message_ids: Counter,
}

/// A room without what its members' own rows say.
#[derive(Clone)]
pub(super) struct RoomRow {
    pub(super) name: String,
    pub(super) admin: Option<UserId>,
    pub(super) members: BTreeSet<UserId>,
}

/// A message, and its text as search reads it.
pub(super) struct MessageRow {
    pub(super) message: Message,
    pub(super) folded: String,
}

/// Gives ids from 1 on, none of them twice.
#[derive(Default)]
pub(super) struct Counter(i64);

impl Counter {
    pub(super) fn next<Id: From<i64>>(&mut self) -> Id {
        self.0 += 1;
        self.0.into()
    }
}

impl Tables {
    pub(super) fn user_by_name(&self, username: &str) -> Option<&User> {
        self.users.values().find(|user| user.username == username)
    }

    pub(super) fn user_by_external_id(&self, external_id: &str) -> Option<&User> {
        self.users.values().find(|user| user.external_id.as_deref() == Some(external_id))
    }

    pub(super) fn insert_user(&mut self, user: NewUser, external_id: Option<&str>) -> Result<User> {
        if self.user_by_name(&user.username).is_some() {
            return Err(StoreError::Taken);
        }
        let user = user.with_id(self.user_ids.next(), external_id);
        self.users.insert(user.id, user.clone());
        Ok(user)
    }

    pub(super) fn update_user(&mut self, id: UserId, change: UserChange) -> Result<Option<User>> {
        let Some(user) = self.users.get(&id).filter(|user| holds(&change, user)) else {
            return Ok(None);
        };
        let after = change.applied_to(user);
        keep_a_superuser(&self.held(), id, Some(&after))?;
        self.replace_user(after).map(Some)
    }

    fn replace_user(&mut self, user: User) -> Result<User> {
        if self.user_by_name(&user.username).is_some_and(|other| other.id != user.id) {
            return Err(StoreError::Taken);
        }
        self.users.insert(user.id, user.clone());
        Ok(user)
    }

    fn held(&self) -> Vec<User> {
        self.users.values().cloned().collect()
    }

    pub(super) fn administer(
        &mut self,
        actor: UserId,
        action: Administration,
        at: Timestamp,
    ) -> Result<Option<User>> {
        let Some(write) = action.decide(&self.held(), actor)? else { return Ok(None) };
        let name = self.users.get(&actor).map(|user| user.username.clone()).unwrap_or_default();
        let account = match write.clone() {
            Write::Add(user) => self.insert_user(user, None)?,
            Write::Change { after, .. } => self.replace_user(after)?,
            Write::Delete(account) => {
                self.remove_user(account.id);
                account
            }
        };
        self.audit_log.extend(write.entry(&account, (actor, name), at));
        Ok(Some(account))
    }

    pub(super) fn delete_user(&mut self, id: UserId, revision: i64) -> Result<bool> {
        if self.users.get(&id).is_none_or(|user| user.revision != revision) {
            return Ok(false);
        }
        keep_a_superuser(&self.held(), id, None)?;
        self.remove_user(id);
        Ok(true)
    }

    fn remove_user(&mut self, id: UserId) {
        self.users.remove(&id);
        self.networks.remove(&id);
        self.messages.retain(|_, row| row.message.user != id);
        for room in self.rooms.values_mut() {
            room.members.remove(&id);
            room.admin = room.admin.filter(|admin| *admin != id);
        }
    }

    pub(super) fn trust_network(&mut self, user: UserId, network: &str, at: Timestamp) {
        if self.users.contains_key(&user) {
            let networks = self.networks.entry(user).or_default();
            networks.retain(|(_, known)| known != network);
            networks.push((at, network.to_owned()));
            networks.sort_by(|(one, a), (other, b)| other.cmp(one).then(a.cmp(b)));
            networks.truncate(10);
        }
    }

    /// Fails with the first of `ids` that is nobody's.
    pub(super) fn need_users(&self, ids: &[UserId]) -> Result<()> {
        match ids.iter().find(|id| !self.users.contains_key(id)) {
            Some(missing) => Err(StoreError::Missing(*missing)),
            None => Ok(()),
        }
    }

    pub(super) fn is_member(&self, room: RoomId, user: UserId) -> bool {
        self.rooms.get(&room).is_some_and(|room| room.members.contains(&user))
    }

    pub(super) fn rooms_of(&self, member: UserId) -> impl Iterator<Item = (RoomId, &RoomRow)> {
        self.rooms
            .iter()
            .filter(move |(_, room)| room.members.contains(&member))
            .map(|(id, room)| (*id, room))
    }

    /// The room with its members as they are called now.
    pub(super) fn show_room(&self, id: RoomId, row: &RoomRow) -> Room {
        let members = row.members.iter().filter_map(|member| self.users.get(member));
        let users = members
            .map(|user| Member { id: user.id, username: user.username.clone(), email: user.email.clone() })
            .collect();
        Room { id, name: row.name.clone(), admin: row.admin, users }
    }

    pub(super) fn update_room(&mut self, seen: &Room, change: RoomChange) -> Result<Option<Room>> {
        let id = seen.id;
        let Some(row) = self.rooms.get(&id).filter(|room| room.admin == seen.admin) else {
            return Ok(None);
        };
        let seen = seen.users.iter().map(|member| member.id);
        if change.users.is_some() && !row.members.iter().copied().eq(seen) {
            return Ok(None);
        }
        let changed = RoomRow {
            name: change.name.unwrap_or_else(|| row.name.clone()),
            admin: change.admin.or(row.admin),
            members: change
                .users
                .as_ref()
                .map_or_else(|| row.members.clone(), |ids| ids.iter().copied().collect()),
        };
        if changed.admin.is_some_and(|admin| !changed.members.contains(&admin)) {
            return Ok(None);
        }
        self.need_users(&change.users.unwrap_or_default())?;
        let shown = self.show_room(id, &changed);
        self.rooms.insert(id, changed);
        Ok(Some(shown))
    }

    pub(super) fn add_members(
        &mut self,
        id: RoomId,
        admin: Option<UserId>,
        users: &[UserId],
        limit: usize,
    ) -> Result<Option<MembersChange>> {
        let Some(mut row) = self.room_of_admin(id, admin) else {
            return Ok(None);
        };
        self.need_users(users)?;
        let joined: BTreeSet<UserId> =
            users.iter().copied().filter(|user| !row.members.contains(user)).collect();
        if !joined.is_empty() && row.members.len() + joined.len() > limit {
            return Err(StoreError::TooMany);
        }
        row.members.extend(&joined);
        Ok(Some(self.change_members(id, row, joined)))
    }

    pub(super) fn remove_members(
        &mut self,
        id: RoomId,
        admin: Option<UserId>,
        users: &[UserId],
    ) -> Option<MembersChange> {
        let mut row = self.room_of_admin(id, admin)?;
        if admin.is_some_and(|admin| users.contains(&admin)) {
            return None;
        }
        let left = users.iter().copied().filter(|user| row.members.remove(user)).collect();
        Some(self.change_members(id, row, left))
    }

    fn room_of_admin(&self, id: RoomId, admin: Option<UserId>) -> Option<RoomRow> {
        self.rooms.get(&id).filter(|room| room.admin == admin).cloned()
    }

    fn change_members(&mut self, id: RoomId, row: RoomRow, users: BTreeSet<UserId>) -> MembersChange {
        let room = self.show_room(id, &row);
        self.rooms.insert(id, row);
        MembersChange { room, users: users.into_iter().collect() }
    }

    /// The rooms within a scope.
    fn rooms_within(&self, scope: AccessScope) -> BTreeSet<RoomId> {
        match scope {
            AccessScope::RoomsOf(user) => self.rooms_of(user).map(|(id, _)| id).collect(),
            AccessScope::Room(room) => {
                [room].into_iter().filter(|room| self.rooms.contains_key(room)).collect()
            }
            AccessScope::EveryRoom => self.rooms.keys().copied().collect(),
        }
    }

    /// The messages that the filter lets through, by time and then id.
    pub(super) fn messages_for(&self, filter: &MessageFilter) -> Vec<&MessageRow> {
        let rooms = self.rooms_within(filter.scope);
        let wanted = |row: &&MessageRow| {
            rooms.contains(&row.message.room)
                && filter.room.is_none_or(|room| row.message.room == room)
                && filter.user.is_none_or(|user| row.message.user == user)
                && filter.search.match_folded(&row.folded)
        };
        let mut messages: Vec<&MessageRow> = self.messages.values().filter(wanted).collect();
        messages.sort_by_key(|row| row.message.cursor());
        messages
    }

    /// The message, where it is within `reach`.
    pub(super) fn message_within(&mut self, id: MessageId, reach: AccessScope) -> Option<&mut MessageRow> {
        let room = self.messages.get(&id)?.message.room;
        let is_reached = match reach {
            AccessScope::RoomsOf(user) => self.is_member(room, user),
            AccessScope::Room(reached) => room == reached,
            AccessScope::EveryRoom => true,
        };
        if is_reached { self.messages.get_mut(&id) } else { None }
    }
}

/// Whether what a change demands of the user is so.
fn holds(change: &UserChange, user: &User) -> bool {
    match change {
        UserChange::Email(_) | UserChange::UnprovedEmail(_) | UserChange::External { .. } => true,
        UserChange::Username { revision, .. } | UserChange::Password { revision, .. } => {
            user.revision == *revision
        }
        UserChange::Rehash { from, .. } => user.password == *from,
        UserChange::Activate => user.awaits_activation,
    }
}
