//! Takes texts into the index, room by room: what makes searches fast is done after the sends, not by them.
//!
//! One transaction at a time works on a room, and each leaves the index whole: a text is fresh or in a segment, never both
//! and never neither. Whatever is interrupted has not happened.

use std::collections::{HashMap, HashSet};

use super::search::{all_places, read_all_places};
use super::{Engine, Result, Sql, SqlStore, StoreError, Value};
use crate::index::segment::{Segment, Text};
use crate::messages::Place;
use crate::search::Words;
use crate::store::engine::{Row, Transaction as _};
use crate::text::{fold, stems};
use crate::{MessageId, RoomId, UserId};

mod merge;

/// A segment of which this share is dead, one in so many, is taken apart.
const WORN: usize = 8;

/// A room `r` has fresh texts with something to do: a segment's, in parameter 1; or some without stems.
const UNTIDY: &str =
    "(select count(*) from (select 1 from chatapi_fresh_texts f where f.room_id = r.id limit $1) f) >= $1
     or exists (select 1 from chatapi_fresh_texts f where f.room_id = r.id and f.stems is null)";

/// Of a dead text in room `r` it is not known which segment it is in.
const UNPLACED: &str =
    "exists (select 1 from chatapi_dead_texts d where d.room_id = r.id and d.segment_id = 0)";

/// The same of many rooms: read once, for the planner may take a table that was empty a moment ago to be so still.
const UNPLACED_IN_ANY: &str = "r.id in (select room_id from chatapi_dead_texts where segment_id = 0)";

/// How many rooms are asked for at once.
const ROOMS: usize = 1000;

/// How many rows a statement inserts: any number takes few statements, and few different ones, since each is prepared once.
const BATCHES: [usize; 7] = [64, 32, 16, 8, 4, 2, 1];

/// How many texts one statement takes out: PostgreSQL compares each with each of their ids.
const TAKEN_AT_ONCE: usize = 256;

/// How many messages one statement reads and holds: those of a large segment together would take it longer than it may.
const HELD_AT_ONCE: usize = 1024;

impl<E: Engine> SqlStore<E> {
    /// How many texts a segment takes in.
    fn segment(&self) -> Value {
        Value::Int(i64::from(self.segment))
    }

    /// The rooms that have something to do.
    pub(super) async fn rooms_to_tidy(&self) -> Result<Vec<RoomId>> {
        let sql = format!(
            "select r.id, cast(case when {UNTIDY} or {UNPLACED_IN_ANY} then 1 else 0 end as bigint)
             from (select id from chatapi_rooms where id > $2 order by id limit {ROOMS}) r order by r.id"
        );
        let mut untidy = Vec::new();
        let mut last = Some(0);
        while let Some(from) = last {
            let rows = self.read(sql.clone(), &[self.segment(), Value::Int(from)]).await?;
            for row in &rows {
                if row.int(1)? == 1 {
                    untidy.push(RoomId(row.int(0)?));
                }
            }
            last = rows.last().map(|row| row.int(0)).transpose()?;
        }
        Ok(untidy)
    }

    /// Does all that there is to do in a room, unless somebody else is at it.
    pub(super) async fn tidy_room(&self, room: RoomId, words: Words) -> Result<()> {
        let mut is_untidy = self.is_untidy(room).await?;
        while is_untidy {
            let Some(has_more) = self.tidy_once(room, words).await? else { break };
            while self.merge(room).await? {}
            is_untidy = has_more;
        }
        Ok(())
    }

    async fn is_untidy(&self, room: RoomId) -> Result<bool> {
        let sql = format!("select r.id from chatapi_rooms r where r.id = $2 and ({UNTIDY} or {UNPLACED})");
        Ok(!self.read(sql, &[self.segment(), Value::Int(room.0)]).await?.is_empty())
    }

    /// Does one piece of work, and says whether it left any: to ask that anew reads as many texts as a segment has. `None`
    /// where somebody else is at it.
    async fn tidy_once(&self, room: RoomId, words: Words) -> Result<Option<bool>> {
        let mut transaction = self.engine.begin().await?;
        let mut work = Work { transaction: &mut transaction, room, segment: self.segment };
        if !work.is_alone().await? {
            return Ok(None);
        }
        work.bury().await?;
        let has_more = work.find_stems(words).await? | work.pack().await?;
        transaction.commit().await?;
        Ok(Some(has_more))
    }
}

/// Work on a room, within a transaction.
struct Work<'t, T> {
    transaction: &'t mut T,
    room: RoomId,
    /// How many texts a segment takes in.
    segment: u32,
}

impl<T: crate::store::engine::Transaction> Work<'_, T> {
    async fn run(&mut self, sql: impl Into<Sql>, values: &[Value]) -> Result<Vec<T::Row>> {
        self.transaction.run(sql.into().0, values).await
    }

    /// Whether nobody else works on the room.
    async fn is_alone(&mut self) -> Result<bool> {
        let Some(alone) = T::DIALECT.alone else { return Ok(true) };
        let rows = self.run(alone, &[Value::Int(self.room.0)]).await?;
        Ok(super::first(&rows, |row| row.bool(0))?.unwrap_or_default())
    }

    /// Finds each dead text in its segment, so that searches need not, and takes segments apart that are worn.
    async fn bury(&mut self) -> Result<()> {
        let room = [Value::Int(self.room.0)];
        let dead = self
            .run("select message_id, segment_id from chatapi_dead_texts where room_id = $1", &room)
            .await?;
        let mut placed = HashSet::new();
        let mut unplaced = Vec::new();
        for row in &dead {
            match (row.int(0)?, row.int(1)?) {
                (message, 0) => unplaced.push(message),
                known => _ = placed.insert(known),
            }
        }
        if unplaced.is_empty() {
            return Ok(());
        }
        let segments = self
            .run(
                "select id from chatapi_segments s where room_id = $1 and exists (
                     select 1 from chatapi_dead_texts d where d.room_id = $1 and d.segment_id = 0
                     and d.message_id between s.least_id and s.greatest_id
                 )",
                &room,
            )
            .await?;
        let segments = segments.iter().map(|row| row.int(0)).collect::<Result<Vec<_>>>()?;
        let rows = self.run(all_places(T::DIALECT), &[Value::Ints(segments)]).await?;
        for (segment, places) in read_all_places(&rows)? {
            let ordinals: HashMap<i64, i64> =
                (0..).zip(&places).map(|(ordinal, place)| (place.id.0, ordinal)).collect();
            let found = unplaced.iter().filter_map(|message| Some((*message, *ordinals.get(message)?)));
            for (message, ordinal) in found.filter(|(message, _)| !placed.contains(&(*message, segment))) {
                self.bury_in(segment, message, ordinal).await?;
            }
            self.take_apart_if_worn(segment, &places).await?;
        }
        // Only those that were looked for: others may have died meanwhile.
        let among = T::DIALECT.among("message_id", 2);
        let done =
            format!("delete from chatapi_dead_texts where room_id = $1 and segment_id = 0 and {among}");
        self.run(done, &[Value::Int(self.room.0), Value::Ints(unplaced)]).await.map(drop)
    }

    async fn bury_in(&mut self, segment: i64, message: i64, ordinal: i64) -> Result<()> {
        let values = [self.room.0, message, segment, ordinal].map(Value::Int);
        let sql = "insert into chatapi_dead_texts (room_id, message_id, segment_id, ordinal) values ($1, $2, $3, $4)";
        self.run(sql, &values).await.map(drop)
    }

    /// Makes the texts of a segment fresh again where too many others in it are dead.
    async fn take_apart_if_worn(&mut self, segment: i64, places: &[Place]) -> Result<()> {
        let id = Value::Int(segment);
        let dead = "select message_id from chatapi_dead_texts where room_id = $1 and segment_id = $2";
        let rows = self.run(dead, &[Value::Int(self.room.0), id.clone()]).await?;
        if rows.len() < places.len().div_ceil(WORN) {
            return Ok(());
        }
        let dead: HashSet<i64> = rows.iter().map(|row| row.int(0)).collect::<Result<_>>()?;
        let living: Vec<i64> =
            places.iter().map(|place| place.id.0).filter(|id| !dead.contains(id)).collect();
        let among = T::DIALECT.among("id", 1);
        // None of them is deleted before its text is fresh.
        let contents = format!(
            "select id, user_id, created_at, content from chatapi_messages where {among} {}",
            T::DIALECT.hold
        );
        let mut values = Vec::new();
        for living in living.chunks(HELD_AT_ONCE) {
            for row in &self.run(contents.clone(), &[Value::Ints(living.to_vec())]).await? {
                values.extend([
                    Value::Int(self.room.0),
                    Value::Time(row.time(2)?),
                    Value::Int(row.int(0)?),
                    Value::Int(row.int(1)?),
                    Value::Text(fold(&row.text(3)?)),
                ]);
            }
        }
        // One that is changed meanwhile has a fresh text already.
        let into = "chatapi_fresh_texts (room_id, created_at, message_id, user_id, folded)";
        self.insert(into, 5, &values, "on conflict do nothing").await?;
        self.run(
            "delete from chatapi_dead_texts where room_id = $1 and segment_id = $2",
            &[Value::Int(self.room.0), id.clone()],
        )
        .await?;
        self.run("delete from chatapi_segments where id = $1", &[id]).await.map(drop)
    }

    /// Finds the stems of texts that have none: those of before there was ranked search, and of segments that were taken
    /// apart. Whether there may be more of them.
    async fn find_stems(&mut self, words: Words) -> Result<bool> {
        let sql = format!(
            "select created_at, message_id, folded from chatapi_fresh_texts where room_id = $1 and stems is null
             limit $2 {}",
            T::DIALECT.lock
        );
        let rows = self.run(sql, &[Value::Int(self.room.0), Value::Int(self.segment.into())]).await?;
        for row in &rows {
            let values = [
                Value::Int(self.room.0),
                Value::Time(row.time(0)?),
                Value::Int(row.int(1)?),
                Value::Text(stems(&row.text(2)?, words)),
            ];
            self.run(
                "update chatapi_fresh_texts set stems = $4
                 where room_id = $1 and created_at = $2 and message_id = $3",
                &values,
            )
            .await?;
        }
        Ok(rows.len() >= self.segment as usize)
    }

    /// Makes the oldest fresh texts a segment, if there are enough: where there are many, as many as merging would bring
    /// together. Whether there may be enough for another.
    async fn pack(&mut self) -> Result<bool> {
        // A text whose older form in a segment was not found yet waits until it is.
        let oldest = format!(
            "select created_at, message_id, user_id, folded, stems from chatapi_fresh_texts f
             where room_id = $1 and stems is not null and not exists (
                 select 1 from chatapi_dead_texts d
                 where d.room_id = $1 and d.message_id = f.message_id and d.segment_id = 0
             )
             order by created_at, message_id limit $2 {}",
            T::DIALECT.lock
        );
        let sizes = [2, 1, 0].map(|level| (level, i64::from(self.segment) * merge::FAN.pow(level)));
        let rows = self.run(oldest, &[Value::Int(self.room.0), Value::Int(sizes[0].1)]).await?;
        let fits = |(_, size): &(u32, i64)| *size <= rows.len() as i64;
        let Some((level, size)) = sizes.into_iter().find(fits) else { return Ok(false) };
        // Either a segment's are left of those that were read, or no more were read than may be.
        let has_more = rows.len() as i64 >= sizes[0].1.min(size + sizes[2].1);
        let texts: Vec<Text> = rows.iter().take(size as usize).map(text).collect::<Result<_>>()?;
        let build = move || Segment::of(&texts);
        let segment =
            tokio::task::spawn_blocking(build).await.map_err(|fault| StoreError::Backend(fault.into()))?;
        self.keep(&segment, level.into()).await?;
        for places in segment.places.chunks(TAKEN_AT_ONCE) {
            self.take_out(places).await?;
        }
        Ok(has_more)
    }

    /// Takes texts that are in a segment now out of the fresh ones. They are in order.
    async fn take_out(&mut self, places: &[Place]) -> Result<()> {
        let (Some(first), Some(last)) = (places.first(), places.last()) else { return Ok(()) };
        let among = T::DIALECT.among("message_id", 4);
        let taken = format!(
            "delete from chatapi_fresh_texts where room_id = $1 and created_at between $2 and $3 and {among}"
        );
        let values = [
            Value::Int(self.room.0),
            Value::Time(first.created_at),
            Value::Time(last.created_at),
            Value::Ints(places.iter().map(|place| place.id.0).collect()),
        ];
        self.run(taken, &values).await.map(drop)
    }

    /// Adds a segment, and gives its id.
    async fn keep(&mut self, segment: &Segment, level: i64) -> Result<i64> {
        let sql = "insert into chatapi_segments
                 (room_id, messages, first_at, first_id, last_at, last_id, least_id, greatest_id, level)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id";
        let places = &segment.places;
        let (Some(first), Some(last)) = (places.first(), places.last()) else { return Ok(0) };
        let ids = || places.iter().map(|place| place.id.0);
        let values = [
            Value::Int(self.room.0),
            Value::Int(places.len() as i64),
            Value::Time(first.created_at),
            Value::Int(first.id.0),
            Value::Time(last.created_at),
            Value::Int(last.id.0),
            Value::Int(ids().min().unwrap_or_default()),
            Value::Int(ids().max().unwrap_or_default()),
            Value::Int(level),
        ];
        let rows = self.run(sql, &values).await?;
        let id = super::first(&rows, |row| row.int(0))?.unwrap_or_default();
        let pages = segment.pages.iter().flat_map(|page| {
            [Value::Int(id), Value::Text(page.name.clone()), Value::Bytes(page.data.clone())]
        });
        let values: Vec<Value> = pages.collect();
        self.insert("chatapi_segment_pages (segment_id, name, data)", 3, &values, "").await?;
        Ok(id)
    }

    /// Inserts rows of so many columns.
    async fn insert(&mut self, into: &str, columns: usize, values: &[Value], unless: &str) -> Result<()> {
        let mut rest = values;
        for rows in BATCHES {
            let batches = rest.chunks_exact(columns * rows);
            rest = batches.remainder();
            for batch in batches {
                let rows = placeholders(rows, columns);
                self.run(format!("insert into {into} values {rows} {unless}"), batch).await?;
            }
        }
        Ok(())
    }
}

/// Rows of parameters: `($1, $2), ($3, $4)`.
fn placeholders(rows: usize, columns: usize) -> String {
    let row = |row: usize| {
        let parameters = (1..=columns).map(|column| format!("${}", row * columns + column));
        format!("({})", parameters.collect::<Vec<_>>().join(", "))
    };
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}

fn text(row: &impl Row) -> Result<Text> {
    Ok(Text {
        place: Place { created_at: row.time(0)?, id: MessageId(row.int(1)?) },
        author: UserId(row.int(2)?),
        folded: row.text(3)?,
        stems: row.text(4)?,
    })
}
