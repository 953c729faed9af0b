//! What cases begin with, and how they ask.

use std::sync::Arc;

use chatapi_core::messages::{Message, MessageFilter, NewMessage};
use chatapi_core::page::{Count, Page, PageRequest};
use chatapi_core::rooms::{ListedRoom, NewRoom, Room};
use chatapi_core::search::{Analyzer, SearchTerms};
use chatapi_core::text::Text;
use chatapi_core::users::{NewUser, User};
use chatapi_core::{MessageId, RoomId, Timestamp, UserId};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use super::case::Subject;

/// Ids that no store has given.
pub(super) const NO_USER: UserId = UserId(987_654_321);
pub(super) const NO_ROOM: RoomId = RoomId(987_654_321);
pub(super) const NO_MESSAGE: MessageId = MessageId(987_654_321);

/// A page that holds every list of a case's.
pub(super) const WHOLE: PageRequest = PageRequest::first(10_000);

/// A moment: so many seconds after the one at which all begins.
pub(super) const fn at(second: i64) -> Timestamp {
    Timestamp::from_micros(1_795_338_707_809_284 + second * 1_000_000)
}

pub(super) fn text(content: &str) -> Text {
    Text::new(content, Analyzer::default()).unwrap()
}

pub(super) fn new_user(name: &str) -> NewUser {
    NewUser {
        username: name.to_owned(),
        email: format!("{name}@example.org"),
        password: format!("the hash of {name}"),
        is_active: true,
        awaits_activation: false,
        is_staff: false,
        is_superuser: false,
        is_viewer: false,
        date_joined: at(0),
        revision: 1 << 51,
    }
}

pub(super) async fn user(store: &Subject, name: &str) -> User {
    store.create_user(new_user(name)).await.unwrap()
}

pub(super) async fn users<const N: usize>(store: &Subject, names: [&str; N]) -> [User; N] {
    let mut users = Vec::new();
    for name in names {
        users.push(user(store, name).await);
    }
    users.try_into().unwrap()
}

pub(super) fn ids(users: &[&User]) -> Vec<UserId> {
    users.iter().map(|user| user.id).collect()
}

/// A room of `admin`'s with these others.
pub(super) async fn room(store: &Subject, admin: &User, others: &[&User]) -> Room {
    let room = NewRoom { name: "tea".to_owned(), admin: admin.id, users: ids(others) };
    store.create_room(room).await.unwrap()
}

/// The rooms as lists show them.
pub(super) fn listed(rooms: &[&Room]) -> Vec<ListedRoom> {
    rooms.iter().map(|room| Room::clone(room).into()).collect()
}

pub(super) fn members(room: &Room) -> Vec<UserId> {
    room.users.iter().map(|member| member.id).collect()
}

/// The room as it is now.
pub(super) async fn now(store: &Subject, room: &Room) -> Room {
    store.room(room.id).await.unwrap().unwrap()
}

/// Sends a message if the store lets its author.
pub(super) async fn try_send(store: &Subject, room: &Room, author: &User, content: &str) -> Option<Message> {
    let message = NewMessage { room: room.id, user: author.id, text: text(content), at: at(0) };
    store.create_message(message).await.unwrap()
}

/// Sends a message at [`at`] 0.
pub(super) async fn send(store: &Subject, room: &Room, author: &User, content: &str) -> Message {
    try_send(store, room, author, content).await.unwrap()
}

/// Every message that the filter lets through.
pub(super) async fn list(store: &Subject, filter: &MessageFilter) -> Page<Message> {
    store.messages(filter, WHOLE).await.unwrap().unwrap()
}

/// How many messages the filter lets through.
pub(super) async fn number(store: &Subject, filter: &MessageFilter) -> usize {
    let page = list(store, filter).await;
    assert_eq!(page.count, Count::Exact(page.results.len() as u64));
    page.results.len()
}

/// What every message says that the filter lets through.
pub(super) async fn contents(store: &Subject, filter: &MessageFilter) -> Vec<String> {
    list(store, filter).await.results.into_iter().map(|message| message.content).collect()
}

/// What the messages say that a search of `reader`'s finds.
pub(super) async fn found(store: &Subject, reader: &User, query: &str) -> Vec<String> {
    contents(
        store,
        &MessageFilter { search: SearchTerms::parse(query).unwrap(), ..MessageFilter::all(reader.id) },
    )
    .await
}

/// The answers of all these tasks, which wait for each other before they begin.
pub(super) async fn at_once<T, Task>(tasks: impl IntoIterator<Item = Task>) -> Vec<T>
where
    T: Send + 'static,
    Task: Future<Output = T> + Send + 'static,
{
    let tasks: Vec<Task> = tasks.into_iter().collect();
    let start = Arc::new(Barrier::new(tasks.len()));
    let mut running = JoinSet::new();
    for task in tasks {
        let start = start.clone();
        running.spawn(async move {
            start.wait().await;
            task.await
        });
    }
    running.join_all().await
}
