//! Makes one segment of several, so that a room has few of them however many messages it has.
//!
//! Segments never change, so the new one is made without a lock; only then it takes the place of the old ones, where all of
//! them are still there.

use std::collections::{HashMap, HashSet};

use super::{Value, Work};
use crate::RoomId;
use crate::index::pages::Page;
use crate::index::segment::{PLACES, Part, Segment};
use crate::store::engine::{Row, Transaction};
use crate::store::sql::search::damaged;
use crate::store::sql::{Engine, Result, SqlStore, StoreError};

/// How many segments are merged.
pub(super) const FAN: i64 = 8;

/// How often a text is merged: segments have 128 texts, 1,024, 8,192, and 65,536 at last.
const LEVELS: i64 = 3;

impl<E: Engine> SqlStore<E> {
    /// Merges the oldest segments of a level that has enough. Whether it did.
    pub(super) async fn merge(&self, room: RoomId) -> Result<bool> {
        let sql = "select id, level from chatapi_segments where room_id = $1 and level = (
                 select level from chatapi_segments where room_id = $1 and level < $2
                 group by level having count(*) >= $3 order by level limit 1
             )
             order by first_at, first_id limit $3";
        let rows = self.read(sql, &[room.0, LEVELS, FAN].map(Value::Int)).await?;
        let Some(level) = super::super::first(&rows, |row| row.int(1))? else { return Ok(false) };
        let ids: Vec<i64> = rows.iter().map(|row| row.int(0)).collect::<Result<_>>()?;
        let Some(parts) = self.parts(room, &ids).await? else { return Ok(false) };
        let known = ids
            .iter()
            .zip(&parts)
            .flat_map(|(id, part)| part.dead.iter().map(|ordinal| (*id, i64::from(*ordinal))));
        let known: HashSet<(i64, i64)> = known.collect();
        let build = move || Segment::merged(&parts);
        let merged =
            tokio::task::spawn_blocking(build).await.map_err(|fault| StoreError::Backend(fault.into()))?;
        let merged = merged.map_err(damaged)?;

        let mut transaction = self.engine.begin().await?;
        let mut work = Work { transaction: &mut transaction, room, segment: self.segment };
        if !work.is_alone().await? || !work.replace(&ids, &known, &merged, level + 1).await? {
            return Ok(false);
        }
        transaction.commit().await?;
        Ok(true)
    }

    /// What there is of a room's segments. `None` where one is gone.
    async fn parts(&self, room: RoomId, ids: &[i64]) -> Result<Option<Vec<Part>>> {
        let mut places = self.all_places_of(ids).await?;
        let mut dead = HashMap::<i64, HashSet<u32>>::new();
        let among = self.dialect().among("segment_id", 1);
        let segments = Value::Ints(ids.to_vec());
        // The index on dead texts begins with the room.
        let sql =
            format!("select segment_id, ordinal from chatapi_dead_texts where room_id = $2 and {among}");
        for row in &self.read(sql, &[segments.clone(), Value::Int(room.0)]).await? {
            let ordinal = u32::try_from(row.int(1)?).map_err(|_| damaged(crate::index::Damaged))?;
            dead.entry(row.int(0)?).or_default().insert(ordinal);
        }
        let sql = format!(
            "select segment_id, name, data from chatapi_segment_pages where {among} and name < '{PLACES}'
             order by segment_id, name"
        );
        let mut pages = HashMap::<i64, Vec<Page>>::new();
        for row in &self.read(sql, &[segments]).await? {
            pages.entry(row.int(0)?).or_default().push(Page { name: row.text(1)?, data: row.bytes(2)? });
        }
        let part = |id: &i64| {
            let (places, pages) = (places.remove(id)?, pages.remove(id)?);
            Some(Part { places, dead: dead.remove(id).unwrap_or_default(), pages })
        };
        Ok(ids.iter().map(part).collect())
    }
}

impl<T: Transaction> Work<'_, T> {
    /// Puts a segment in the place of those that it was made of, without what was `known` to be dead in them. Whether they
    /// were all there; otherwise this must be undone.
    async fn replace(
        &mut self,
        ids: &[i64],
        known: &HashSet<(i64, i64)>,
        merged: &Segment,
        level: i64,
    ) -> Result<bool> {
        let segments = Value::Ints(ids.to_vec());
        // The index on dead texts begins with the room.
        let among = T::DIALECT.among("segment_id", 2);
        let dead = format!(
            "delete from chatapi_dead_texts where room_id = $1 and {among}
             returning message_id, segment_id, ordinal"
        );
        let dead = self.run(dead, &[Value::Int(self.room.0), segments.clone()]).await?;
        let among = T::DIALECT.among("id", 1);
        let gone = format!("delete from chatapi_segments where {among} returning id");
        if self.run(gone, &[segments]).await?.len() < ids.len() {
            return Ok(false);
        }
        let id = self.keep(merged, level).await?;
        // Those that have died since it was made are dead in it.
        let ordinals: HashMap<i64, i64> =
            (0..).zip(&merged.places).map(|(ordinal, place)| (place.id.0, ordinal)).collect();
        for row in &dead {
            let (message, was) = (row.int(0)?, (row.int(1)?, row.int(2)?));
            if !known.contains(&was)
                && let Some(ordinal) = ordinals.get(&message)
            {
                self.bury_in(id, message, *ordinal).await?;
            }
        }
        Ok(true)
    }
}
