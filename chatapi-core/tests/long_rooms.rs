//! Searches in rooms so long that their messages are in few large segments, on either engine.

#![cfg(all(feature = "sqlite", feature = "postgres"))]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends in a panic that says why")]

use std::num::NonZeroU32;
use std::time::Duration;

use chatapi_core::messages::{Anchor, CursorPageRequest, Message, MessageFilter, RankedSearch, Sort};
use chatapi_core::page::{Count, Counting, PageNumber, PageRequest};
use chatapi_core::search::{Analyzer, Query, SearchTerms};
use chatapi_core::store::load::{Load, LoadedRoom};
use chatapi_core::store::postgres::PgStore;
use chatapi_core::store::sqlite::SqliteStore;
use chatapi_core::users::User;
use chatapi_core::{MessageId, RoomId, Store, Timestamp, UserId};
use chatapi_testing::postgres::Databases;

const ADA: UserId = UserId(1);
const ROOMS: [RoomId; 4] = [RoomId(1), RoomId(2), RoomId(3), RoomId(4)];

const MANY: i64 = 3000;

/// The bound of exact counts in these tests.
const BOUND: u64 = 500;

/// In all messages, in some, in few, in one, and in none.
const TERMS: [&str; 5] = ["tea", "7", "tea tea tea", "no. 1234", "coffee"];

/// The usual number of texts a segment, by which all messages are near; and one by which most are not.
const SEGMENTS: [Option<NonZeroU32>; 2] = [None, NonZeroU32::new(16)];

fn ada() -> User {
    User {
        id: ADA,
        username: "ada".into(),
        email: "ada@example.org".into(),
        password: "!".into(),
        is_active: true,
        awaits_activation: false,
        is_staff: false,
        is_superuser: false,
        is_viewer: false,
        date_joined: Timestamp::from_micros(1),
        revision: 0,
        external_id: None,
    }
}

/// A message a second after the one before; some have the word once more. The rooms are talked in at different times.
fn message(id: i64) -> Message {
    let at = Timestamp::from_micros(1_700_000_000_000_000).plus(Duration::from_secs(id.unsigned_abs()));
    let tea = "tea ".repeat(1 + usize::from(id % 7 == 0) + usize::from(id % 100 == 0));
    let room = match id {
        1000..1500 if id % 2 == 0 => 2,
        2900.. => 3,
        _ => usize::from(id % 3 == 0),
    };
    Message {
        id: MessageId(id),
        content: format!("{tea}no. {id}"),
        created_at: at,
        updated_at: at,
        user: ADA,
        room: ROOMS[room],
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
    while let Some(room) = store.rooms_to_index().await.unwrap().first() {
        store.index_room(*room, Analyzer::default()).await.unwrap();
    }
}

fn filter(room: Option<RoomId>, term: &str) -> MessageFilter {
    MessageFilter {
        room,
        search: SearchTerms::parse(&format!("\"{term}\"")).unwrap(),
        ..MessageFilter::all(ADA)
    }
}

fn ids(messages: &[Message]) -> Vec<i64> {
    messages.iter().map(|message| message.id.0).collect()
}

/// Every scope and term, with the messages that are there to find, oldest first.
fn searches() -> Vec<(MessageFilter, Vec<Message>)> {
    let scopes = [None].into_iter().chain(ROOMS.map(Some));
    let searches = scopes.flat_map(|room| TERMS.map(|term| (room, term)));
    let with_hits = searches.map(|(room, term)| {
        let is_hit = |message: &Message| {
            room.is_none_or(|room| message.room == room) && message.content.contains(term)
        };
        (filter(room, term), all().into_iter().filter(is_hit).collect())
    });
    with_hits.collect()
}

async fn a_page_of_hits_begins_at_any_cursor(store: &dyn Store) {
    for (filter, there) in searches() {
        for nth in (1..=MANY).step_by(251).chain([MANY]) {
            let cursor = message(nth).cursor();
            let page = async |anchor| {
                let page = store.cursor_page(&filter, &CursorPageRequest::new(anchor, 10)).await.unwrap();
                (ids(&page.results), page.has_more_before, page.has_more_after)
            };
            let before = there.partition_point(|message| message.cursor() < cursor);
            let through = there.partition_point(|message| message.cursor() <= cursor);
            let mut expected = ids(&there[before.saturating_sub(10)..before]);
            expected.reverse();
            let expected = (expected, before > 10, before < there.len());
            assert_eq!(page(Anchor::Before(cursor)).await, expected, "{filter:?} before {nth}");
            let end = there.len().min(through + 10);
            let expected = (ids(&there[through..end]), through > 0, end < there.len());
            assert_eq!(page(Anchor::After(cursor)).await, expected, "{filter:?} after {nth}");
            let (from, to) = (before.saturating_sub(5), there.len().min(before + 5));
            assert_eq!(
                page(Anchor::Around(cursor)).await.0,
                ids(&there[from..to]),
                "{filter:?} around {nth}"
            );
        }
    }
}

async fn a_page_of_hits_has_any_number(store: &dyn Store) {
    for (filter, there) in searches() {
        for (nth, hits) in there.chunks(50).enumerate().step_by(4) {
            for counting in [Counting::Exact, Counting::UpTo(BOUND)] {
                let number = PageNumber::Number(nth as u64 + 1);
                let page = store.messages(&filter, PageRequest { number, size: 50, counting }).await;
                let page = page.unwrap().unwrap();
                assert_eq!(ids(&page.results), ids(hits), "{filter:?}, page {number:?}");
                match page.count {
                    Count::Estimate(count) => assert!(count > BOUND && counting != Counting::Exact),
                    count => assert_eq!(count, Count::Exact(there.len() as u64), "{filter:?}"),
                }
            }
        }
    }
}

async fn the_last_page_of_hits_ends_with_the_newest(store: &dyn Store) {
    for (filter, there) in searches() {
        let request = PageRequest { number: PageNumber::Last, size: 50, counting: Counting::Exact };
        let page = store.messages(&filter, request).await.unwrap().unwrap();
        let shown = there.chunks(50).last().unwrap_or_default();
        assert_eq!(ids(&page.results), ids(shown), "{filter:?}");
    }
}

async fn ranked(store: &dyn Store, q: &str, sort: Sort, page: u64) -> (Vec<i64>, Count) {
    let query = Query::parse(q, Analyzer::default()).unwrap();
    let search =
        RankedSearch { reader: ADA, room: None, authors: None, query, analyzer: Analyzer::default(), sort };
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
    a_page_of_hits_begins_at_any_cursor(store).await;
    a_page_of_hits_has_any_number(store).await;
    the_last_page_of_hits_ends_with_the_newest(store).await;
    the_best_of_many_come_first_and_of_equals_the_newest(store).await;
    words_are_sought_between_any_moments(store).await;
    // What is gone from a segment is passed over.
    store.delete_message(MessageId(MANY), chatapi_core::permission::AccessScope::EveryRoom).await.unwrap();
    assert_eq!(ranked(store, "tea", Sort::Recent, 1).await.0, (MANY - 25..MANY).rev().collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn long_rooms_are_searched_exactly_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    for (n, segment) in SEGMENTS.into_iter().enumerate() {
        let store = SqliteStore::open(folder.path().join(format!("{n}.sqlite3"))).await.unwrap();
        let store = match segment {
            Some(texts) => store.with_segments_of(texts),
            None => store,
        };
        store.migrate().await.unwrap();
        everything(&store, store.load(Analyzer::default()).await.unwrap()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn long_rooms_are_searched_exactly_on_postgresql() {
    let databases = Databases::new().await;
    for segment in SEGMENTS {
        let store = PgStore::connect_lazy(&databases.fresh().await, 4).unwrap();
        let store = match segment {
            Some(texts) => store.with_segments_of(texts),
            None => store,
        };
        store.migrate().await.unwrap();
        everything(&store, store.load(Analyzer::default()).await.unwrap()).await;
    }
    databases.drop_all().await;
}
