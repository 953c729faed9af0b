//! Search by words, the best answers first.

use super::Message;
use crate::error::{Error, Result};
use crate::page::{Page, PageRequest};
use crate::search::{Analyzer, Author, Bm25, Query};
use crate::{ChatApi, RoomId, Timestamp, UserId};

/// Which messages are wanted by their words: those in rooms that the reader is in, less what the rest leaves out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RankedSearch {
    /// Who reads.
    pub reader: UserId,
    /// Of this room alone.
    pub room: Option<RoomId>,
    /// By these authors alone; by anybody where there are none named. The [`Query`] itself names authors too, which
    /// [`ChatApi::search`] finds.
    pub authors: Option<Vec<UserId>>,
    /// The words.
    pub query: Query,
    /// How words are read: as the texts were when they were sent.
    pub analyzer: Analyzer,
    /// Which come first.
    pub sort: Sort,
}

/// The order of what a search by words finds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// The best answers first, by [`Bm25`](crate::search::Bm25); of equals the newest.
    #[default]
    Relevance,
    /// The newest first.
    Recent,
}

impl RankedSearch {
    /// Whether a message by this author, sent at this moment, may be found, whatever it says.
    pub fn lets_through(&self, author: UserId, at: Timestamp) -> bool {
        self.authors.as_ref().is_none_or(|authors| authors.contains(&author)) && self.query.is_in_time(at)
    }

    /// The score of a message in which the query's phrases occur so often; `None` where it is not what the query asks for.
    /// Where the newest come first, all have the same.
    pub fn score(&self, weights: &Bm25, counts: &[u32]) -> Option<f64> {
        let counts = self.query.relevant(counts)?;
        Some(match self.sort {
            Sort::Relevance => weights.score(&counts),
            Sort::Recent => 0.0,
        })
    }
}

impl ChatApi {
    /// The messages of the rooms that a user is in that have the words of a query, the best first.
    ///
    /// # Errors
    /// [`Error::Invalid`] where the search names a room or an author by an id that does not exist; a name in the query that
    /// is nobody's finds nothing. [`Error::NotFound`] where there is no such page.
    pub async fn search(&self, search: &RankedSearch, page: PageRequest) -> Result<Page<Message>> {
        let authors = self.authors(search).await?;
        let query = RankedSearch { authors, ..search.clone() };
        let found = self.timed_search(self.store().ranked(&query, page)).await?;
        if found.as_ref().is_none_or(|page| page.results.is_empty()) {
            let one = search.authors.as_ref().and_then(|authors| authors.first());
            self.check_choices(search.room, one.copied()).await?;
        }
        found.ok_or_else(Error::no_such_page)
    }

    /// The authors that both the search and its query allow.
    async fn authors(&self, search: &RankedSearch) -> Result<Option<Vec<UserId>>> {
        if search.query.from().is_empty() {
            return Ok(search.authors.clone());
        }
        let mut named = Vec::new();
        for author in search.query.from() {
            match author {
                Author::Me => named.push(search.reader),
                Author::Named(name) => {
                    named.extend(self.user_named(name).await?.map(|user| user.id));
                }
            }
        }
        if let Some(authors) = &search.authors {
            named.retain(|author| authors.contains(author));
        }
        Ok(Some(named))
    }
}
