//! Cases about users that change, and that go.

use std::slice::from_ref;

use chatapi_core::messages::MessageFilter;
use chatapi_core::permission::AccessScope::RoomsOf;
use chatapi_core::rooms::RoomChange;
use chatapi_core::store::StoreError;
use chatapi_core::users::{NewUser, User, UserChange};

use super::case::{Subject, cases};
use super::given::{NO_USER, WHOLE, list, members, new_user, now, number, room, send, user, users};

cases! {
    a_new_address_changes_the_address_alone,
    an_address_to_be_proved_makes_the_user_inactive,
    a_new_name_changes_the_name_alone,
    a_name_that_was_given_up_is_free,
    a_user_may_take_the_name_that_it_has,
    the_name_of_somebody_else_is_refused_and_nothing_changes,
    a_name_changes_only_where_the_revision_is_the_one_given,
    a_new_password_ends_what_carries_the_old_revision,
    a_password_changes_only_where_the_revision_is_the_one_given,
    a_better_hash_leaves_the_revision,
    a_better_hash_takes_the_cursor_of_the_one_given_alone,
    a_user_is_activated_once,
    nobody_is_changed_by_an_id_that_was_not_given,
    a_user_is_deleted_only_where_the_revision_is_the_one_given,
    a_deleted_user_is_gone_and_its_name_free,
    messages_of_a_deleted_user_go_and_others_stay,
    a_deleted_user_is_no_member_of_any_room,
    rooms_of_a_deleted_admin_stay_without_one,
}

async fn a_new_address_changes_the_address_alone(store: &Subject) {
    let [ann, bob] = users(store, ["ann", "bob"]).await;
    let changed = change(store, &ann, UserChange::Email("New@Example.org".to_owned())).await;
    let expected = User { email: "New@Example.org".to_owned(), ..ann };
    assert_eq!(changed.as_ref(), Some(&expected));
    are_now(store, &[&expected, &bob]).await;
    assert_eq!(store.users_by_email("ann@example.org").await.unwrap(), []);
    assert_eq!(store.users_by_email("new@example.org").await.unwrap(), from_ref(&expected));
    let shared = change(store, &expected, UserChange::Email(bob.email.clone())).await.unwrap();
    assert_eq!(store.users_by_email(&bob.email).await.unwrap(), [shared, bob]);
    let none = change(store, &expected, UserChange::Email(String::new())).await.unwrap();
    assert_eq!(none.email, "");
    assert_eq!(store.users_by_email("").await.unwrap(), []);
}

async fn an_address_to_be_proved_makes_the_user_inactive(store: &Subject) {
    let [ann, bob] = users(store, ["ann", "bob"]).await;
    let changed = change(store, &ann, UserChange::UnprovedEmail("New@Example.org".to_owned())).await;
    let expected =
        User { email: "New@Example.org".to_owned(), is_active: false, awaits_activation: true, ..ann };
    assert_eq!(changed.as_ref(), Some(&expected));
    are_now(store, &[&expected, &bob]).await;
    assert_eq!(store.users_by_email("new@example.org").await.unwrap(), from_ref(&expected));
}

async fn a_new_name_changes_the_name_alone(store: &Subject) {
    let [ann, bob] = users(store, ["ann", "bob"]).await;
    let changed = change(store, &ann, name("Ännchen", ann.revision)).await;
    let expected = User { username: "Ännchen".to_owned(), ..ann };
    assert_eq!(changed.as_ref(), Some(&expected));
    are_now(store, &[&expected, &bob]).await;
    assert_eq!(store.user_by_name("Ännchen").await.unwrap(), Some(expected));
}

async fn a_name_that_was_given_up_is_free(store: &Subject) {
    let [ann, bob] = users(store, ["ann", "bob"]).await;
    change(store, &ann, name("cyd", ann.revision)).await.unwrap();
    assert_eq!(store.user_by_name("ann").await.unwrap(), None);
    let bob = change(store, &bob, name("ann", bob.revision)).await.unwrap();
    assert_eq!(store.user_by_name("ann").await.unwrap(), Some(bob));
    user(store, "bob").await;
}

async fn a_user_may_take_the_name_that_it_has(store: &Subject) {
    let ann = user(store, "ann").await;
    assert_eq!(change(store, &ann, name("ann", ann.revision)).await, Some(ann.clone()));
    let changed = change(store, &ann, name("ANN", ann.revision)).await;
    assert_eq!(changed, Some(User { username: "ANN".to_owned(), ..ann }));
}

async fn the_name_of_somebody_else_is_refused_and_nothing_changes(store: &Subject) {
    let [ann, bob] = users(store, ["ann", "bob"]).await;
    let refused = store.update_user(ann.id, name("bob", ann.revision)).await;
    assert!(matches!(refused, Err(StoreError::Taken)), "{refused:?}");
    are_now(store, &[&ann, &bob]).await;
}

async fn a_name_changes_only_where_the_revision_is_the_one_given(store: &Subject) {
    let [ann, bob] = users(store, ["ann", "bob"]).await;
    for stale in [ann.revision + 1, ann.revision - 1] {
        assert_eq!(change(store, &ann, name("cyd", stale)).await, None);
        assert_eq!(
            change(store, &ann, name("bob", stale)).await,
            None,
            "what is stale is not asked for its name"
        );
    }
    are_now(store, &[&ann, &bob]).await;
}

async fn a_new_password_ends_what_carries_the_old_revision(store: &Subject) {
    let [ann, bob] = users(store, ["ann", "bob"]).await;
    let once = change(store, &ann, password("new", ann.revision)).await.unwrap();
    assert_eq!(once, User { password: "new".to_owned(), revision: ann.revision + 1, ..ann });
    let twice = change(store, &once, password("newer", once.revision)).await.unwrap();
    assert_eq!(twice, User { password: "newer".to_owned(), revision: once.revision + 1, ..once });
    are_now(store, &[&twice, &bob]).await;
}

async fn a_password_changes_only_where_the_revision_is_the_one_given(store: &Subject) {
    let ann = user(store, "ann").await;
    assert_eq!(change(store, &ann, password("new", ann.revision + 1)).await, None);
    are_now(store, &[&ann]).await;
    let changed = change(store, &ann, password("new", ann.revision)).await.unwrap();
    assert_eq!(change(store, &ann, password("newer", ann.revision)).await, None);
    are_now(store, &[&changed]).await;
}

async fn a_better_hash_leaves_the_revision(store: &Subject) {
    let [ann, bob] = users(store, ["ann", "bob"]).await;
    let changed = change(store, &ann, rehash(&ann.password, "better")).await;
    let expected = User { password: "better".to_owned(), ..ann };
    assert_eq!(changed.as_ref(), Some(&expected));
    are_now(store, &[&expected, &bob]).await;
}

async fn a_better_hash_takes_the_cursor_of_the_one_given_alone(store: &Subject) {
    let ann = user(store, "ann").await;
    for other in ["", "the hash of bob", "The Hash Of Ann", "the hash of an_", "%"] {
        assert_eq!(change(store, &ann, rehash(other, "better")).await, None, "{other:?}");
    }
    are_now(store, &[&ann]).await;
}

async fn a_user_is_activated_once(store: &Subject) {
    let awaiting = NewUser { is_active: false, awaits_activation: true, ..new_user("ann") };
    let ann = store.create_user(awaiting).await.unwrap();
    let bob = user(store, "bob").await;
    let active = User { is_active: true, awaits_activation: false, ..ann.clone() };
    assert_eq!(change(store, &ann, UserChange::Activate).await.as_ref(), Some(&active));
    assert_eq!(change(store, &ann, UserChange::Activate).await, None);
    assert_eq!(change(store, &bob, UserChange::Activate).await, None);
    are_now(store, &[&active, &bob]).await;
}

async fn nobody_is_changed_by_an_id_that_was_not_given(store: &Subject) {
    let [ann, bob] = users(store, ["ann", "bob"]).await;
    assert!(store.delete_user(bob.id, bob.revision).await.unwrap());
    for id in [NO_USER, bob.id] {
        for change in [
            UserChange::Email("new@example.org".to_owned()),
            name("new", bob.revision),
            name("ann", bob.revision),
            password("new", bob.revision),
            rehash(&bob.password, "new"),
            UserChange::Activate,
            UserChange::External { username: None, email: None, is_staff: Some(true) },
        ] {
            assert_eq!(store.update_user(id, change.clone()).await.unwrap(), None, "{change:?}");
        }
        assert!(!store.delete_user(id, bob.revision).await.unwrap());
    }
    are_now(store, &[&ann]).await;
}

async fn a_user_is_deleted_only_where_the_revision_is_the_one_given(store: &Subject) {
    let ann = user(store, "ann").await;
    let tea = room(store, &ann, &[]).await;
    let hello = send(store, &tea, &ann, "hello").await;
    for stale in [ann.revision + 1, ann.revision - 1] {
        assert!(!store.delete_user(ann.id, stale).await.unwrap());
    }
    are_now(store, &[&ann]).await;
    assert_eq!(now(store, &tea).await, tea);
    assert_eq!(store.message(hello.id, RoomsOf(ann.id)).await.unwrap(), Some(hello));
    let changed = change(store, &ann, password("new", ann.revision)).await.unwrap();
    assert!(!store.delete_user(ann.id, ann.revision).await.unwrap());
    assert!(store.delete_user(ann.id, changed.revision).await.unwrap());
}

async fn a_deleted_user_is_gone_and_its_name_free(store: &Subject) {
    let [ann, bob] = users(store, ["ann", "bob"]).await;
    assert!(store.delete_user(ann.id, ann.revision).await.unwrap());
    assert!(!store.delete_user(ann.id, ann.revision).await.unwrap());
    assert_eq!(store.user(ann.id).await.unwrap(), None);
    assert_eq!(store.user_by_name("ann").await.unwrap(), None);
    assert_eq!(store.users_by_email("ann@example.org").await.unwrap(), []);
    are_now(store, &[&bob]).await;
    let again = user(store, "ann").await;
    are_now(store, &[&bob, &again]).await;
}

async fn messages_of_a_deleted_user_go_and_others_stay(store: &Subject) {
    let [ann, bob, cyd] = users(store, ["ann", "bob", "cyd"]).await;
    let tea = room(store, &ann, &[&bob, &cyd]).await;
    let coffee = room(store, &cyd, &[&ann, &bob]).await;
    let kept = [send(store, &tea, &ann, "one").await, send(store, &coffee, &cyd, "two").await];
    let gone = [send(store, &tea, &bob, "three").await, send(store, &coffee, &bob, "four").await];
    // What a user sent to a room that it has left since goes too.
    let left = RoomChange { users: Some(vec![ann.id, cyd.id]), ..RoomChange::default() };
    store.update_room(&coffee, left).await.unwrap().unwrap();
    assert!(store.delete_user(bob.id, bob.revision).await.unwrap());
    assert_eq!(list(store, &MessageFilter::all(ann.id)).await.results, kept);
    for message in gone {
        assert_eq!(store.message(message.id, RoomsOf(ann.id)).await.unwrap(), None);
    }
    assert_eq!(number(store, &MessageFilter::all(bob.id)).await, 0);
}

async fn a_deleted_user_is_no_member_of_any_room(store: &Subject) {
    let [ann, bob] = users(store, ["ann", "bob"]).await;
    let tea = room(store, &ann, &[&bob]).await;
    let coffee = room(store, &ann, &[]).await;
    assert!(store.delete_user(bob.id, bob.revision).await.unwrap());
    assert_eq!(members(&now(store, &tea).await), [ann.id]);
    assert_eq!(now(store, &tea).await.admin, Some(ann.id));
    assert_eq!(now(store, &coffee).await, coffee);
}

async fn rooms_of_a_deleted_admin_stay_without_one(store: &Subject) {
    let [ann, bob] = users(store, ["ann", "bob"]).await;
    let tea = room(store, &ann, &[&bob]).await;
    let alone = room(store, &ann, &[]).await;
    let hello = send(store, &tea, &bob, "hello").await;
    assert!(store.delete_user(ann.id, ann.revision).await.unwrap());
    assert_eq!(now(store, &tea).await.admin, None);
    assert_eq!(members(&now(store, &tea).await), [bob.id]);
    assert_eq!(now(store, &tea).await.name, tea.name);
    assert_eq!(store.message(hello.id, RoomsOf(bob.id)).await.unwrap(), Some(hello));
    assert!(store.room_exists(alone.id).await.unwrap());
    assert_eq!(now(store, &alone).await.admin, None);
    assert_eq!(members(&now(store, &alone).await), []);
}

async fn change(store: &Subject, user: &User, change: UserChange) -> Option<User> {
    store.update_user(user.id, change).await.unwrap()
}

/// Checks that these are all users, and that each is found as it is.
async fn are_now(store: &Subject, users: &[&User]) {
    let all = store.users(WHOLE).await.unwrap().unwrap().results;
    assert_eq!(all.iter().collect::<Vec<_>>(), users);
    for user in users {
        assert_eq!(store.user(user.id).await.unwrap().as_ref(), Some(*user));
        assert_eq!(store.user_by_name(&user.username).await.unwrap().as_ref(), Some(*user));
    }
}

fn name(username: &str, revision: i64) -> UserChange {
    UserChange::Username { username: username.to_owned(), revision }
}

fn password(hash: &str, revision: i64) -> UserChange {
    UserChange::Password { hash: hash.to_owned(), revision }
}

fn rehash(from: &str, to: &str) -> UserChange {
    UserChange::Rehash { from: from.to_owned(), to: to.to_owned() }
}
