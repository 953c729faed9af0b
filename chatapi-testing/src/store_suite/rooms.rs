//! Cases about rooms: making them, finding them, deleting them.

use std::slice::from_ref;

use chatapi_core::messages::MessageFilter;
use chatapi_core::page::{PageNumber, PageRequest};
use chatapi_core::permission::AccessScope::RoomsOf;
use chatapi_core::rooms::{LISTED_MEMBERS, Member, NewRoom, Room, RoomChange};
use chatapi_core::store::StoreError;
use chatapi_core::users::{NewUser, UserChange};
use chatapi_core::{RoomId, UserId};

use super::case::{Subject, cases};
use super::given::{
    NO_ROOM, NO_USER, WHOLE, ids, list, listed, members, new_user, now, room, send, try_send, user, users,
};
use super::pages::{are_the_pages_of, are_the_pages_of_nothing};

cases! {
    a_room_is_kept_with_its_members_in_the_order_of_ids,
    the_admin_of_a_new_room_is_a_member,
    the_name_of_a_room_is_kept_in_any_script,
    a_room_may_have_many_members,
    a_list_shows_the_first_members_of_large_rooms,
    a_room_is_not_made_without_each_of_its_users,
    members_are_shown_as_they_are_called_now,
    ids_of_rooms_are_never_used_again,
    there_is_no_room_of_an_id_that_was_not_given,
    the_rooms_of_a_user_are_those_that_it_is_in,
    pages_of_rooms_are_in_the_order_of_ids,
    a_member_of_a_room_is_who_is_in_it_now,
    who_is_in_no_room_has_one_empty_page,
    a_deleted_room_is_gone_with_its_messages,
    a_room_is_deleted_only_where_its_admin_is_the_one_given,
    a_room_without_an_admin_is_deleted_as_such,
}

async fn a_room_is_kept_with_its_members_in_the_order_of_ids(store: &Subject) {
    let [zoe, bob, ann] = users(store, ["zoe", "bob", "ann"]).await;
    let new = NewRoom {
        name: "Tea %_\\ 'n' \"biscuits\"".to_owned(),
        admin: bob.id,
        users: vec![ann.id, bob.id, zoe.id, ann.id],
    };
    let made = store.create_room(new).await.unwrap();
    let member =
        |id, name: &str| Member { id, username: name.to_owned(), email: format!("{name}@example.org") };
    let expected = Room {
        id: made.id,
        name: "Tea %_\\ 'n' \"biscuits\"".to_owned(),
        admin: Some(bob.id),
        users: vec![member(zoe.id, "zoe"), member(bob.id, "bob"), member(ann.id, "ann")],
    };
    assert_eq!(made, expected);
    assert_eq!(store.room(made.id).await.unwrap(), Some(expected));
    assert!(store.room_exists(made.id).await.unwrap());
}

async fn the_admin_of_a_new_room_is_a_member(store: &Subject) {
    let [ann, bob, cyd] = users(store, ["ann", "bob", "cyd"]).await;
    let alone = room(store, &bob, &[]).await;
    assert_eq!((alone.admin, members(&alone)), (Some(bob.id), vec![bob.id]));
    let among = room(store, &bob, &[&cyd, &ann]).await;
    assert_eq!((among.admin, members(&among)), (Some(bob.id), vec![ann.id, bob.id, cyd.id]));
    assert_eq!(now(store, &among).await, among);
}

async fn the_name_of_a_room_is_kept_in_any_script(store: &Subject) {
    let ann = user(store, "ann").await;
    for name in
        ["Küche", "Ku\u{308}che", "茶室", "غرفة الشاي", "🫖☕️", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "", " blanks ", &"é".repeat(100)]
    {
        let new = NewRoom { name: name.to_owned(), admin: ann.id, users: Vec::new() };
        let made = store.create_room(new).await.unwrap();
        assert_eq!(made.name, name);
        assert_eq!(now(store, &made).await.name, name);
    }
}

async fn a_room_may_have_many_members(store: &Subject) {
    let ann = user(store, "ann").await;
    let mut all = vec![ann.id];
    for n in 0..150 {
        all.push(user(store, &format!("user{n}")).await.id);
    }
    let new = NewRoom { name: "hall".to_owned(), admin: ann.id, users: all.iter().rev().copied().collect() };
    let hall = store.create_room(new).await.unwrap();
    assert_eq!(members(&hall), all);
    assert_eq!(now(store, &hall).await, hall);
    assert_eq!(store.rooms(all[77], WHOLE).await.unwrap().unwrap().results, [hall.into()]);
}

async fn a_list_shows_the_first_members_of_large_rooms(store: &Subject) {
    let mut all = Vec::new();
    for n in 0..LISTED_MEMBERS + 2 {
        all.push(user(store, &format!("user{n}")).await);
    }
    let last = &all[LISTED_MEMBERS + 1];
    let mut rooms = Vec::new();
    for size in [1, LISTED_MEMBERS - 1, LISTED_MEMBERS, LISTED_MEMBERS + 1] {
        // The one who asks is the last of all, and so may not be shown itself.
        rooms.push(room(store, last, &all[..size].iter().collect::<Vec<_>>()).await);
    }
    let page = store.rooms(last.id, WHOLE).await.unwrap().unwrap();
    let shown: Vec<_> = page.results.iter().map(|room| (room.users.len(), room.is_truncated)).collect();
    assert_eq!(shown, [(2, false), (100, false), (100, true), (100, true)]);
    assert_eq!(page.results, listed(&rooms.iter().collect::<Vec<_>>()));
    for (size, page) in [(1, 3), (2, 2)] {
        let page = PageRequest { number: PageNumber::Number(page), ..PageRequest::first(size) };
        let page = store.rooms(last.id, page).await.unwrap().unwrap();
        let from = if size == 1 { 2..3 } else { 2..4 };
        assert_eq!(page.results, listed(&rooms[from].iter().collect::<Vec<_>>()));
    }
}

async fn a_room_is_not_made_without_each_of_its_users(store: &Subject) {
    let [ann, bob] = users(store, ["ann", "bob"]).await;
    let (one, other) = (NO_USER, UserId(NO_USER.0 - 1));
    for (admin, users, first) in [
        (ann.id, vec![one], one),
        (ann.id, vec![bob.id, one, other], one),
        (ann.id, vec![other, bob.id, one], other),
        (ann.id, vec![one, other, one], one),
        (one, vec![ann.id, bob.id], one),
        (one, vec![], one),
        (one, vec![one], one),
        (one, vec![other], one),
    ] {
        let made = store.create_room(NewRoom { name: "tea".to_owned(), admin, users }).await;
        assert!(matches!(made, Err(StoreError::Missing(user)) if user == first), "{made:?}");
    }
    for user in [&ann, &bob] {
        assert_eq!(store.rooms(user.id, WHOLE).await.unwrap().unwrap().results, []);
    }
}

async fn members_are_shown_as_they_are_called_now(store: &Subject) {
    let [ann, bob] = users(store, ["ann", "bob"]).await;
    let tea = room(store, &ann, &[&bob]).await;
    let renamed = UserChange::Username { username: "Bobby".to_owned(), revision: bob.revision };
    store.update_user(bob.id, renamed).await.unwrap().unwrap();
    store.update_user(bob.id, UserChange::Email(String::new())).await.unwrap().unwrap();
    let bobby = Member { id: bob.id, username: "Bobby".to_owned(), email: String::new() };
    let expected = Room { users: vec![tea.users[0].clone(), bobby], ..tea };
    assert_eq!(now(store, &expected).await, expected);
    assert_eq!(store.rooms(ann.id, WHOLE).await.unwrap().unwrap().results, [expected.into()]);
}

async fn ids_of_rooms_are_never_used_again(store: &Subject) {
    let ann = user(store, "ann").await;
    let tea = room(store, &ann, &[]).await;
    let coffee = room(store, &ann, &[]).await;
    assert!(RoomId(0) < tea.id && tea.id < coffee.id);
    assert!(store.delete_room(coffee.id, Some(ann.id)).await.unwrap());
    assert!(room(store, &ann, &[]).await.id > coffee.id);
    assert_eq!(store.room(coffee.id).await.unwrap(), None);
}

async fn there_is_no_room_of_an_id_that_was_not_given(store: &Subject) {
    let ann = user(store, "ann").await;
    let tea = room(store, &ann, &[]).await;
    for id in [NO_ROOM, RoomId(0), RoomId(-1), RoomId(i64::MIN), RoomId(i64::MAX)] {
        assert_eq!(store.room(id).await.unwrap(), None);
        assert!(!store.room_exists(id).await.unwrap());
        assert_eq!(store.is_member(id, ann.id).await.unwrap(), None);
        for admin in [None, Some(ann.id)] {
            let unknown = Room { id, admin, ..tea.clone() };
            assert_eq!(store.update_room(&unknown, RoomChange::default()).await.unwrap(), None);
            let added = store.add_members(id, admin, &[ann.id], usize::MAX).await;
            assert_eq!(added.unwrap(), None);
            assert_eq!(store.remove_members(id, admin, &[ann.id]).await.unwrap(), None);
            assert!(!store.delete_room(id, admin).await.unwrap());
        }
    }
}

async fn the_rooms_of_a_user_are_those_that_it_is_in(store: &Subject) {
    let [ann, bob, cyd] = users(store, ["ann", "bob", "cyd"]).await;
    let tea = room(store, &ann, &[&bob]).await;
    let coffee = room(store, &bob, &[&cyd]).await;
    let milk = room(store, &cyd, &[&ann, &bob]).await;
    let rooms = async |user| store.rooms(user, WHOLE).await.unwrap().unwrap().results;
    assert_eq!(rooms(ann.id).await, listed(&[&tea, &milk]));
    assert_eq!(rooms(bob.id).await, listed(&[&tea, &coffee, &milk]));
    let left = RoomChange { users: Some(ids(&[&cyd, &bob])), ..RoomChange::default() };
    let milk = store.update_room(&milk, left).await.unwrap().unwrap();
    assert_eq!(rooms(ann.id).await, listed(&[&tea]));
    assert_eq!(rooms(cyd.id).await, listed(&[&coffee, &milk]));
}

async fn pages_of_rooms_are_in_the_order_of_ids(store: &Subject) {
    let [ann, bob, cyd] = users(store, ["ann", "bob", "cyd"]).await;
    let mut of_bob = Vec::new();
    for n in 0..7 {
        room(store, &cyd, &[&ann]).await;
        let others = if n % 2 == 0 { vec![&bob] } else { vec![&bob, &cyd] };
        of_bob.push(room(store, &ann, &others).await.into());
    }
    are_the_pages_of(&of_bob, |page| async move { store.rooms(bob.id, page).await.unwrap() }).await;
}

async fn a_member_of_a_room_is_who_is_in_it_now(store: &Subject) {
    let [ann, bob, cyd] = users(store, ["ann", "bob", "cyd"]).await;
    let tea = room(store, &ann, &[&bob]).await;
    room(store, &bob, &[&cyd]).await;
    let is_member = async |user: UserId| store.is_member(tea.id, user).await.unwrap();
    assert_eq!((is_member(ann.id).await, is_member(bob.id).await), (Some(true), Some(true)));
    assert_eq!((is_member(cyd.id).await, is_member(NO_USER).await), (Some(false), Some(false)));
    let swapped = RoomChange { users: Some(ids(&[&ann, &cyd])), ..RoomChange::default() };
    store.update_room(&tea, swapped).await.unwrap().unwrap();
    assert_eq!((is_member(bob.id).await, is_member(cyd.id).await), (Some(false), Some(true)));
}

async fn who_is_in_no_room_has_one_empty_page(store: &Subject) {
    let [ann, bob] = users(store, ["ann", "bob"]).await;
    room(store, &ann, &[]).await;
    for member in [bob.id, NO_USER] {
        are_the_pages_of_nothing(|page| async move { store.rooms(member, page).await.unwrap() }).await;
    }
}

async fn a_deleted_room_is_gone_with_its_messages(store: &Subject) {
    let [ann, bob] = users(store, ["ann", "bob"]).await;
    let tea = room(store, &ann, &[&bob]).await;
    let coffee = room(store, &ann, &[&bob]).await;
    let gone = send(store, &tea, &bob, "gone").await;
    let kept = send(store, &coffee, &bob, "kept").await;
    assert!(store.delete_room(tea.id, Some(ann.id)).await.unwrap());
    assert!(!store.delete_room(tea.id, Some(ann.id)).await.unwrap());
    assert_eq!(store.room(tea.id).await.unwrap(), None);
    assert!(!store.room_exists(tea.id).await.unwrap());
    assert_eq!(store.message(gone.id, RoomsOf(ann.id)).await.unwrap(), None);
    assert_eq!(try_send(store, &tea, &ann, "late").await, None);
    for user in [&ann, &bob] {
        assert_eq!(store.rooms(user.id, WHOLE).await.unwrap().unwrap().results, listed(&[&coffee]));
        assert_eq!(list(store, &MessageFilter::all(user.id)).await.results, from_ref(&kept));
        assert_eq!(store.user(user.id).await.unwrap().as_ref(), Some(user));
    }
}

async fn a_room_is_deleted_only_where_its_admin_is_the_one_given(store: &Subject) {
    let [ann, bob] = users(store, ["ann", "bob"]).await;
    let tea = room(store, &ann, &[&bob]).await;
    let hello = send(store, &tea, &bob, "hello").await;
    for other in [None, Some(bob.id), Some(NO_USER)] {
        assert!(!store.delete_room(tea.id, other).await.unwrap());
    }
    assert_eq!(now(store, &tea).await, tea);
    assert_eq!(store.message(hello.id, RoomsOf(ann.id)).await.unwrap(), Some(hello));
}

async fn a_room_without_an_admin_is_deleted_as_such(store: &Subject) {
    let bob = user(store, "bob").await;
    let ann = store.create_user(NewUser { is_staff: true, ..new_user("ann") }).await.unwrap();
    let tea = room(store, &ann, &[&bob]).await;
    assert!(store.delete_user(ann.id, ann.revision).await.unwrap());
    for other in [Some(ann.id), Some(bob.id)] {
        assert!(!store.delete_room(tea.id, other).await.unwrap());
    }
    assert!(store.room_exists(tea.id).await.unwrap());
    assert!(store.delete_room(tea.id, None).await.unwrap());
    assert!(!store.room_exists(tea.id).await.unwrap());
}
