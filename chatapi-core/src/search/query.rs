//! What `?q=` asks for.

use super::Analyzer;
use crate::Timestamp;
use crate::error::Result;

mod parse;

/// A search for words, with operators.
///
/// | written | finds messages |
/// |---|---|
/// | `tea time` | with both words, anywhere, whatever their endings |
/// | `"tea time"` | with these words in a row; a quote that is not closed lasts to the end |
/// | `qwen3.6` | with these words in a row, since signs part words: `qwen`, `3`, `6` |
/// | `tea -milk` `-"green tea"` | without this word, without these words in a row |
/// | `tea cake OR coffee` | with the first two words, or with the third |
/// | `from:alice` `from:me` | by this user, by the reader; by any of them where there are several |
/// | `before:2026-01-31` | sent before this day began |
/// | `after:2026-01-31` | sent after this day ended |
/// | `after:2026-01-31T09:30:00Z` | sent after this moment (RFC 3339) |
///
/// `OR` is written in capitals, stands between words, and binds less than words that stand together, as in PostgreSQL's
/// [`websearch_to_tsquery`] and SQLite's [FTS5]; there are no parentheses. Elsewhere it is the word `or`. Days are those
/// of UTC; neither `before:` nor `after:` counts the day in that it names, as in [Slack] and [Discord]. The operators with
/// a colon hold for the whole search, wherever they stand; each of several dates holds. Their values may be quoted:
/// `from:"me"` is the user of the name `me`. Other words with a colon are words like any other.
///
/// [`websearch_to_tsquery`]: https://www.postgresql.org/docs/current/textsearch-controls.html#TEXTSEARCH-PARSING-QUERIES
/// [FTS5]: https://www.sqlite.org/fts5.html#fts5_boolean_operators
/// [Slack]: https://slack.com/help/articles/202528808-Search-in-Slack
/// [Discord]: https://support.discord.com/hc/en-us/articles/115000468588
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    phrases: Vec<Phrase>,
    any_of: Vec<Clause>,
    from: Vec<Author>,
    since: Option<Timestamp>,
    before: Option<Timestamp>,
}

/// What stands between two `OR`s. Phrases are named by their place in [`Query::phrases`], each once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clause {
    /// The phrases that must all be there; one at least.
    pub all: Vec<usize>,
    /// The phrases of which none may be there.
    pub none: Vec<usize>,
}

/// Analyzer in a row, often one alone, by their stems.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrase {
    stems: Vec<String>,
    /// The words as they are written, folded.
    pub(super) words: Vec<String>,
}

/// Whom a message is by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Author {
    /// The reader.
    Me,
    /// The user of this name, in the form in which names are kept.
    Named(String),
}

impl Query {
    /// The most words and names that a query may have.
    pub const LIMIT: usize = 50;

    /// Reads a query. Nothing but blanks is a query that finds everything, and so is each that has no clause.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid), under `q`: where no word is to be found or one side of `OR` has none,
    /// where a name is missing or a date is none, on more than [`LIMIT`](Self::LIMIT) words, and on NUL characters.
    pub fn parse(text: &str, words: Analyzer) -> Result<Self> {
        parse::query(text, words)
    }

    /// Every phrase that is to be found, or left out, each once.
    pub fn phrases(&self) -> &[Phrase] {
        &self.phrases
    }

    /// The clauses of which one must hold. Where there are none, the filters decide alone.
    pub fn any_of(&self) -> &[Clause] {
        &self.any_of
    }

    /// The authors of whom one must have sent a message; anybody, where there are none.
    pub fn from(&self) -> &[Author] {
        &self.from
    }

    /// The moment at or after which a message must have been sent.
    pub fn since(&self) -> Option<Timestamp> {
        self.since
    }

    /// The moment before which a message must have been sent.
    pub fn before(&self) -> Option<Timestamp> {
        self.before
    }

    /// Whether a message that was sent at this moment may be found.
    pub fn is_in_time(&self, at: Timestamp) -> bool {
        self.since.is_none_or(|since| at >= since) && self.before.is_none_or(|before| at < before)
    }

    /// Whether it leaves nothing out.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Phrase {
    /// The stems of its words, in their order; one at least.
    pub fn stems(&self) -> &[String] {
        &self.stems
    }
}

#[cfg(test)]
mod tests;
