//! Cases about the store itself: its tables, its health, its secrets.

use chatapi_core::messages::MessageFilter;

use super::case::{Subject, cases};
use super::given::{at_once, list, room, send, user};

cases! {
    a_store_that_is_up_answers,
    a_store_that_is_up_takes_writes,
    a_store_that_was_migrated_says_so,
    migrating_again_changes_nothing,
    many_may_migrate_at_once,
    the_first_secret_of_a_name_is_kept,
    of_many_who_bring_a_secret_at_once_all_get_the_same,
}

async fn a_store_that_is_up_answers(store: &Subject) {
    store.ping().await.unwrap();
}

async fn a_store_that_is_up_takes_writes(store: &Subject) {
    store.check_writable().await.unwrap();
    store.check_writable().await.unwrap();
    assert_eq!(store.keep_secret("key", "one").await.unwrap(), "one");
}

async fn a_store_that_was_migrated_says_so(store: &Subject) {
    assert!(store.is_migrated().await.unwrap());
}

async fn migrating_again_changes_nothing(store: &Subject) {
    let ann = user(store, "ann").await;
    let tea = room(store, &ann, &[]).await;
    let hello = send(store, &tea, &ann, "hello").await;
    store.keep_secret("key", "one").await.unwrap();
    store.migrate().await.unwrap();
    store.migrate().await.unwrap();
    assert_eq!(store.user(ann.id).await.unwrap(), Some(ann.clone()));
    assert_eq!(store.room(tea.id).await.unwrap(), Some(tea));
    assert_eq!(list(store, &MessageFilter::all(ann.id)).await.results, [hello]);
    assert_eq!(store.keep_secret("key", "two").await.unwrap(), "one");
}

async fn many_may_migrate_at_once(store: &Subject) {
    let migrate = |store: Subject| async move { store.migrate().await };
    for done in at_once((0..8).map(|_| migrate(store.clone()))).await {
        done.unwrap();
    }
    user(store, "ann").await;
}

async fn the_first_secret_of_a_name_is_kept(store: &Subject) {
    let keep = async |name, fresh| store.keep_secret(name, fresh).await.unwrap();
    assert_eq!(keep("key", "one").await, "one");
    assert_eq!(keep("key", "two").await, "one");
    assert_eq!(keep("Key", "three").await, "three");
    assert_eq!(keep("", "a name of no letters, and ünïcode 🗝").await, "a name of no letters, and ünïcode 🗝");
    assert_eq!(keep("key", "one again").await, "one");
}

async fn of_many_who_bring_a_secret_at_once_all_get_the_same(store: &Subject) {
    let bring =
        |store: Subject, fresh: String| async move { store.keep_secret("key", &fresh).await.unwrap() };
    let secrets = at_once((0..32).map(|n| bring(store.clone(), format!("secret {n}")))).await;
    assert!(secrets[0].starts_with("secret "));
    assert!(secrets.iter().all(|secret| *secret == secrets[0]), "{secrets:?}");
    assert_eq!(store.keep_secret("key", "late").await.unwrap(), secrets[0]);
}
