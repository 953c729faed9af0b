//! What keeps searches fast, done while nobody waits for it.
//!
//! A send leaves its text to be looked through by searches. As a room gathers many, they are taken into the index: in the
//! background, by whichever instance has one of its sends notice it, one instance at a time. What a process leaves undone
//! when it ends is noticed by the next send to the room, or by the first message that another process writes. Until then
//! searches find the same, only slower.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::error::Result;
use crate::messages::Message;
use crate::search::Analyzer;
use crate::store::{Store, StoreError};
use crate::{ChatApi, RoomId};

/// One in so many sends has its room looked at.
const EVERY: i64 = 64;

/// A send of so many bytes has its room looked at: a few make a segment.
const LONG: usize = 16 * 1024;

/// The rooms that are to be looked at, and whether somebody does.
#[derive(Debug, Default)]
pub(crate) struct Indexer(Mutex<Agenda>);

#[derive(Debug, Default)]
struct Agenda {
    rooms: BTreeSet<RoomId>,
    is_running: bool,
    /// Whether all rooms were looked at once.
    has_looked_around: bool,
}

impl Indexer {
    /// How many rooms are to be looked at.
    pub(crate) fn len(&self) -> usize {
        self.agenda().rooms.len()
    }

    fn agenda(&self) -> MutexGuard<'_, Agenda> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next room. Where there is none, whoever asked is done.
    fn next(&self) -> Option<RoomId> {
        let mut agenda = self.agenda();
        let next = agenda.rooms.pop_first();
        agenda.is_running = next.is_some();
        next
    }
}

impl ChatApi {
    /// Brings the search index up to date in every room. This happens by itself as messages are sent; it is worth calling
    /// after many were written past this chat, as by a restored backup.
    ///
    /// # Errors
    /// Where the store fails. What was done until then stays done.
    pub async fn index_pending(&self) -> Result<()> {
        self.store().use_analyzer(self.analyzer()).await?;
        for room in self.store().rooms_to_index().await? {
            self.store().index_room(room, self.analyzer()).await?;
        }
        Ok(())
    }

    /// Hears of a message that was sent.
    pub(crate) fn index_after_send(&self, message: &Message) {
        if message.id.0 % EVERY == 0
            || message.content.len() >= LONG
            || !self.indexer().agenda().has_looked_around
        {
            self.index_soon(message.room);
        }
    }

    /// Hears of a message whose text is no longer what it was.
    pub(crate) fn index_after_change(&self, message: &Message) {
        self.index_soon(message.room);
    }

    /// Has the index looked over in the background, as the first message does otherwise: for whoever serves, once. Texts that
    /// were indexed in another [language](crate::Config::language), or by another release, are indexed anew.
    pub fn index_in_background(&self) {
        if !self.indexer().agenda().has_looked_around {
            self.index_soon(None);
        }
    }

    fn index_soon(&self, room: impl Into<Option<RoomId>>) {
        if !self.config().background_indexing || self.tasks().is_closed() {
            return;
        }
        let mut agenda = self.indexer().agenda();
        agenda.rooms.extend(room.into());
        if std::mem::replace(&mut agenda.is_running, true) {
            return;
        }
        let looks_around = !std::mem::replace(&mut agenda.has_looked_around, true);
        drop(agenda);
        let (store, indexer, analyzer, tasks) =
            (self.shared_store(), self.indexer().clone(), self.analyzer(), self.tasks().clone());
        self.tasks().spawn(async move {
            if looks_around {
                look_around(&*store, &indexer, analyzer).await;
            }
            while let Some(room) = indexer.next() {
                if tasks.is_closed() {
                    break;
                }
                if let Err(error) = store.index_room(room, analyzer).await {
                    tracing::warn!(error = &error as &dyn std::error::Error, %room, "cannot index a room, trying again later");
                }
            }
        });
    }
}

async fn look_around(store: &dyn Store, indexer: &Arc<Indexer>, analyzer: Analyzer) {
    let looked = async {
        let is_change = store.use_analyzer(analyzer).await?;
        let rooms = store.rooms_to_index().await?;
        if is_change && !rooms.is_empty() {
            let rooms = rooms.len();
            tracing::info!(
                rooms,
                "rewriting the search index, since the search language or the release changed"
            );
        }
        Ok::<_, StoreError>(rooms)
    };
    match looked.await {
        Ok(rooms) => indexer.agenda().rooms.extend(rooms),
        Err(error) => {
            indexer.agenda().has_looked_around = false;
            tracing::warn!(error = &error as &dyn std::error::Error, "cannot list the rooms to index");
        }
    }
}
