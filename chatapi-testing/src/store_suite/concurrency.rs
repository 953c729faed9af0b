//! Cases about callers who want the same thing at once: one of them gets it.

use chatapi_core::UserId;
use chatapi_core::messages::MessageFilter;
use chatapi_core::page::Count;
use chatapi_core::permission::AccessScope::RoomsOf;
use chatapi_core::rooms::{ListedRoom, NewRoom, Room, RoomChange};
use chatapi_core::store::{Result, StoreError};
use chatapi_core::users::{NewUser, User, UserChange};

use super::case::{Subject, cases};
use super::given::{WHOLE, at_once, members, new_user, now, number, room, send, user, users};

cases! {
    of_many_who_take_a_name_at_once_one_gets_it,
    of_many_who_change_to_a_name_at_once_one_gets_it,
    of_many_new_passwords_at_once_one_is_kept,
    of_many_better_hashes_at_once_one_is_kept,
    of_many_activations_at_once_one_happens,
    of_many_deletions_at_once_one_happens,
    of_many_hand_overs_at_once_one_happens,
    many_rooms_and_messages_made_at_once_are_all_kept,
    a_member_who_is_removed_is_not_made_admin_at_once,
}

/// How often a race of two is run: it goes one way or the other.
const ROUNDS: usize = 12;

async fn of_many_who_take_a_name_at_once_one_gets_it(store: &Subject) {
    let take = |store: Subject, email: String| async move {
        store.create_user(NewUser { email, ..new_user("ann") }).await
    };
    let taken = at_once((0..32).map(|n| take(store.clone(), format!("{n}@example.org")))).await;
    let refused = taken.iter().filter(|user| matches!(user, Err(StoreError::Taken))).count();
    assert_eq!(refused, 31, "{taken:?}");
    let made: Vec<User> = taken.into_iter().flatten().collect();
    assert_eq!(store.users(WHOLE).await.unwrap().unwrap().results, made);
}

async fn of_many_who_change_to_a_name_at_once_one_gets_it(store: &Subject) {
    let mut changes = Vec::new();
    for n in 0..16 {
        let user = user(store, &format!("user{n}")).await;
        let change = UserChange::Username { username: "ann".to_owned(), revision: user.revision };
        changes.push(update(store.clone(), user.id, change));
    }
    let changed = at_once(changes).await;
    let refused = changed.iter().filter(|user| matches!(user, Err(StoreError::Taken))).count();
    assert_eq!(refused, 15, "{changed:?}");
    let named = changed.into_iter().find_map(Result::ok).flatten();
    assert!(named.is_some());
    assert_eq!(store.user_by_name("ann").await.unwrap(), named);
}

async fn of_many_new_passwords_at_once_one_is_kept(store: &Subject) {
    let ann = user(store, "ann").await;
    let change = |n| UserChange::Password { hash: format!("hash {n}"), revision: ann.revision };
    let kept = the_one(at_once((0..16).map(|n| update(store.clone(), ann.id, change(n)))).await);
    assert_eq!(kept.revision, ann.revision + 1);
    assert_eq!(store.user(ann.id).await.unwrap(), Some(kept));
}

async fn of_many_better_hashes_at_once_one_is_kept(store: &Subject) {
    let ann = user(store, "ann").await;
    let change = |n| UserChange::Rehash { from: ann.password.clone(), to: format!("hash {n}") };
    let kept = the_one(at_once((0..16).map(|n| update(store.clone(), ann.id, change(n)))).await);
    assert_eq!(store.user(ann.id).await.unwrap(), Some(kept));
}

async fn of_many_activations_at_once_one_happens(store: &Subject) {
    let awaiting = NewUser { is_active: false, awaits_activation: true, ..new_user("ann") };
    let ann = store.create_user(awaiting).await.unwrap();
    let kept = the_one(at_once((0..16).map(|_| update(store.clone(), ann.id, UserChange::Activate))).await);
    assert_eq!(kept, User { is_active: true, awaits_activation: false, ..ann });
}

async fn of_many_deletions_at_once_one_happens(store: &Subject) {
    let [ann, bob] = users(store, ["ann", "bob"]).await;
    let tea = room(store, &ann, &[&bob]).await;
    let hello = send(store, &tea, &bob, "hello").await;
    let message =
        |store: Subject| async move { store.delete_message(hello.id, RoomsOf(ann.id)).await.unwrap() };
    let room = |store: Subject| async move { store.delete_room(tea.id, Some(ann.id)).await.unwrap() };
    let user = |store: Subject| async move { store.delete_user(bob.id, bob.revision).await.unwrap() };
    for deleted in [
        at_once((0..16).map(|_| message(store.clone()))).await,
        at_once((0..16).map(|_| room(store.clone()))).await,
        at_once((0..16).map(|_| user(store.clone()))).await,
    ] {
        assert_eq!(deleted.into_iter().filter(|deleted| *deleted).count(), 1);
    }
}

async fn of_many_hand_overs_at_once_one_happens(store: &Subject) {
    let [ann, bob, cyd] = users(store, ["ann", "bob", "cyd"]).await;
    for _ in 0..ROUNDS {
        let tea = room(store, &ann, &[&bob, &cyd]).await;
        let hand_over = |store: Subject, to: &User| {
            let change =
                RoomChange { name: Some(to.username.clone()), admin: Some(to.id), ..RoomChange::default() };
            let tea = tea.clone();
            async move { store.update_room(&tea, change).await.unwrap() }
        };
        let tasks = [&bob, &cyd, &bob, &cyd].map(|to| hand_over(store.clone(), to));
        let changed: Vec<_> = at_once(tasks).await.into_iter().flatten().collect();
        let [changed] = &changed[..] else { panic!("not one happened: {changed:?}") };
        assert_eq!(now(store, changed).await, *changed);
        let admin = if changed.name == "bob" { bob.id } else { cyd.id };
        assert_eq!((changed.admin, changed.users.len()), (Some(admin), 3));
    }
}

async fn many_rooms_and_messages_made_at_once_are_all_kept(store: &Subject) {
    let [ann, bob] = users(store, ["ann", "bob"]).await;
    let make = |store: Subject, name: String, ann: User, bob: User| async move {
        let room = store.create_room(NewRoom { name, admin: ann.id, users: vec![bob.id] }).await.unwrap();
        for content in ["one", "two"] {
            send(&store, &room, &bob, content).await;
        }
        room
    };
    let tasks = (0..16).map(|n| make(store.clone(), format!("room {n}"), ann.clone(), bob.clone()));
    let mut made = at_once(tasks).await;
    made.sort_by_key(|room| room.id);
    let page = store.rooms(bob.id, WHOLE).await.unwrap().unwrap();
    let made: Vec<ListedRoom> = made.into_iter().map(ListedRoom::from).collect();
    assert_eq!((page.count, page.results), (Count::Exact(16), made));
    assert_eq!(number(store, &MessageFilter::all(ann.id)).await, 32);
}

async fn a_member_who_is_removed_is_not_made_admin_at_once(store: &Subject) {
    let [ann, bob] = users(store, ["ann", "bob"]).await;
    for _ in 0..ROUNDS {
        let tea = room(store, &ann, &[&bob]).await;
        let hand_over = RoomChange { admin: Some(bob.id), ..RoomChange::default() };
        let remove = RoomChange { users: Some(vec![ann.id]), ..RoomChange::default() };
        let change = |store: Subject, tea: Room, change: RoomChange| async move {
            store.update_room(&tea, change).await.unwrap()
        };
        let tasks = [hand_over, remove].map(|to| change(store.clone(), tea.clone(), to));
        let changed: Vec<_> = at_once(tasks).await.into_iter().flatten().collect();
        assert_eq!(changed.len(), 1, "{changed:?}");
        let tea = now(store, &tea).await;
        assert_eq!(tea, changed[0]);
        assert!(tea.admin.is_some_and(|admin| members(&tea).contains(&admin)), "{tea:?}");
    }
}

async fn update(store: Subject, id: UserId, change: UserChange) -> Result<Option<User>> {
    store.update_user(id, change).await
}

/// The one user that was changed; the other callers were told that nothing was.
fn the_one(changed: Vec<Result<Option<User>>>) -> User {
    let kept: Vec<User> = changed.into_iter().filter_map(Result::unwrap).collect();
    let [kept] = &kept[..] else { panic!("not one is kept: {kept:?}") };
    kept.clone()
}
