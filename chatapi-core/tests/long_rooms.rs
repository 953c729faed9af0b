//! Searches in rooms so long that their messages are in few large segments, on either engine.

#![cfg(all(feature = "suites", feature = "sqlite", feature = "postgres"))]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends in a panic that says why")]

use std::time::Duration;

use chatapi_core::messages::{HistoryRequest, Message, MessageFilter, RankedSearch, Sort, Span};
use chatapi_core::page::{Count, Counting, PageNumber, PageRequest};
use chatapi_core::search::{Query, SearchTerms, Words};
use chatapi_core::store::load::{Load, LoadedRoom};
use chatapi_core::store::postgres::PgStore;
use chatapi_core::store::sqlite::SqliteStore;
use chatapi_core::testing::postgres::Databases;
use chatapi_core::users::User;
use chatapi_core::{MessageId, RoomId, Store, Timestamp, UserId};

const ADA: UserId = UserId(1);
const ROOMS: [RoomId; 2] = [RoomId(1), RoomId(2)];

/// A whole segment of the second size in each room and more, whose places fill several pages.
const MANY: i64 = 3000;

/// The bound of exact counts in these tests.
const BOUND: u64 = 500;

fn ada() -> User {
    User {
        id: ADA,
        username: "ada".into(),
        email: "ada@example.org".into(),
        password: "!".into(),
        is_active: true,
        is_staff: false,
        is_superuser: false,
        date_joined: Timestamp::from_micros(1),
        revision: 0,
        external_id: None,
    }
}

/// One of two rooms' messages, a second after the one before; some have the word once more.
fn message(id: i64) -> Message {
    let at = Timestamp::from_micros(1_700_000_000_000_000).plus(Duration::from_secs(id.unsigned_abs()));
    let tea = "tea ".repeat(1 + usize::from(id % 7 == 0) + usize::from(id % 100 == 0));
    Message {
        id: MessageId(id),
        content: format!("{tea}no. {id}"),
        created_at: at,
        updated_at: at,
        user: ADA,
        room: ROOMS[usize::from(id % 3 == 0)],
    }
}

fn all() -> Vec<Message> {
    (1..=MANY).map(message).collect()
}

async fn fill(store: &dyn Store, mut load: Load) {
    load.add_users(&[ada()]).await.unwrap();
    for room in ROOMS {
        let name = format!("room {room}");
        load.add_rooms(&[LoadedRoom { id: room, name, admin: Some(ADA) }]).await.unwrap();
        load.add_members(&[(room, ADA)]).await.unwrap();
    }
    load.add_messages(&all()).await.unwrap();
    load.commit().await.unwrap();
    while let Some(room) = store.untidy_rooms().await.unwrap().first() {
        store.tidy(*room, Words::default()).await.unwrap();
    }
}

fn filter(room: Option<RoomId>) -> MessageFilter {
    MessageFilter { room, search: SearchTerms::parse("tea"), ..MessageFilter::all(ADA) }
}

fn ids(messages: &[Message]) -> Vec<i64> {
    messages.iter().map(|message| message.id.0).collect()
}

/// The messages of a scope, oldest first.
fn within(room: Option<RoomId>) -> Vec<Message> {
    all().into_iter().filter(|message| room.is_none_or(|room| message.room == room)).collect()
}

async fn a_page_of_hits_begins_at_any_place(store: &dyn Store) {
    for room in [None, Some(ROOMS[0]), Some(ROOMS[1])] {
        let there = within(room);
        for nth in (0..there.len()).step_by(37).chain([there.len() - 1]) {
            let place = there[nth].place();
            let page =
                async |span| store.history(&filter(room), &HistoryRequest::new(span, 10)).await.unwrap();
            let mut before = there[nth.saturating_sub(10)..nth].to_vec();
            before.reverse();
            assert_eq!(ids(&page(Span::Before(place)).await.results), ids(&before), "before {nth}");
            let after = &there[nth + 1..there.len().min(nth + 11)];
            assert_eq!(ids(&page(Span::After(place)).await.results), ids(after), "after {nth}");
            let around = &there[nth.saturating_sub(5)..there.len().min(nth + 5)];
            assert_eq!(ids(&page(Span::Around(place)).await.results), ids(around), "around {nth}");
        }
    }
}

async fn a_page_of_hits_has_any_number(store: &dyn Store) {
    for room in [None, Some(ROOMS[1])] {
        let there = within(room);
        for number in (1..there.len().div_ceil(50)).step_by(3) {
            let counting = if number % 2 == 0 { Counting::Exact } else { Counting::UpTo(BOUND) };
            let number_of_page = PageNumber::Number(number as u64);
            let request = PageRequest { number: number_of_page, size: 50, counting };
            let page = store.messages(&filter(room), request).await.unwrap().unwrap();
            assert_eq!(ids(&page.results), ids(&there[(number - 1) * 50..number * 50]), "page {number}");
            match page.count {
                Count::Estimate(count) => assert!(count > BOUND && counting != Counting::Exact),
                count => assert_eq!(count, Count::Exact(there.len() as u64)),
            }
        }
    }
}

async fn ranked(store: &dyn Store, q: &str, sort: Sort, page: u64) -> (Vec<i64>, Count) {
    let query = Query::parse(q, Words::default()).unwrap();
    let search =
        RankedSearch { reader: ADA, room: None, authors: None, query, words: Words::default(), sort };
    let request = PageRequest { number: PageNumber::Number(page), ..PageRequest::first(25) };
    let page = store.ranked(&search, request).await.unwrap().unwrap();
    (ids(&page.results), page.count)
}

async fn the_best_of_many_come_first_and_of_equals_the_newest(store: &dyn Store) {
    let mut expected = all();
    let teas = |message: &Message| message.content.matches("tea").count();
    expected.sort_by_key(|message| std::cmp::Reverse((teas(message), message.id)));
    for page in [1, 2, 3, 18, 19, 20, 120] {
        let (found, count) = ranked(store, "tea", Sort::Relevance, page).await;
        let from = 25 * (page as usize - 1);
        assert_eq!(found, ids(&expected[from..from + 25]), "page {page}");
        assert_eq!(count, Count::Exact(MANY as u64));
    }
}

async fn words_are_sought_between_any_moments(store: &dyn Store) {
    for (from, to) in [(1, 3000), (2, 700), (257, 1024), (1500, 1501), (2999, 3000), (700, 2800)] {
        let (after, before) = (message(from).created_at, message(to).created_at);
        let mut expected: Vec<i64> = (from + 1..to).rev().collect();
        let there = expected.len() as u64;
        expected.truncate(25);
        let query = format!("tea after:{after} before:{before}");
        let found = ranked(store, &query, Sort::Recent, 1).await;
        assert_eq!(found, (expected, Count::Exact(there)), "{query}");
    }
}

async fn everything(store: &dyn Store, load: Load) {
    fill(store, load).await;
    a_page_of_hits_begins_at_any_place(store).await;
    a_page_of_hits_has_any_number(store).await;
    the_best_of_many_come_first_and_of_equals_the_newest(store).await;
    words_are_sought_between_any_moments(store).await;
    // What is gone from a segment is passed over.
    store.delete_message(MessageId(MANY), chatapi_core::permission::Reach::EveryRoom).await.unwrap();
    assert_eq!(ranked(store, "tea", Sort::Recent, 1).await.0, (MANY - 25..MANY).rev().collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn long_rooms_are_searched_exactly_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path().join("chat.sqlite3")).await.unwrap();
    store.migrate().await.unwrap();
    everything(&store, store.load(Words::default()).await.unwrap()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn long_rooms_are_searched_exactly_on_postgresql() {
    let databases = Databases::new().await;
    let store = PgStore::connect_lazy(&databases.fresh().await, 4).unwrap();
    store.migrate().await.unwrap();
    everything(&store, store.load(Words::default()).await.unwrap()).await;
    databases.drop_all().await;
}
