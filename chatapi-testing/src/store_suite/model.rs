//! The case that a store answers as the store in memory does, whatever it is asked and in whatever order.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use chatapi_core::messages::{
    self, Cursor, CursorPage, CursorPageRequest, Message, MessageFilter, NewMessage, RankedSearch,
};
use chatapi_core::page::{Counting, Page};
use chatapi_core::permission::AccessScope;
use chatapi_core::rooms::{ListedRoom, Member, MembersChange, NewRoom, Room, RoomChange};
use chatapi_core::search::{Analyzer, Query, SearchTerms};
use chatapi_core::store::memory::MemoryStore;
use chatapi_core::store::{Result, StoreError};
use chatapi_core::users::{Administration, User};
use chatapi_core::{MessageId, RoomId, UserId};

use super::case::{Subject, cases};
use super::given::{at, text};

use self::draw::Draw;
use self::step::{Anchor, Nth, Reader, Step};

mod draw;
mod step;

cases! {
    a_store_answers_as_the_store_in_memory_does,
}

const STEPS: usize = 2000;

async fn a_store_answers_as_the_store_in_memory_does(store: &Subject) {
    let mut draw = Draw::new();
    let mut model = Side::new(Arc::new(MemoryStore::new()));
    let mut real = Side::new(store.clone());
    for n in 0..STEPS {
        let step = draw.step(&model).await;
        let (expected, answer) = (model.take(&step).await, real.take(&step).await);
        assert_eq!(answer, expected, "step {n} was {step:?}");
    }
}

/// A store, and the ids that it gave.
struct Side {
    store: Subject,
    users: Vec<UserId>,
    rooms: Vec<RoomId>,
    messages: Vec<MessageId>,
}

impl Side {
    fn new(store: Subject) -> Self {
        Self { store, users: Vec::new(), rooms: Vec::new(), messages: Vec::new() }
    }

    /// Calls the store, and gives its answer with what goes by ids named by when it was made.
    async fn take(&mut self, step: &Step) -> String {
        let store = self.store.clone();
        match step.clone() {
            Step::KeepSecret(name, fresh) => self.answer(store.keep_secret(name, fresh).await),
            Step::CreateUser(new) => {
                let made = store.create_user(new).await;
                self.users.extend(made.iter().map(|user| user.id));
                self.answer(made.map(|user| self.show_user(user)))
            }
            Step::KeepUser(external_id, fresh) => {
                let kept = store.keep_user(external_id, fresh).await;
                let new = kept.iter().map(|user| user.id).filter(|id| !self.users.contains(id));
                let new: Vec<UserId> = new.collect();
                self.users.extend(new);
                self.user_answer(kept.map(Some))
            }
            Step::User(id) => self.user_answer(store.user(self.user(id)).await),
            Step::UserByName(name) => self.user_answer(store.user_by_name(name).await),
            Step::UserByExternalId(id) => self.user_answer(store.user_by_external_id(id).await),
            Step::UsersByEmail(email) => {
                let found = store.users_by_email(email).await;
                self.answer(
                    found.map(|users| users.into_iter().map(|user| self.show_user(user)).collect::<Vec<_>>()),
                )
            }
            Step::Users(page) => self.page_answer(store.users(page).await, Self::show_user),
            Step::ExistingUsers(ids) => {
                let found = store.existing_users(&self.all_users(&ids)).await;
                self.answer(found.map(|ids| ids.into_iter().map(|id| self.show_id(id)).collect::<Vec<_>>()))
            }
            Step::UpdateUser(id, change) => self.user_answer(store.update_user(self.user(id), change).await),
            Step::DeleteUser(id, revision) => self.answer(store.delete_user(self.user(id), revision).await),
            Step::Administer(actor, account, edit) => {
                let (actor, account) = (self.user(actor), self.user(account));
                let change = Administration::Change { account, edit };
                let answer = self.user_answer(store.administer(actor, change, at(0)).await);
                let log = store.audit_log(account).await.unwrap();
                let told = log.into_iter().map(|entry| (entry.actor.1, entry.username, entry.detail));
                format!("{answer} {:?}", told.collect::<Vec<_>>())
            }
            Step::CreateRoom { name, admin, users } => {
                let new =
                    NewRoom { name: name.to_owned(), admin: self.user(admin), users: self.all_users(&users) };
                let made = store.create_room(new).await;
                self.rooms.extend(made.iter().map(|room| room.id));
                self.room_answer(made.map(Some))
            }
            Step::Room(id) => self.room_answer(store.room(self.room(id)).await),
            Step::RoomExists(id) => self.answer(store.room_exists(self.room(id)).await),
            Step::IsMember(room, user) => {
                self.answer(store.is_member(self.room(room), self.user(user)).await)
            }
            Step::Rooms(member, page) => {
                self.page_answer(store.rooms(self.user(member), page).await, Self::show_listed_room)
            }
            Step::UpdateRoom { room, by, seen, name, admin, users } => {
                let change = RoomChange {
                    name: name.map(str::to_owned),
                    admin: admin.map(|admin| self.user(admin)),
                    users: users.map(|users| self.all_users(&users)),
                };
                let room = self.seen(room, by, &seen);
                self.room_answer(store.update_room(&room, change).await)
            }
            Step::AddMembers { room, by, users, limit } => {
                let (room, by) = (self.room(room), by.map(|admin| self.user(admin)));
                let added = store.add_members(room, by, &self.all_users(&users), limit).await;
                self.answer(added.map(|change| change.map(|change| self.show_members_change(change))))
            }
            Step::RemoveMembers { room, by, users } => {
                let (room, by) = (self.room(room), by.map(|admin| self.user(admin)));
                let removed = store.remove_members(room, by, &self.all_users(&users)).await;
                self.answer(removed.map(|change| change.map(|change| self.show_members_change(change))))
            }
            Step::DeleteRoom(room, by) => {
                self.answer(store.delete_room(self.room(room), by.map(|admin| self.user(admin))).await)
            }
            Step::CreateMessage { room, user, content, at } => {
                let new =
                    NewMessage { room: self.room(room), user: self.user(user), text: text(&content), at };
                let made = store.create_message(new).await;
                self.messages.extend(made.iter().flatten().map(|message| message.id));
                self.message_answer(made)
            }
            Step::Message(id, reader) => {
                self.message_answer(store.message(self.message(id), self.reach(reader)).await)
            }
            Step::Messages { reader, room, user, query, page } => {
                let filter = MessageFilter {
                    scope: AccessScope::RoomsOf(self.user(reader)),
                    room: room.map(|room| self.room(room)),
                    user: user.map(|user| self.user(user)),
                    search: SearchTerms::parse(query).unwrap(),
                };
                self.page_answer(store.messages(&filter, page).await, Self::show_message)
            }
            Step::CursorPage { reader, room, user, query, anchor, limit } => {
                let filter = MessageFilter {
                    scope: AccessScope::RoomsOf(self.user(reader)),
                    room: room.map(|room| self.room(room)),
                    user: user.map(|user| self.user(user)),
                    search: SearchTerms::parse(query).unwrap(),
                };
                let cursor = |(at, nth)| Cursor { created_at: at, id: self.message(nth) };
                let anchor = match anchor {
                    Anchor::Newest => messages::Anchor::Newest,
                    Anchor::Oldest => messages::Anchor::Oldest,
                    Anchor::Before(near) => messages::Anchor::Before(cursor(near)),
                    Anchor::After(near) => messages::Anchor::After(cursor(near)),
                    Anchor::Around(near) => messages::Anchor::Around(cursor(near)),
                };
                let request =
                    CursorPageRequest { counting: Counting::Exact, ..CursorPageRequest::new(anchor, limit) };
                let found = store.cursor_page(&filter, &request).await;
                self.answer(found.map(|page| {
                    let results = page.results.into_iter().map(|row| self.show_message(row)).collect();
                    CursorPage { results, ..page }
                }))
            }
            Step::UpdateMessage { message, editor, content, at } => {
                let content = content.map(|content| text(&content));
                let (message, reach) = (self.message(message), self.reach(editor));
                self.message_answer(store.update_message(message, reach, content.as_ref(), at).await)
            }
            Step::DeleteMessage(id, editor) => {
                self.answer(store.delete_message(self.message(id), self.reach(editor)).await)
            }
            Step::Ranked { reader, room, author, query, sort, page } => {
                let analyzer = Analyzer::default();
                let search = RankedSearch {
                    reader: self.user(reader),
                    room: room.map(|room| self.room(room)),
                    authors: author.map(|author| vec![self.user(author)]),
                    query: Query::parse(&query, analyzer).unwrap(),
                    analyzer,
                    sort,
                };
                self.page_answer(store.ranked(&search, page).await, Self::show_message)
            }
            Step::Index(room) => self.answer(store.index_room(self.room(room), Analyzer::default()).await),
        }
    }

    // What was never made has an id that no store gives.

    fn user(&self, nth: Nth) -> UserId {
        self.users.get(nth).copied().unwrap_or(UserId(i64::MAX))
    }

    fn room(&self, nth: Nth) -> RoomId {
        self.rooms.get(nth).copied().unwrap_or(RoomId(i64::MAX))
    }

    /// The room as somebody saw it, with this admin and these members.
    fn seen(&self, room: Nth, admin: Option<Nth>, members: &[Nth]) -> Room {
        let member = |id| Member { id, username: String::new(), email: String::new() };
        let members: BTreeSet<UserId> = self.all_users(members).into_iter().collect();
        Room {
            id: self.room(room),
            name: String::new(),
            admin: admin.map(|admin| self.user(admin)),
            users: members.into_iter().map(member).collect(),
        }
    }

    fn message(&self, nth: Nth) -> MessageId {
        self.messages.get(nth).copied().unwrap_or(MessageId(i64::MAX))
    }

    fn reach(&self, reader: Reader) -> AccessScope {
        match reader {
            Reader::Member(nth) => AccessScope::RoomsOf(self.user(nth)),
            Reader::Anyone => AccessScope::EveryRoom,
        }
    }

    fn all_users(&self, nths: &[Nth]) -> Vec<UserId> {
        nths.iter().map(|nth| self.user(*nth)).collect()
    }

    fn answer<T: fmt::Debug>(&self, answer: Result<T>) -> String {
        match answer {
            Ok(answer) => format!("{answer:?}"),
            Err(StoreError::Taken) => "taken".to_owned(),
            Err(StoreError::TooMany) => "too many".to_owned(),
            Err(StoreError::Forbidden) => "forbidden".to_owned(),
            Err(StoreError::LastSuperuser) => "the last superuser".to_owned(),
            Err(StoreError::Missing(user)) => format!("missing {}", self.show_id(user)),
            Err(fault) => panic!("{fault:?}"),
        }
    }

    fn user_answer(&self, answer: Result<Option<User>>) -> String {
        self.answer(answer.map(|user| user.map(|user| self.show_user(user))))
    }

    fn room_answer(&self, answer: Result<Option<Room>>) -> String {
        self.answer(answer.map(|room| room.map(|room| self.show_room(room))))
    }

    fn message_answer(&self, answer: Result<Option<Message>>) -> String {
        self.answer(answer.map(|message| message.map(|message| self.show_message(message))))
    }

    fn page_answer<T: fmt::Debug>(&self, answer: Result<Option<Page<T>>>, show: fn(&Self, T) -> T) -> String {
        let shown = |page: Page<T>| {
            let results: Vec<T> = page.results.into_iter().map(|row| show(self, row)).collect();
            (page.count, page.number, page.has_next, results)
        };
        self.answer(answer.map(|page| page.map(shown)))
    }

    fn show_id(&self, id: UserId) -> UserId {
        UserId(nth(&self.users, id))
    }

    fn show_user(&self, user: User) -> User {
        User { id: self.show_id(user.id), ..user }
    }

    fn show_room(&self, room: Room) -> Room {
        let users =
            room.users.into_iter().map(|member| Member { id: self.show_id(member.id), ..member }).collect();
        Room {
            id: RoomId(nth(&self.rooms, room.id)),
            admin: room.admin.map(|id| self.show_id(id)),
            users,
            ..room
        }
    }

    fn show_listed_room(&self, room: ListedRoom) -> ListedRoom {
        let ListedRoom { id, name, admin, users, is_truncated } = room;
        let shown = self.show_room(Room { id, name, admin, users });
        ListedRoom { is_truncated, ..shown.into() }
    }

    fn show_members_change(&self, change: MembersChange) -> MembersChange {
        let users = change.users.iter().map(|id| self.show_id(*id)).collect();
        MembersChange { room: self.show_room(change.room), users }
    }

    fn show_message(&self, message: Message) -> Message {
        Message {
            id: MessageId(nth(&self.messages, message.id)),
            user: self.show_id(message.user),
            room: RoomId(nth(&self.rooms, message.room)),
            ..message
        }
    }
}

/// Which of the ids `id` is; -1 where it is none of them.
fn nth<Id: Copy + PartialEq>(ids: &[Id], id: Id) -> i64 {
    ids.iter().position(|one| *one == id).and_then(|nth| i64::try_from(nth).ok()).unwrap_or(-1)
}
