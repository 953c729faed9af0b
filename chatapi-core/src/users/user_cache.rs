//! Users whose requests were seen a moment ago, so that not each request asks the store who sends it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use quick_cache::sync::Cache;

use super::{User, UserChange};
use crate::store::Result;
use crate::{ChatApi, Timestamp, UserId};

/// How many users are known at once.
const USERS: usize = 10_000;

/// How many counters of changes there are: users share them.
const COUNTERS: usize = 1024;

/// Users as they were read, each for a while.
///
/// Before a user is read, its counter is noted, and what was read counts for as long as the counter stands there. So a
/// change here ends what was read before it, and what is still being read, by counting on.
pub(crate) struct KnownUsers {
    users: Cache<UserId, Entry>,
    /// What the host calls them. An id may be another's by now, or nobody's: what it leads to is looked at.
    external_ids: Cache<String, UserId>,
    changes: Box<[AtomicU64]>,
    lifetime: Duration,
}

/// A user as it was read.
#[derive(Clone)]
struct Entry {
    user: Arc<User>,
    noted: Note,
}

/// What held when a user began to be read.
#[derive(Clone, Copy)]
struct Note {
    changes: u64,
    at: Timestamp,
}

impl KnownUsers {
    /// Each known for `lifetime`.
    pub(crate) fn new(lifetime: Duration) -> Self {
        Self {
            users: Cache::new(USERS),
            external_ids: Cache::new(USERS),
            changes: (0..COUNTERS).map(|_| AtomicU64::new(0)).collect(),
            lifetime,
        }
    }

    fn get(&self, id: UserId, now: Timestamp) -> Option<Arc<User>> {
        let Entry { user, noted } = self.users.get(&id)?;
        let is_fresh = noted.at <= now && now < noted.at.plus(self.lifetime);
        (is_fresh && noted.changes == self.counter(id).load(Ordering::SeqCst)).then_some(user)
    }

    fn note(&self, id: UserId, at: Timestamp) -> Note {
        Note { changes: self.counter(id).load(Ordering::SeqCst), at }
    }

    fn put(&self, user: Arc<User>, noted: Note) {
        if !self.lifetime.is_zero() {
            self.users.insert(user.id, Entry { user, noted });
        }
    }

    fn forget(&self, id: UserId) {
        self.counter(id).fetch_add(1, Ordering::SeqCst);
    }

    fn counter(&self, id: UserId) -> &AtomicU64 {
        &self.changes[id.0.unsigned_abs() as usize % COUNTERS]
    }
}

/// A change of a user's that is under way. When it ends, however it ends, the user is read anew.
pub(super) struct InvalidateOnDrop {
    known: Arc<KnownUsers>,
    id: UserId,
}

impl Drop for InvalidateOnDrop {
    fn drop(&mut self) {
        self.known.forget(self.id);
    }
}

impl ChatApi {
    /// Has this instance read a user anew from the next request on: for a host that changed it behind the chat's back, as by
    /// SQL of its own. Changes through the chat need no such call.
    pub fn forget_user(&self, id: UserId) {
        self.known_users().forget(id);
    }

    /// The user of this id, not older than [`Config::user_cache`](crate::Config::user_cache) where it is `good`. Who is not
    /// is read anew: it may have become so on another instance, as by a new token after a change of password.
    pub(crate) async fn known_user(
        &self,
        id: UserId,
        good: impl Fn(&User) -> bool + Send,
    ) -> Result<Option<Arc<User>>> {
        let (known, now) = (self.known_users(), self.now());
        if let Some(user) = known.get(id, now).filter(|user| good(user)) {
            return Ok(Some(user));
        }
        let noted = known.note(id, now);
        let user = self.store().user(id).await?.map(Arc::new);
        if let Some(user) = &user {
            known.put(user.clone(), noted);
        }
        Ok(user)
    }

    /// The user whom the host calls by this id, where it is active no older than in [`known_user`](Self::known_user).
    pub(super) async fn known_user_of_host(&self, external_id: &str) -> Result<Option<Arc<User>>> {
        let external_ids = &self.known_users().external_ids;
        let is_called = |user: &User| user.external_id.as_deref() == Some(external_id);
        if let Some(id) = external_ids.get(external_id) {
            let user = self.known_user(id, |user| user.is_active && is_called(user)).await?;
            if let Some(user) = user.filter(|user| is_called(user)) {
                return Ok(Some(user));
            }
        }
        let user = self.store().user_by_external_id(external_id).await?;
        if let Some(user) = &user {
            external_ids.insert(external_id.to_owned(), user.id);
        }
        Ok(user.map(Arc::new))
    }

    /// Changes a user: from the next request on, on this instance, it is the changed one that counts, even where it is not
    /// known what came of the change.
    pub(super) async fn change_user(&self, id: UserId, change: UserChange) -> Result<Option<User>> {
        let _changing = self.changing(id);
        self.store().update_user(id, change).await
    }

    pub(super) fn changing(&self, id: UserId) -> InvalidateOnDrop {
        InvalidateOnDrop { known: self.known_users().clone(), id }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(id: i64, name: &str) -> Arc<User> {
        Arc::new(User {
            id: UserId(id),
            username: name.into(),
            email: String::new(),
            password: String::new(),
            is_active: true,
            awaits_activation: false,
            is_staff: false,
            is_superuser: false,
            is_viewer: false,
            date_joined: Timestamp::from_micros(0),
            revision: 0,
            external_id: None,
        })
    }

    const NOW: Timestamp = Timestamp::from_micros(0);

    #[test]
    fn what_began_to_be_read_before_a_change_does_not_count_after_it() {
        let known = Arc::new(KnownUsers::new(Duration::from_secs(5)));
        let noted = known.note(UserId(1), NOW);
        let changing = InvalidateOnDrop { known: known.clone(), id: UserId(1) };
        known.put(user(1, "ann"), noted);
        drop(changing);
        assert_eq!(known.get(UserId(1), NOW), None);
        known.put(user(1, "ann"), noted);
        assert_eq!(known.get(UserId(1), NOW), None);
        known.put(user(1, "anna"), known.note(UserId(1), NOW));
        assert_eq!(known.get(UserId(1), NOW), Some(user(1, "anna")));
    }

    #[test]
    fn users_are_known_in_bounds() {
        let known = KnownUsers::new(Duration::from_secs(5));
        for id in 0..3 * USERS as i64 {
            known.put(user(id, "ann"), known.note(UserId(id), NOW));
        }
        assert!(known.users.len() <= USERS);
        assert!((-5..5).all(|id| known.get(UserId(id), NOW).is_none_or(|user| user.id.0 == id)));
    }
}
