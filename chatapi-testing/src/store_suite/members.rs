//! Cases about members that are added to rooms and removed from them.

use chatapi_core::UserId;
use chatapi_core::rooms::{MembersChange, Room, RoomChange};
use chatapi_core::store::StoreError;
use chatapi_core::users::User;
use futures_util::future::Either;

use super::case::{Subject, cases};
use super::given::{NO_USER, at_once, ids, members, now, room, send, try_send, user, users};

cases! {
    added_users_join_those_who_are_there,
    a_member_that_is_added_again_stays_one,
    nobody_is_added_where_one_does_not_exist,
    a_room_gets_no_more_members_than_it_may_have,
    removed_members_are_gone_and_the_others_stay,
    somebody_who_is_no_member_is_not_removed,
    the_admin_of_a_room_is_not_removed,
    members_change_only_where_the_admin_is_the_one_given,
    of_many_members_added_at_once_none_is_lost,
    many_additions_at_once_do_not_exceed_the_limit,
    a_member_that_is_added_while_the_list_is_replaced_is_not_lost,
    a_member_is_removed_or_made_admin_but_not_both,
    members_are_added_and_removed_while_others_send,
}

const ROUNDS: usize = 12;

async fn added_users_join_those_who_are_there(store: &Subject) {
    let [ann, bob, cyd, dan] = users(store, ["ann", "bob", "cyd", "dan"]).await;
    let tea = room(store, &bob, &[]).await;
    let coffee = room(store, &bob, &[]).await;
    let added = add(store, &tea, &[&dan, &ann]).await;
    assert_eq!(added.users, ids(&[&ann, &dan]));
    assert_eq!(members(&added.room), ids(&[&ann, &bob, &dan]));
    assert_eq!((&added.room.name, added.room.admin), (&tea.name, tea.admin));
    assert_eq!(now(store, &tea).await, added.room);
    assert_eq!(now(store, &coffee).await, coffee);
    assert!(try_send(store, &tea, &dan, "hello").await.is_some());
    assert!(try_send(store, &tea, &cyd, "hello").await.is_none());
}

async fn a_member_that_is_added_again_stays_one(store: &Subject) {
    let [ann, bob, cyd] = users(store, ["ann", "bob", "cyd"]).await;
    let tea = room(store, &ann, &[&bob]).await;
    let added = add(store, &tea, &[&cyd, &bob, &cyd]).await;
    assert_eq!((added.users, members(&added.room)), (ids(&[&cyd]), ids(&[&ann, &bob, &cyd])));
    for again in [&[&bob, &ann][..], &[]] {
        let added = add(store, &tea, again).await;
        assert_eq!((added.users, members(&added.room)), (vec![], ids(&[&ann, &bob, &cyd])));
    }
}

async fn nobody_is_added_where_one_does_not_exist(store: &Subject) {
    let [ann, bob] = users(store, ["ann", "bob"]).await;
    let tea = room(store, &ann, &[]).await;
    let other = UserId(NO_USER.0 - 1);
    for (new, first) in [
        (vec![NO_USER], NO_USER),
        (vec![bob.id, other, NO_USER], other),
        (vec![ann.id, NO_USER, other, bob.id], NO_USER),
        (vec![bob.id, NO_USER, NO_USER], NO_USER),
    ] {
        // A user that does not exist is told of first, whatever the limit.
        for limit in [1, 100] {
            let added = store.add_members(tea.id, tea.admin, &new, limit).await;
            assert!(matches!(added, Err(StoreError::Missing(user)) if user == first), "{added:?}");
        }
    }
    assert_eq!(now(store, &tea).await, tea);
}

async fn a_room_gets_no_more_members_than_it_may_have(store: &Subject) {
    let [ann, bob, cyd, dan] = users(store, ["ann", "bob", "cyd", "dan"]).await;
    let tea = room(store, &ann, &[&bob]).await;
    let too_many = async |users: &[&User], limit| {
        let added = store.add_members(tea.id, tea.admin, &ids(users), limit).await;
        assert!(matches!(added, Err(StoreError::TooMany)), "{added:?}");
    };
    too_many(&[&cyd], 2).await;
    too_many(&[&cyd, &dan], 3).await;
    too_many(&[&ann, &bob, &cyd, &dan], 3).await;
    assert_eq!(now(store, &tea).await, tea);
    // Members already count once, and a room that has more than it may have stays as it is.
    let added = store.add_members(tea.id, tea.admin, &ids(&[&ann, &bob, &cyd]), 3).await.unwrap().unwrap();
    assert_eq!(added.users, ids(&[&cyd]));
    let added = store.add_members(tea.id, tea.admin, &ids(&[&cyd, &bob]), 1).await.unwrap().unwrap();
    assert_eq!((added.users, members(&added.room)), (vec![], ids(&[&ann, &bob, &cyd])));
    too_many(&[&dan], 3).await;
    too_many(&[&dan], 0).await;
}

async fn removed_members_are_gone_and_the_others_stay(store: &Subject) {
    let [ann, bob, cyd, dan] = users(store, ["ann", "bob", "cyd", "dan"]).await;
    let tea = room(store, &ann, &[&bob, &cyd, &dan]).await;
    let coffee = room(store, &ann, &[&bob]).await;
    let said = send(store, &tea, &bob, "hello").await;
    let removed = remove(store, &tea, &[&dan, &bob]).await;
    assert_eq!((removed.users, members(&removed.room)), (ids(&[&bob, &dan]), ids(&[&ann, &cyd])));
    assert_eq!(now(store, &tea).await, removed.room);
    assert_eq!(now(store, &coffee).await, coffee);
    assert!(try_send(store, &tea, &bob, "again").await.is_none());
    let reach = chatapi_core::permission::AccessScope::RoomsOf(ann.id);
    assert_eq!(store.message(said.id, reach).await.unwrap(), Some(said), "what it sent stays");
}

async fn somebody_who_is_no_member_is_not_removed(store: &Subject) {
    let [ann, bob, cyd] = users(store, ["ann", "bob", "cyd"]).await;
    let tea = room(store, &ann, &[&bob]).await;
    for users in [vec![], vec![cyd.id], vec![NO_USER, cyd.id]] {
        let removed = store.remove_members(tea.id, tea.admin, &users).await.unwrap().unwrap();
        assert_eq!(removed, MembersChange { room: tea.clone(), users: vec![] });
    }
    let removed = store.remove_members(tea.id, tea.admin, &[cyd.id, bob.id, bob.id]).await.unwrap().unwrap();
    assert_eq!((removed.users, members(&removed.room)), (ids(&[&bob]), ids(&[&ann])));
}

async fn the_admin_of_a_room_is_not_removed(store: &Subject) {
    let [ann, bob] = users(store, ["ann", "bob"]).await;
    let tea = room(store, &ann, &[&bob]).await;
    for users in [ids(&[&ann]), ids(&[&bob, &ann])] {
        assert_eq!(store.remove_members(tea.id, tea.admin, &users).await.unwrap(), None);
    }
    assert_eq!(now(store, &tea).await, tea);
    // A room without an admin may lose everybody.
    assert!(store.delete_user(ann.id, ann.revision).await.unwrap());
    let removed = store.remove_members(tea.id, None, &[bob.id]).await.unwrap().unwrap();
    assert_eq!((removed.users, members(&removed.room)), (vec![bob.id], vec![]));
}

async fn members_change_only_where_the_admin_is_the_one_given(store: &Subject) {
    let [ann, bob, cyd] = users(store, ["ann", "bob", "cyd"]).await;
    let tea = room(store, &ann, &[&bob]).await;
    for other in [None, Some(bob.id), Some(NO_USER)] {
        assert_eq!(store.add_members(tea.id, other, &[cyd.id], 100).await.unwrap(), None);
        assert_eq!(store.add_members(tea.id, other, &[NO_USER], 100).await.unwrap(), None);
        assert_eq!(store.remove_members(tea.id, other, &[bob.id]).await.unwrap(), None);
        assert_eq!(store.remove_members(tea.id, other, &[]).await.unwrap(), None);
    }
    assert_eq!(now(store, &tea).await, tea);
}

async fn of_many_members_added_at_once_none_is_lost(store: &Subject) {
    let ann = user(store, "ann").await;
    let tea = room(store, &ann, &[]).await;
    let mut all = Vec::new();
    for n in 0..16 {
        all.push(user(store, &format!("user{n}")).await);
    }
    let add = |store: Subject, user: UserId, tea: Room| async move {
        store.add_members(tea.id, tea.admin, &[user], 100).await.unwrap().unwrap().users
    };
    let joined = at_once(all.iter().map(|user| add(store.clone(), user.id, tea.clone()))).await;
    assert_eq!(joined.concat().len(), 16);
    let everybody: Vec<&User> = [&ann].into_iter().chain(&all).collect();
    assert_eq!(members(&now(store, &tea).await), ids(&everybody));
    let remove = |store: Subject, user: UserId, tea: Room| async move {
        store.remove_members(tea.id, tea.admin, &[user]).await.unwrap().unwrap().users
    };
    let left = at_once(all[..15].iter().map(|user| remove(store.clone(), user.id, tea.clone()))).await;
    assert_eq!(left.concat().len(), 15);
    assert_eq!(members(&now(store, &tea).await), ids(&[&ann, &all[15]]));
}

async fn many_additions_at_once_do_not_exceed_the_limit(store: &Subject) {
    let ann = user(store, "ann").await;
    let mut all = Vec::new();
    for n in 0..12 {
        all.push(user(store, &format!("user{n}")).await.id);
    }
    let tea = room(store, &ann, &[]).await;
    let add = |store: Subject, users: Vec<UserId>, tea: Room| async move {
        store.add_members(tea.id, tea.admin, &users, 6).await
    };
    let answers = at_once(all.chunks(2).map(|two| add(store.clone(), two.to_vec(), tea.clone()))).await;
    let refused = answers.iter().filter(|answer| matches!(answer, Err(StoreError::TooMany))).count();
    assert_eq!((answers.len(), refused), (6, 4), "{answers:?}");
    assert_eq!(now(store, &tea).await.users.len(), 5);
}

async fn a_member_that_is_added_while_the_list_is_replaced_is_not_lost(store: &Subject) {
    let [ann, bob, cyd] = users(store, ["ann", "bob", "cyd"]).await;
    for _ in 0..ROUNDS {
        let tea = room(store, &ann, &[&bob]).await;
        let replace = {
            let (store, tea) = (store.clone(), tea.clone());
            let alone = RoomChange { users: Some(vec![ann.id]), ..RoomChange::default() };
            async move { store.update_room(&tea, alone).await.unwrap().is_some() }
        };
        let add = {
            let (store, tea) = (store.clone(), tea.clone());
            async move { store.add_members(tea.id, tea.admin, &[cyd.id], 100).await.unwrap().is_some() }
        };
        let done = at_once([Either::Left(replace), Either::Right(add)]).await;
        let replaced = done.iter().filter(|done| **done).count() == 2;
        let expected = if replaced { ids(&[&ann, &cyd]) } else { ids(&[&ann, &bob, &cyd]) };
        assert_eq!(members(&now(store, &tea).await), expected);
    }
}

async fn a_member_is_removed_or_made_admin_but_not_both(store: &Subject) {
    let [ann, bob] = users(store, ["ann", "bob"]).await;
    for _ in 0..ROUNDS {
        let tea = room(store, &ann, &[&bob]).await;
        let hand_over = {
            let (store, tea) = (store.clone(), tea.clone());
            let to_bob = RoomChange { admin: Some(bob.id), ..RoomChange::default() };
            async move { store.update_room(&tea, to_bob).await.unwrap().is_some() }
        };
        let remove = {
            let (store, tea) = (store.clone(), tea.clone());
            async move { store.remove_members(tea.id, tea.admin, &[bob.id]).await.unwrap().is_some() }
        };
        let done = at_once([Either::Left(hand_over), Either::Right(remove)]).await;
        assert_eq!(done.iter().filter(|done| **done).count(), 1, "{done:?}");
        let tea = now(store, &tea).await;
        assert!(tea.admin.is_some_and(|admin| members(&tea).contains(&admin)), "{tea:?}");
    }
}

async fn members_are_added_and_removed_while_others_send(store: &Subject) {
    let [ann, bob, cyd] = users(store, ["ann", "bob", "cyd"]).await;
    let tea = room(store, &ann, &[&bob]).await;
    let sends = |author: &User| {
        let (store, tea, author) = (store.clone(), tea.clone(), author.clone());
        async move {
            for _ in 0..ROUNDS {
                try_send(&store, &tea, &author, "hello").await;
            }
        }
    };
    let changes = {
        let (store, tea) = (store.clone(), tea.clone());
        async move {
            for _ in 0..ROUNDS {
                store.remove_members(tea.id, tea.admin, &[bob.id, cyd.id]).await.unwrap().unwrap();
                store.add_members(tea.id, tea.admin, &[bob.id, cyd.id], 3).await.unwrap().unwrap();
            }
        }
    };
    at_once([Either::Left(sends(&bob)), Either::Left(sends(&ann)), Either::Right(changes)]).await;
    assert_eq!(members(&now(store, &tea).await), ids(&[&ann, &bob, &cyd]));
}

async fn add(store: &Subject, room: &Room, users: &[&User]) -> MembersChange {
    store.add_members(room.id, room.admin, &ids(users), 100).await.unwrap().unwrap()
}

async fn remove(store: &Subject, room: &Room, users: &[&User]) -> MembersChange {
    store.remove_members(room.id, room.admin, &ids(users)).await.unwrap().unwrap()
}
