//! Messages are sent within a transaction of the host's, on PostgreSQL and on SQLite: with all of it, or not at all.

#![cfg(all(feature = "sqlite", feature = "postgres"))]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot be set up ends in a panic that says why"
)]

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chatapi_core::error::{Invalid, Refusal};
use chatapi_core::hooks::{Draft, Event, Hooks, Verdict};
use chatapi_core::messages::{Message, MessageFilter};
use chatapi_core::page::PageRequest;
use chatapi_core::rooms::RoomDraft;
use chatapi_core::users::NewAccount;
use chatapi_core::{ChatApi, CurrentUser, Error, Result, RoomId, UserId};
use chatapi_testing::postgres::Databases;
use sqlx::Connection;

use self::host::{Host, OnPostgres, cases};

// As `tests/host.rs` it would be a test of its own.
#[path = "transactions/host.rs"]
mod host;

cases! {
    what_is_rolled_back_leaves_nothing_and_nobody_hears_of_it,
    what_is_dropped_leaves_nothing_and_nobody_hears_of_it,
    nobody_else_sees_a_message_before_the_commit,
    the_hosts_changes_and_the_chats_happen_together,
    hooks_hear_of_messages_in_order_and_once,
    a_commit_that_fails_leaves_nothing_and_nobody_hears_of_it,
    who_may_not_send_is_refused_and_the_rest_can_be_committed,
    a_message_goes_through_the_hosts_hooks,
    a_transaction_may_be_begun_on_a_connection_of_the_hosts,
    members_join_and_leave_with_the_transaction,
    members_join_and_leave_by_the_chats_rules,
}

async fn what_is_rolled_back_leaves_nothing_and_nobody_hears_of_it<H: Host>(host: H) {
    let shop = Shop::on(&host).await;
    let mut transaction = shop.api.within(host.begin().await);
    H::ship(&mut transaction).await;
    transaction.send_message(&shop.ann, shop.room, "shipped").await.unwrap();
    transaction.rollback().await.unwrap();
    assert!(!host.is_shipped().await);
    assert_eq!(shop.contents().await, [""; 0]);
    assert_eq!(shop.heard().await, []);
}

async fn what_is_dropped_leaves_nothing_and_nobody_hears_of_it<H: Host>(host: H) {
    let shop = Shop::on(&host).await;
    let mut transaction = shop.api.within(host.begin().await);
    H::ship(&mut transaction).await;
    transaction.send_message(&shop.ann, shop.room, "shipped").await.unwrap();
    drop(transaction);
    assert!(!host.is_shipped().await);
    assert_eq!(shop.contents().await, [""; 0]);
    assert_eq!(shop.heard().await, []);
}

async fn nobody_else_sees_a_message_before_the_commit<H: Host>(host: H) {
    let shop = Shop::on(&host).await;
    let mut transaction = shop.api.within(host.begin().await);
    let message = transaction.send_message(&shop.ann, shop.room, "shipped").await.unwrap();
    // The chat reads on another connection.
    assert!(matches!(shop.api.message(&shop.ann, message.id).await, Err(Error::NotFound(_))));
    assert_eq!(shop.contents().await, [""; 0]);
    assert_eq!(shop.heard().await, []);
    transaction.commit().await.unwrap();
    assert_eq!(shop.api.message(&shop.ann, message.id).await.unwrap(), message);
    assert_eq!(shop.contents().await, ["shipped"]);
    assert_eq!(shop.heard().await, [sent(message)]);
}

async fn the_hosts_changes_and_the_chats_happen_together<H: Host>(host: H) {
    let shop = Shop::on(&host).await;
    let mut transaction = shop.api.within(host.begin().await);
    transaction.send_message(&shop.ann, shop.room, "about to ship").await.unwrap();
    H::ship(&mut transaction).await;
    transaction.send_message(&shop.ann, shop.room, "shipped").await.unwrap();
    assert!(!host.is_shipped().await);
    transaction.commit().await.unwrap();
    assert!(host.is_shipped().await);
    assert_eq!(shop.contents().await, ["about to ship", "shipped"]);
}

async fn hooks_hear_of_messages_in_order_and_once<H: Host>(host: H) {
    let shop = Shop::on(&host).await;
    let before = shop.api.send_message(&shop.ann, shop.room, "before").await.unwrap();
    let mut transaction = shop.api.within(host.begin().await);
    let one = transaction.send_message(&shop.ann, shop.room, "one").await.unwrap();
    let two = transaction.send_message(&shop.ann, shop.room, "two").await.unwrap();
    transaction.commit().await.unwrap();
    let after = shop.api.send_message(&shop.ann, shop.room, "after").await.unwrap();
    assert_eq!(shop.heard().await, [before, one, two, after].map(sent));
    assert_eq!(shop.heard().await, []);
}

async fn a_commit_that_fails_leaves_nothing_and_nobody_hears_of_it<H: Host>(host: H) {
    let shop = Shop::on(&host).await;
    let mut transaction = shop.api.within(host.begin().await);
    transaction.send_message(&shop.ann, shop.room, "shipped").await.unwrap();
    H::break_a_promise(&mut transaction).await;
    assert!(matches!(transaction.commit().await, Err(sqlx::Error::Database(_))));
    assert_eq!(shop.contents().await, [""; 0]);
    assert_eq!(shop.heard().await, []);
}

async fn who_may_not_send_is_refused_and_the_rest_can_be_committed<H: Host>(host: H) {
    let shop = Shop::on(&host).await;
    let mut transaction = shop.api.within(host.begin().await);
    H::ship(&mut transaction).await;
    for (user, room, content, field, fault) in [
        (&shop.bob, shop.room, "x", "non_field_errors", "User must be part of the room to create a message."),
        (&shop.ann, RoomId(999_999), "x", "room", "Invalid pk \"999999\" - object does not exist."),
        (&shop.ann, shop.room, " ", "content", "This field may not be blank."),
        (&shop.ann, shop.room, "a\0b", "content", "Null characters are not allowed."),
    ] {
        let refused = transaction.send_message(user, room, content).await.unwrap_err();
        let Error::Invalid(Invalid::Fields(faults)) = refused else { panic!("{refused:?}") };
        assert_eq!(faults.iter().collect::<Vec<_>>(), [(field, fault)]);
    }
    let refused = transaction.send_message(&shop.ann, shop.room, "coffee").await;
    assert!(matches!(refused, Err(Error::Refused(_))));
    let message = transaction.send_message(&shop.ann, shop.room, "tea").await.unwrap();
    transaction.commit().await.unwrap();
    assert!(host.is_shipped().await);
    assert_eq!(shop.contents().await, ["tea"]);
    assert_eq!(shop.heard().await, [sent(message)]);
}

async fn a_message_goes_through_the_hosts_hooks<H: Host>(host: H) {
    let shop = Shop::on(&host).await;
    let mut transaction = shop.api.within(host.begin().await);
    let message = transaction.send_message(&shop.ann, shop.room, "darn, no tea").await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(message.content, "****, no tea");
    assert_eq!(shop.contents().await, ["****, no tea"]);
    assert_eq!(shop.heard().await, [sent(message)]);
}

#[tokio::test]
async fn postgresql_holds_the_authors_membership_until_the_end() {
    let databases = Databases::new().await;
    let url = databases.fresh().await;
    let end = tokio::spawn(async move {
        let host = OnPostgres::at(&url).await;
        let shop = Shop::on(&host).await;
        let removal = async || {
            let sql = "select 1 from chatapi_room_members where user_id = $1 for update nowait";
            sqlx::query(sql).bind(shop.ann.id.0).fetch_one(host.pool()).await
        };
        let mut transaction = shop.api.within(host.begin().await);
        transaction.send_message(&shop.ann, shop.room, "shipped").await.unwrap();
        let sqlx::Error::Database(fault) = removal().await.unwrap_err() else { panic!("no lock") };
        assert_eq!(fault.code().as_deref(), Some("55P03"));
        transaction.commit().await.unwrap();
        removal().await.unwrap();
    })
    .await;
    databases.drop_all().await;
    end.unwrap();
}

async fn a_transaction_may_be_begun_on_a_connection_of_the_hosts<H: Host>(host: H) {
    let shop = Shop::on(&host).await;
    let mut connection = host.pool().acquire().await.unwrap();
    let mut transaction = shop.api.within(connection.begin().await.unwrap());
    transaction.send_message(&shop.ann, shop.room, "shipped").await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(shop.contents().await, ["shipped"]);
}

async fn members_join_and_leave_with_the_transaction<H: Host>(host: H) {
    let shop = Shop::on(&host).await;
    let Shop { api, ann, bob, room, .. } = &shop;
    let mut transaction = api.within(host.begin().await);
    transaction.add_members(ann, *room, &[bob.id]).await.unwrap();
    transaction.rollback().await.unwrap();
    assert!(matches!(api.room(bob, *room).await, Err(Error::Forbidden(_))));

    let mut transaction = api.within(host.begin().await);
    let changed = transaction.add_members(ann, *room, &[bob.id]).await.unwrap();
    transaction.send_message(bob, *room, "hello").await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(api.room(bob, *room).await.unwrap(), changed);
    assert_eq!(shop.contents().await, ["hello"]);

    let mut transaction = api.within(host.begin().await);
    assert_eq!(transaction.remove_members(ann, *room, &[bob.id]).await.unwrap().users.len(), 1);
    transaction.commit().await.unwrap();
    assert!(matches!(api.room(bob, *room).await, Err(Error::Forbidden(_))));
}

async fn members_join_and_leave_by_the_chats_rules<H: Host>(host: H) {
    let shop = Shop::on(&host).await;
    let Shop { api, ann, bob, room, .. } = &shop;
    let mut transaction = api.within(host.begin().await);
    H::ship(&mut transaction).await;
    assert!(matches!(transaction.add_members(bob, *room, &[bob.id]).await, Err(Error::Forbidden(_))));
    assert!(matches!(transaction.remove_members(bob, *room, &[]).await, Err(Error::Forbidden(_))));
    assert!(matches!(
        transaction.add_members(ann, RoomId(999_999), &[bob.id]).await,
        Err(Error::NotFound(_))
    ));
    assert!(matches!(transaction.remove_members(ann, *room, &[ann.id]).await, Err(Error::Invalid(_))));
    let unknown = transaction.add_members(ann, *room, &[bob.id, UserId(999_999)]).await;
    assert!(matches!(unknown, Err(Error::Invalid(_))));
    // Nothing of that was written, nor is it heard of; the rest can be committed.
    let changed = transaction.add_members(ann, *room, &[bob.id, ann.id]).await.unwrap();
    transaction.add_members(ann, *room, &[bob.id]).await.unwrap();
    transaction.commit().await.unwrap();
    assert!(host.is_shipped().await);
    assert_eq!(shop.heard().await, [Event::RoomChanged { room: changed, by: ann.id }]);
}

/// A chat in a host that ships orders: ann is in the room, bob is not.
struct Shop {
    api: ChatApi,
    ear: Ear,
    ann: CurrentUser,
    bob: CurrentUser,
    room: RoomId,
}

impl Shop {
    async fn on<H: Host>(host: &H) -> Self {
        let ear = Ear::default();
        let api = host.chat().await.hooks(ear.clone()).build().unwrap();
        let mut people = Vec::new();
        for name in ["ann", "bob"] {
            let account = api.register(NewAccount::new(name, "earl-grey-4-two")).await.unwrap();
            people.push(CurrentUser::from(&account));
        }
        let [ann, bob] = people.try_into().unwrap();
        let draft = RoomDraft { name: "tea".into(), users: vec![ann.id], admin: None };
        let room = api.create_room(&ann, draft).await.unwrap().id;
        let shop = Self { api, ear, ann, bob, room };
        shop.heard().await;
        shop
    }

    async fn contents(&self) -> Vec<String> {
        let everything = MessageFilter::all(self.ann.id);
        let page = self.api.messages(&everything, PageRequest::first(25)).await.unwrap();
        page.results.into_iter().map(|message| message.content).collect()
    }

    /// What the hooks heard since this was asked last.
    async fn heard(&self) -> Vec<Event> {
        self.api.shutdown().await;
        std::mem::take(&mut *self.ear.0.lock().unwrap())
    }
}

fn sent(message: Message) -> Event {
    Event::MessageSent { message }
}

/// Keeps what it hears, and likes no coffee.
#[derive(Clone, Debug, Default)]
struct Ear(Arc<Mutex<Vec<Event>>>);

#[async_trait]
impl Hooks for Ear {
    async fn before_send(&self, draft: &Draft<'_>) -> Result<Verdict> {
        if draft.text == "coffee" {
            return Err(Refusal::new(422, "Tea alone.")?.into());
        }
        Ok(Verdict::Rewrite(draft.text.replace("darn", "****")))
    }

    async fn after_commit(&self, event: &Event) {
        self.0.lock().unwrap().push(event.clone());
    }
}
