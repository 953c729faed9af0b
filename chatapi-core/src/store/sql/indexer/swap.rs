//! The transactions that put segments in place.

use std::collections::{HashMap, HashSet};

use super::{Result, Value};
use crate::index::blocks::Block;
use crate::index::segment::Segment;
use crate::store::engine::{Row as _, Transaction};
use crate::store::sql::{Sql, first};
use crate::{MessageId, RoomId};

/// How many rows a statement inserts: any number takes few statements, and few different ones, since each is prepared once.
const BATCHES: [usize; 7] = [64, 32, 16, 8, 4, 2, 1];

/// Work on a room, within a transaction.
pub(super) struct Work<T> {
    pub(super) transaction: T,
    pub(super) room: RoomId,
}

/// A segment that was built, and what is recorded of it.
pub(super) struct Built {
    pub(super) segment: Segment,
    /// How often its texts were merged.
    pub(super) tier: i64,
    /// How many bytes of text it was built from.
    pub(super) bytes: i64,
    /// How its texts were read.
    pub(super) analyzer: String,
}

/// Messages of segments that are deleted from them, by segment and document id.
pub(super) type Tombstones = HashSet<(i64, i64)>;

impl<T: Transaction> Work<T> {
    pub(super) async fn run(&mut self, sql: impl Into<Sql>, values: &[Value]) -> Result<Vec<T::Row>> {
        self.transaction.run(sql.into().0, values).await
    }

    pub(super) async fn commit(self) -> Result<()> {
        self.transaction.commit().await
    }

    /// Whether nobody else works on the room.
    pub(super) async fn is_alone(&mut self) -> Result<bool> {
        let Some(alone) = T::DIALECT.alone else { return Ok(true) };
        let rows = self.run(alone, &[Value::Int(self.room.0)]).await?;
        Ok(first(&rows, |row| row.bool(0))?.unwrap_or_default())
    }

    /// Puts segments in the place of those that they were built of, without what was `known` to be deleted in these. Whether
    /// all of these were there; otherwise this must be undone.
    pub(super) async fn replace(
        &mut self,
        ids: &[i64],
        known: &Tombstones,
        built: Vec<Built>,
    ) -> Result<bool> {
        let segments = Value::Ints(ids.to_vec());
        // The index on tombstones begins with the room.
        let among = T::DIALECT.among("segment_id", 2);
        let deleted = format!(
            "delete from chatapi_tombstones where room_id = $1 and {among}
             returning message_id, segment_id, doc_id"
        );
        let deleted = self.run(deleted, &[Value::Int(self.room.0), segments.clone()]).await?;
        let among = T::DIALECT.among("id", 1);
        let gone = format!("delete from chatapi_segments where {among} returning id");
        if self.run(gone, &[segments]).await?.len() < ids.len() {
            return Ok(false);
        }
        // Those that were deleted since the segments were built are deleted from them.
        let mut newly_deleted = HashSet::new();
        for row in &deleted {
            if !known.contains(&(row.int(1)?, row.int(2)?)) {
                newly_deleted.insert(MessageId(row.int(0)?));
            }
        }
        for built in built {
            self.keep(built, &newly_deleted).await?;
        }
        Ok(true)
    }

    /// Adds a segment, from which these messages are deleted.
    pub(super) async fn keep(&mut self, built: Built, deleted: &HashSet<MessageId>) -> Result<()> {
        let Built { segment: Segment { cursors, blocks }, tier, bytes, analyzer } = built;
        let sql = "insert into chatapi_segments
                 (room_id, messages, first_at, first_id, last_at, last_id, least_id, greatest_id, tier, bytes, analyzer)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning id";
        let (Some(first_cursor), Some(last)) = (cursors.first(), cursors.last()) else { return Ok(()) };
        let ids = || cursors.iter().map(|cursor| cursor.id.0);
        let values = [
            Value::Int(self.room.0),
            Value::Int(cursors.len() as i64),
            Value::Time(first_cursor.created_at),
            Value::Int(first_cursor.id.0),
            Value::Time(last.created_at),
            Value::Int(last.id.0),
            Value::Int(ids().min().unwrap_or_default()),
            Value::Int(ids().max().unwrap_or_default()),
            Value::Int(tier),
            Value::Int(bytes),
            Value::Text(analyzer),
        ];
        let rows = self.run(sql, &values).await?;
        let id = first(&rows, |row| row.int(0))?.unwrap_or_default();
        self.keep_pages(id, blocks).await?;
        if !deleted.is_empty() {
            let doc_ids: HashMap<MessageId, i64> =
                (0..).zip(&cursors).map(|(doc_id, cursor)| (cursor.id, doc_id)).collect();
            for message in deleted {
                if let Some(doc_id) = doc_ids.get(message) {
                    self.mark_deleted_in(id, *message, *doc_id).await?;
                }
            }
        }
        Ok(())
    }

    /// Adds the blocks of a segment. Each is dropped when it was inserted.
    async fn keep_pages(&mut self, segment: i64, blocks: Vec<Block>) -> Result<()> {
        let mut blocks = blocks.into_iter();
        for rows in BATCHES {
            let insertion = format!(
                "insert into chatapi_segment_blocks (segment_id, name, data) values {}",
                placeholders(rows)
            );
            while blocks.len() >= rows {
                let batch = blocks.by_ref().take(rows);
                let values: Vec<Value> = batch
                    .flat_map(|page| [Value::Int(segment), Value::Text(page.name), Value::Bytes(page.data)])
                    .collect();
                self.run(insertion.clone(), &values).await?;
            }
        }
        Ok(())
    }

    /// Says that a message is deleted in a segment.
    pub(super) async fn mark_deleted_in(
        &mut self,
        segment: i64,
        message: MessageId,
        doc_id: i64,
    ) -> Result<()> {
        let values = [self.room.0, message.0, segment, doc_id].map(Value::Int);
        let sql =
            "insert into chatapi_tombstones (room_id, message_id, segment_id, doc_id) values ($1, $2, $3, $4)
             on conflict do nothing";
        self.run(sql, &values).await.map(drop)
    }
}

/// Rows of three parameters: `($1, $2, $3), ($4, $5, $6)`.
fn placeholders(rows: usize) -> String {
    let row = |row: usize| format!("(${}, ${}, ${})", 3 * row + 1, 3 * row + 2, 3 * row + 3);
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}
