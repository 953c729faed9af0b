//! Reads fresh texts anew that were read otherwise than they are to be: before there was ranked search, by another release, or in
//! another language.

use super::{BUILT_AT_ONCE, Engine, Result, Row as _, SqlStore, Value, build};
use crate::RoomId;
use crate::search::Words;
use crate::store::engine::Transaction as _;
use crate::text::{search_fold, stems};

impl<E: Engine> SqlStore<E> {
    /// Reads some texts anew. Whether there may be more of them.
    pub(super) async fn find_stems(&self, room: RoomId, words: Words) -> Result<bool> {
        let lengths = "select message_id, cast(octet_length(folded) as bigint) from chatapi_fresh_texts
             where room_id = $1 and (stems is null or analyzer <> $3) limit $2";
        let analyzer = Value::Text(words.analyzer());
        let rows = self.read(lengths, &[Value::Int(room.0), self.segment(), analyzer.clone()]).await?;
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
             where room_id = $1 and (stems is null or analyzer <> $3) and {among}"
        );
        let mut texts_without = Vec::new();
        for row in &self.read(texts, &[Value::Int(room.0), Value::Ints(ids), analyzer.clone()]).await? {
            texts_without.push((row.time(0)?, row.int(1)?, row.text(2)?));
        }
        let found = build(move || {
            let with_stems = texts_without.into_iter().map(|(at, id, folded)| {
                // What an older release folded, this one folds further.
                let anew = search_fold(&folded);
                let stems = stems(&anew, words);
                (at, id, folded, anew, stems)
            });
            with_stems.collect::<Vec<_>>()
        })
        .await?;
        let mut transaction = self.engine.begin().await?;
        for (at, id, folded, anew, stems) in found {
            // One that is changed meanwhile has the stems of its new text.
            let sql = crate::store::sql::Sql::from(
                "update chatapi_fresh_texts set folded = $5, stems = $6, analyzer = $7
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
                analyzer.clone(),
            ];
            crate::store::engine::Session::run(&mut transaction, sql.0, &values).await?;
        }
        transaction.commit().await?;
        Ok(true)
    }
}
