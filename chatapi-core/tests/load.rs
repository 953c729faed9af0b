//! Rows by the thousand, on either engine.

#![cfg(all(feature = "sqlite", feature = "postgres"))]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends in a panic that says why")]

use chatapi_core::messages::{Message, MessageFilter, NewMessage};
use chatapi_core::page::PageRequest;
use chatapi_core::search::{Analyzer, SearchTerms};
use chatapi_core::store::load::{Load, LoadedRoom, Totals};
use chatapi_core::store::postgres::PgStore;
use chatapi_core::store::sqlite::SqliteStore;
use chatapi_core::text::Text;
use chatapi_core::users::User;
use chatapi_core::{MessageId, RoomId, Store, Timestamp, UserId};
use chatapi_testing::postgres::Databases;

const ADA: UserId = UserId(70);
const TEA: RoomId = RoomId(40);

fn user(id: UserId, username: &str) -> User {
    User {
        id,
        username: username.into(),
        email: "Ada@Example.org".into(),
        password: "!nobody logs in by this".into(),
        is_active: true,
        awaits_activation: false,
        is_staff: false,
        is_superuser: true,
        is_viewer: true,
        date_joined: Timestamp::from_micros(1),
        revision: 3,
        external_id: Some("host\t\\N".into()),
    }
}

fn message(id: i64) -> Message {
    let at = Timestamp::from_micros(1_700_000_000_000_000 + id);
    let content = format!("  Grüße no. {id}\r\n\\N\t\\. ");
    Message {
        id: MessageId(id),
        content,
        created_at: at,
        updated_at: at.plus(std::time::Duration::from_micros(1)),
        user: ADA,
        room: TEA,
    }
}

/// A user, a room with it, and so many messages.
async fn fill(load: &mut Load, messages: i64) {
    load.add_users(&[user(ADA, "ada")]).await.unwrap();
    load.add_rooms(&[LoadedRoom { id: TEA, name: "tea".into(), admin: Some(ADA) }]).await.unwrap();
    load.add_members(&[(TEA, ADA)]).await.unwrap();
    let messages: Vec<_> = (1..=messages).map(message).collect();
    load.add_messages(&messages).await.unwrap();
}

async fn found(store: &dyn Store, search: &str) -> Vec<Message> {
    let filter = MessageFilter { search: SearchTerms::parse(search).unwrap(), ..MessageFilter::all(ADA) };
    store.messages(&filter, PageRequest::first(25)).await.unwrap().unwrap().results
}

/// What holds of every store; `begin` begins a load on it.
async fn keeps_what_it_promises(store: &dyn Store, begin: impl AsyncFn() -> Load) {
    let mut dropped = begin().await;
    assert!(dropped.is_empty().await.unwrap());
    fill(&mut dropped, 10).await;
    assert!(!dropped.is_empty().await.unwrap() && dropped.has_messages().await.unwrap());
    drop(dropped);

    let mut load = begin().await;
    assert!(load.is_empty().await.unwrap() && !load.has_messages().await.unwrap());
    load.index_at_the_end().await.unwrap();
    fill(&mut load, 1000).await;
    let totals = load.totals().await.unwrap();
    assert_eq!(
        Totals { bytes: 0, ..totals },
        Totals { users: 1, rooms: 1, members: 1, messages: 1000, bytes: 0 }
    );
    assert_eq!(totals.bytes, (1..=1000).map(|id| message(id).content.len() as u64).sum::<u64>());
    assert!(load.next_ids().await.unwrap().message > MessageId(0));
    load.commit().await.unwrap();

    assert_eq!(store.user(ADA).await.unwrap(), Some(user(ADA, "ada")));
    assert_eq!(store.users_by_email("ada@example.ORG").await.unwrap().len(), 1);
    assert_eq!(store.room(TEA).await.unwrap().unwrap().admin, Some(ADA));
    assert_eq!(found(store, "\"GRÜSSE NO. 777\"").await, [message(777)]);
    while let Some(room) = store.rooms_to_index().await.unwrap().first() {
        store.index_room(*room, Analyzer::default()).await.unwrap();
    }
    assert_eq!(found(store, "\"GRÜSSE NO. 777\"").await, [message(777)]);

    let text = Text::new("sent", Analyzer::default()).unwrap();
    let sent = NewMessage { room: TEA, user: ADA, text, at: Timestamp::from_micros(2_000_000_000_000_000) };
    assert_eq!(store.create_message(sent).await.unwrap().unwrap().id, MessageId(1001));
    let mut again = begin().await;
    let next = again.next_ids().await.unwrap();
    assert!(next.user > ADA && next.room > TEA && next.message > MessageId(1001), "{next:?}");
    let taken = again.add_users(&[user(next.user, "ada")]).await.unwrap_err();
    assert!(
        format!("{taken:?}").to_lowercase().contains("unique"),
        "what is there twice is named: {taken:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_load_happens_whole_or_not_at_all_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path().join("chat.sqlite3")).await.unwrap();
    store.migrate().await.unwrap();
    keeps_what_it_promises(&store, async || store.load(Analyzer::default()).await.unwrap()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_load_happens_whole_or_not_at_all_on_postgresql() {
    let databases = Databases::new().await;
    let url = databases.fresh().await;
    let pool = sqlx::PgPool::connect_lazy(&url).unwrap();
    for store in [PgStore::connect_lazy(&url, 4).unwrap(), PgStore::new(pool)] {
        store.migrate().await.unwrap();
        if store.user(ADA).await.unwrap().is_none() {
            keeps_what_it_promises(&store, async || store.load(Analyzer::default()).await.unwrap()).await;
        } else {
            assert!(!store.load(Analyzer::default()).await.unwrap().is_empty().await.unwrap());
        }
    }
    databases.drop_all().await;
}
