//! Finds each dead text in its segment, so that searches need not.

use std::collections::{HashMap, HashSet};

use super::{Engine, Result, Row as _, SqlStore, Value};
use crate::store::sql::search::{all_cursors, read_all_cursors};
use crate::{MessageId, RoomId};

impl<E: Engine> SqlStore<E> {
    /// Places the dead texts of a room of which it is not known yet where they are. `None` where somebody else is at it.
    pub(super) async fn bury(&self, room: RoomId) -> Result<Option<()>> {
        let Some(mut work) = self.begin_work(room).await? else { return Ok(None) };
        let of_room = [Value::Int(room.0)];
        let dead = "select message_id, segment_id from chatapi_dead_texts where room_id = $1";
        let mut placed = HashSet::new();
        let mut unplaced = Vec::new();
        for row in &work.run(dead, &of_room).await? {
            match (row.int(0)?, row.int(1)?) {
                (message, 0) => unplaced.push(message),
                known => _ = placed.insert(known),
            }
        }
        if unplaced.is_empty() {
            // Dropped, it would end a moment later, and until then somebody else would seem to be at it.
            work.commit().await?;
            return Ok(Some(()));
        }
        let holders = "select id from chatapi_segments s where room_id = $1 and exists (
                 select 1 from chatapi_dead_texts d where d.room_id = $1 and d.segment_id = 0
                 and d.message_id between s.least_id and s.greatest_id
             )";
        let holders = work.run(holders, &of_room).await?;
        let holders = holders.iter().map(|row| row.int(0)).collect::<Result<Vec<_>>>()?;
        for holder in holders {
            let rows = work.run(all_cursors(E::DIALECT), &[Value::Ints(vec![holder])]).await?;
            for (segment, cursors) in read_all_cursors(&rows)? {
                let ordinals: HashMap<i64, i64> =
                    (0..).zip(&cursors).map(|(ordinal, cursor)| (cursor.id.0, ordinal)).collect();
                let found = unplaced.iter().filter_map(|message| Some((*message, *ordinals.get(message)?)));
                for (message, ordinal) in found.filter(|(message, _)| !placed.contains(&(*message, segment)))
                {
                    work.bury_in(segment, MessageId(message), ordinal).await?;
                }
            }
        }
        // Only those that were looked for: others may have died meanwhile.
        let among = E::DIALECT.among("message_id", 2);
        let done =
            format!("delete from chatapi_dead_texts where room_id = $1 and segment_id = 0 and {among}");
        work.run(done, &[Value::Int(room.0), Value::Ints(unplaced)]).await?;
        work.commit().await?;
        Ok(Some(()))
    }
}
