//! Takes texts into the index, room by room: what makes searches fast is done after the sends, not by them.
//!
//! Segments are built from what was read outside of any transaction, and a short one puts them in place, where what they were
//! built from is still there. It leaves the index whole: a text is pending or in a segment, never both and never neither.
//! Whatever is interrupted has not happened. No step holds more than a few tens of MiB, whatever was sent.

use super::{Engine, Result, SqlStore, StoreError, Value, first};
use crate::RoomId;
use crate::search::Analyzer;
use crate::store::engine::Row;

mod merge;
mod pack;
mod rewrite;
mod stems;
mod swap;
mod tombstones;

use swap::Work;

/// How many bytes of text a segment is built from at once: a segment takes some 30 times as much memory while it is built. A
/// text that is longer has a segment of its own.
const BUILT_AT_ONCE: i64 = 1024 * 1024;

/// How texts are to be read; null where nobody has said.
const ANALYZER: &str = "(select t.analyzer from chatapi_search_settings t where t.id = 1)";

/// A room `r` has something to do: pending texts for a segment, by their number in parameter 1 or by their bytes; or texts or
/// segments that were read otherwise than they are to be.
fn work() -> String {
    format!(
        "(select count(*) >= $1 or coalesce(sum(bytes), 0) >= {BUILT_AT_ONCE} from (
             select octet_length(f.folded) as bytes from chatapi_pending_texts f where f.room_id = r.id limit $1
         ) f)
         or exists (
             select 1 from chatapi_pending_texts f
             where f.room_id = r.id and (f.stems is null or f.analyzer <> {ANALYZER})
         )
         or exists (select 1 from chatapi_segments s where s.room_id = r.id and s.analyzer <> {ANALYZER})"
    )
}

/// Room `r` has a tombstone of which it is not known which segment it is of.
const UNRESOLVED: &str =
    "exists (select 1 from chatapi_tombstones d where d.room_id = r.id and d.segment_id = 0)";

/// The same of many rooms: read once, for the planner may take a table that was empty a moment ago to be so still.
const UNRESOLVED_IN_ANY: &str = "r.id in (select room_id from chatapi_tombstones where segment_id = 0)";

/// How many rooms are asked for at once.
const ROOMS: usize = 1000;

impl<E: Engine> SqlStore<E> {
    /// How many texts a segment takes in.
    fn segment(&self) -> Value {
        Value::Int(i64::from(self.segment))
    }

    /// The rooms that have something to do.
    pub(super) async fn rooms_to_index(&self) -> Result<Vec<RoomId>> {
        let sql = format!(
            "select r.id, cast(case when {} or {UNRESOLVED_IN_ANY} then 1 else 0 end as bigint)
             from (select id from chatapi_rooms where id > $2 order by id limit {ROOMS}) r order by r.id",
            work()
        );
        let mut rooms = Vec::new();
        let mut last = Some(0);
        while let Some(from) = last {
            let rows = self.read(sql.clone(), &[self.segment(), Value::Int(from)]).await?;
            for row in &rows {
                if row.int(1)? == 1 {
                    rooms.push(RoomId(row.int(0)?));
                }
            }
            last = rows.last().map(|row| row.int(0)).transpose()?;
        }
        Ok(rooms)
    }

    /// Does all that there is to do in a room, unless somebody else is at it.
    pub(super) async fn index_room(&self, room: RoomId, analyzer: Analyzer) -> Result<()> {
        if !self.has_work(room).await? {
            return Ok(());
        }
        let Some(analyzer) = self.analyzer_to_use(analyzer).await? else { return Ok(()) };
        if self.mark_deleted(room).await?.is_none() {
            return Ok(());
        }
        let mut last = self.find_stems(room, analyzer, None).await?;
        while last.is_some() {
            last = self.find_stems(room, analyzer, last).await?;
        }
        while self.pack(room, analyzer).await? {
            while self.merge(room, analyzer).await? {}
        }
        while self.rewrite_one(room, analyzer).await? {
            while self.merge(room, analyzer).await? {}
        }
        Ok(())
    }

    /// Has texts be read in these words from now on, on every instance. Whether that is a change.
    pub(super) async fn set_analyzer(&self, analyzer: Analyzer) -> Result<bool> {
        let rows = self.read(format!("select {ANALYZER}"), &[]).await?;
        let known = first(&rows, |row| row.opt_text(0))?.flatten();
        if known
            .as_deref()
            .is_some_and(|known| known == analyzer.name() || Analyzer::is_of_newer_release(known))
        {
            return Ok(false);
        }
        let sql = "insert into chatapi_search_settings (id, analyzer) values (1, $1)
             on conflict (id) do update set analyzer = excluded.analyzer";
        self.write(sql, &[Value::Text(analyzer.name())]).await?;
        Ok(true)
    }

    /// The words that texts are to be read in: those that were set, whatever this instance was started with, so that instances
    /// with different settings do not undo what others have done. `None` where a newer release has set them, which reads texts
    /// in its own way.
    async fn analyzer_to_use(&self, own: Analyzer) -> Result<Option<Analyzer>> {
        let rows = self.read(format!("select {ANALYZER}"), &[]).await?;
        let Some(known) = first(&rows, |row| row.opt_text(0))?.flatten() else { return Ok(Some(own)) };
        let is_newer = Analyzer::is_of_newer_release(&known);
        Ok(if is_newer { None } else { Some(Analyzer::from_name(&known).unwrap_or(own)) })
    }

    async fn has_work(&self, room: RoomId) -> Result<bool> {
        let sql =
            format!("select r.id from chatapi_rooms r where r.id = $2 and ({} or {UNRESOLVED})", work());
        Ok(!self.read(sql, &[self.segment(), Value::Int(room.0)]).await?.is_empty())
    }

    /// Begins a transaction that works on a room; `None` where somebody else does.
    async fn begin_work(&self, room: RoomId) -> Result<Option<Work<E::Transaction>>> {
        let mut work = Work { transaction: self.engine.begin().await?, room };
        Ok(if work.is_alone().await? { Some(work) } else { None })
    }
}

/// Runs a computation that takes long, away from the threads that serve everybody.
async fn build<T: Send + 'static>(computation: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(computation).await.map_err(|fault| StoreError::Backend(fault.into()))
}
