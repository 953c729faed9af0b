//! Makes one segment of several, so that a room has few of them however many messages it has.

use std::collections::{HashMap, HashSet};

use super::swap::{Built, Tombstones};
use super::{Engine, Result, Row as _, SqlStore, Value, build};
use crate::RoomId;
use crate::index::CorruptIndex;
use crate::index::blocks::Block;
use crate::index::merge::{Part, merged};
use crate::index::segment::CURSORS;
use crate::search::Analyzer;
use crate::store::sql::first;
use crate::store::sql::search::corrupt;

/// How many segments are merged.
pub(super) const FAN: i64 = 8;

/// How often a text is merged: segments have 128 texts, 1,024, 8,192, and 65,536 at last.
pub(super) const TIERS: u32 = 3;

/// How many bytes of text a segment may have that is merged with others. So a merged segment has eight times as many at most.
const MERGEABLE: i64 = 1024 * 1024;

impl<E: Engine> SqlStore<E> {
    /// Merges the oldest segments of a tier that has enough of those that are not too large. Whether it did.
    pub(super) async fn merge(&self, room: RoomId, analyzer: Analyzer) -> Result<bool> {
        let sql = format!(
            "select id, tier, bytes from chatapi_segments
             where room_id = $1 and bytes <= {MERGEABLE} and analyzer = $4 and tier = (
                 select tier from chatapi_segments
                 where room_id = $1 and tier < $2 and bytes <= {MERGEABLE} and analyzer = $4
                 group by tier having count(*) >= $3 order by tier limit 1
             )
             order by first_at, first_id limit $3"
        );
        let analyzer = analyzer.name();
        let [room_id, tiers, fan] = [room.0, TIERS.into(), FAN].map(Value::Int);
        let rows = self.read(sql, &[room_id, tiers, fan, Value::Text(analyzer.clone())]).await?;
        let Some(tier) = first(&rows, |row| row.int(1))? else { return Ok(false) };
        let bytes = rows.iter().map(|row| row.int(2)).sum::<Result<i64>>()?;
        let ids: Vec<i64> = rows.iter().map(|row| row.int(0)).collect::<Result<_>>()?;
        let known = self.tombstones_of(room, &ids).await?;
        let Some(parts) = self.parts(&ids, &known).await? else { return Ok(false) };
        let segment = build(move || merged(parts)).await?.map_err(corrupt)?;
        let Some(mut work) = self.begin_work(room).await? else { return Ok(false) };
        let built = Built { segment, tier: tier + 1, bytes, analyzer };
        if !work.replace(&ids, &known, vec![built]).await? {
            return Ok(false);
        }
        work.commit().await?;
        Ok(true)
    }

    /// The messages that are known to be deleted in segments of a room.
    pub(super) async fn tombstones_of(&self, room: RoomId, segments: &[i64]) -> Result<Tombstones> {
        // The index on tombstones begins with the room.
        let among = self.dialect().among("segment_id", 2);
        let sql = format!("select segment_id, doc_id from chatapi_tombstones where room_id = $1 and {among}");
        let rows = self.read(sql, &[Value::Int(room.0), Value::Ints(segments.to_vec())]).await?;
        rows.iter().map(|row| Ok((row.int(0)?, row.int(1)?))).collect()
    }

    /// What there is of segments. `None` where one is gone.
    async fn parts(&self, ids: &[i64], deleted: &Tombstones) -> Result<Option<Vec<Part>>> {
        let mut cursors = self.all_cursors_of(ids).await?;
        let mut deleted_in = HashMap::<i64, HashSet<u32>>::new();
        for (segment, doc_id) in deleted {
            let doc_id = u32::try_from(*doc_id).map_err(|_| corrupt(CorruptIndex))?;
            deleted_in.entry(*segment).or_default().insert(doc_id);
        }
        let sql = format!(
            "select name, data from chatapi_segment_blocks where segment_id = $1 and name < '{CURSORS}' order by name"
        );
        let mut parts = Vec::new();
        for id in ids {
            // One after the other: what the database gives is held twice for a moment.
            let rows = self.read(sql.clone(), &[Value::Int(*id)]).await?;
            let blocks: Vec<Block> = rows
                .iter()
                .map(|row| Ok(Block { name: row.text(0)?, data: row.bytes(1)? }))
                .collect::<Result<_>>()?;
            let Some(cursors) = cursors.remove(id).filter(|_| !blocks.is_empty()) else { return Ok(None) };
            parts.push(Part { cursors, deleted: deleted_in.remove(id).unwrap_or_default(), blocks });
        }
        Ok(Some(parts))
    }
}
