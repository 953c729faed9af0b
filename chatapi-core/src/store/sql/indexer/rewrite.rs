//! Rewrites segments of which too much is deleted, or whose texts were read otherwise than they are to be: by another release, or in
//! another language.

use std::collections::{HashMap, HashSet};

use super::merge::{FAN, TIERS};
use super::swap::{Built, Tombstones, Work};
use super::{BUILT_AT_ONCE, Engine, Result, Row, SqlStore, Value, build};
use crate::index::segment::{Segment, Text};
use crate::messages::Cursor;
use crate::search::Analyzer;
use crate::store::engine::Transaction;
use crate::store::sql::first;
use crate::text::{search_fold, stems};
use crate::{MessageId, RoomId, Timestamp, UserId};

/// A segment of which this share is deleted, one in so many, is rewritten.
const DELETE_RATIO: usize = 8;

/// How many messages one statement asks for.
const ASKED_AT_ONCE: usize = 1024;

/// How many bytes of text are rewritten in one transaction. Of a segment that has more, as those of old may have, the rest
/// stays for the next.
const REWRITTEN_AT_ONCE: i64 = 8 * BUILT_AT_ONCE;

impl<E: Engine> SqlStore<E> {
    /// Rewrites a segment that needs it. Whether it did.
    pub(super) async fn rewrite_one(&self, room: RoomId, analyzer: Analyzer) -> Result<bool> {
        let sql = format!(
            "select s.id from chatapi_segments s left join (
                 select segment_id, count(*) as number from chatapi_tombstones
                 where room_id = $1 and segment_id > 0 group by segment_id
             ) d on d.segment_id = s.id
             where s.room_id = $1 and (s.analyzer <> $2 or d.number * {DELETE_RATIO} >= s.messages) order by s.id limit 1"
        );
        let rows = self.read(sql, &[Value::Int(room.0), Value::Text(analyzer.name())]).await?;
        match first(&rows, |row| row.int(0))? {
            Some(segment) => self.rewrite(room, segment, analyzer).await,
            None => Ok(false),
        }
    }

    /// Builds a segment anew from its messages, less those that are deleted from it. Whether it did: not where somebody else is at
    /// it, or has done it.
    pub(super) async fn rewrite(&self, room: RoomId, segment: i64, analyzer: Analyzer) -> Result<bool> {
        let known = self.tombstones_of(room, &[segment]).await?;
        let Some(cursors) = self.all_cursors_of(&[segment]).await?.remove(&segment) else { return Ok(false) };
        let living: Vec<(i64, Cursor)> =
            (0..).zip(cursors).filter(|(doc_id, _)| !known.contains(&(segment, *doc_id))).collect();
        let (mut built, mut done, mut bytes) = (Vec::new(), 0, 0);
        while done < living.len() && bytes < REWRITTEN_AT_ONCE {
            let (texts, number) = self.texts_at_once(&living[done..], analyzer).await?;
            done += number;
            let of_texts: i64 = texts.iter().map(|text| text.folded.len() as i64).sum();
            bytes += of_texts;
            let tier = self.tier_of(texts.len());
            let segment = build(move || Segment::of(&texts)).await?;
            built.push(Built { segment, tier, bytes: of_texts, analyzer: analyzer.name() });
        }
        let Some(mut work) = self.begin_work(room).await? else { return Ok(false) };
        let is_done = if done == living.len() {
            work.replace(&[segment], &known, built).await?
        } else {
            let moved = living[..done].iter().map(|(doc_id, cursor)| (cursor.id, *doc_id));
            work.move_out(segment, &known, moved, built).await?
        };
        if is_done {
            work.commit().await?;
        }
        Ok(is_done)
    }

    /// The texts of the first of these messages, as many as a segment is built from at once, in order; and how many messages
    /// those are. Some may be gone.
    async fn texts_at_once(
        &self,
        messages: &[(i64, Cursor)],
        analyzer: Analyzer,
    ) -> Result<(Vec<Text>, usize)> {
        let (mut texts, mut bytes, mut done) = (Vec::new(), 0, 0);
        let among = self.dialect().among("id", 1);
        for asked in messages.chunks(ASKED_AT_ONCE) {
            let ids: Vec<i64> = asked.iter().map(|(_, cursor)| cursor.id.0).collect();
            let sql = format!(
                "select id, cast(octet_length(content) as bigint) from chatapi_messages where {among}"
            );
            let rows = self.read(sql, &[Value::Ints(ids.clone())]).await?;
            let lengths: HashMap<i64, i64> =
                rows.iter().map(|row| Ok((row.int(0)?, row.int(1)?))).collect::<Result<_>>()?;
            let mut number = 0;
            for id in &ids {
                let length = lengths.get(id).copied().unwrap_or_default();
                if done + number > 0 && bytes + length > BUILT_AT_ONCE {
                    break;
                }
                bytes += length;
                number += 1;
            }
            let sql = format!("select id, user_id, created_at, content from chatapi_messages where {among}");
            let rows = self.read(sql, &[Value::Ints(ids[..number].to_vec())]).await?;
            let contents: Vec<_> = rows
                .iter()
                .map(|row| Ok((row.int(0)?, row.int(1)?, row.time(2)?, row.text(3)?)))
                .collect::<Result<_>>()?;
            texts.extend(
                build(move || contents.into_iter().map(|row| text(row, analyzer)).collect::<Vec<_>>())
                    .await?,
            );
            done += number;
            if number < ids.len() {
                break;
            }
        }
        texts.sort_unstable_by_key(|text| text.cursor);
        Ok((texts, done))
    }

    /// How often the texts of a segment of so many would have been merged.
    fn tier_of(&self, texts: usize) -> i64 {
        let is_as_large = |tier: &u32| texts as i64 >= i64::from(self.segment) * FAN.pow(*tier);
        (1..=TIERS).rev().find(is_as_large).map_or(0, i64::from)
    }
}

fn text((id, author, created_at, content): (i64, i64, Timestamp, String), analyzer: Analyzer) -> Text {
    let folded = search_fold(&content);
    let stems = stems(&folded, analyzer);
    Text { cursor: Cursor { created_at, id: MessageId(id) }, author: UserId(author), folded, stems }
}

impl<T: Transaction> Work<T> {
    /// Adds segments that were built from some messages of another one, in which these are deleted from now on. Whether that
    /// one was still there; otherwise this must be undone.
    async fn move_out(
        &mut self,
        segment: i64,
        known: &Tombstones,
        moved: impl Iterator<Item = (MessageId, i64)>,
        built: Vec<Built>,
    ) -> Result<bool> {
        let held = format!("select id from chatapi_segments where id = $1 {}", T::DIALECT.lock);
        if self.run(held, &[Value::Int(segment)]).await?.is_empty() {
            return Ok(false);
        }
        let deleted =
            "select message_id, doc_id from chatapi_tombstones where room_id = $1 and segment_id = $2";
        let mut newly_deleted = HashSet::new();
        for row in &self.run(deleted, &[Value::Int(self.room.0), Value::Int(segment)]).await? {
            if !known.contains(&(segment, row.int(1)?)) {
                newly_deleted.insert(MessageId(row.int(0)?));
            }
        }
        for built in built {
            self.keep(built, &newly_deleted).await?;
        }
        for (message, doc_id) in moved {
            self.mark_deleted_in(segment, message, doc_id).await?;
        }
        Ok(true)
    }
}
