//! The index is bounded by the text that it takes in at once, not by the number of messages, on either engine.

#![cfg(all(feature = "sqlite", feature = "postgres"))]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends in a panic that says why")]

use std::num::NonZeroU32;

use chatapi_core::messages::{Message, MessageFilter, NewMessage};
use chatapi_core::page::{Count, PageRequest};
use chatapi_core::rooms::{NewRoom, Room};
use chatapi_core::search::{Analyzer, SearchTerms};
use chatapi_core::store::SqlStore;
use chatapi_core::store::engine::{Engine, Row as _};
use chatapi_core::store::postgres::PgStore;
use chatapi_core::store::sqlite::SqliteStore;
use chatapi_core::text::Text;
use chatapi_core::users::{NewUser, User};
use chatapi_core::{Store, Timestamp};
use chatapi_testing::postgres::Databases;
use sqlx::SqlStr;

const AT: Timestamp = Timestamp::from_micros(1_795_338_707_809_284);

/// The most text that a segment is built from, and the most that one is merged from.
const BUILT: i64 = 1024 * 1024;
const MERGED: i64 = 8 * BUILT;

async fn send(store: &impl Store, room: &Room, author: &User, content: &str) -> Message {
    let text = Text::new(content, Analyzer::default()).unwrap();
    store.create_message(NewMessage { room: room.id, user: author.id, text, at: AT }).await.unwrap().unwrap()
}

/// A text of 100,000 characters, of which no two are the same.
fn long(n: usize) -> String {
    let words = (0..).map(|word| format!("w{}x{n}", word * 7919 % 100_003));
    let mut text = String::new();
    for word in words {
        if text.len() + word.len() >= 100_000 {
            break;
        }
        text = text + &word + " ";
    }
    text
}

async fn found(store: &impl Store, reader: &User, term: &str) -> Count {
    let filter = MessageFilter { search: SearchTerms::parse(term).unwrap(), ..MessageFilter::all(reader.id) };
    store.messages(&filter, PageRequest::first(25)).await.unwrap().unwrap().count
}

async fn numbers<E: Engine>(store: &SqlStore<E>, sql: &'static str) -> Vec<i64> {
    let rows = store.engine().read(SqlStr::from_static(sql), &[]).await.unwrap();
    rows.iter().map(|row| row.int(0).unwrap()).collect()
}

async fn everything<E: Engine>(store: SqlStore<E>) {
    store.migrate().await.unwrap();
    let ann = NewUser {
        username: "ann".into(),
        email: String::new(),
        password: "!".into(),
        is_active: true,
        awaits_activation: false,
        is_staff: false,
        is_superuser: false,
        is_viewer: false,
        date_joined: AT,
        revision: 0,
    };
    let ann = store.create_user(ann).await.unwrap();
    let room = async || {
        store.create_room(NewRoom { name: "tea".into(), admin: ann.id, users: Vec::new() }).await.unwrap()
    };
    let (tea, rum) = (room().await, room().await);
    // Few texts, but as many bytes as two segments may have: the index takes them in.
    for n in 0..24 {
        send(&store, &tea, &ann, &long(n)).await;
    }
    assert_eq!(store.rooms_to_index().await.unwrap(), [tea.id]);
    let sends = async {
        // Nobody waits for the index so long that a send is refused.
        for n in 0..200 {
            send(&store, &rum, &ann, &format!("message {n}")).await;
            tokio::task::yield_now().await;
        }
    };
    let (indexed, ()) = tokio::join!(store.index_room(tea.id, Analyzer::default()), sends);
    indexed.unwrap();
    let built = numbers(&store, "select bytes from chatapi_segments order by id").await;
    assert_eq!(built.len(), 2, "{built:?}");
    assert!(built.iter().all(|bytes| *bytes <= BUILT), "{built:?}");
    assert_eq!(found(&store, &ann, "x2").await, Count::Exact(5));
    assert_eq!(found(&store, &ann, "\"w0x23 w7919x23\"").await, Count::Exact(1));

    // What is changed or deleted is not what the index has.
    let changed = send(&store, &tea, &ann, &long(100)).await;
    for n in 101..111 {
        send(&store, &tea, &ann, &long(n)).await;
    }
    store.index_room(tea.id, Analyzer::default()).await.unwrap();
    assert_eq!(found(&store, &ann, "\"w0x100 w7919x100\"").await, Count::Exact(1));
    let text = Text::new("short now", Analyzer::default()).unwrap();
    let reach = chatapi_core::permission::AccessScope::EveryRoom;
    store.update_message(changed.id, reach, Some(&text), AT).await.unwrap().unwrap();
    store.index_room(tea.id, Analyzer::default()).await.unwrap();
    assert_eq!(found(&store, &ann, "\"w0x100 w7919x100\"").await, Count::Exact(0));
    assert_eq!(found(&store, &ann, "\"short now\"").await, Count::Exact(1));

    // Eight of a size are merged, unless that is too much text.
    for n in 200..260 {
        send(&store, &tea, &ann, &long(n)).await;
    }
    store.index_room(tea.id, Analyzer::default()).await.unwrap();
    let merged = numbers(&store, "select bytes from chatapi_segments where tier > 0").await;
    assert!(!merged.is_empty() && merged.iter().all(|bytes| *bytes <= MERGED), "{merged:?}");
    for n in 300..1000 {
        send(&store, &tea, &ann, &format!("{n} {}", "tea ".repeat(500))).await;
    }
    store.index_room(tea.id, Analyzer::default()).await.unwrap();
    let segments = numbers(&store, "select bytes from chatapi_segments").await;
    assert!(segments.iter().all(|bytes| *bytes <= MERGED), "{segments:?}");
    assert_eq!(found(&store, &ann, "tea").await, Count::Exact(700));
}

#[tokio::test(flavor = "multi_thread")]
async fn long_texts_are_indexed_some_at_a_time_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path().join("chat.sqlite3")).await.unwrap();
    everything(store.with_segments_of(NonZeroU32::new(128).unwrap())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn long_texts_are_indexed_some_at_a_time_on_postgresql() {
    let databases = Databases::new().await;
    let store = PgStore::connect_lazy(&databases.fresh().await, 4).unwrap();
    everything(store).await;
    databases.drop_all().await;
}
