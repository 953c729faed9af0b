//! Texts that an older release indexed are found as those that this one does, on either engine.

#![cfg(all(feature = "sqlite", feature = "postgres"))]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends in a panic that says why")]

use std::num::NonZeroU32;

use chatapi_core::messages::{MessageFilter, NewMessage};
use chatapi_core::page::PageRequest;
use chatapi_core::rooms::NewRoom;
use chatapi_core::search::{Analyzer, SearchTerms};
use chatapi_core::store::SqlStore;
use chatapi_core::store::engine::Engine;
use chatapi_core::store::postgres::PgStore;
use chatapi_core::store::sqlite::SqliteStore;
use chatapi_core::text::Text;
use chatapi_core::users::NewUser;
use chatapi_core::{Store, Timestamp};
use chatapi_testing::postgres::Databases;
use sqlx::SqlStr;

/// What older releases left: texts that were folded otherwise, and segments of them, neither of which says how it was read.
const OLDER: [&str; 3] = [
    "update chatapi_pending_texts set folded = 'kırmızı 3', stems = ' kırmızı 3 ', analyzer = '' where folded like '%3'",
    "update chatapi_segments set analyzer = '', bytes = 0",
    "delete from chatapi_segment_blocks where name > '' and name < '~'",
];

async fn what_an_older_release_indexed_is_found<E: Engine>(store: SqlStore<E>) {
    let store = store.with_segments_of(NonZeroU32::new(3).unwrap());
    store.migrate().await.unwrap();
    let at = Timestamp::from_micros(1_795_338_707_809_284);
    let ann = NewUser {
        username: "ann".into(),
        email: String::new(),
        password: "!".into(),
        is_active: true,
        is_staff: false,
        is_superuser: false,
        is_viewer: false,
        awaits_activation: false,
        revision: 0,
        date_joined: at,
    };
    let ann = store.create_user(ann).await.unwrap();
    let tea =
        store.create_room(NewRoom { name: "tea".into(), admin: ann.id, users: Vec::new() }).await.unwrap();
    for n in 0..4 {
        let text = Text::new(&format!("kırmızı {n}"), Analyzer::default()).unwrap();
        let new = NewMessage { room: tea.id, user: ann.id, text, at };
        store.create_message(new).await.unwrap().unwrap();
        if n == 2 {
            store.index_room(tea.id, Analyzer::default()).await.unwrap();
        }
    }
    for sql in OLDER {
        store.engine().write(SqlStr::from_static(sql), &[]).await.unwrap();
    }
    store.use_analyzer(Analyzer::default()).await.unwrap();
    assert_eq!(store.rooms_to_index().await.unwrap(), [tea.id]);
    store.index_room(tea.id, Analyzer::default()).await.unwrap();
    assert_eq!(store.rooms_to_index().await.unwrap(), []);
    for term in ["KIRMIZI", "kırmızı", "rmız"] {
        let filter =
            MessageFilter { search: SearchTerms::parse(term).unwrap(), ..MessageFilter::all(ann.id) };
        let found = store.messages(&filter, PageRequest::first(25)).await.unwrap().unwrap();
        assert_eq!(found.results.len(), 4, "{term}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_older_release_indexed_is_found_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path().join("chat.sqlite3")).await.unwrap();
    what_an_older_release_indexed_is_found(store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_older_release_indexed_is_found_on_postgresql() {
    let databases = Databases::new().await;
    let store = PgStore::connect_lazy(&databases.fresh().await, 4).unwrap();
    what_an_older_release_indexed_is_found(store).await;
    databases.drop_all().await;
}
