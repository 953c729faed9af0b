//! Reads pending texts anew that were read otherwise than they are to be: before there was ranked search, by another release, or in
//! another language.

use super::{BUILT_AT_ONCE, Engine, Result, Row as _, SqlStore, Value, build};
use crate::messages::Cursor;
use crate::search::Analyzer;
use crate::store::engine::Transaction as _;
use crate::text::{search_fold, stems};
use crate::{MessageId, RoomId, Timestamp};

/// The beginning of the year 1: before every message.
const BEGINNING: Timestamp = Timestamp::from_micros(-62_135_596_800_000_000);

impl<E: Engine> SqlStore<E> {
    /// Reads some texts anew, the oldest of those after a cursor. Gives the cursor of the last of them: there may be more after
    /// it.
    pub(super) async fn find_stems(
        &self,
        room: RoomId,
        analyzer: Analyzer,
        after: Option<Cursor>,
    ) -> Result<Option<Cursor>> {
        let after = after.unwrap_or(Cursor { created_at: BEGINNING, id: MessageId(0) });
        let name = Value::Text(analyzer.name());
        let lengths =
            "select created_at, message_id, cast(octet_length(folded) as bigint) from chatapi_pending_texts
             where room_id = $1 and (created_at, message_id) > ($2, $3) and (stems is null or analyzer <> $4)
             order by created_at, message_id limit $5";
        let from = [Value::Int(room.0), Value::Time(after.created_at), Value::Int(after.id.0), name.clone()];
        let rows = self.read(lengths, &[&from[..], &[self.segment()]].concat()).await?;
        let (mut last, mut bytes) = (None, 0);
        for row in &rows {
            bytes += row.int(2)?;
            if last.is_some() && bytes > BUILT_AT_ONCE {
                break;
            }
            last = Some(Cursor { created_at: row.time(0)?, id: MessageId(row.int(1)?) });
        }
        let Some(last) = last else { return Ok(None) };
        let texts = "select created_at, message_id, folded from chatapi_pending_texts
             where room_id = $1 and (created_at, message_id) > ($2, $3) and (stems is null or analyzer <> $4)
             and (created_at, message_id) <= ($5, $6)";
        let until = [Value::Time(last.created_at), Value::Int(last.id.0)];
        let mut texts_without = Vec::new();
        for row in &self.read(texts, &[&from[..], &until[..]].concat()).await? {
            texts_without.push((row.time(0)?, row.int(1)?, row.text(2)?));
        }
        let found = build(move || {
            let with_stems = texts_without.into_iter().map(|(at, id, folded)| {
                // What an older release folded, this one folds further.
                let anew = search_fold(&folded);
                let stems = stems(&anew, analyzer);
                (at, id, folded, anew, stems)
            });
            with_stems.collect::<Vec<_>>()
        })
        .await?;
        let mut transaction = self.engine.begin().await?;
        for (at, id, folded, anew, stems) in found {
            // One that is changed meanwhile has the stems of its new text.
            let sql = crate::store::sql::Sql::from(
                "update chatapi_pending_texts set folded = $5, stems = $6, analyzer = $7
                 where room_id = $1 and created_at = $2 and message_id = $3 and folded = $4
                 and (stems is null or analyzer <> $7)",
            );
            let values = [
                Value::Int(room.0),
                Value::Time(at),
                Value::Int(id),
                Value::Text(folded),
                Value::Text(anew),
                Value::Text(stems),
                name.clone(),
            ];
            crate::store::engine::Session::run(&mut transaction, sql.0, &values).await?;
        }
        transaction.commit().await?;
        Ok(Some(last))
    }
}
