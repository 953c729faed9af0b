//! What a row of Django's may be that a row here cannot, or that somebody should know of.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};

use super::read::Membership;
use super::report::{Oddity, Report};
use crate::auth::password::{PasswordConfig, is_usable, is_verifiable};
use crate::messages::Message;
use crate::rooms::NAME_LIMIT;
use crate::store::load::{LoadedRoom, Totals};
use crate::text::{nfkc, strip};
use crate::users::{USERNAME_LIMIT, User};
use crate::{RoomId, UserId};

/// Looks at rows in their order: users, rooms, members, messages.
pub(super) struct Checks {
    passwords: PasswordConfig,
    users: HashSet<UserId>,
    /// The hashes of their names.
    names: HashSet<u64>,
    hasher: RandomState,
    rooms: HashSet<RoomId>,
    /// Who is the admin of a room, and was not seen among its members yet.
    admins: HashMap<RoomId, UserId>,
    bytes: u64,
    report: Report,
}

impl Checks {
    pub(super) fn new(passwords: PasswordConfig) -> Self {
        Self {
            passwords,
            users: HashSet::new(),
            names: HashSet::new(),
            hasher: RandomState::new(),
            rooms: HashSet::new(),
            admins: HashMap::new(),
            bytes: 0,
            report: Report::default(),
        }
    }

    /// The user as it is kept.
    pub(super) fn user(&mut self, mut user: User) -> Option<User> {
        self.report.users.count(true);
        self.users.insert(user.id);
        let mut note = |oddity, is_so| self.report.note_if(is_so, oddity, user.id.0);
        if !is_usable(&user.password) {
            note(Oddity::NoPassword, true);
        } else {
            note(Oddity::UnknownHash, !is_verifiable(&user.password, &self.passwords));
        }
        note(Oddity::LongUsername, user.username.chars().count() > USERNAME_LIMIT);
        let kept = nfkc(&user.username);
        note(Oddity::OtherForm, kept != user.username);
        user.username = kept;
        let cleaned = [&mut user.username, &mut user.email, &mut user.password].map(remove_nul);
        note(Oddity::NulInUser, cleaned.contains(&true));
        // Two names of Django's may be one here.
        let is_twice = !self.names.insert(self.hasher.hash_one(&user.username));
        note(Oddity::SameName, is_twice);
        if is_twice {
            user.username = format!("{}_{}", user.username, user.id);
            self.names.insert(self.hasher.hash_one(&user.username));
        }
        Some(user)
    }

    /// The room as it is kept.
    pub(super) fn room(&mut self, mut room: LoadedRoom) -> Option<LoadedRoom> {
        self.report.rooms.count(true);
        self.rooms.insert(room.id);
        let mut note = |oddity, is_so| self.report.note_if(is_so, oddity, room.id.0);
        note(Oddity::LongRoomName, room.name.chars().count() > NAME_LIMIT);
        note(Oddity::NulInRoom, remove_nul(&mut room.name));
        if let Some(admin) = room.admin {
            let is_gone = !self.users.contains(&admin);
            note(Oddity::AdminGone, is_gone);
            if is_gone {
                room.admin = None;
            } else {
                self.admins.insert(room.id, admin);
            }
        }
        Some(room)
    }

    /// The membership, where both are there.
    pub(super) fn member(&mut self, member: Membership) -> Option<(RoomId, UserId)> {
        let Membership { id, room, user } = member;
        let is_kept = self.rooms.contains(&room) && self.users.contains(&user);
        self.report.members.count(is_kept);
        self.report.note_if(!is_kept, Oddity::MemberGone, id);
        if self.admins.get(&room) == Some(&user) {
            self.admins.remove(&room);
        }
        is_kept.then_some((room, user))
    }

    /// The message as it is kept, where its room and its author are there.
    pub(super) fn message(&mut self, mut message: Message) -> Option<Message> {
        let is_kept = self.rooms.contains(&message.room) && self.users.contains(&message.user);
        self.report.messages.count(is_kept);
        let mut note = |oddity, is_so| self.report.note_if(is_so, oddity, message.id.0);
        note(Oddity::MessageOfNothing, !is_kept);
        if !is_kept {
            return None;
        }
        note(Oddity::NulInMessage, remove_nul(&mut message.content));
        note(Oddity::BlankMessage, strip(&message.content).is_empty());
        self.bytes += message.content.len() as u64;
        Some(message)
    }

    /// What is kept, all told.
    pub(super) fn totals(&self) -> Totals {
        let Report { users, rooms, members, messages, .. } = &self.report;
        Totals {
            users: users.kept,
            rooms: rooms.kept,
            members: members.kept,
            messages: messages.kept,
            bytes: self.bytes,
        }
    }

    pub(super) fn report(mut self) -> Report {
        let mut outside: Vec<_> = self.admins.into_keys().collect();
        outside.sort();
        for room in outside {
            self.report.note_if(true, Oddity::AdminOutside, room.0);
        }
        self.report
    }
}

/// Takes NUL characters out, which PostgreSQL cannot keep. Whether there were any.
fn remove_nul(text: &mut String) -> bool {
    let had = text.contains('\0');
    if had {
        text.retain(|c| c != '\0');
    }
    had
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;

    fn named(id: i64, username: &str) -> User {
        User {
            id: UserId(id),
            username: username.to_owned(),
            email: String::new(),
            password: "!".to_owned(),
            is_active: true,
            awaits_activation: false,
            is_staff: false,
            is_superuser: false,
            is_viewer: false,
            date_joined: Timestamp::from_micros(0),
            revision: 0,
            external_id: None,
        }
    }

    #[test]
    fn names_are_taken_over_in_the_form_that_log_in_reads_and_stay_apart() {
        let mut checks = Checks::new(PasswordConfig::default());
        let names = ["taro", "ｔａｒｏ", "Taro", "ｈａｎａ", "hana"];
        let kept: Vec<_> =
            (1..).zip(names).map(|(id, name)| checks.user(named(id, name)).unwrap().username).collect();
        assert_eq!(kept, ["taro", "taro_2", "Taro", "hana", "hana_5"]);
        let report = checks.report();
        assert_eq!(report.oddities[&Oddity::OtherForm].ids, [2, 4]);
        assert_eq!(report.oddities[&Oddity::SameName].ids, [2, 5]);
    }
}
