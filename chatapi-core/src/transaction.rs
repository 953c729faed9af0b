//! Messages and members within a transaction of the host's: they are sent, added or removed if the rest of it happens, and
//! only then.

use std::fmt;
use std::ops::{Deref, DerefMut};

use crate::error::{Error, Result};
use crate::hooks::Event;
use crate::messages::{Message, no_such_room, not_in_room};
use crate::permission::Action;
use crate::rooms::{MembersChange, Room, changed_by_others, check_removal, not_added};
use crate::store::engine::Session;
use crate::store::sql::within::{self, Members};
use crate::{ChatApi, CurrentUser, RoomId, UserId};

/// A database that a transaction may be on: PostgreSQL (feature `postgres`) or SQLite (feature `sqlite`). Nothing else can
/// implement it.
pub trait Database: sqlx::Database<Connection: Session> {}

#[cfg(feature = "postgres")]
impl Database for sqlx::Postgres {}

#[cfg(feature = "sqlite")]
impl Database for sqlx::Sqlite {}

/// A transaction of the host's in which messages can be sent and members added and removed: [`ChatApi::within`] makes one. It
/// derefs to sqlx's, which runs the host's own statements.
///
/// Nobody sees its messages, and no hook hears of them, until [`commit`](Self::commit). When it is dropped without,
/// everything is rolled back.
#[must_use = "a transaction that is dropped is rolled back"]
pub struct Transaction<'t, DB: Database> {
    api: ChatApi,
    transaction: sqlx::Transaction<'t, DB>,
    events: Vec<Event>,
}

impl ChatApi {
    /// Sends messages within a transaction of the host's, on the database that the chat's store is on: they are sent if the
    /// host's own changes happen, and only then.
    ///
    /// ```
    /// # #[cfg(feature = "sqlite")]
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use chatapi_core::rooms::RoomDraft;
    /// use chatapi_core::store::sqlite::SqliteStore;
    /// use chatapi_core::users::NewAccount;
    /// use chatapi_core::{ChatApi, CurrentUser, Store};
    /// use sqlx::sqlite::SqlitePoolOptions;
    ///
    /// // One connection: each has a memory of its own.
    /// let pool = SqlitePoolOptions::new().max_connections(1).connect("sqlite::memory:").await?;
    /// sqlx::query("create table orders (id integer primary key, is_shipped bool not null)").execute(&pool).await?;
    /// sqlx::query("insert into orders values (7, false)").execute(&pool).await?;
    ///
    /// let store = SqliteStore::new(pool.clone());
    /// store.migrate().await?;
    /// let api = ChatApi::builder(store, "a secret of 32 bytes or more, from your settings").build()?;
    /// let shop = CurrentUser::from(&api.register(NewAccount::new("shop", "earl-grey-4-two")).await?);
    /// let draft = RoomDraft { name: "Order 7".into(), users: vec![shop.id], admin: None };
    /// let room = api.create_room(&shop, draft).await?;
    ///
    /// let mut transaction = api.within(pool.begin_with("begin immediate").await?);
    /// sqlx::query("update orders set is_shipped = true where id = 7").execute(&mut **transaction).await?;
    /// let message = transaction.send_message(&shop, room.id, "Order 7 was shipped").await?;
    /// transaction.commit().await?;
    ///
    /// assert_eq!(api.message(&shop, message.id).await?.content, "Order 7 was shipped");
    /// # Ok(())
    /// # }
    /// # #[cfg(not(feature = "sqlite"))]
    /// # fn main() {}
    /// ```
    ///
    /// Keep it short: others wait for it. On PostgreSQL an author whose message is in it cannot be removed from its room
    /// until it ends. SQLite has one writer at a time: begin with `begin immediate` there, since a transaction that begins
    /// as a reader may not become the writer while another writes; and what a hook writes through the same chat in
    /// [`before_send`](crate::Hooks::before_send) waits for the transaction that waits for the hook.
    ///
    /// Hand over a whole transaction, not a savepoint, and do not roll back to a savepoint that is older than a message:
    /// what a savepoint keeps can still be undone, when the hooks have heard of it.
    pub fn within<'t, DB: Database>(&self, transaction: sqlx::Transaction<'t, DB>) -> Transaction<'t, DB> {
        Transaction { api: self.clone(), transaction, events: Vec::new() }
    }
}

impl<DB: Database> Transaction<'_, DB> {
    /// Sends a message to a room that the user is in, by the rules and hooks of
    /// [`ChatApi::send_message`](crate::ChatApi::send_message). Its time is this moment, not that of the commit.
    ///
    /// # Errors
    /// As there. After [`Unavailable`](crate::Error::Unavailable) and [`Internal`](crate::Error::Internal) roll back:
    /// PostgreSQL takes no more statements in this transaction. After the others nothing was written, and the transaction
    /// can go on and be committed.
    pub async fn send_message(&mut self, user: &CurrentUser, room: RoomId, content: &str) -> Result<Message> {
        let message = self.api.new_message(user, room, content).await?;
        match within::create_message(&mut *self.transaction, &message).await? {
            Some(message) => {
                self.events.push(Event::MessageSent { message: message.clone() });
                Ok(message)
            }
            None if within::room_exists(&mut *self.transaction, room).await? => Err(not_in_room()),
            None => Err(no_such_room(room)),
        }
    }

    /// Adds users to a room, by the rules of [`ChatApi::add_members`](crate::ChatApi::add_members).
    ///
    /// # Errors
    /// As there and for [`send_message`](Self::send_message); [`Conflict`](crate::Error::Conflict) where the room's admin
    /// was changed between the decision and the statement.
    pub async fn add_members(&mut self, user: &CurrentUser, room: RoomId, users: &[UserId]) -> Result<Room> {
        let limit = self.api.config().members_per_room;
        let admin = self.room_to_change(user, room).await?.admin;
        let change = Members::Add { users, limit };
        let added = within::change_members(&mut *self.transaction, room, admin, change).await;
        self.changed(user, added.map_err(|fault| not_added(fault, limit))?)
    }

    /// Removes users from a room, by the rules of [`ChatApi::remove_members`](crate::ChatApi::remove_members).
    ///
    /// # Errors
    /// As there and for [`add_members`](Self::add_members).
    pub async fn remove_members(
        &mut self,
        user: &CurrentUser,
        room: RoomId,
        users: &[UserId],
    ) -> Result<Room> {
        let admin = self.room_to_change(user, room).await?.admin;
        check_removal(admin, users)?;
        let change = Members::Remove { users };
        let removed = within::change_members(&mut *self.transaction, room, admin, change).await?;
        self.changed(user, removed)
    }

    async fn room_to_change(&mut self, user: &CurrentUser, room: RoomId) -> Result<Room> {
        let room = within::room(&mut *self.transaction, room).await?.ok_or_else(|| Error::no_such("Room"))?;
        self.api.allow_room(user, Action::Change, &room)?;
        Ok(room)
    }

    fn changed(&mut self, user: &CurrentUser, change: Option<MembersChange>) -> Result<Room> {
        let change = change.ok_or_else(changed_by_others)?;
        self.events.extend(change.event(user.id));
        Ok(self.api.room_shown_to(user, change.room))
    }

    /// Makes everything happen, the host's part and the chat's, and then has the hooks hear of it.
    ///
    /// Where this is dropped before it is done, it is not known what happened, and the hooks hear of nothing.
    ///
    /// # Errors
    /// Those of [`sqlx::Transaction::commit`].
    pub async fn commit(self) -> Result<(), sqlx::Error> {
        self.transaction.commit().await?;
        for event in &self.events {
            if let Event::MessageSent { message } = event {
                self.api.index_after_send(message);
            }
        }
        if let Some(events) = self.api.events() {
            events.push(self.events);
        }
        Ok(())
    }

    /// Undoes everything, the host's part and the chat's. To drop the transaction does the same, when its connection is
    /// used next.
    ///
    /// # Errors
    /// Those of [`sqlx::Transaction::rollback`].
    pub async fn rollback(self) -> Result<(), sqlx::Error> {
        self.transaction.rollback().await
    }
}

impl<'t, DB: Database> Deref for Transaction<'t, DB> {
    type Target = sqlx::Transaction<'t, DB>;

    fn deref(&self) -> &Self::Target {
        &self.transaction
    }
}

impl<DB: Database> DerefMut for Transaction<'_, DB> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.transaction
    }
}

impl<DB: Database> fmt::Debug for Transaction<'_, DB> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transaction").field("events", &self.events.len()).finish_non_exhaustive()
    }
}
