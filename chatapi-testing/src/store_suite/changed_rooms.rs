//! Cases about rooms that change.

use chatapi_core::UserId;
use chatapi_core::rooms::{Member, Room, RoomChange};
use chatapi_core::store::{Result, StoreError};
use chatapi_core::users::User;

use super::case::{Subject, cases};
use super::given::{NO_USER, WHOLE, ids, members, now, room, user, users};

cases! {
    a_change_of_nothing_changes_nothing,
    a_new_name_leaves_admin_and_members,
    a_new_admin_is_one_of_the_members,
    new_members_take_the_cursor_of_all_old_ones,
    new_members_may_come_in_any_order_and_twice,
    everything_about_a_room_may_change_at_once,
    a_room_changes_only_where_its_admin_is_the_one_given,
    a_room_never_has_an_admin_who_is_no_member,
    a_room_is_not_changed_without_each_of_its_new_members,
    who_may_not_change_a_room_does_not_learn_who_is_missing,
    a_room_without_an_admin_is_changed_as_such,
    a_change_of_one_room_leaves_the_others,
    a_list_of_members_that_was_changed_meanwhile_is_not_replaced,
    a_change_that_leaves_the_members_needs_no_list_of_them,
}

async fn a_change_of_nothing_changes_nothing(store: &Subject) {
    let [ann, bob] = users(store, ["ann", "bob"]).await;
    let tea = room(store, &ann, &[&bob]).await;
    assert_eq!(change(store, &tea, &ann, RoomChange::default()).await, Some(tea.clone()));
    assert_eq!(change(store, &tea, &bob, RoomChange::default()).await, None);
    assert_eq!(now(store, &tea).await, tea);
}

async fn a_new_name_leaves_admin_and_members(store: &Subject) {
    let [ann, bob] = users(store, ["ann", "bob"]).await;
    let tea = room(store, &ann, &[&bob]).await;
    let changed = change(store, &tea, &ann, to("Kaffee ☕", None, None)).await;
    let expected = Room { name: "Kaffee ☕".to_owned(), ..tea };
    assert_eq!(changed.as_ref(), Some(&expected));
    assert_eq!(now(store, &expected).await, expected);
    let nameless = change(store, &expected, &ann, to("", None, None)).await.unwrap();
    assert_eq!(nameless.name, "");
}

async fn a_new_admin_is_one_of_the_members(store: &Subject) {
    let [ann, bob] = users(store, ["ann", "bob"]).await;
    let tea = room(store, &ann, &[&bob]).await;
    let handed_over = RoomChange { admin: Some(bob.id), ..RoomChange::default() };
    let changed = change(store, &tea, &ann, handed_over.clone()).await;
    let expected = Room { admin: Some(bob.id), ..tea };
    assert_eq!(changed.as_ref(), Some(&expected));
    assert_eq!(now(store, &expected).await, expected);
    assert_eq!(change(store, &expected, &ann, handed_over.clone()).await, None);
    assert_eq!(change(store, &expected, &bob, handed_over).await, Some(expected));
}

async fn new_members_take_the_cursor_of_all_old_ones(store: &Subject) {
    let [ann, bob, cyd, dan] = users(store, ["ann", "bob", "cyd", "dan"]).await;
    let tea = room(store, &bob, &[&ann, &cyd]).await;
    let changed = change(store, &tea, &bob, become_members(&[&bob, &dan])).await.unwrap();
    assert_eq!(members(&changed), ids(&[&bob, &dan]));
    assert_eq!((&changed.name, changed.admin), (&tea.name, tea.admin));
    assert_eq!(changed.users[1].username, "dan");
    assert_eq!(now(store, &tea).await, changed);
    for (user, rooms) in [(&ann, vec![]), (&cyd, vec![]), (&dan, vec![changed.into()])] {
        assert_eq!(store.rooms(user.id, WHOLE).await.unwrap().unwrap().results, rooms);
    }
}

async fn new_members_may_come_in_any_order_and_twice(store: &Subject) {
    let [ann, bob, cyd] = users(store, ["ann", "bob", "cyd"]).await;
    let tea = room(store, &bob, &[]).await;
    let changed = change(store, &tea, &bob, become_members(&[&cyd, &bob, &cyd, &ann, &bob])).await.unwrap();
    assert_eq!(members(&changed), ids(&[&ann, &bob, &cyd]));
    assert_eq!(now(store, &tea).await, changed);
}

async fn everything_about_a_room_may_change_at_once(store: &Subject) {
    let [ann, bob, cyd] = users(store, ["ann", "bob", "cyd"]).await;
    let tea = room(store, &ann, &[&bob]).await;
    // The new admin was no member before; the old one is none afterwards.
    let changed =
        change(store, &tea, &ann, to("coffee", Some(cyd.id), Some(ids(&[&cyd, &bob])))).await.unwrap();
    assert_eq!((&*changed.name, changed.admin), ("coffee", Some(cyd.id)));
    assert_eq!(members(&changed), ids(&[&bob, &cyd]));
    assert_eq!(now(store, &tea).await, changed);
}

async fn a_room_changes_only_where_its_admin_is_the_one_given(store: &Subject) {
    let [ann, bob] = users(store, ["ann", "bob"]).await;
    let tea = room(store, &ann, &[&bob]).await;
    for other in [None, Some(bob.id), Some(NO_USER)] {
        for change in [
            to("coffee", None, None),
            to("coffee", Some(bob.id), None),
            to("coffee", Some(bob.id), Some(vec![bob.id])),
            become_members(&[&ann]),
            RoomChange::default(),
        ] {
            let seen = Room { admin: other, ..tea.clone() };
            assert_eq!(store.update_room(&seen, change.clone()).await.unwrap(), None, "{change:?}");
        }
    }
    assert_eq!(now(store, &tea).await, tea);
}

async fn a_room_never_has_an_admin_who_is_no_member(store: &Subject) {
    let [ann, bob, cyd] = users(store, ["ann", "bob", "cyd"]).await;
    let tea = room(store, &ann, &[&bob]).await;
    for refused in [
        to("coffee", None, Some(ids(&[&bob]))),
        to("coffee", None, Some(vec![])),
        to("coffee", Some(cyd.id), None),
        to("coffee", Some(NO_USER), None),
        to("coffee", Some(bob.id), Some(ids(&[&ann, &cyd]))),
        to("coffee", Some(bob.id), Some(vec![])),
    ] {
        assert_eq!(change(store, &tea, &ann, refused.clone()).await, None, "{refused:?}");
        assert_eq!(now(store, &tea).await, tea, "{refused:?}");
    }
}

async fn a_room_is_not_changed_without_each_of_its_new_members(store: &Subject) {
    let [ann, bob, cyd] = users(store, ["ann", "bob", "cyd"]).await;
    let tea = room(store, &ann, &[&bob]).await;
    let (one, other) = (NO_USER, UserId(NO_USER.0 - 1));
    for (admin, new, first) in [
        (None, vec![ann.id, one], one),
        (None, vec![one, ann.id, other], one),
        (None, vec![other, cyd.id, one, ann.id], other),
        (Some(cyd.id), vec![cyd.id, one], one),
        (Some(one), vec![ann.id, one], one),
        (Some(one), vec![other, one], other),
    ] {
        let changed = store.update_room(&tea, to("coffee", admin, Some(new))).await;
        is_missing(&changed, first);
        assert_eq!(now(store, &tea).await, tea);
    }
    assert_eq!(store.rooms(cyd.id, WHOLE).await.unwrap().unwrap().results, []);
}

async fn who_may_not_change_a_room_does_not_learn_who_is_missing(store: &Subject) {
    let [ann, bob] = users(store, ["ann", "bob"]).await;
    let tea = room(store, &ann, &[&bob]).await;
    // Neither where the admin is another, nor where the room would have one who is no member.
    assert_eq!(change(store, &tea, &bob, to("coffee", None, Some(vec![bob.id, NO_USER]))).await, None);
    assert_eq!(change(store, &tea, &ann, to("coffee", None, Some(vec![bob.id, NO_USER]))).await, None);
    assert_eq!(now(store, &tea).await, tea);
}

async fn a_room_without_an_admin_is_changed_as_such(store: &Subject) {
    let [ann, bob, cyd] = users(store, ["ann", "bob", "cyd"]).await;
    let tea = room(store, &ann, &[&bob]).await;
    assert!(store.delete_user(ann.id, ann.revision).await.unwrap());
    assert_eq!(change(store, &tea, &ann, to("coffee", None, None)).await, None);
    assert_eq!(change(store, &tea, &bob, to("coffee", None, None)).await, None);
    let change = async |change| {
        let seen = Room { admin: None, ..now(store, &tea).await };
        store.update_room(&seen, change).await.unwrap()
    };
    let renamed = change(to("coffee", None, None)).await.unwrap();
    assert_eq!((&*renamed.name, renamed.admin, members(&renamed)), ("coffee", None, vec![bob.id]));
    assert_eq!(members(&change(become_members(&[])).await.unwrap()), []);
    assert_eq!(change(to("milk", Some(bob.id), None)).await, None);
    assert_eq!(members(&change(become_members(&[&cyd, &bob])).await.unwrap()), ids(&[&bob, &cyd]));
    let adopted = change(to("milk", Some(cyd.id), None)).await.unwrap();
    assert_eq!((&*adopted.name, adopted.admin), ("milk", Some(cyd.id)));
    assert_eq!(change(RoomChange::default()).await, None);
    assert_eq!(now(store, &tea).await, adopted);
}

async fn a_change_of_one_room_leaves_the_others(store: &Subject) {
    let ann = user(store, "ann").await;
    let bob = user(store, "bob").await;
    let tea = room(store, &ann, &[&bob]).await;
    let coffee = room(store, &ann, &[&bob]).await;
    change(store, &tea, &ann, to("milk", Some(bob.id), Some(vec![bob.id]))).await.unwrap();
    assert_eq!(now(store, &coffee).await, coffee);
}

async fn a_list_of_members_that_was_changed_meanwhile_is_not_replaced(store: &Subject) {
    let [ann, bob, cyd, dan] = users(store, ["ann", "bob", "cyd", "dan"]).await;
    let tea = room(store, &ann, &[&bob, &cyd]).await;
    let changed = change(store, &tea, &ann, become_members(&[&ann, &bob, &dan])).await.unwrap();
    let only = |users: &[&User]| Room { users: member_rows(&[&tea, &changed], users), ..tea.clone() };
    for (seen, why) in [
        (tea.clone(), "one was replaced by another"),
        (only(&[&ann, &bob]), "one was added"),
        (only(&[&ann, &bob, &cyd, &dan]), "one was removed"),
        (only(&[]), "all were added"),
    ] {
        let replaced = store.update_room(&seen, become_members(&[&ann, &cyd])).await.unwrap();
        assert_eq!(replaced, None, "{why}");
        // Not even by a list that makes no difference.
        assert_eq!(
            store.update_room(&seen, become_members(&[&ann, &bob, &dan])).await.unwrap(),
            None,
            "{why}"
        );
        assert_eq!(now(store, &tea).await, changed, "{why}");
    }
    let replaced = store.update_room(&changed, become_members(&[&ann, &cyd])).await.unwrap().unwrap();
    assert_eq!(members(&replaced), ids(&[&ann, &cyd]));
    // A member who deleted its account left, too.
    assert!(store.delete_user(cyd.id, cyd.revision).await.unwrap());
    assert_eq!(store.update_room(&replaced, become_members(&[&ann, &bob])).await.unwrap(), None);
}

async fn a_change_that_leaves_the_members_needs_no_list_of_them(store: &Subject) {
    let [ann, bob, cyd] = users(store, ["ann", "bob", "cyd"]).await;
    let tea = room(store, &ann, &[&bob]).await;
    change(store, &tea, &ann, become_members(&[&ann, &bob, &cyd])).await.unwrap();
    let renamed = store.update_room(&tea, to("coffee", Some(bob.id), None)).await.unwrap().unwrap();
    assert_eq!(
        (&*renamed.name, renamed.admin, members(&renamed)),
        ("coffee", Some(bob.id), ids(&[&ann, &bob, &cyd]))
    );
}

/// These users as one of the rooms shows them.
fn member_rows(rooms: &[&Room], users: &[&User]) -> Vec<Member> {
    let all = || rooms.iter().flat_map(|room| &room.users);
    users.iter().filter_map(|user| all().find(|member| member.id == user.id).cloned()).collect()
}

/// Changes the room by the list of members that it has now, where its admin is this one.
async fn change(store: &Subject, room: &Room, admin: &User, change: RoomChange) -> Option<Room> {
    let seen = Room { admin: Some(admin.id), ..now(store, room).await };
    store.update_room(&seen, change).await.unwrap()
}

fn to(name: &str, admin: Option<UserId>, users: Option<Vec<UserId>>) -> RoomChange {
    RoomChange { name: Some(name.to_owned()), admin, users }
}

fn become_members(users: &[&User]) -> RoomChange {
    RoomChange { users: Some(ids(users)), ..RoomChange::default() }
}

fn is_missing(changed: &Result<Option<Room>>, user: UserId) {
    assert!(matches!(changed, Err(StoreError::Missing(missing)) if *missing == user), "{changed:?}");
}
