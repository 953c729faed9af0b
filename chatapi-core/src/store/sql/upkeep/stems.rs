//! Finds the stems of texts that have none: those of before there was ranked search.

use super::{BUILT_AT_ONCE, Engine, Result, Row as _, SqlStore, Value, build};
use crate::RoomId;
use crate::search::Words;
use crate::store::engine::Transaction as _;
use crate::text::stems;

impl<E: Engine> SqlStore<E> {
    /// Finds the stems of some texts. Whether there may be more of them.
    pub(super) async fn find_stems(&self, room: RoomId, words: Words) -> Result<bool> {
        let lengths = "select message_id, cast(octet_length(folded) as bigint) from chatapi_fresh_texts
             where room_id = $1 and stems is null limit $2";
        let rows = self.read(lengths, &[Value::Int(room.0), self.segment()]).await?;
        let (mut ids, mut bytes) = (Vec::new(), 0);
        for row in &rows {
            bytes += row.int(1)?;
            if !ids.is_empty() && bytes > BUILT_AT_ONCE {
                break;
            }
            ids.push(row.int(0)?);
        }
        if ids.is_empty() {
            return Ok(false);
        }
        let among = self.dialect().among("message_id", 2);
        let texts = format!(
            "select created_at, message_id, folded from chatapi_fresh_texts
             where room_id = $1 and stems is null and {among}"
        );
        let mut texts_without = Vec::new();
        for row in &self.read(texts, &[Value::Int(room.0), Value::Ints(ids)]).await? {
            texts_without.push((row.time(0)?, row.int(1)?, row.text(2)?));
        }
        let found = build(move || {
            let with_stems = texts_without.into_iter().map(|(at, id, folded)| {
                let stems = stems(&folded, words);
                (at, id, folded, stems)
            });
            with_stems.collect::<Vec<_>>()
        })
        .await?;
        let mut transaction = self.engine.begin().await?;
        for (at, id, folded, stems) in found {
            // One that is changed meanwhile has the stems of its new text.
            let sql = crate::store::sql::Sql::from(
                "update chatapi_fresh_texts set stems = $5, analyzer = $6
                 where room_id = $1 and created_at = $2 and message_id = $3 and folded = $4 and stems is null",
            );
            let values = [
                Value::Int(room.0),
                Value::Time(at),
                Value::Int(id),
                Value::Text(folded),
                Value::Text(stems),
                Value::Text(words.analyzer()),
            ];
            crate::store::engine::Session::run(&mut transaction, sql.0, &values).await?;
        }
        transaction.commit().await?;
        Ok(true)
    }
}
