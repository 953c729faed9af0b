//! Users of the host's are known to the chat by what the host says of them.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot be set up ends in a panic that says why"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use chatapi_core::auth::password::is_usable;
use chatapi_core::error::Unauthenticated;
use chatapi_core::http::{Body, Params, Request, Response};
use chatapi_core::page::PageRequest;
use chatapi_core::store::memory::MemoryStore;
use chatapi_core::users::{ExternalUser, NewAccount, User, UserChange};
use chatapi_core::{ChatApi, CurrentUser, Error};

fn chat() -> ChatApi {
    ChatApi::builder(MemoryStore::new(), [7; 32]).build().unwrap()
}

async fn account(api: &ChatApi, name: &str) -> User {
    api.register(NewAccount::new(name, "earl-grey-4-two")).await.unwrap()
}

async fn count(api: &ChatApi) -> u64 {
    api.store().users(PageRequest::first(1)).await.unwrap().unwrap().count.number().unwrap()
}

#[tokio::test]
async fn a_user_of_the_host_is_made_at_first_sight() {
    let api = chat();
    let said = ExternalUser::new("auth0|42").username("ann").email("ann@Example.org").staff(true);
    let ann = api.user_of_host(&said).await.unwrap();
    assert_eq!((&*ann.username, &*ann.email, ann.is_staff), ("ann", "ann@example.org", true));
    assert_eq!(ann.external_id.as_deref(), Some("auth0|42"));
    assert!(ann.is_active && !ann.is_superuser);
    assert_eq!(api.user_of_host(&said).await.unwrap(), ann);
    assert_eq!(count(&api).await, 1);
}

#[tokio::test]
async fn what_the_host_leaves_unsaid_is_made_up_once_and_stays() {
    let api = chat();
    let made = api.user_of_host(&ExternalUser::new("auth0|42")).await.unwrap();
    assert_eq!((&*made.username, &*made.email, made.is_staff), ("auth0_42", "", false));
    let said = ExternalUser::new("auth0|42").username("ann").email("ann@example.org").staff(true);
    let ann = api.user_of_host(&said).await.unwrap();
    assert_eq!(
        (ann.id, &*ann.username, &*ann.email, ann.is_staff),
        (made.id, "ann", "ann@example.org", true)
    );
    assert_eq!(api.user_of_host(&ExternalUser::new("auth0|42")).await.unwrap(), ann);
    let odd = ExternalUser::new("auth0|42").email("no address");
    assert_eq!(api.user_of_host(&odd).await.unwrap(), ann);
    let none = ExternalUser::new("auth0|42").email("").staff(false);
    let ann = api.user_of_host(&none).await.unwrap();
    assert_eq!((&*ann.email, ann.is_staff), ("", false));
}

#[tokio::test]
async fn nobody_logs_in_as_a_user_of_the_host_by_password() {
    let api = chat();
    let said = ExternalUser::new("auth0|42").username("ann").email("ann@example.org");
    let ann = api.user_of_host(&said).await.unwrap();
    assert!(!is_usable(&ann.password));
    for password in ["", "!", &ann.password] {
        let refused = api.log_in("ann", password).await;
        assert!(matches!(refused, Err(Error::Unauthenticated(Unauthenticated::NoActiveAccount))));
        let refused = api.set_password(&CurrentUser::from(&ann), "earl-grey-4-two", password).await;
        assert!(matches!(refused, Err(Error::Invalid(_))));
    }
}

#[tokio::test]
async fn a_name_that_is_somebody_elses_gets_a_number_and_keeps_it() {
    let api = chat();
    account(&api, "ann").await;
    let names = async |id: &str| {
        let said = ExternalUser::new(id).username("ann");
        let seen = [api.user_of_host(&said).await.unwrap(), api.user_of_host(&said).await.unwrap()];
        assert_eq!(seen[0], seen[1], "a second sight changes nothing");
        seen[0].username.clone()
    };
    for number in 2..10 {
        assert_eq!(names(&format!("auth0|{number}")).await, format!("ann_{number}"));
    }
    let far = names("auth0|10").await;
    assert!(far.starts_with("ann_") && far.len() > 6, "{far}");
    assert_ne!(names("auth0|11").await, far);
    assert_eq!(names("auth0|2").await, "ann_2");
}

#[tokio::test]
async fn a_rename_to_a_name_that_is_somebody_elses_gets_a_number_too() {
    let api = chat();
    account(&api, "bob").await;
    let ann = api.user_of_host(&ExternalUser::new("auth0|42").username("ann")).await.unwrap();
    let said = ExternalUser::new("auth0|42").username("bob").email("bob@example.org");
    let renamed = api.user_of_host(&said).await.unwrap();
    assert_eq!((renamed.id, &*renamed.username, &*renamed.email), (ann.id, "bob_2", "bob@example.org"));
    assert_eq!(api.user_of_host(&said).await.unwrap(), renamed);
}

#[tokio::test]
async fn where_every_name_is_taken_a_new_user_is_refused_and_a_known_one_keeps_its_own() {
    let api = chat();
    let far = {
        // What the user would be called at last is seen in a chat of its own.
        let other = chat();
        for id in 1..10 {
            other.user_of_host(&ExternalUser::new(format!("x{id}")).username("ann")).await.unwrap();
        }
        other.user_of_host(&ExternalUser::new("auth0|42").username("ann")).await.unwrap().username
    };
    let bob = api.user_of_host(&ExternalUser::new("auth0|42").username("bob")).await.unwrap();
    account(&api, &far).await;
    for id in 1..10 {
        api.user_of_host(&ExternalUser::new(format!("x{id}")).username("ann")).await.unwrap();
    }
    let said = ExternalUser::new("auth0|42").username("ann").email("ann@example.org");
    let seen = api.user_of_host(&said).await.unwrap();
    assert_eq!((&*seen.username, &*seen.email), ("bob", "ann@example.org"));
    assert_eq!(api.user_of_host(&said).await.unwrap(), seen);
    api.store().delete_user(bob.id, bob.revision).await.unwrap();
    let refused = api.user_of_host(&said).await;
    assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
}

#[tokio::test]
async fn an_inactive_user_of_the_host_is_refused() {
    let api = chat();
    let said = ExternalUser::new("auth0|42").username("ann");
    let ann = api.user_of_host(&said).await.unwrap();
    api.store().update_user(ann.id, UserChange::UnprovedEmail(String::new())).await.unwrap();
    let refused = api.user_of_host(&said.username("bob")).await;
    assert!(matches!(refused, Err(Error::Unauthenticated(Unauthenticated::UserInactive))), "{refused:?}");
    assert_eq!(api.store().user(ann.id).await.unwrap().unwrap().username, "ann");
}

#[tokio::test]
async fn an_external_id_is_neither_empty_nor_long_nor_has_nul_in_it() {
    let api = chat();
    for id in [String::new(), "a\0b".to_owned(), "ä".repeat(256)] {
        let refused = api.user_of_host(&ExternalUser::new(id)).await;
        assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    }
    api.user_of_host(&ExternalUser::new("ä".repeat(255))).await.unwrap();
    assert_eq!(count(&api).await, 1);
}

#[tokio::test]
async fn many_first_sights_at_once_make_one_user() {
    let api = Arc::new(chat());
    let next = Arc::new(AtomicUsize::new(0));
    let see = |_| {
        let (api, next) = (api.clone(), next.clone());
        tokio::spawn(async move {
            let name = format!("ann{}", next.fetch_add(1, Ordering::SeqCst) % 2);
            api.user_of_host(&ExternalUser::new("auth0|42").username(name)).await.unwrap().id
        })
    };
    for seen in (0..16).map(see).collect::<Vec<_>>() {
        seen.await.unwrap();
    }
    assert_eq!(count(&api).await, 1);
}

async fn ask(api: &ChatApi, path: &str, extend: impl FnOnce(&mut http::Extensions)) -> (u16, String) {
    let route = api.routes().find(|route| route.path() == path).unwrap().clone();
    let mut request = Request::new(Bytes::new());
    *request.uri_mut() = path.parse().unwrap();
    request.headers_mut().insert("host", "chat.example".parse().unwrap());
    extend(request.extensions_mut());
    let response: Response = api.call(&route, request, Params::default()).await;
    let status = response.status().as_u16();
    let Body::Full(body) = response.into_body() else { panic!("not all at once") };
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn middleware_says_who_asks_by_an_external_user_in_the_extensions() {
    let api = chat();
    let said = ExternalUser::new("auth0|42").username("ann").email("ann@example.org");
    let (status, body) = ask(&api, "/auth/users/me/", |found| drop(found.insert(said.clone()))).await;
    assert_eq!((status, &*body), (200, r#"{"email":"ann@example.org","id":1,"username":"ann"}"#));
    assert_eq!(ask(&api, "/rooms/", |found| drop(found.insert(said.clone()))).await.0, 200);
    assert_eq!(ask(&api, "/rooms/", |_| {}).await.0, 401);
    api.store().update_user(1.into(), UserChange::UnprovedEmail(String::new())).await.unwrap();
    let (status, body) = ask(&api, "/rooms/", |found| drop(found.insert(said))).await;
    assert_eq!((status, &*body), (401, r#"{"detail":"User is inactive","code":"user_inactive"}"#));
}

#[tokio::test]
async fn a_current_user_in_the_extensions_goes_before_an_external_one() {
    let api = chat();
    let ann = account(&api, "ann").await;
    let (status, body) = ask(&api, "/auth/users/me/", |found| {
        found.insert(CurrentUser::from(&ann));
        found.insert(ExternalUser::new("auth0|42"));
    })
    .await;
    assert_eq!((status, &*body), (200, r#"{"email":"","id":1,"username":"ann"}"#));
    assert_eq!(count(&api).await, 1);
}
