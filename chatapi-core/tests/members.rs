//! Members join and leave rooms through the typed calls, and none that was acknowledged is lost.

#![cfg(all(feature = "sqlite", feature = "postgres"))]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot be set up ends in a panic that says why"
)]

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chatapi_core::error::Invalid;
use chatapi_core::hooks::{Draft, Event, Hooks, Verdict};
use chatapi_core::rooms::{Room, RoomChange, RoomDraft};
use chatapi_core::store::memory::MemoryStore;
use chatapi_core::store::postgres::PgStore;
use chatapi_core::store::sqlite::SqliteStore;
use chatapi_core::users::NewAccount;
use chatapi_core::{ChatApi, Config, CurrentUser, Error, Result, RoomId, Store, UserId};
use chatapi_testing::postgres::Databases;
use futures_util::future::join_all;

/// Runs each case on every store.
macro_rules! cases {
    ($($case:ident,)*) => {$(
        #[tokio::test(flavor = "multi_thread")]
        async fn $case() {
            super::$case(House::on(MemoryStore::new()).await).await;
            let folder = tempfile::tempdir().unwrap();
            let store = SqliteStore::open(folder.path().join("chat.sqlite3")).await.unwrap();
            super::$case(House::on(store).await).await;
            let databases = Databases::new().await;
            let store = PgStore::connect_lazy(&databases.fresh().await, 8).unwrap();
            let end = tokio::spawn(async { super::$case(House::on(store).await).await }).await;
            databases.drop_all().await;
            end.unwrap();
        }
    )*};
}

mod on_every_store {
    use super::*;

    cases! {
        members_that_are_added_at_once_are_all_kept,
        a_list_that_others_changed_meanwhile_is_a_conflict,
        a_name_is_changed_whoever_joined_meanwhile,
        members_are_added_and_removed_by_whoever_may_change_the_room,
        the_admin_stays_until_somebody_else_is_the_admin,
        a_member_leaves_by_itself,
        a_room_has_no_more_members_than_the_deployment_allows,
        hooks_hear_of_members_that_joined_or_left_and_of_nothing_else,
    }
}

async fn members_that_are_added_at_once_are_all_kept(house: House) {
    let room = house.room(&house.ann, &[]).await;
    let names: Vec<String> = (0..10).map(|n| format!("guest{n}")).collect();
    let guests = join_all(names.iter().map(|name| house.person(name))).await;
    let added =
        join_all(guests.iter().map(|guest| {
            let (api, ann, guest) = (house.api.clone(), house.ann.clone(), guest.id);
            async move {
                tokio::spawn(async move { api.add_members(&ann, room.id, &[guest]).await }).await.unwrap()
            }
        }));
    assert!(added.await.iter().all(Result::is_ok));
    let mut expected: Vec<UserId> = guests.iter().map(|guest| guest.id).chain([house.ann.id]).collect();
    expected.sort_unstable();
    assert_eq!(house.members(room.id).await, expected);
}

async fn a_list_that_others_changed_meanwhile_is_a_conflict(house: House) {
    let room = house.room(&house.ann, &[]).await;
    let names: Vec<String> = (0..10).map(|n| format!("guest{n}")).collect();
    let guests = join_all(names.iter().map(|name| house.person(name))).await;
    // Each adds one member to the list that it read, as a program without `add_members` would.
    let added =
        join_all(
            guests.iter().map(|guest| {
                let (api, ann, room) = (house.api.clone(), house.ann.clone(), room.clone());
                let change = RoomChange { users: Some(vec![ann.id, guest.id]), ..RoomChange::default() };
                async move {
                    tokio::spawn(async move { api.update_room(&ann, &room, change).await }).await.unwrap()
                }
            }),
        );
    let added = added.await;
    let kept: Vec<&Room> = added.iter().filter_map(|added| added.as_ref().ok()).collect();
    assert_eq!(kept.len(), 1, "{added:?}");
    assert_eq!(house.api.room(&house.ann, room.id).await.unwrap(), *kept[0]);
    for refused in added.iter().filter_map(|added| added.as_ref().err()) {
        assert_eq!(refused.status(), 409);
        let body = serde_json::to_value(refused.body()).unwrap();
        assert_eq!(body["code"], "conflict");
        let detail = "The members of the room were changed in the meantime; read the room and try again.";
        assert_eq!(body["detail"], detail);
    }
    // Whoever reads again succeeds.
    let change = RoomChange { users: Some(vec![house.ann.id]), ..RoomChange::default() };
    house.api.update_room(&house.ann, kept[0], change).await.unwrap();
    assert_eq!(house.members(room.id).await, [house.ann.id]);
}

async fn a_name_is_changed_whoever_joined_meanwhile(house: House) {
    let room = house.room(&house.ann, &[]).await;
    house.api.add_members(&house.ann, room.id, &[house.bob.id]).await.unwrap();
    let change = RoomChange { name: Some("Coffee".into()), ..RoomChange::default() };
    let changed = house.api.update_room(&house.ann, &room, change).await.unwrap();
    assert_eq!((&*changed.name, changed.users.len()), ("Coffee", 2));
}

async fn members_are_added_and_removed_by_whoever_may_change_the_room(house: House) {
    let House { api, ann, bob, cyd, .. } = &house;
    let room = house.room(ann, &[bob]).await;
    for (other, gone) in [(bob, room.id), (cyd, room.id), (ann, RoomId(999_999))] {
        let missing = gone != room.id;
        for refused in
            [api.add_members(other, gone, &[cyd.id]).await, api.remove_members(other, gone, &[bob.id]).await]
        {
            match refused.unwrap_err() {
                Error::Forbidden(_) => assert!(!missing),
                Error::NotFound(_) => assert!(missing),
                fault => panic!("{fault:?}"),
            }
        }
    }
    assert_eq!(house.members(room.id).await, [ann.id, bob.id]);
    let changed = api.add_members(ann, room.id, &[cyd.id, bob.id]).await.unwrap();
    assert_eq!(changed, api.room(ann, room.id).await.unwrap());
    assert_eq!(house.members(room.id).await, [ann.id, bob.id, cyd.id]);
    let refused = api.add_members(ann, room.id, &[UserId(999_999)]).await.unwrap_err();
    is_fault(&refused, "users", "Invalid pk \"999999\" - object does not exist.");
    let changed = api.remove_members(ann, room.id, &[bob.id, UserId(999_999)]).await.unwrap();
    assert_eq!(changed, api.room(ann, room.id).await.unwrap());
    assert_eq!(house.members(room.id).await, [ann.id, cyd.id]);
}

async fn the_admin_stays_until_somebody_else_is_the_admin(house: House) {
    let House { api, ann, bob, .. } = &house;
    let room = house.room(ann, &[bob]).await;
    let fault = "The room's admin cannot leave it. Make another member the admin first, or delete the room.";
    is_fault(
        &api.remove_members(ann, room.id, &[bob.id, ann.id]).await.unwrap_err(),
        "non_field_errors",
        fault,
    );
    is_fault(&api.leave_room(ann, room.id).await.unwrap_err(), "non_field_errors", fault);
    assert_eq!(house.members(room.id).await, [ann.id, bob.id]);
    let to_bob = RoomChange { admin: Some(bob.id), ..RoomChange::default() };
    api.update_room(ann, &room, to_bob).await.unwrap();
    api.leave_room(ann, room.id).await.unwrap();
    assert!(matches!(api.room(ann, room.id).await, Err(Error::Forbidden(_))));
    assert_eq!(api.room(bob, room.id).await.unwrap().users.len(), 1);
}

async fn a_member_leaves_by_itself(house: House) {
    let House { api, ann, bob, cyd, .. } = &house;
    let room = house.room(ann, &[bob, cyd]).await;
    api.leave_room(bob, room.id).await.unwrap();
    assert_eq!(house.members(room.id).await, [ann.id, cyd.id]);
    assert!(api.send_message(bob, room.id, "hello").await.is_err());
    // It is gone already.
    api.leave_room(bob, room.id).await.unwrap();
    assert!(matches!(api.leave_room(bob, RoomId(999_999)).await, Err(Error::NotFound(_))));
}

async fn a_room_has_no_more_members_than_the_deployment_allows(house: House) {
    let House { api, ann, .. } = &house;
    let fault = "A room may have at most 11 members.";
    let names: Vec<String> = (0..12).map(|n| format!("guest{n}")).collect();
    let guests: Vec<UserId> =
        join_all(names.iter().map(|name| house.person(name))).await.iter().map(|guest| guest.id).collect();
    let with_ann = |guests: &[UserId]| guests.iter().copied().chain([ann.id]).collect::<Vec<_>>();
    let draft = |users: Vec<UserId>| RoomDraft { name: "Tea".into(), users, admin: None };
    let refused = api.create_room(ann, draft(with_ann(&guests[..11]))).await.unwrap_err();
    is_fault(&refused, "users", fault);
    // Somebody who is named twice is one member.
    let twice = [with_ann(&guests[..8]), with_ann(&guests[..8])].concat();
    let room = api.create_room(ann, draft(twice)).await.unwrap();
    is_fault(&api.add_members(ann, room.id, &guests[8..11]).await.unwrap_err(), "users", fault);
    api.add_members(ann, room.id, &guests[6..10]).await.unwrap();
    is_fault(&api.add_members(ann, room.id, &guests[10..11]).await.unwrap_err(), "users", fault);
    let room = api.room(ann, room.id).await.unwrap();
    let replace = |guests: &[UserId]| RoomChange { users: Some(with_ann(guests)), ..RoomChange::default() };
    is_fault(&api.update_room(ann, &room, replace(&guests[..11])).await.unwrap_err(), "users", fault);
    assert_eq!(api.update_room(ann, &room, replace(&guests[2..12])).await.unwrap().users.len(), 11);
}

async fn hooks_hear_of_members_that_joined_or_left_and_of_nothing_else(house: House) {
    let House { api, ann, bob, cyd, .. } = &house;
    let room = house.room(ann, &[]).await;
    house.heard().await;
    let with_both = api.add_members(ann, room.id, &[bob.id, cyd.id]).await.unwrap();
    api.add_members(ann, room.id, &[bob.id]).await.unwrap();
    api.remove_members(ann, room.id, &[UserId(999_999)]).await.unwrap();
    api.remove_members(ann, room.id, &[ann.id]).await.unwrap_err();
    api.leave_room(bob, room.id).await.unwrap();
    api.leave_room(bob, room.id).await.unwrap();
    let without_bob = api.room(ann, room.id).await.unwrap();
    let changed = |room: Room, by: &CurrentUser| Event::RoomChanged { room, by: by.id };
    assert_eq!(house.heard().await, [changed(with_both, ann), changed(without_bob, bob)]);
}

#[track_caller]
fn is_fault(error: &Error, field: &str, fault: &str) {
    let Error::Invalid(Invalid::Fields(faults)) = error else { panic!("{error:?}") };
    assert_eq!(faults.iter().collect::<Vec<_>>(), [(field, fault)]);
}

/// A chat with three people in it, whose rooms have up to eleven members.
struct House {
    api: ChatApi,
    ear: Ear,
    ann: CurrentUser,
    bob: CurrentUser,
    cyd: CurrentUser,
}

impl House {
    async fn on(store: impl Store + 'static) -> Self {
        store.migrate().await.unwrap();
        let mut config = Config::default();
        config.members_per_room = 11;
        let ear = Ear::default();
        let api = ChatApi::builder(store, [7; 32]).config(config).hooks(ear.clone()).build().unwrap();
        let ann = person(&api, "ann").await;
        let (bob, cyd) = (person(&api, "bob").await, person(&api, "cyd").await);
        Self { api, ear, ann, bob, cyd }
    }

    async fn person(&self, name: &str) -> CurrentUser {
        person(&self.api, name).await
    }

    async fn room(&self, admin: &CurrentUser, others: &[&CurrentUser]) -> Room {
        let users = [&[admin], others].concat().iter().map(|user| user.id).collect();
        let draft = RoomDraft { name: "Tea".into(), users, admin: None };
        self.api.create_room(admin, draft).await.unwrap()
    }

    async fn members(&self, room: RoomId) -> Vec<UserId> {
        let room = self.api.store().room(room).await.unwrap().unwrap();
        room.users.iter().map(|member| member.id).collect()
    }

    /// What the hooks heard since this was asked last.
    async fn heard(&self) -> Vec<Event> {
        self.api.shutdown().await;
        std::mem::take(&mut *self.ear.0.lock().unwrap())
    }
}

async fn person(api: &ChatApi, name: &str) -> CurrentUser {
    CurrentUser::from(&api.register(NewAccount::new(name, "earl-grey-4-two")).await.unwrap())
}

/// Keeps what it hears.
#[derive(Clone, Debug, Default)]
struct Ear(Arc<Mutex<Vec<Event>>>);

#[async_trait]
impl Hooks for Ear {
    async fn before_send(&self, _: &Draft<'_>) -> Result<Verdict> {
        Ok(Verdict::Allow)
    }

    async fn after_commit(&self, event: &Event) {
        self.0.lock().unwrap().push(event.clone());
    }
}
