//! How much waits to be done: for whoever watches a server.

use crate::ChatApi;

/// How long the queues are at this moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Passwords that are being hashed.
    pub hashing: usize,
    /// Passwords that wait for their turn to be hashed.
    pub passwords: usize,
    /// Events that the host's hooks have not heard of yet.
    pub events: usize,
    /// Rooms whose search index is to be put in order.
    pub rooms_to_index: usize,
    /// Tasks in the background, mails that are being sent among them.
    pub tasks: usize,
}

impl ChatApi {
    /// How long the queues are.
    pub fn stats(&self) -> Stats {
        let (hashing, passwords) = self.passwords().queue();
        Stats {
            hashing,
            passwords,
            events: self.events().map_or(0, crate::hooks::Events::len),
            rooms_to_index: self.indexer().len(),
            tasks: self.tasks().len(),
        }
    }
}
