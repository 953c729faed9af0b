//! A store in memory: for tests, examples and whatever need not outlast its process.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Bound::Unbounded;
use std::ops::RangeBounds;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use crate::messages::{
    CursorPage, CursorPageRequest, Message, MessageFilter, NewMessage, RankedSearch, Windows,
};
use crate::page::{Count, Page, PageRequest, as_len};
use crate::permission::AccessScope;
use crate::rooms::{ListedRoom, MembersChange, NewRoom, Room, RoomChange};
use crate::search::Analyzer;
use crate::store::{Result, Store};
use crate::text::{Text, fold};
use crate::users::{Administration, AuditEntry, NewUser, User, UserChange};
use crate::{MessageId, RoomId, Timestamp, UserId};

use self::tables::{MessageRow, RoomRow, Tables};

mod ranked;
mod tables;

/// Keeps everything in memory, and forgets it when the last clone is dropped: clones share their data.
///
/// It answers as the other stores do, which makes it good for tests; it reads every message for a list, which makes it
/// slow for many.
#[derive(Clone, Default)]
pub struct MemoryStore {
    tables: Arc<Mutex<Tables>>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// Every method takes this lock once and never waits while it holds it: that makes each of them atomic.
    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// What is kept is left out: it holds secrets.
impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").finish_non_exhaustive()
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn migrate(&self) -> Result<()> {
        Ok(())
    }

    async fn is_migrated(&self) -> Result<bool> {
        Ok(true)
    }

    async fn ping(&self) -> Result<()> {
        Ok(())
    }

    async fn check_writable(&self) -> Result<()> {
        Ok(())
    }

    async fn keep_secret(&self, name: &str, fresh: &str) -> Result<String> {
        let mut tables = self.tables();
        Ok(tables.secrets.entry(name.to_owned()).or_insert_with(|| fresh.to_owned()).clone())
    }

    async fn create_user(&self, user: NewUser) -> Result<User> {
        self.tables().insert_user(user, None)
    }

    async fn keep_user(&self, external_id: &str, fresh: NewUser) -> Result<User> {
        let mut tables = self.tables();
        match tables.user_by_external_id(external_id) {
            Some(user) => Ok(user.clone()),
            None => tables.insert_user(fresh, Some(external_id)),
        }
    }

    async fn user(&self, id: UserId) -> Result<Option<User>> {
        Ok(self.tables().users.get(&id).cloned())
    }

    async fn user_by_name(&self, username: &str) -> Result<Option<User>> {
        Ok(self.tables().user_by_name(username).cloned())
    }

    async fn user_by_external_id(&self, external_id: &str) -> Result<Option<User>> {
        Ok(self.tables().user_by_external_id(external_id).cloned())
    }

    async fn users_by_email(&self, email: &str) -> Result<Vec<User>> {
        if email.is_empty() {
            return Ok(Vec::new());
        }
        let folded = fold(email);
        Ok(self.tables().users.values().filter(|user| fold(&user.email) == folded).cloned().collect())
    }

    async fn users(&self, page: PageRequest) -> Result<Option<Page<User>>> {
        let tables = self.tables();
        let users: Vec<&User> = tables.users.values().collect();
        Ok(page.of(&users, |user| User::clone(user)))
    }

    async fn existing_users(&self, ids: &[UserId]) -> Result<Vec<UserId>> {
        let tables = self.tables();
        let asked: BTreeSet<UserId> = ids.iter().copied().collect();
        Ok(asked.into_iter().filter(|id| tables.users.contains_key(id)).collect())
    }

    async fn update_user(&self, id: UserId, change: UserChange) -> Result<Option<User>> {
        self.tables().update_user(id, change)
    }

    async fn delete_user(&self, id: UserId, revision: i64) -> Result<bool> {
        self.tables().delete_user(id, revision)
    }

    async fn administer(&self, actor: UserId, action: Administration, at: Timestamp) -> Result<Option<User>> {
        self.tables().administer(actor, action, at)
    }

    async fn audit_log(&self, account: UserId) -> Result<Vec<AuditEntry>> {
        let tables = self.tables();
        Ok(tables.audit_log.iter().filter(|entry| entry.account == account).cloned().collect())
    }

    async fn trusts_network(&self, user: UserId, network: &str) -> Result<bool> {
        let tables = self.tables();
        let networks = tables.networks.get(&user);
        Ok(networks.is_some_and(|networks| networks.iter().any(|(_, known)| known == network)))
    }

    async fn trust_network(&self, user: UserId, network: &str, at: Timestamp) -> Result<()> {
        self.tables().trust_network(user, network, at);
        Ok(())
    }

    async fn create_room(&self, room: NewRoom) -> Result<Room> {
        let mut tables = self.tables();
        let mut members = vec![room.admin];
        members.extend(room.users);
        tables.need_users(&members)?;
        let id = tables.room_ids.next();
        let row =
            RoomRow { name: room.name, admin: Some(room.admin), members: members.into_iter().collect() };
        let shown = tables.show_room(id, &row);
        tables.rooms.insert(id, row);
        Ok(shown)
    }

    async fn room(&self, id: RoomId) -> Result<Option<Room>> {
        let tables = self.tables();
        Ok(tables.rooms.get(&id).map(|row| tables.show_room(id, row)))
    }

    async fn room_exists(&self, id: RoomId) -> Result<bool> {
        Ok(self.tables().rooms.contains_key(&id))
    }

    async fn is_member(&self, room: RoomId, user: UserId) -> Result<Option<bool>> {
        Ok(self.tables().rooms.get(&room).map(|row| row.members.contains(&user)))
    }

    async fn rooms(&self, member: UserId, page: PageRequest) -> Result<Option<Page<ListedRoom>>> {
        let tables = self.tables();
        let rooms: Vec<(RoomId, &RoomRow)> = tables.rooms_of(member).collect();
        Ok(page.of(&rooms, |(id, row)| tables.show_room(*id, row).into()))
    }

    async fn update_room(&self, seen: &Room, change: RoomChange) -> Result<Option<Room>> {
        self.tables().update_room(seen, change)
    }

    async fn add_members(
        &self,
        room: RoomId,
        admin: Option<UserId>,
        users: &[UserId],
        limit: usize,
    ) -> Result<Option<MembersChange>> {
        self.tables().add_members(room, admin, users, limit)
    }

    async fn remove_members(
        &self,
        room: RoomId,
        admin: Option<UserId>,
        users: &[UserId],
    ) -> Result<Option<MembersChange>> {
        Ok(self.tables().remove_members(room, admin, users))
    }

    async fn delete_room(&self, id: RoomId, admin: Option<UserId>) -> Result<bool> {
        let mut tables = self.tables();
        if tables.rooms.get(&id).is_none_or(|room| room.admin != admin) {
            return Ok(false);
        }
        tables.rooms.remove(&id);
        tables.messages.retain(|_, row| row.message.room != id);
        Ok(true)
    }

    async fn create_message(&self, message: NewMessage) -> Result<Option<Message>> {
        let mut tables = self.tables();
        if !tables.is_member(message.room, message.user) {
            return Ok(None);
        }
        let row = MessageRow {
            message: Message {
                id: tables.message_ids.next(),
                content: message.text.as_str().to_owned(),
                created_at: message.at,
                updated_at: message.at,
                user: message.user,
                room: message.room,
            },
            folded: message.text.folded().to_owned(),
        };
        let shown = row.message.clone();
        tables.messages.insert(shown.id, row);
        Ok(Some(shown))
    }

    async fn message(&self, id: MessageId, reach: AccessScope) -> Result<Option<Message>> {
        let mut tables = self.tables();
        Ok(tables.message_within(id, reach).map(|row| row.message.clone()))
    }

    async fn messages(&self, filter: &MessageFilter, page: PageRequest) -> Result<Option<Page<Message>>> {
        Ok(page.of(&self.tables().messages_for(filter), |row| row.message.clone()))
    }

    async fn cursor_page(&self, filter: &MessageFilter, request: &CursorPageRequest) -> Result<CursorPage> {
        let tables = self.tables();
        let messages = tables.messages_for(filter);
        let Windows { older, newer } = request.windows();
        let older = older.map(|window| {
            let older =
                messages.iter().rev().filter(|row| (Unbounded, window.from).contains(&row.message.cursor()));
            older.take(as_len(window.take())).map(|row| row.message.clone()).collect()
        });
        let newer = newer.map(|window| {
            let newer =
                messages.iter().filter(|row| (window.from, Unbounded).contains(&row.message.cursor()));
            newer.take(as_len(window.take())).map(|row| row.message.clone()).collect()
        });
        let count = request.counting.bound().map_or(Count::Unknown, |_| Count::Exact(messages.len() as u64));
        Ok(request.cursor_page(count, older.unwrap_or_default(), newer.unwrap_or_default()))
    }

    async fn ranked(&self, search: &RankedSearch, page: PageRequest) -> Result<Option<Page<Message>>> {
        let tables = self.tables();
        let rooms: BTreeSet<RoomId> = tables.rooms_of(search.reader).map(|(id, _)| id).collect();
        let in_scope = |row: &&MessageRow| {
            rooms.contains(&row.message.room) && search.room.is_none_or(|room| row.message.room == room)
        };
        let rows: Vec<&MessageRow> = tables.messages.values().filter(in_scope).collect();
        let messages = ranked::by_rank(&rows, search);
        Ok(page.of(&messages, |row| row.message.clone()))
    }

    async fn update_message(
        &self,
        id: MessageId,
        reach: AccessScope,
        text: Option<&Text>,
        at: Timestamp,
    ) -> Result<Option<Message>> {
        let mut tables = self.tables();
        let Some(row) = tables.message_within(id, reach) else {
            return Ok(None);
        };
        if let Some(text) = text {
            row.message.content = text.as_str().to_owned();
            row.folded = text.folded().to_owned();
        }
        row.message.updated_at = at;
        Ok(Some(row.message.clone()))
    }

    async fn delete_message(&self, id: MessageId, reach: AccessScope) -> Result<bool> {
        let mut tables = self.tables();
        if tables.message_within(id, reach).is_none() {
            return Ok(false);
        }
        tables.messages.remove(&id);
        Ok(true)
    }

    async fn use_analyzer(&self, analyzer: Analyzer) -> Result<bool> {
        // Texts are read as they are searched.
        Ok(self.tables().analyzer.replace(analyzer) != Some(analyzer))
    }

    async fn rooms_to_index(&self) -> Result<Vec<RoomId>> {
        Ok(Vec::new())
    }

    async fn index_room(&self, _: RoomId, _: Analyzer) -> Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn clones_share_what_they_keep() {
        let store = MemoryStore::new();
        let kept = store.keep_secret("key", "one").await.unwrap();
        assert_eq!(store.clone().keep_secret("key", "two").await.unwrap(), kept);
        assert_eq!(MemoryStore::new().keep_secret("key", "two").await.unwrap(), "two");
        assert!(!format!("{store:?}").contains("one"));
    }
}
