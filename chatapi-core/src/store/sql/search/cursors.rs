//! Where the messages of segments stand.

use std::collections::HashMap;

use super::{Snapshot, corrupt};
use crate::index::CorruptIndex;
use crate::index::segment::{
    CURSORS, FIRST, chunk_name, chunk_of, cursor_on, first_cursor, number_before, read_cursors,
};
use crate::messages::Cursor;
use crate::store::sql::{Dialect, Engine, Result, Row, SqlStore, Value};
use crate::{MessageId, RoomId};

/// Messages of a segment, by their document ids.
pub(super) type DocIds = (i64, Vec<u32>);

impl<E: Engine> SqlStore<E> {
    /// The cursors of messages of segments, list by list. `None` where a segment is gone.
    pub(super) async fn cursors_of(&self, messages: &[DocIds]) -> Result<Option<Vec<Vec<Cursor>>>> {
        let each =
            messages.iter().flat_map(|(segment, doc_ids)| doc_ids.iter().map(|at| (*segment, chunk_of(*at))));
        let chunks = self.chunks(each.collect()).await?;
        let mut all = Vec::with_capacity(messages.len());
        for (segment, doc_ids) in messages {
            let mut cursors = Vec::with_capacity(doc_ids.len());
            for doc_id in doc_ids {
                let Some(chunk) = chunks.get(&(*segment, chunk_of(*doc_id))) else { return Ok(None) };
                cursors.push(cursor_on(*doc_id, chunk).map_err(corrupt)?);
            }
            all.push(cursors);
        }
        Ok(Some(all))
    }

    /// How many messages of a segment come before a cursor, for each of these. `None` where a segment is gone.
    pub(super) async fn numbers_before(
        &self,
        wanted: &[(i64, Cursor)],
    ) -> Result<Option<HashMap<(i64, Cursor), u32>>> {
        let segments = wanted.iter().map(|(segment, _)| *segment).collect();
        let firsts = self.firsts_of_chunks(segments).await?;
        let mut holders = HashMap::new();
        for (segment, at) in wanted {
            let Some(firsts) = firsts.get(segment) else { return Ok(None) };
            let chunk = firsts.partition_point(|first| first < at).saturating_sub(1);
            holders.insert((*segment, *at), number(chunk as u64));
        }
        let chunks =
            self.chunks(holders.iter().map(|((segment, _), chunk)| (*segment, *chunk)).collect()).await?;
        let mut numbers = HashMap::new();
        for ((segment, at), chunk) in holders {
            let Some(cursors) = chunks.get(&(segment, chunk)) else { return Ok(None) };
            numbers.insert((segment, at), number_before(at, chunk, cursors));
        }
        Ok(Some(numbers))
    }

    /// The first cursor of each chunk of these segments.
    async fn firsts_of_chunks(&self, segments: Vec<i64>) -> Result<HashMap<i64, Vec<Cursor>>> {
        if segments.is_empty() {
            return Ok(HashMap::new());
        }
        let sql = format!(
            "select segment_id, substr(data, 1, {FIRST}) from chatapi_segment_blocks
             where {} and name >= '{CURSORS}' order by segment_id, name",
            self.dialect().among("segment_id", 1)
        );
        let mut firsts = HashMap::<i64, Vec<Cursor>>::new();
        for row in &self.read(sql, &[Value::Ints(segments)]).await? {
            firsts.entry(row.int(0)?).or_default().push(first_cursor(&row.bytes(1)?).map_err(corrupt)?);
        }
        Ok(firsts)
    }

    /// Chunks of cursors, by segment and number. One that is gone is left out.
    async fn chunks(&self, mut wanted: Vec<(i64, u32)>) -> Result<HashMap<(i64, u32), Vec<Cursor>>> {
        wanted.sort_unstable();
        wanted.dedup();
        if wanted.is_empty() {
            return Ok(HashMap::new());
        }
        let keys = wanted.iter().map(|(segment, chunk)| format!("{}{segment}", chunk_name(*chunk)));
        let keys = Value::Texts(keys.collect());
        let by_name: HashMap<String, u32> =
            wanted.into_iter().map(|(_, chunk)| (chunk_name(chunk), chunk)).collect();
        let (before, after) = self.dialect().each;
        let sql = format!(
            "select p.segment_id, p.name, p.data
             from (select substr(value, 1, 5) as name, cast(substr(value, 6) as bigint) as id from {before}$1{after}) w
             join chatapi_segment_blocks p on p.segment_id = w.id and p.name = w.name"
        );
        let mut chunks = HashMap::new();
        for row in &self.read(sql, &[keys]).await? {
            let chunk = *by_name.get(&row.text(1)?).ok_or_else(|| corrupt(CorruptIndex))?;
            chunks.insert((row.int(0)?, chunk), read_cursors(&row.bytes(2)?).map_err(corrupt)?);
        }
        Ok(chunks)
    }

    /// The cursors of all messages of these segments, in order. A segment that is gone is left out.
    pub(in crate::store::sql) async fn all_cursors_of(
        &self,
        segments: &[i64],
    ) -> Result<HashMap<i64, Vec<Cursor>>> {
        if segments.is_empty() {
            return Ok(HashMap::new());
        }
        let rows = self.read(all_cursors(self.dialect()), &[Value::Ints(segments.to_vec())]).await?;
        read_all_cursors(&rows)
    }

    /// Resolves tombstones of which the indexer has not said yet which segment they are of.
    pub(super) async fn resolve_tombstones(
        &self,
        snapshot: &mut Snapshot,
        unresolved: &[(RoomId, MessageId)],
    ) -> Result<()> {
        let holders = snapshot
            .segments
            .iter()
            .filter(|segment| unresolved.iter().any(|(room, id)| segment.may_hold(*room, *id)));
        let holders: Vec<i64> = holders.map(|segment| segment.id).collect();
        for (segment, cursors) in self.all_cursors_of(&holders).await? {
            let ids: HashMap<MessageId, u32> =
                (0..).zip(&cursors).map(|(doc_id, cursor)| (cursor.id, doc_id)).collect();
            let found = unresolved.iter().filter_map(|(_, id)| ids.get(id).copied());
            snapshot.deleted.entry(segment).or_default().extend(found);
        }
        Ok(())
    }
}

/// The document id that this number is; segments have far fewer messages than there are document ids.
pub(super) fn number(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// A query for the cursors of all messages of the segments in its parameter.
pub(in crate::store::sql) fn all_cursors(dialect: Dialect) -> String {
    format!(
        "select segment_id, data from chatapi_segment_blocks where {} and name >= '{CURSORS}' order by segment_id, name",
        dialect.among("segment_id", 1)
    )
}

/// What its rows say.
pub(in crate::store::sql) fn read_all_cursors(rows: &[impl Row]) -> Result<HashMap<i64, Vec<Cursor>>> {
    let mut all = HashMap::<i64, Vec<Cursor>>::new();
    for row in rows {
        all.entry(row.int(0)?).or_default().extend(read_cursors(&row.bytes(1)?).map_err(corrupt)?);
    }
    Ok(all)
}
