//! Facts about messages of rooms that somebody is not in, and reaches all the same.

use super::fact::{Subject, facts};
use super::given::{NO_MESSAGE, at, contents, found, list, room, send, text, users};
use crate::messages::MessageFilter;
use crate::permission::Reach::{EveryRoom, RoomsOf};

facts! {
    who_reaches_every_room_reads_a_message_of_any,
    who_reaches_every_room_changes_a_message_of_any,
    who_reaches_every_room_deletes_a_message_of_any,
    who_reaches_every_room_finds_no_message_that_is_not_there,
}

async fn who_reaches_every_room_reads_a_message_of_any(store: &Subject) {
    let [ann, bob] = users(store, ["ann", "bob"]).await;
    for admin in [&ann, &bob] {
        let tea = room(store, admin, &[]).await;
        let hello = send(store, &tea, admin, "hello").await;
        assert_eq!(store.message(hello.id, EveryRoom).await.unwrap(), Some(hello));
    }
}

async fn who_reaches_every_room_changes_a_message_of_any(store: &Subject) {
    let [ann, bob] = users(store, ["ann", "bob"]).await;
    let tea = room(store, &ann, &[]).await;
    let hello = send(store, &tea, &ann, "hello").await;
    let other = send(store, &tea, &ann, "other").await;
    let words = text("Good BYE");
    assert_eq!(store.update_message(hello.id, RoomsOf(bob.id), Some(&words), at(1)).await.unwrap(), None);
    let changed = store.update_message(hello.id, EveryRoom, Some(&words), at(2)).await.unwrap().unwrap();
    assert_eq!((&*changed.content, changed.user, changed.updated_at), ("Good BYE", ann.id, at(2)));
    assert_eq!(found(store, &ann, "bye").await, ["Good BYE"]);
    let later = store.update_message(hello.id, EveryRoom, None, at(3)).await.unwrap().unwrap();
    assert_eq!((&*later.content, later.created_at, later.updated_at), ("Good BYE", at(0), at(3)));
    assert_eq!(list(store, &MessageFilter::all(ann.id)).await.results, [later, other]);
}

async fn who_reaches_every_room_deletes_a_message_of_any(store: &Subject) {
    let [ann, bob] = users(store, ["ann", "bob"]).await;
    let tea = room(store, &ann, &[]).await;
    let hello = send(store, &tea, &ann, "hello").await;
    send(store, &tea, &ann, "other").await;
    assert!(!store.delete_message(hello.id, RoomsOf(bob.id)).await.unwrap());
    assert!(store.delete_message(hello.id, EveryRoom).await.unwrap());
    assert!(!store.delete_message(hello.id, EveryRoom).await.unwrap());
    assert_eq!(store.message(hello.id, EveryRoom).await.unwrap(), None);
    assert_eq!(contents(store, &MessageFilter::all(ann.id)).await, ["other"]);
}

async fn who_reaches_every_room_finds_no_message_that_is_not_there(store: &Subject) {
    let [ann] = users(store, ["ann"]).await;
    let tea = room(store, &ann, &[]).await;
    let hello = send(store, &tea, &ann, "hello").await;
    assert!(store.delete_room(tea.id, Some(ann.id)).await.unwrap());
    for id in [hello.id, NO_MESSAGE] {
        assert_eq!(store.message(id, EveryRoom).await.unwrap(), None);
        assert_eq!(store.update_message(id, EveryRoom, Some(&text("bye")), at(1)).await.unwrap(), None);
        assert!(!store.delete_message(id, EveryRoom).await.unwrap());
    }
}
