//! Cases about what goes while others still use it: who comes too late is told, and nothing is left of it.

use std::slice::from_ref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chatapi_core::messages::{Message, MessageFilter};
use chatapi_core::permission::AccessScope::RoomsOf;
use chatapi_core::rooms::{NewRoom, Room, RoomChange};
use chatapi_core::store::StoreError;
use chatapi_core::users::User;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::sync::Notify;
use tokio::task::{JoinSet, yield_now};

use super::case::{Subject, cases};
use super::given::{
    WHOLE, at, at_once, ids, list, members, now, number, room, send, text, try_send, user, users,
};

cases! {
    what_a_member_sent_until_it_was_removed_is_kept_and_nothing_is_taken_afterwards,
    what_a_member_changed_until_it_was_removed_stands_and_nothing_changes_afterwards,
    what_is_sent_while_a_room_is_deleted_goes_with_it,
    what_is_sent_while_its_author_is_deleted_goes_with_it,
    a_user_who_is_deleted_while_a_room_takes_it_in_is_no_member,
    a_user_who_is_deleted_while_a_room_is_made_is_no_member,
    a_user_who_is_deleted_while_it_is_made_admin_is_none,
    all_of_a_room_may_delete_their_accounts_at_once,
    rooms_may_exchange_their_members_at_once,
}

/// How often a race is run: it goes one way or the other.
const ROUNDS: usize = 8;
const TASKS: usize = 6;

async fn what_a_member_sent_until_it_was_removed_is_kept_and_nothing_is_taken_afterwards(store: &Subject) {
    let [ann, bob] = users(store, ["ann", "bob"]).await;
    for _ in 0..ROUNDS {
        let tea = room(store, &ann, &[&bob]).await;
        let of_tea = MessageFilter { room: Some(tea.id), ..MessageFilter::all(ann.id) };
        let (sent, at_the_end) = until(sends(store, &tea, &bob), async {
            remove(store, &tea, &ann).await;
            list(store, &of_tea).await.results
        })
        .await;
        assert_eq!(list(store, &of_tea).await.results, sent);
        assert_eq!(at_the_end.len(), sent.len(), "messages appeared when their author was a member no more");
        assert_eq!(number(store, &MessageFilter::all(bob.id)).await, 0);
    }
}

async fn what_a_member_changed_until_it_was_removed_stands_and_nothing_changes_afterwards(store: &Subject) {
    let [ann, bob] = users(store, ["ann", "bob"]).await;
    for _ in 0..ROUNDS {
        let tea = room(store, &ann, &[&bob]).await;
        let hello = send(store, &tea, &bob, "hello").await;
        let (changed, at_the_end) = until(changes(store, &hello, &bob), async {
            remove(store, &tea, &ann).await;
            store.message(hello.id, RoomsOf(ann.id)).await.unwrap().unwrap()
        })
        .await;
        assert!(changed.contains(&at_the_end), "{at_the_end:?} is nobody's change");
        assert_eq!(store.message(hello.id, RoomsOf(ann.id)).await.unwrap(), Some(at_the_end));
    }
}

async fn what_is_sent_while_a_room_is_deleted_goes_with_it(store: &Subject) {
    let [ann, bob] = users(store, ["ann", "bob"]).await;
    let coffee = room(store, &ann, &[&bob]).await;
    let kept = send(store, &coffee, &bob, "kept").await;
    for _ in 0..ROUNDS {
        let tea = room(store, &ann, &[&bob]).await;
        let (sent, deleted) =
            until(sends(store, &tea, &bob), async { store.delete_room(tea.id, Some(ann.id)).await }).await;
        assert!(deleted.unwrap());
        for message in sent {
            assert_eq!(store.message(message.id, RoomsOf(bob.id)).await.unwrap(), None);
            assert_eq!(store.message(message.id, RoomsOf(ann.id)).await.unwrap(), None);
        }
        assert!(!store.room_exists(tea.id).await.unwrap());
        assert_eq!(list(store, &MessageFilter::all(bob.id)).await.results, from_ref(&kept));
    }
}

async fn what_is_sent_while_its_author_is_deleted_goes_with_it(store: &Subject) {
    let ann = user(store, "ann").await;
    for _ in 0..ROUNDS {
        let bob = user(store, "bob").await;
        let tea = room(store, &ann, &[&bob]).await;
        let kept = send(store, &tea, &ann, "kept").await;
        let (_, deleted) =
            until(sends(store, &tea, &bob), async { store.delete_user(bob.id, bob.revision).await }).await;
        assert!(deleted.unwrap());
        let of_tea = MessageFilter { room: Some(tea.id), ..MessageFilter::all(ann.id) };
        assert_eq!(list(store, &of_tea).await.results, [kept]);
        assert_eq!(members(&now(store, &tea).await), [ann.id]);
    }
}

async fn a_user_who_is_deleted_while_a_room_takes_it_in_is_no_member(store: &Subject) {
    let ann = user(store, "ann").await;
    for _ in 0..ROUNDS {
        let bob = user(store, "bob").await;
        let tea = room(store, &ann, &[]).await;
        let change = RoomChange { users: Some(ids(&[&ann, &bob])), ..RoomChange::default() };
        let taken_in = while_deleted(store, &bob, {
            let store = store.clone();
            let tea = tea.clone();
            async move { store.update_room(&tea, change).await }
        })
        .await;
        match taken_in {
            Ok(changed) => assert_eq!(members(&changed.unwrap()), ids(&[&ann, &bob])),
            Err(StoreError::Missing(missing)) => assert_eq!(missing, bob.id),
            Err(fault) => panic!("{fault:?}"),
        }
        assert_eq!(now(store, &tea).await, tea);
    }
}

async fn a_user_who_is_deleted_while_a_room_is_made_is_no_member(store: &Subject) {
    let ann = user(store, "ann").await;
    for _ in 0..ROUNDS {
        let bob = user(store, "bob").await;
        let new = NewRoom { name: "tea".to_owned(), admin: ann.id, users: vec![bob.id] };
        let made = while_deleted(store, &bob, {
            let store = store.clone();
            async move { store.create_room(new).await }
        })
        .await;
        match made {
            Ok(made) => assert_eq!(members(&now(store, &made).await), [ann.id]),
            Err(StoreError::Missing(missing)) => assert_eq!(missing, bob.id),
            Err(fault) => panic!("{fault:?}"),
        }
    }
}

async fn a_user_who_is_deleted_while_it_is_made_admin_is_none(store: &Subject) {
    let ann = user(store, "ann").await;
    for round in 0..ROUNDS {
        let bob = user(store, "bob").await;
        let tea = room(store, &ann, &[&bob]).await;
        // Half of the changes name the members anew, and so may find bob missing; the others find that it is no member.
        let users = (round % 2 == 0).then(|| ids(&[&bob, &ann]));
        let change = RoomChange { admin: Some(bob.id), users, ..RoomChange::default() };
        let changed = while_deleted(store, &bob, {
            let store = store.clone();
            let tea = tea.clone();
            async move { store.update_room(&tea, change).await }
        })
        .await;
        let admin = match changed {
            Ok(Some(changed)) => {
                assert_eq!(changed.admin, Some(bob.id));
                None
            }
            Ok(None) => Some(ann.id),
            Err(StoreError::Missing(missing)) => {
                assert_eq!(missing, bob.id);
                Some(ann.id)
            }
            Err(fault) => panic!("{fault:?}"),
        };
        let tea = now(store, &tea).await;
        assert_eq!((tea.admin, members(&tea)), (admin, vec![ann.id]));
    }
}

async fn all_of_a_room_may_delete_their_accounts_at_once(store: &Subject) {
    let mut all = Vec::new();
    for n in 0..8 {
        all.push(user(store, &format!("user{n}")).await);
    }
    let everybody: Vec<&User> = all.iter().collect();
    let mut rooms = Vec::new();
    for admin in &all {
        let room = room(store, admin, &everybody).await;
        for author in &all {
            send(store, &room, author, "hello").await;
        }
        rooms.push(room);
    }
    let delete = |store: Subject, user: User| async move { store.delete_user(user.id, user.revision).await };
    let deleted = at_once(all.iter().map(|user| delete(store.clone(), user.clone()))).await;
    assert!(deleted.iter().all(|deleted| matches!(deleted, Ok(true))), "{deleted:?}");
    for room in rooms {
        let room = now(store, &room).await;
        assert_eq!((room.admin, members(&room)), (None, vec![]));
    }
}

async fn rooms_may_exchange_their_members_at_once(store: &Subject) {
    let [ann, bob, cyd, dan] = users(store, ["ann", "bob", "cyd", "dan"]).await;
    let mut tasks = Vec::new();
    let mut rooms = Vec::new();
    for n in 0..16 {
        let (before, after) = match n % 2 {
            0 => ([&bob, &cyd], [&dan, &ann, &cyd]),
            _ => ([&dan, &cyd], [&bob, &cyd, &ann]),
        };
        let tea = room(store, &ann, &before).await;
        let change = RoomChange { users: Some(ids(&after)), ..RoomChange::default() };
        let store = store.clone();
        rooms.push(tea.clone());
        tasks.push(async move { store.update_room(&tea, change).await });
    }
    for changed in at_once(tasks).await {
        changed.unwrap().unwrap();
    }
    for (n, tea) in rooms.iter().enumerate() {
        let other = if n % 2 == 0 { &dan } else { &bob };
        let mut expected = ids(&[&ann, &cyd, other]);
        expected.sort_unstable();
        assert_eq!(members(&now(store, tea).await), expected);
    }
}

/// What `other` answers while `user` is being deleted. Checks that the user is in no room afterwards.
async fn while_deleted<T: Send + 'static>(
    store: &Subject,
    user: &User,
    other: impl Future<Output = T> + Send + 'static,
) -> T {
    let (deleting, id, revision) = (store.clone(), user.id, user.revision);
    let delete = async move {
        assert!(deleting.delete_user(id, revision).await.unwrap());
        None
    };
    let mut tasks = [delete.boxed(), other.map(Some).boxed()];
    // Either has its turn to be the first.
    tasks.rotate_left((id.0 % 2) as usize);
    let answers = at_once(tasks).await;
    assert_eq!(store.rooms(id, WHOLE).await.unwrap().unwrap().results, [], "nobody is a member");
    answers.into_iter().flatten().next().unwrap()
}

/// Leaves the admin alone in its room.
async fn remove(store: &Subject, room: &Room, admin: &User) {
    let alone = RoomChange { users: Some(vec![admin.id]), ..RoomChange::default() };
    let seen = Room { admin: Some(admin.id), ..now(store, room).await };
    store.update_room(&seen, alone).await.unwrap().unwrap();
}

/// An attempt of `author`'s to send to the room.
fn sends(store: &Subject, room: &Room, author: &User) -> impl Attempt {
    let (store, room, author) = (store.clone(), room.clone(), author.clone());
    move |_| {
        let (store, room, author) = (store.clone(), room.clone(), author.clone());
        async move { try_send(&store, &room, &author, "hello").await }.boxed()
    }
}

/// An attempt of `editor`'s to change the message.
fn changes(store: &Subject, message: &Message, editor: &User) -> impl Attempt {
    let (store, message, editor) = (store.clone(), message.id, editor.id);
    move |content| {
        let store = store.clone();
        async move { store.update_message(message, RoomsOf(editor), Some(&text(&content)), at(1)).await.unwrap() }
            .boxed()
    }
}

/// Something that is done to messages again and again, each time with a text of its own.
trait Attempt: Fn(String) -> BoxFuture<'static, Option<Message>> + Clone + Send + 'static {}

impl<F: Fn(String) -> BoxFuture<'static, Option<Message>> + Clone + Send + 'static> Attempt for F {}

/// Attempts a thing on many tasks until well after `end` has ended. Gives what the store granted, by id, and what `end`
/// gave. Checks that the store granted nothing that was attempted after the end.
async fn until<End>(attempt: impl Attempt, end: impl Future<Output = End>) -> (Vec<Message>, End) {
    let begun = Arc::new(Notify::new());
    let ended = Arc::new(AtomicBool::new(false));
    let mut attempts = JoinSet::new();
    for task in 0..TASKS {
        let (attempt, begun, ended) = (attempt.clone(), begun.clone(), ended.clone());
        attempts.spawn(async move {
            let mut granted = Vec::new();
            loop {
                let too_late = ended.load(Ordering::SeqCst);
                // A quick store would be given more than a page holds.
                if too_late || granted.len() < 1000 {
                    let answer = attempt(format!("{task} {}", granted.len())).await;
                    assert!(!too_late || answer.is_none(), "the store granted {answer:?} after the end");
                    granted.extend(answer);
                    begun.notify_one();
                }
                if too_late {
                    return granted;
                }
                yield_now().await;
            }
        });
    }
    begun.notified().await;
    let end = end.await;
    ended.store(true, Ordering::SeqCst);
    let mut granted = attempts.join_all().await.concat();
    assert!(!granted.is_empty());
    granted.sort_by_key(|message| message.id);
    (granted, end)
}
