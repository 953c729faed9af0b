//! Draws what a store is asked next: the same at every run, and mostly about what is there.

use chatapi_core::UserId;
use chatapi_core::messages::Sort;
use chatapi_core::page::{Counting, PageNumber, PageRequest};
use chatapi_core::users::{NewUser, User, UserChange, UserEdit};

use super::super::given::{WHOLE, at, new_user};
use super::Side;
use super::step::{Anchor, Nth, Reader, Step};

const NAMES: [&str; 7] = ["ann", "Ann", "bob", "zoë", "ZOË", "cyd", "dan"];
const EXTERNAL_IDS: [&str; 4] = ["auth0|1", "auth0|2", "AUTH0|1", "ä"];
const ADDRESSES: [&str; 5] =
    ["tea@example.org", "TEA@Example.ORG", "", "grün@example.org", "GRÜN@EXAMPLE.ORG"];
const WORDS: [&str; 8] = ["tea", "TEA", "Grün", "gru\u{308}n", "茶", "🫖", "100%", "t_a"];

/// A sequence of numbers that look random (xorshift).
pub(super) struct Draw(u64);

impl Draw {
    pub(super) fn new() -> Self {
        Self(0x9e37_79b9_7f4a_7c15)
    }

    /// The next call, drawn from what `model` holds.
    pub(super) async fn step(&mut self, model: &Side) -> Step {
        let live = model.store.users(WHOLE).await.unwrap().unwrap().results;
        match self.below(100) {
            0..2 => Step::KeepSecret(self.one_of(NAMES), self.one_of(WORDS)),
            2..7 => Step::CreateUser(NewUser {
                email: self.one_of(ADDRESSES).to_owned(),
                is_active: self.once_in(2),
                is_staff: self.once_in(2),
                is_superuser: self.once_in(4),
                is_viewer: self.once_in(4),
                ..new_user(self.one_of(NAMES))
            }),
            7 => Step::KeepUser(self.one_of(EXTERNAL_IDS), new_user(self.one_of(NAMES))),
            8 => Step::User(self.user(model, &live)),
            9 => Step::UserByName(self.one_of(NAMES)),
            10 => Step::UserByExternalId(self.one_of(EXTERNAL_IDS)),
            11..13 => Step::UsersByEmail(self.one_of(ADDRESSES)),
            13..15 => Step::Users(self.page()),
            15..17 => Step::ExistingUsers(self.users(model, &live)),
            17..23 => self.user_change(model, &live),
            23..25 => Step::Administer(self.user(model, &live), self.user(model, &live), self.edit()),
            25 => match self.below_len(live.len()).and_then(|n| live.get(n)) {
                Some(user) => {
                    Step::DeleteUser(position(model, user), user.revision + i64::from(self.once_in(4)))
                }
                None => Step::DeleteUser(0, 0),
            },
            26..30 => Step::CreateRoom {
                name: self.one_of(WORDS),
                admin: self.user(model, &live),
                users: self.users(model, &live),
            },
            30..33 => Step::Room(self.recent(model.rooms.len())),
            33 => Step::RoomExists(self.recent(model.rooms.len())),
            34 => Step::IsMember(self.recent(model.rooms.len()), self.user(model, &live)),
            35..38 => Step::Rooms(self.user(model, &live), self.page()),
            38..43 => self.room_change(model, &live).await,
            43..46 => self.members_change(model, &live).await,
            46 => {
                let room = self.recent(model.rooms.len());
                Step::DeleteRoom(room, self.admin(model, &live, room).await)
            }
            47..67 => Step::CreateMessage {
                room: self.recent(model.rooms.len()),
                user: self.user(model, &live),
                content: self.content(),
                at: at(self.below(5) as i64),
            },
            67..73 => Step::Message(self.recent(model.messages.len()), self.reader(model, &live)),
            73..78 => Step::CursorPage {
                reader: self.user(model, &live),
                room: self.once_in(4).then(|| self.recent(model.rooms.len())),
                user: self.once_in(4).then(|| self.user(model, &live)),
                query: if self.once_in(3) { self.one_of(WORDS) } else { "" },
                anchor: self.anchor(model),
                limit: self.below(6) as u32,
            },
            78..84 => Step::Messages {
                reader: self.user(model, &live),
                room: self.once_in(4).then(|| self.recent(model.rooms.len())),
                user: self.once_in(4).then(|| self.user(model, &live)),
                query: if self.once_in(3) { self.one_of(WORDS) } else { "" },
                page: self.page(),
            },
            84..88 => Step::Ranked {
                reader: self.user(model, &live),
                room: self.once_in(4).then(|| self.recent(model.rooms.len())),
                author: self.once_in(4).then(|| self.user(model, &live)),
                query: self.query(),
                sort: if self.once_in(4) { Sort::Recent } else { Sort::Relevance },
                page: self.page(),
            },
            88..90 => Step::Index(self.recent(model.rooms.len())),
            90..97 => Step::UpdateMessage {
                message: self.recent(model.messages.len()),
                editor: self.reader(model, &live),
                content: (!self.once_in(5)).then(|| self.content()),
                at: at(self.below(5) as i64),
            },
            _ => Step::DeleteMessage(self.recent(model.messages.len()), self.reader(model, &live)),
        }
    }

    fn reader(&mut self, model: &Side, live: &[User]) -> Reader {
        if self.once_in(5) { Reader::Anyone } else { Reader::Member(self.user(model, live)) }
    }

    fn user_change(&mut self, model: &Side, live: &[User]) -> Step {
        let nth = self.user(model, live);
        let user = live.iter().find(|user| user.id == model.user(nth));
        let revision = user.map_or(0, |user| user.revision) + i64::from(self.once_in(4));
        let change = match self.below(7) {
            0 => UserChange::Email(self.one_of(ADDRESSES).to_owned()),
            1 => UserChange::Username { username: self.one_of(NAMES).to_owned(), revision },
            2 => UserChange::Password { hash: self.one_of(WORDS).to_owned(), revision },
            3 => UserChange::Rehash {
                from: user.map_or("", |user| &user.password).to_owned()
                    + if self.once_in(4) { " " } else { "" },
                to: self.one_of(WORDS).to_owned(),
            },
            4 => UserChange::UnprovedEmail(self.one_of(ADDRESSES).to_owned()),
            5 => UserChange::External {
                username: self.once_in(2).then(|| self.one_of(NAMES).to_owned()),
                email: self.once_in(2).then(|| self.one_of(ADDRESSES).to_owned()),
                is_staff: self.once_in(2).then(|| self.once_in(2)),
            },
            _ => UserChange::Activate,
        };
        Step::UpdateUser(nth, change)
    }

    fn edit(&mut self) -> UserEdit {
        UserEdit {
            username: self.once_in(4).then(|| self.one_of(NAMES).to_owned()),
            email: self.once_in(2).then(|| self.one_of(ADDRESSES).to_owned()),
            must_prove_email: self.once_in(2),
            is_active: self.once_in(4).then(|| self.once_in(2)),
            is_staff: self.once_in(4).then(|| self.once_in(2)),
            is_superuser: self.once_in(4).then(|| self.once_in(2)),
            is_viewer: self.once_in(4).then(|| self.once_in(2)),
        }
    }

    async fn room_change(&mut self, model: &Side, live: &[User]) -> Step {
        let room = self.recent(model.rooms.len());
        let by = self.admin(model, live, room).await;
        let admin = self.once_in(3).then(|| self.user(model, live));
        let mut users = self.once_in(2).then(|| self.users(model, live));
        // Without its admin a list of members is refused: mostly it is among them, as it would be with a client's.
        if let (Some(users), false) = (&mut users, self.once_in(4)) {
            users.extend(admin.or(by));
        }
        let seen = match model.store.room(model.room(room)).await.unwrap() {
            Some(room) if !self.once_in(5) => room.users.iter().map(|member| nth(model, member.id)).collect(),
            _ => self.users(model, live),
        };
        Step::UpdateRoom { room, by, seen, name: self.once_in(2).then(|| self.one_of(WORDS)), admin, users }
    }

    async fn members_change(&mut self, model: &Side, live: &[User]) -> Step {
        let room = self.recent(model.rooms.len());
        let by = self.admin(model, live, room).await;
        let users = self.users(model, live);
        match self.below(2) {
            0 => Step::AddMembers { room, by, users, limit: 3 + self.below(5) },
            _ => Step::RemoveMembers { room, by, users },
        }
    }

    /// Mostly the room's admin, seldom somebody or nobody.
    async fn admin(&mut self, model: &Side, live: &[User], room: Nth) -> Option<Nth> {
        match model.store.room(model.room(room)).await.unwrap() {
            Some(room) if !self.once_in(5) => {
                room.admin.and_then(|admin| model.users.iter().position(|user| *user == admin))
            }
            _ => self.once_in(2).then(|| self.user(model, live)),
        }
    }

    /// Mostly a user that there is, seldom one that there was or never was.
    fn user(&mut self, model: &Side, live: &[User]) -> Nth {
        match self.below_len(live.len()) {
            Some(n) if !self.once_in(12) => position(model, &live[n]),
            _ => self.below(model.users.len() as u64 + 1),
        }
    }

    fn users(&mut self, model: &Side, live: &[User]) -> Vec<Nth> {
        (0..self.below(8)).map(|_| self.user(model, live)).collect()
    }

    /// One of the last few of `count` that were made, seldom the next.
    fn recent(&mut self, count: usize) -> Nth {
        if self.once_in(20) { count } else { count.saturating_sub(1 + self.below(6)) }
    }

    fn content(&mut self) -> String {
        let words: Vec<&str> = (0..=self.below(3)).map(|_| self.one_of(WORDS)).collect();
        words.join(if self.once_in(2) { " " } else { "" })
    }

    fn query(&mut self) -> String {
        let (one, other) = (self.one_of(WORDS), self.one_of(WORDS));
        match self.below(6) {
            0 => format!("{one} OR {other}"),
            1 => format!("{one} -{other}"),
            2 => format!("\"{one} {other}\""),
            3 => format!("{one} {other} before:{}", at(2)),
            4 => format!("after:{}", at(1)),
            _ => one.to_owned(),
        }
    }

    fn page(&mut self) -> PageRequest {
        let number = match self.below(7) {
            0 => PageNumber::Last,
            1 => PageNumber::Number(self.below(5) as u64),
            2 => PageNumber::Offset(self.below(9) as u64),
            _ => return WHOLE,
        };
        let counting = if self.once_in(4) { Counting::None } else { Counting::default() };
        PageRequest { number, size: 3, counting }
    }

    fn anchor(&mut self, model: &Side) -> Anchor {
        let near = (at(self.below(5) as i64), self.recent(model.messages.len()));
        match self.below(5) {
            0 => Anchor::Newest,
            1 => Anchor::Oldest,
            2 => Anchor::Before(near),
            3 => Anchor::After(near),
            _ => Anchor::Around(near),
        }
    }

    fn one_of<const N: usize>(&mut self, words: [&'static str; N]) -> &'static str {
        words[self.below(N as u64)]
    }

    fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    fn below_len(&mut self, len: usize) -> Option<usize> {
        (len > 0).then(|| self.below(len as u64))
    }

    fn below(&mut self, bound: u64) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        // The bounds are small, so the rest of the division always fits.
        ((self.0 >> 16) % bound) as usize
    }
}

fn position(model: &Side, user: &User) -> Nth {
    nth(model, user.id)
}

fn nth(model: &Side, user: UserId) -> Nth {
    model.users.iter().position(|id| *id == user).unwrap()
}
