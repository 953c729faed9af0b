//! Cases about users: making them and finding them.

use chatapi_core::store::StoreError;
use chatapi_core::users::{NewUser, User};
use chatapi_core::{Timestamp, UserId};

use super::case::{Subject, cases};
use super::given::{NO_USER, WHOLE, at, new_user, user, users};
use super::pages::{are_the_pages_of, are_the_pages_of_nothing};

cases! {
    a_user_is_kept_as_it_was_made,
    a_user_is_kept_in_any_script,
    the_time_of_joining_is_kept_to_the_microsecond,
    a_user_is_found_by_exactly_its_name,
    names_that_differ_in_case_or_encoding_alone_are_two_users,
    a_name_that_is_taken_is_refused,
    ids_of_users_are_never_used_again,
    nobody_has_an_id_that_was_not_given,
    users_are_found_by_their_address_in_any_case,
    an_address_is_no_pattern,
    nobody_is_found_by_the_empty_address,
    existing_users_are_those_asked_for_in_order_and_once,
    any_number_of_users_may_be_asked_for,
    pages_of_users_are_in_the_order_of_ids,
    no_users_are_one_empty_page,
    the_latest_networks_of_a_user_are_trusted,
}

async fn a_user_is_kept_as_it_was_made(store: &Subject) {
    let mut made = Vec::new();
    for (n, name) in ["ann", "bob", "cyd", "dan"].into_iter().enumerate() {
        let new = NewUser {
            is_active: n == 0,
            awaits_activation: n == 1,
            is_staff: n == 1,
            is_superuser: n == 2,
            is_viewer: n == 3,
            revision: (1 << 52) - 1 - n as i64,
            email: if n == 3 { String::new() } else { format!("{name}@Example.org") },
            password: format!("hash {n}"),
            date_joined: at(n as i64),
            ..new_user(name)
        };
        let user = store.create_user(new.clone()).await.unwrap();
        let expected = User {
            id: user.id,
            username: new.username,
            email: new.email,
            password: new.password,
            is_active: new.is_active,
            awaits_activation: new.awaits_activation,
            is_staff: new.is_staff,
            is_superuser: new.is_superuser,
            is_viewer: new.is_viewer,
            date_joined: new.date_joined,
            revision: new.revision,
            external_id: None,
        };
        assert_eq!(user, expected);
        made.push(user);
    }
    for user in &made {
        assert_eq!(store.user(user.id).await.unwrap().as_ref(), Some(user));
        assert_eq!(store.user_by_name(&user.username).await.unwrap().as_ref(), Some(user));
    }
    assert_eq!(store.users(WHOLE).await.unwrap().unwrap().results, made);
}

async fn a_user_is_kept_in_any_script(store: &Subject) {
    for word in
        ["Zoë", "zoe\u{308}", "Ωμέγα", "Дмитрий", "日本語", "مرحبا", "हिन्दी", "👩‍👩‍👧‍👦", "a'b\"c\\d%e_f;--"]
    {
        let new = NewUser { email: format!("{word}@{word}"), password: word.to_owned(), ..new_user(word) };
        let user = store.create_user(new).await.unwrap();
        assert_eq!((&*user.username, &*user.password), (word, word));
        assert_eq!(user.email, format!("{word}@{word}"));
        assert_eq!(store.user(user.id).await.unwrap().as_ref(), Some(&user));
        assert_eq!(store.user_by_name(word).await.unwrap(), Some(user));
    }
}

async fn the_time_of_joining_is_kept_to_the_microsecond(store: &Subject) {
    for (n, micros) in [0, 1, -1, 1_795_338_707_000_001, -11_676_096_000_000_001, 253_402_300_799_999_999]
        .into_iter()
        .enumerate()
    {
        let new = NewUser { date_joined: Timestamp::from_micros(micros), ..new_user(&format!("user{n}")) };
        let user = store.create_user(new).await.unwrap();
        assert_eq!(user.date_joined.as_micros(), micros);
        assert_eq!(store.user(user.id).await.unwrap(), Some(user));
    }
}

async fn a_user_is_found_by_exactly_its_name(store: &Subject) {
    let [ann, zoe] = users(store, ["ann", "Zoë"]).await;
    assert_eq!(store.user_by_name("ann").await.unwrap(), Some(ann));
    assert_eq!(store.user_by_name("Zoë").await.unwrap(), Some(zoe));
    for name in ["Ann", "ANN", "an", "ann ", " ann", "a%", "_nn", "", "zoë", "ZOË", "Zoe", "Zoe\u{308}"] {
        assert_eq!(store.user_by_name(name).await.unwrap(), None, "{name:?}");
    }
}

async fn names_that_differ_in_case_or_encoding_alone_are_two_users(store: &Subject) {
    for name in ["ann", "Ann", "ANN", "ann ", "Zoë", "zoë", "Zoe\u{308}", "Zoe"] {
        let user = user(store, name).await;
        assert_eq!(store.user_by_name(name).await.unwrap(), Some(user), "{name:?}");
    }
}

async fn a_name_that_is_taken_is_refused(store: &Subject) {
    let ann = user(store, "ann").await;
    let again = NewUser { email: "other@example.org".to_owned(), ..new_user("ann") };
    assert!(matches!(store.create_user(again).await, Err(StoreError::Taken)));
    assert_eq!(store.users(WHOLE).await.unwrap().unwrap().results, [ann]);
    assert_eq!(store.users_by_email("other@example.org").await.unwrap(), []);
}

async fn ids_of_users_are_never_used_again(store: &Subject) {
    let [ann, bob] = users(store, ["ann", "bob"]).await;
    assert!(UserId(0) < ann.id && ann.id < bob.id);
    assert!(store.delete_user(bob.id, bob.revision).await.unwrap());
    let bob_again = user(store, "bob").await;
    assert!(bob_again.id > bob.id);
    assert_eq!(store.user(bob.id).await.unwrap(), None);
}

async fn nobody_has_an_id_that_was_not_given(store: &Subject) {
    user(store, "ann").await;
    for id in [NO_USER, UserId(0), UserId(-1), UserId(i64::MIN), UserId(i64::MAX)] {
        assert_eq!(store.user(id).await.unwrap(), None);
        assert_eq!(store.existing_users(&[id]).await.unwrap(), []);
    }
}

async fn users_are_found_by_their_address_in_any_case(store: &Subject) {
    let mut made = Vec::new();
    for (name, email) in [
        ("ann", "Tea@Example.org"),
        ("bob", "tea@example.org"),
        ("cyd", "TEA@EXAMPLE.ORG"),
        ("dan", "coffee@example.org"),
        ("eve", "JÜRGEN@köln.de"),
        ("fay", "ju\u{308}rgen@KÖLN.de"),
    ] {
        made.push(store.create_user(NewUser { email: email.to_owned(), ..new_user(name) }).await.unwrap());
    }
    assert_eq!(store.users_by_email("tEa@eXample.org").await.unwrap(), made[..3]);
    assert_eq!(store.users_by_email("COFFEE@example.org").await.unwrap(), made[3..4]);
    assert_eq!(store.users_by_email("jürgen@ko\u{308}ln.DE").await.unwrap(), made[4..]);
}

async fn an_address_is_no_pattern(store: &Subject) {
    let odd = NewUser { email: "a_b%c\\d@example.org".to_owned(), ..new_user("odd") };
    let odd = store.create_user(odd).await.unwrap();
    user(store, "ann").await;
    assert_eq!(store.users_by_email("A_B%C\\D@example.org").await.unwrap(), [odd]);
    for email in ["%", "ann@example%", "ann_example.org", "ann@example", " ann@example.org", "nn@example.org"]
    {
        assert_eq!(store.users_by_email(email).await.unwrap(), [], "{email:?}");
    }
}

async fn nobody_is_found_by_the_empty_address(store: &Subject) {
    store.create_user(NewUser { email: String::new(), ..new_user("ann") }).await.unwrap();
    assert_eq!(store.users_by_email("").await.unwrap(), []);
}

async fn existing_users_are_those_asked_for_in_order_and_once(store: &Subject) {
    let [ann, bob, cyd] = users(store, ["ann", "bob", "cyd"]).await;
    let asked = [cyd.id, NO_USER, ann.id, cyd.id, UserId(-1)];
    assert_eq!(store.existing_users(&asked).await.unwrap(), [ann.id, cyd.id]);
    assert_eq!(store.existing_users(&[bob.id]).await.unwrap(), [bob.id]);
    assert_eq!(store.existing_users(&[]).await.unwrap(), []);
    assert!(store.delete_user(ann.id, ann.revision).await.unwrap());
    assert_eq!(store.existing_users(&asked).await.unwrap(), [cyd.id]);
}

async fn any_number_of_users_may_be_asked_for(store: &Subject) {
    let [ann, bob] = users(store, ["ann", "bob"]).await;
    let asked: Vec<UserId> = (0..70_000).map(|n| UserId(NO_USER.0 + n)).chain([bob.id, ann.id]).collect();
    assert_eq!(store.existing_users(&asked).await.unwrap(), [ann.id, bob.id]);
}

async fn pages_of_users_are_in_the_order_of_ids(store: &Subject) {
    let made = users(store, ["zoe", "ann", "Bob", "yan", "éva", "0", "cyd"]).await;
    are_the_pages_of(&made, |page| async move { store.users(page).await.unwrap() }).await;
}

async fn no_users_are_one_empty_page(store: &Subject) {
    are_the_pages_of_nothing(|page| async move { store.users(page).await.unwrap() }).await;
}

async fn the_latest_networks_of_a_user_are_trusted(store: &Subject) {
    let [ann, bob] = [user(store, "ann").await, user(store, "bob").await];
    for n in 0..10 {
        store.trust_network(ann.id, &format!("n{n}"), at(n)).await.unwrap();
    }
    // The first is seen again, so that the second is the one to go.
    store.trust_network(ann.id, "n0", at(10)).await.unwrap();
    store.trust_network(ann.id, "n10", at(11)).await.unwrap();
    for (network, is_trusted) in [("n0", true), ("n1", false), ("n2", true), ("n10", true), ("n11", false)] {
        assert_eq!(store.trusts_network(ann.id, network).await.unwrap(), is_trusted, "{network}");
        assert!(!store.trusts_network(bob.id, network).await.unwrap());
    }
    assert!(store.delete_user(ann.id, ann.revision).await.unwrap());
    store.trust_network(ann.id, "n0", at(12)).await.unwrap();
    assert!(!store.trusts_network(ann.id, "n0").await.unwrap());
}
