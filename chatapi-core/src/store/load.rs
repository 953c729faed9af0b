//! Rows by the million: what a database of before is taken over with, or one for a demonstration is filled.
//!
//! A [`Load`] is one transaction. It writes rows as they are, with their ids, and asks nothing of the rules that the
//! chat's methods keep; what it writes is found by searches. Nothing of it is there before [`Load::commit`].

use super::engine::Engine;
use super::sql::SqlStore;
use super::{Result, StoreError};
use crate::messages::Message;
use crate::search::Analyzer;
use crate::text::{fold, search_fold, stems};
use crate::users::User;
use crate::{MessageId, RoomId, UserId};

mod tables;

pub(crate) use tables::{Bulk, Cell, OF_MESSAGES, Table};

/// How many rows are sent at once.
const BATCH: usize = 10_000;

/// A transaction that takes rows by the thousand. While it lasts nobody else writes; where it is dropped, nothing was
/// written. It has a connection of its own, and takes as long as it takes.
#[must_use = "what is not committed has not happened"]
pub struct Load {
    bulk: Box<dyn Bulk>,
    analyzer: Analyzer,
}

/// A room without its members: they are [added](Load::add_members) by themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadedRoom {
    /// Its id.
    pub id: RoomId,
    /// Its name.
    pub name: String,
    /// Its admin, who should be among its members.
    pub admin: Option<UserId>,
}

/// Ids that nothing has had, and which are free from there on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NextIds {
    /// For users.
    pub user: UserId,
    /// For rooms.
    pub room: RoomId,
    /// For messages.
    pub message: MessageId,
}

/// How much a database holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Users.
    pub users: u64,
    /// Rooms.
    pub rooms: u64,
    /// Memberships: a user in a room.
    pub members: u64,
    /// Messages.
    pub messages: u64,
    /// What the messages say, in bytes of UTF-8.
    pub bytes: u64,
}

impl<E: Engine> SqlStore<E> {
    /// Begins a load. Ranked search is to read messages by this analyzer: see [`ChatApi::analyzer`](crate::ChatApi::analyzer).
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] where the database cannot be reached, or others are at work on it that do not end.
    pub async fn load(&self, analyzer: Analyzer) -> Result<Load> {
        Ok(Load { bulk: self.engine().begin_load().await?, analyzer })
    }
}

impl Load {
    /// Whether there are neither users nor rooms.
    ///
    /// # Errors
    /// Where the database fails; so for every other method.
    pub async fn is_empty(&mut self) -> Result<bool> {
        let sql = "select cast(count(*) as bigint) from (
            select id from chatapi_users union all select id from chatapi_rooms limit 1) as anything";
        Ok(self.numbers::<1>(sql).await? == [0])
    }

    /// Whether there are messages.
    pub async fn has_messages(&mut self) -> Result<bool> {
        let sql =
            "select cast(count(*) as bigint) from (select id from chatapi_messages limit 1) as anything";
        Ok(self.numbers::<1>(sql).await? != [0])
    }

    /// Ids for new rows.
    pub async fn next_ids(&mut self) -> Result<NextIds> {
        Ok(NextIds {
            user: UserId(self.bulk.next_id("chatapi_users").await?),
            room: RoomId(self.bulk.next_id("chatapi_rooms").await?),
            message: MessageId(self.bulk.next_id("chatapi_messages").await?),
        })
    }

    /// Makes the indexes of messages at the end rather than row by row, which pays where most messages are new. Nobody else
    /// reads them until then.
    pub async fn index_at_the_end(&mut self) -> Result<()> {
        self.bulk.drop_indexes().await
    }

    /// Adds users as they are.
    pub async fn add_users(&mut self, users: &[User]) -> Result<()> {
        self.add(&tables::USERS, users, |user, write| write(&tables::user(user, &fold(&user.email)))).await
    }

    /// Adds rooms, whose admins are there.
    pub async fn add_rooms(&mut self, rooms: &[LoadedRoom]) -> Result<()> {
        self.add(&tables::ROOMS, rooms, |room, write| write(&tables::room(room))).await
    }

    /// Adds members to rooms, where both are there.
    pub async fn add_members(&mut self, members: &[(RoomId, UserId)]) -> Result<()> {
        self.add(&tables::MEMBERS, members, |member, write| write(&tables::member(*member))).await
    }

    /// Adds messages as they are, whose rooms and authors are there, and what searches read of them.
    pub async fn add_messages(&mut self, messages: &[Message]) -> Result<()> {
        let [rows, texts] = &OF_MESSAGES;
        self.add(rows, messages, |message, write| write(&tables::message(message))).await?;
        let (analyzer, name) = (self.analyzer, self.analyzer.name());
        let text = move |message: &Message, write: &mut Write<'_>| {
            let folded = search_fold(&message.content);
            write(&tables::text(message, [&folded, &stems(&folded, analyzer), &name]));
        };
        self.add(texts, messages, text).await
    }

    /// How much there is by now.
    pub async fn totals(&mut self) -> Result<Totals> {
        let sql = "select (select count(*) from chatapi_users), (select count(*) from chatapi_rooms),
            (select count(*) from chatapi_room_members), count(*),
            cast(coalesce(sum(octet_length(content)), 0) as bigint) from chatapi_messages";
        let [users, rooms, members, messages, bytes] =
            self.numbers::<5>(sql).await?.map(|number| u64::try_from(number).unwrap_or_default());
        Ok(Totals { users, rooms, members, messages, bytes })
    }

    /// Has everything be there at once. What is added later by others gets ids past those that were added.
    ///
    /// Searches find the messages from now on. They are fast when
    /// [`ChatApi::index_pending`](crate::ChatApi::index_pending) was called, or when the chat's indexer has come around to it by itself.
    pub async fn commit(self) -> Result<()> {
        self.bulk.commit().await
    }

    async fn add<T>(
        &mut self,
        table: &'static Table,
        rows: &[T],
        write: impl Fn(&T, &mut Write<'_>),
    ) -> Result<()> {
        for batch in rows.chunks(BATCH) {
            let mut written = String::new();
            for row in batch {
                write(row, &mut |cells| self.bulk.write(cells, &mut written));
            }
            self.bulk.insert(table, written).await?;
        }
        Ok(())
    }

    async fn numbers<const N: usize>(&mut self, sql: &'static str) -> Result<[i64; N]> {
        let numbers = self.bulk.numbers(sql).await?;
        numbers.try_into().map_err(|_| StoreError::Backend("a count has another shape".into()))
    }
}

impl std::fmt::Debug for Load {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Load").field("analyzer", &self.analyzer).finish_non_exhaustive()
    }
}

/// Takes a row's cells.
type Write<'a> = dyn FnMut(&[Cell<'_>]) + 'a;
