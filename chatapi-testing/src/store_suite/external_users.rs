//! Cases about users that the host knows by an id of its own.

use chatapi_core::store::StoreError;
use chatapi_core::users::{NewUser, User, UserChange};

use super::case::{Subject, cases};
use super::given::{WHOLE, at_once, new_user, user};

cases! {
    a_user_of_the_host_is_made_at_first_sight_and_kept_as_it_was_made,
    a_user_of_the_host_is_found_by_exactly_its_external_id,
    an_external_id_may_be_long_and_in_any_script,
    accounts_have_no_external_id,
    a_second_sight_gives_the_user_of_the_first_and_changes_nothing,
    a_user_of_the_host_gets_no_name_that_is_taken,
    a_deleted_user_of_the_host_is_made_anew,
    what_the_host_says_changes_and_the_rest_stays,
    the_host_renames_nobody_to_a_name_that_is_taken,
    of_many_first_sights_at_once_one_makes_the_user,
    of_many_who_want_a_name_at_first_sight_one_gets_it,
}

const ID: &str = "auth0|42";

async fn a_user_of_the_host_is_made_at_first_sight_and_kept_as_it_was_made(store: &Subject) {
    let fresh = NewUser { is_staff: true, email: "Ann@Example.org".to_owned(), ..new_user("ann") };
    let ann = store.keep_user(ID, fresh.clone()).await.unwrap();
    let expected = User {
        id: ann.id,
        username: fresh.username,
        email: fresh.email,
        password: fresh.password,
        is_active: true,
        awaits_activation: false,
        is_staff: true,
        is_superuser: false,
        is_viewer: false,
        date_joined: fresh.date_joined,
        revision: fresh.revision,
        external_id: Some(ID.to_owned()),
    };
    assert_eq!(ann, expected);
    is_kept(store, &ann).await;
    assert_eq!(store.users_by_email("ann@example.org").await.unwrap(), [ann]);
}

async fn a_user_of_the_host_is_found_by_exactly_its_external_id(store: &Subject) {
    for (id, name) in [(ID, "ann"), ("AUTH0|42", "bob"), ("auth0|42 ", "cyd"), ("Zoë", "dan"), ("zoë", "eve")]
    {
        let user = store.keep_user(id, new_user(name)).await.unwrap();
        assert_eq!(user.username, name);
        is_kept(store, &user).await;
    }
    for id in ["", "auth0|4", "auth0%", "auth0_42", "Zoe\u{308}", "ann"] {
        assert_eq!(store.user_by_external_id(id).await.unwrap(), None, "{id:?}");
    }
}

async fn an_external_id_may_be_long_and_in_any_script(store: &Subject) {
    for (name, id) in
        [("ann", "x".repeat(255)), ("bob", "茶".repeat(255)), ("cyd", "a'b\"c\\d%e_f;--".to_owned())]
    {
        let user = store.keep_user(&id, new_user(name)).await.unwrap();
        assert_eq!(user.external_id, Some(id));
        is_kept(store, &user).await;
    }
}

async fn accounts_have_no_external_id(store: &Subject) {
    for name in ["ann", "bob"] {
        assert_eq!(user(store, name).await.external_id, None);
    }
    assert_eq!(store.user_by_external_id("").await.unwrap(), None);
}

async fn a_second_sight_gives_the_user_of_the_first_and_changes_nothing(store: &Subject) {
    let ann = store.keep_user(ID, new_user("ann")).await.unwrap();
    let bob = user(store, "bob").await;
    for name in ["ann", "bob", "cyd"] {
        let fresh = NewUser { is_staff: true, is_active: false, ..new_user(name) };
        assert_eq!(store.keep_user(ID, fresh).await.unwrap(), ann);
    }
    assert_eq!(store.users(WHOLE).await.unwrap().unwrap().results, [ann, bob]);
}

async fn a_user_of_the_host_gets_no_name_that_is_taken(store: &Subject) {
    let ann = user(store, "ann").await;
    let bob = store.keep_user(ID, new_user("bob")).await.unwrap();
    for name in ["ann", "bob"] {
        let refused = store.keep_user("auth0|43", new_user(name)).await;
        assert!(matches!(refused, Err(StoreError::Taken)), "{refused:?}");
    }
    assert!(matches!(store.create_user(new_user("bob")).await, Err(StoreError::Taken)));
    assert_eq!(store.user_by_external_id("auth0|43").await.unwrap(), None);
    assert_eq!(store.users(WHOLE).await.unwrap().unwrap().results, [ann, bob]);
}

async fn a_deleted_user_of_the_host_is_made_anew(store: &Subject) {
    let ann = store.keep_user(ID, new_user("ann")).await.unwrap();
    assert!(store.delete_user(ann.id, ann.revision).await.unwrap());
    assert_eq!(store.user_by_external_id(ID).await.unwrap(), None);
    let again = store.keep_user(ID, new_user("ann")).await.unwrap();
    assert!(again.id > ann.id);
    is_kept(store, &again).await;
}

async fn what_the_host_says_changes_and_the_rest_stays(store: &Subject) {
    let mut ann = store.keep_user(ID, new_user("ann")).await.unwrap();
    let bob = user(store, "bob").await;
    let say = |username: Option<&str>, email: Option<&str>, is_staff| UserChange::External {
        username: username.map(str::to_owned),
        email: email.map(str::to_owned),
        is_staff,
    };
    for change in [
        say(None, None, None),
        say(Some("Änn"), None, None),
        say(None, Some("New@Example.org"), None),
        say(None, None, Some(true)),
        say(Some("ann"), Some(""), Some(false)),
        say(Some("ann"), Some("ann@example.org"), Some(false)),
    ] {
        let changed = store.update_user(ann.id, change.clone()).await.unwrap().unwrap();
        let UserChange::External { username, email, is_staff } = change else { unreachable!() };
        // Who is staff no longer is to log in again.
        let ends = ann.is_staff && is_staff == Some(false);
        ann = User {
            revision: ann.revision + i64::from(ends),
            username: username.unwrap_or(ann.username),
            email: email.unwrap_or(ann.email),
            is_staff: is_staff.unwrap_or(ann.is_staff),
            ..ann
        };
        assert_eq!(changed, ann);
        is_kept(store, &ann).await;
    }
    store.update_user(ann.id, say(None, Some("Tea@Example.org"), None)).await.unwrap().unwrap();
    assert_eq!(store.users_by_email("tea@example.org").await.unwrap()[0].id, ann.id);
    assert_eq!(store.users_by_email("ann@example.org").await.unwrap(), []);
    assert_eq!(store.user(bob.id).await.unwrap(), Some(bob));
}

async fn the_host_renames_nobody_to_a_name_that_is_taken(store: &Subject) {
    let ann = store.keep_user(ID, new_user("ann")).await.unwrap();
    let bob = user(store, "bob").await;
    let change = UserChange::External {
        username: Some("bob".to_owned()),
        email: Some("new@example.org".to_owned()),
        is_staff: Some(true),
    };
    let refused = store.update_user(ann.id, change).await;
    assert!(matches!(refused, Err(StoreError::Taken)), "{refused:?}");
    assert_eq!(store.users(WHOLE).await.unwrap().unwrap().results, [ann, bob]);
}

async fn of_many_first_sights_at_once_one_makes_the_user(store: &Subject) {
    // With one name they are in each other's way twice, with names of their own once.
    for (id, names) in [("auth0|1", ["ann"; 16]), ("auth0|2", NAMES)] {
        let see = |store: Subject, name: &'static str| async move {
            store.keep_user(id, new_user(name)).await.unwrap()
        };
        let seen = at_once(names.map(|name| see(store.clone(), name))).await;
        assert!(seen.iter().all(|user| *user == seen[0]), "{seen:?}");
        is_kept(store, &seen[0]).await;
    }
    assert_eq!(store.users(WHOLE).await.unwrap().unwrap().results.len(), 2);
}

const NAMES: [&str; 16] =
    ["u0", "u1", "u2", "u3", "u4", "u5", "u6", "u7", "u8", "u9", "u10", "u11", "u12", "u13", "u14", "u15"];

async fn of_many_who_want_a_name_at_first_sight_one_gets_it(store: &Subject) {
    let see = |store: Subject, n: usize| async move {
        store.keep_user(&format!("auth0|{n}"), new_user("ann")).await
    };
    let seen = at_once((0..16).map(|n| see(store.clone(), n))).await;
    let refused = seen.iter().filter(|user| matches!(user, Err(StoreError::Taken))).count();
    assert_eq!(refused, 15, "{seen:?}");
    let made: Vec<User> = seen.into_iter().flatten().collect();
    assert_eq!(store.users(WHOLE).await.unwrap().unwrap().results, made);
}

/// Checks that the user is found as it is.
async fn is_kept(store: &Subject, user: &User) {
    let external_id = user.external_id.as_deref().unwrap();
    assert_eq!(store.user_by_external_id(external_id).await.unwrap().as_ref(), Some(user));
    assert_eq!(store.user(user.id).await.unwrap().as_ref(), Some(user));
    assert_eq!(store.user_by_name(&user.username).await.unwrap().as_ref(), Some(user));
}
