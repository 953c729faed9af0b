//! Makes pending texts a segment.

use std::collections::{HashMap, HashSet};

use super::merge::FAN;
use super::swap::{Built, Work};
use super::{BUILT_AT_ONCE, Engine, Result, Row, SqlStore, Value, build};
use crate::index::segment::{Segment, Text};
use crate::messages::Cursor;
use crate::search::Analyzer;
use crate::store::engine::Transaction;
use crate::{MessageId, RoomId, UserId};

/// How many texts one statement takes out.
const TAKEN_AT_ONCE: usize = 256;

/// The id of a pending text `f`, for a comparison with a list of ids that is no condition on the primary key: PostgreSQL would
/// walk the texts between the bounds once for each of the ids, and of messages that were imported, thousands may have one
/// time.
const ID: &str = "f.message_id + 0";

/// A segment of which more than this share, one in so many, has changed while it was built is built anew.
const CHANGED: usize = 8;

/// A pending text `f` of room `$1` waits: it has no stems by the analyzer `$2` yet, or its older form in a segment was not found
/// yet.
const WAITS: &str = "f.stems is null or f.analyzer <> $2 or exists (
        select 1 from chatapi_tombstones d
        where d.room_id = $1 and d.message_id = f.message_id and d.segment_id = 0
    )";

impl<E: Engine> SqlStore<E> {
    /// Makes the oldest pending texts a segment, if there are enough: where there are many, as many as merging would bring
    /// together. Whether it did.
    pub(super) async fn pack(&self, room: RoomId, analyzer: Analyzer) -> Result<bool> {
        let Some((tier, number)) = self.packable(room, analyzer).await? else { return Ok(false) };
        let oldest = format!(
            "select created_at, message_id, user_id, folded, stems from chatapi_pending_texts f
             where room_id = $1 and not ({WAITS}) order by created_at, message_id limit $3"
        );
        let rows = self
            .read(oldest, &[Value::Int(room.0), Value::Text(analyzer.name()), Value::Int(number)])
            .await?;
        let texts: Vec<Text> = rows.iter().map(text).collect::<Result<_>>()?;
        drop(rows);
        let bytes = texts.iter().map(|text| text.folded.len() as i64).sum();
        let (texts, segment) = build(move || {
            let segment = Segment::of(&texts);
            (texts, segment)
        })
        .await?;
        let Some(mut work) = self.begin_work(room).await? else { return Ok(false) };
        let mut changed = HashSet::new();
        for texts in texts.chunks(TAKEN_AT_ONCE) {
            changed.extend(work.take_out(texts, analyzer).await?);
        }
        if changed.len() * CHANGED > texts.len() {
            return Ok(false);
        }
        let built = Built { segment, tier, bytes, analyzer: analyzer.name() };
        work.keep(built, &changed).await?;
        work.commit().await?;
        Ok(true)
    }

    /// How many of the oldest pending texts make a segment, and how often texts of so many were merged; `None` where they are
    /// too few.
    async fn packable(&self, room: RoomId, analyzer: Analyzer) -> Result<Option<(i64, i64)>> {
        let sizes = [2, 1, 0].map(|tier| (i64::from(tier), i64::from(self.segment) * FAN.pow(tier)));
        let lengths = format!(
            "select cast(octet_length(folded) as bigint) from chatapi_pending_texts f
             where room_id = $1 and not ({WAITS}) order by created_at, message_id limit $3"
        );
        let rows = self
            .read(lengths, &[Value::Int(room.0), Value::Text(analyzer.name()), Value::Int(sizes[0].1)])
            .await?;
        let (mut within, mut bytes) = (0, 0);
        for row in &rows {
            bytes += row.int(0)?;
            if within > 0 && bytes > BUILT_AT_ONCE {
                break;
            }
            within += 1;
        }
        let largest = sizes.into_iter().find(|(_, size)| *size <= within);
        // Texts may be few and long.
        Ok(largest.or((bytes >= BUILT_AT_ONCE).then_some((0, within))))
    }
}

impl<T: Transaction> Work<T> {
    /// Takes texts, which come in order, out of the pending ones, and gives the messages of which the text is no longer so.
    async fn take_out(&mut self, texts: &[Text], analyzer: Analyzer) -> Result<HashSet<MessageId>> {
        let (Some(first), Some(last)) = (texts.first(), texts.last()) else { return Ok(HashSet::new()) };
        let room = Value::Int(self.room.0);
        let bounds =
            [first, last].map(|text| [Value::Time(text.cursor.created_at), Value::Int(text.cursor.id.0)]);
        let bounds = bounds.concat();
        let ids = Value::Ints(texts.iter().map(|text| text.cursor.id.0).collect());
        let values = [&[room.clone(), Value::Text(analyzer.name())], &bounds[..], &[ids]].concat();
        let now = format!(
            "select f.message_id, f.folded from chatapi_pending_texts f
             where f.room_id = $1 and {} and {} and not ({WAITS}) {}",
            between(3),
            T::DIALECT.among(ID, 7),
            T::DIALECT.lock
        );
        let mut folded = HashMap::new();
        for row in &self.run(now, &values).await? {
            folded.insert(MessageId(row.int(0)?), row.text(1)?);
        }
        let is_same = |text: &&Text| folded.get(&text.cursor.id) == Some(&text.folded);
        let (same, changed): (Vec<&Text>, Vec<&Text>) = texts.iter().partition(is_same);
        let ids = Value::Ints(same.iter().map(|text| text.cursor.id.0).collect());
        let values = [&[room], &bounds[..], &[ids]].concat();
        let taken = format!(
            "delete from chatapi_pending_texts as f where f.room_id = $1 and {} and {}",
            between(2),
            T::DIALECT.among(ID, 6)
        );
        self.run(taken, &values).await?;
        Ok(changed.into_iter().map(|text| text.cursor.id).collect())
    }
}

/// A pending text `f` is between two others by time and then by id, in four parameters.
fn between(first: usize) -> String {
    let [from, of, until, to] = [first, first + 1, first + 2, first + 3];
    format!(
        "(f.created_at, f.message_id) >= (${from}, ${of}) and (f.created_at, f.message_id) <= (${until}, ${to})"
    )
}

fn text(row: &impl Row) -> Result<Text> {
    Ok(Text {
        cursor: Cursor { created_at: row.time(0)?, id: MessageId(row.int(1)?) },
        author: UserId(row.int(2)?),
        folded: row.text(3)?,
        stems: row.text(4)?,
    })
}
