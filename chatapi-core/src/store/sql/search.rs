//! Search in SQL: one statement gathers what there is to know of the reader's rooms, as of one moment. What is read after
//! that never changes, or is found to be gone; then everything starts anew.

use std::collections::HashMap;
use std::ops::Bound;

use super::{Engine, Result, Row, SqlStore, StoreError, Value};
use crate::index::CorruptIndex;
use crate::index::blocks::Block;
use crate::index::evaluate::TermQuery;
use crate::messages::{Cursor, MessageFilter};
use crate::search::{Analyzer, Query};
use crate::{MessageId, RoomId, UserId};

/// How often a search starts anew because what it read was rebuilt meanwhile, or a message is gone that it found.
const ATTEMPTS: usize = 8;

/// Searches until what was found is all there.
macro_rules! undisturbed {
    ($attempt:expr) => {{
        let mut attempts = 1;
        loop {
            match $attempt.await? {
                Some(found) => break Ok(found),
                None if attempts < crate::store::sql::search::ATTEMPTS => attempts += 1,
                None => {
                    break Err(crate::store::StoreError::Unavailable("what was found went away".into()));
                }
            }
        }
    }};
}

pub(super) mod compute;
mod cursors;
mod find;
mod lists;
mod ranked;
mod statement;
mod time_range;

pub(super) use cursors::{all_cursors, read_all_cursors};
use statement::{Statement, blocks_of, kind};

/// A segment of the index, but for what is on its blocks.
#[derive(Clone, Debug)]
pub(super) struct SegmentRow {
    pub(super) id: i64,
    pub(super) room: RoomId,
    pub(super) messages: u64,
    /// How its texts were read.
    pub(super) analyzer: String,
    pub(super) first: Cursor,
    pub(super) last: Cursor,
    least_id: MessageId,
    greatest_id: MessageId,
}

impl SegmentRow {
    /// Whether a message of this id can be in it.
    fn may_hold(&self, room: RoomId, id: MessageId) -> bool {
        self.room == room && (self.least_id..=self.greatest_id).contains(&id)
    }
}

/// A text that is in no segment yet.
#[derive(Clone, Debug)]
pub(super) struct PendingText {
    pub(super) cursor: Cursor,
    pub(super) author: UserId,
    /// Its stems, or where it was read otherwise, the folded text; nothing where the database has decided already that it
    /// is found.
    pub(super) text: String,
    pub(super) has_stems: bool,
}

/// What is known of the reader's rooms, as of one moment.
#[derive(Debug, Default)]
pub(super) struct Snapshot {
    pub(super) pending: Vec<PendingText>,
    /// How many pending texts there are, found or not; asked for where words are sought.
    pub(super) pending_count: u64,
    pub(super) segments: Vec<SegmentRow>,
    /// By segment, the messages that are no longer so, by their document ids, sorted.
    pub(super) deleted: HashMap<i64, Vec<u32>>,
    /// By segment, the blocks that were read, in order.
    pub(super) blocks: HashMap<i64, Vec<Block>>,
}

/// Which texts are to be snapshot, and in which order they are wanted.
pub(super) struct ScanRange<'a> {
    pub(super) filter: &'a MessageFilter,
    /// Where they begin, in that order.
    pub(super) from: Bound<Cursor>,
    pub(super) newest_first: bool,
}

impl<'a> ScanRange<'a> {
    /// All of them, the newest first.
    pub(super) fn newest_first(filter: &'a MessageFilter) -> Self {
        Self { filter, from: Bound::Unbounded, newest_first: true }
    }
}

/// Which of the pending texts are found.
pub(super) enum Texts {
    /// Those with the filter's terms, by the filter's author.
    OfFilter,
    /// Those with one of these phrases, as [`ranked::pattern`] gives them, and those that were read otherwise.
    WithAny(Vec<String>, Analyzer),
    /// All of them.
    All(Analyzer),
}

impl Texts {
    /// Those that can be hits of a query, or count for its weights.
    fn in_words(query: &Query, analyzer: Analyzer) -> Self {
        if query.any_of().is_empty() {
            return Self::All(analyzer);
        }
        let phrases = query.phrases().iter().map(|phrase| ranked::pattern(phrase.stems()));
        Self::WithAny(phrases.collect(), analyzer)
    }
}

impl<E: Engine> SqlStore<E> {
    /// What there is to know: the pending texts that are found; all segments; and the blocks
    /// on which `terms` are sought, of the segments with the `near` messages that come first.
    pub(super) async fn snapshot(
        &self,
        range: &ScanRange<'_>,
        terms: &[TermQuery],
        texts: &Texts,
        near: u64,
    ) -> Result<Snapshot> {
        let statement = self.snapshot_statement(range, terms, texts, near);
        let mut snapshot = Snapshot::default();
        let mut unresolved = Vec::new();
        for row in &self.read(statement.sql, &statement.values).await? {
            match row.int(0)? {
                kind::SEGMENT => snapshot.segments.push(SegmentRow {
                    id: row.int(1)?,
                    room: RoomId(row.int(2)?),
                    messages: u64::try_from(row.int(3)?).unwrap_or_default(),
                    analyzer: row.text(10)?,
                    first: Cursor { created_at: row.time(6)?, id: MessageId(row.int(4)?) },
                    last: Cursor { created_at: row.time(7)?, id: MessageId(row.int(5)?) },
                    least_id: MessageId(row.int(8)?),
                    greatest_id: MessageId(row.int(9)?),
                }),
                kind::PENDING => snapshot.pending.push(PendingText {
                    cursor: Cursor { created_at: row.time(6)?, id: MessageId(row.int(1)?) },
                    author: UserId(row.int(3)?),
                    text: row.text(10)?,
                    has_stems: row.int(4)? == 1,
                }),
                kind::PENDING_COUNT => {
                    snapshot.pending_count = u64::try_from(row.int(1)?).unwrap_or_default();
                }
                kind::TOMBSTONE => match row.int(3)? {
                    0 => unresolved.push((RoomId(row.int(2)?), MessageId(row.int(1)?))),
                    segment => snapshot.deleted.entry(segment).or_default().push(doc_id(row.int(4)?)?),
                },
                kind::BLOCK => {
                    let page = Block { name: row.text(10)?, data: row.bytes(11)? };
                    snapshot.blocks.entry(row.int(1)?).or_default().push(page);
                }
                _ => return Err(corrupt(CorruptIndex)),
            }
        }
        sort(&mut snapshot.blocks);
        self.resolve_tombstones(&mut snapshot, &unresolved).await?;
        for deleted in snapshot.deleted.values_mut() {
            deleted.sort_unstable();
            deleted.dedup();
        }
        Ok(snapshot)
    }

    /// The blocks on which `terms` are sought, of more segments: of all, or of some, the one with the least id among them
    /// unless it is gone.
    pub(super) async fn more_blocks(
        &self,
        segments: &[i64],
        terms: &[TermQuery],
    ) -> Result<HashMap<i64, Vec<Block>>> {
        let mut statement = Statement { sql: String::new(), values: vec![Value::Ints(segments.to_vec())] };
        let near = self.dialect().among("id", 1);
        let wanted = self.wanted(terms, &mut statement);
        let blocks = blocks_of("near");
        statement.sql = format!(
            "with near as materialized (select id from chatapi_segments where {near}),
             wanted as materialized ({wanted}),
             {blocks}
             select segment_id, name, data from read"
        );
        let mut blocks = HashMap::<_, Vec<_>>::new();
        for row in &self.read(statement.sql, &statement.values).await? {
            let page = Block { name: row.text(1)?, data: row.bytes(2)? };
            blocks.entry(row.int(0)?).or_default().push(page);
        }
        sort(&mut blocks);
        Ok(blocks)
    }
}

/// In the order of their names, each once: two things that are sought may be on one page.
fn sort(blocks: &mut HashMap<i64, Vec<Block>>) {
    for blocks in blocks.values_mut() {
        blocks.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        blocks.dedup_by(|one, other| one.name == other.name);
    }
}

fn doc_id(number: i64) -> Result<u32> {
    u32::try_from(number).map_err(|_| corrupt(CorruptIndex))
}

pub(super) fn corrupt(damage: CorruptIndex) -> StoreError {
    StoreError::Backend(damage.into())
}
