//! Pages of what a search finds.

use std::collections::HashMap;

use super::ScanRange;
use super::find::{Found, Wanted};
use crate::MessageId;
use crate::messages::{Cursor, CursorPage, CursorPageRequest, Message, MessageFilter, Window};
use crate::page::{Count, Counting, Page, PageNumber, PageRequest};
use crate::permission::AccessScope;
use crate::store::sql::lists::from_the_end;
use crate::store::sql::messages::{COLUMNS, message};
use crate::store::sql::scope::Rooms;
use crate::store::sql::{Engine, Result, SqlStore, Value};

impl<E: Engine> SqlStore<E> {
    pub(in crate::store::sql) async fn page_of_search(
        &self,
        filter: &MessageFilter,
        page: PageRequest,
    ) -> Result<Option<Page<Message>>> {
        self.evaluations.search(self.try_page_of_search(filter, page)).await
    }

    async fn try_page_of_search(
        &self,
        filter: &MessageFilter,
        page: PageRequest,
    ) -> Result<Option<Page<Message>>> {
        let mut range = ScanRange::newest_first(filter);
        range.newest_first = page.number == PageNumber::Last;
        let wanted = Wanted::page(page.offset(), page.take(), page.counted());
        let (mut rows, count) = undisturbed!(self.found(&range, wanted))?;
        if range.newest_first {
            rows.reverse();
        }
        if rows.is_empty()
            && let Some((number, skip, take)) = from_the_end(page, count)
        {
            let range = ScanRange::newest_first(filter);
            let wanted = Wanted::page(skip, take, Counting::None);
            let (mut results, _) = undisturbed!(self.found(&range, wanted))?;
            results.reverse();
            return Ok((!results.is_empty()).then_some(Page { count, number, has_next: skip > 0, results }));
        }
        Ok(page.page(count, rows))
    }

    pub(in crate::store::sql) async fn cursor_page_of_search(
        &self,
        filter: &MessageFilter,
        request: &CursorPageRequest,
    ) -> Result<CursorPage> {
        self.evaluations.search(self.try_history_of_search(filter, request)).await
    }

    async fn try_history_of_search(
        &self,
        filter: &MessageFilter,
        request: &CursorPageRequest,
    ) -> Result<CursorPage> {
        let windows = request.windows();
        let older = self.window(filter, windows.older, true).await?;
        let newer = self.window(filter, windows.newer, false).await?;
        let count = match request.counting {
            Counting::None => Count::Unknown,
            counting => {
                let range = ScanRange::newest_first(filter);
                undisturbed!(self.found(&range, Wanted::page(0, 0, counting)))?.1
            }
        };
        Ok(request.cursor_page(count, older, newer))
    }

    async fn window(
        &self,
        filter: &MessageFilter,
        window: Option<Window>,
        newest_first: bool,
    ) -> Result<Vec<Message>> {
        let Some(window) = window else { return Ok(Vec::new()) };
        let range = ScanRange { filter, from: window.from, newest_first };
        Ok(undisturbed!(self.found(&range, Wanted::of_window(window)))?.0)
    }

    /// The messages that are wanted of those found, and how many those are. `None` where one went away meanwhile.
    async fn found(&self, range: &ScanRange<'_>, wanted: Wanted) -> Result<Option<(Vec<Message>, Count)>> {
        let Some(Found { cursors, count, is_exact }) = self.find(range, wanted).await? else {
            return Ok(None);
        };
        let count = match wanted.count_to {
            None => Count::Unknown,
            Some(_) if is_exact => Count::Exact(count),
            // What was looked at proves more than the bound, and what is shown proves itself.
            Some(bound) => Count::Estimate(count.max(bound + 1).max(wanted.skip + cursors.len() as u64)),
        };
        let messages = self.messages_at(range.filter.scope, &cursors).await?;
        Ok(messages.map(|messages| (messages, count)))
    }

    /// The messages at these cursors, in their order. `None` where one of them is gone, or no longer within the scope.
    pub(super) async fn messages_at(
        &self,
        scope: AccessScope,
        cursors: &[Cursor],
    ) -> Result<Option<Vec<Message>>> {
        if cursors.is_empty() {
            return Ok(Some(Vec::new()));
        }
        let mut values = vec![Value::Ints(cursors.iter().map(|cursor| cursor.id.0).collect())];
        let rooms = Rooms::of(scope, &mut values).query;
        let among = self.dialect().among("id", 1);
        let sql = format!("select {COLUMNS} from chatapi_messages where {among} and room_id in ({rooms})");
        let rows = self.read(sql, &values).await?;
        let messages = rows.iter().map(|row| message(row, 0).map(|message| (message.id, message)));
        let mut messages: HashMap<MessageId, Message> = messages.collect::<Result<_>>()?;
        Ok(cursors.iter().map(|cursor| messages.remove(&cursor.id)).collect())
    }
}
