//! Resolves tombstones: finds the segment and the document id of each, so that searches need not.

use std::collections::{HashMap, HashSet};

use super::{Engine, Result, Row as _, SqlStore, Value};
use crate::store::sql::search::{all_cursors, read_all_cursors};
use crate::{MessageId, RoomId};

impl<E: Engine> SqlStore<E> {
    /// Resolves the tombstones of a room. `None` where somebody else is at it.
    pub(super) async fn mark_deleted(&self, room: RoomId) -> Result<Option<()>> {
        let Some(mut work) = self.begin_work(room).await? else { return Ok(None) };
        let of_room = [Value::Int(room.0)];
        let deleted = "select message_id, segment_id from chatapi_tombstones where room_id = $1";
        let mut placed = HashSet::new();
        let mut unresolved = Vec::new();
        for row in &work.run(deleted, &of_room).await? {
            match (row.int(0)?, row.int(1)?) {
                (message, 0) => unresolved.push(message),
                known => _ = placed.insert(known),
            }
        }
        if unresolved.is_empty() {
            // Dropped, it would end a moment later, and until then somebody else would seem to be at it.
            work.commit().await?;
            return Ok(Some(()));
        }
        let holders = "select id from chatapi_segments s where room_id = $1 and exists (
                 select 1 from chatapi_tombstones d where d.room_id = $1 and d.segment_id = 0
                 and d.message_id between s.least_id and s.greatest_id
             )";
        let holders = work.run(holders, &of_room).await?;
        let holders = holders.iter().map(|row| row.int(0)).collect::<Result<Vec<_>>>()?;
        for holder in holders {
            let rows = work.run(all_cursors(E::DIALECT), &[Value::Ints(vec![holder])]).await?;
            for (segment, cursors) in read_all_cursors(&rows)? {
                let doc_ids: HashMap<i64, i64> =
                    (0..).zip(&cursors).map(|(doc_id, cursor)| (cursor.id.0, doc_id)).collect();
                let found = unresolved.iter().filter_map(|message| Some((*message, *doc_ids.get(message)?)));
                for (message, doc_id) in found.filter(|(message, _)| !placed.contains(&(*message, segment))) {
                    work.mark_deleted_in(segment, MessageId(message), doc_id).await?;
                }
            }
        }
        // Only those that were looked for: others may have been deleted meanwhile.
        let among = E::DIALECT.among("message_id", 2);
        let done =
            format!("delete from chatapi_tombstones where room_id = $1 and segment_id = 0 and {among}");
        work.run(done, &[Value::Int(room.0), Value::Ints(unresolved)]).await?;
        work.commit().await?;
        Ok(Some(()))
    }
}
