//! Lists of messages in SQL: who may see which, the count, and the rows, in one statement.
//!
//! The index on messages has each room's in their order, so each room gives its own first rows, and those are merged; of
//! many rooms, only those are asked for all that a page takes whose next message comes first. So a page costs a probe of
//! the index for each room, however many messages there are and however deep the page is.

use std::ops::Bound;

use super::messages::message;
use super::scope::Rooms;
use super::{Dialect, Engine, Result, Row, SqlStore, Value, counts, first, number_of_rows};
use crate::messages::{AnchorRequest, Cursor, CursorPage, CursorPageRequest, Message, MessageFilter, Window};
use crate::page::{Count, Counting, Page, PageNumber, PageRequest};
use crate::permission::AccessScope;
use crate::{MessageId, Timestamp};

const COLUMNS: &str = "m.id, m.content, m.created_at, m.updated_at, m.user_id, m.room_id";

/// How deep a page by number may be for each room to give the rows that come before it. Deeper ones are left to the
/// database's own plan, and cost what they skip.
const NEAR: u64 = 1000;

impl<E: Engine> SqlStore<E> {
    pub(super) async fn page_of_messages(
        &self,
        filter: &MessageFilter,
        page: PageRequest,
    ) -> Result<Option<Page<Message>>> {
        if !filter.search.is_empty() {
            return self.page_of_search(filter, page).await;
        }
        let direction = match page.number {
            PageNumber::Number(_) | PageNumber::Offset(_) => Direction::Newer,
            PageNumber::Last => Direction::Older,
        };
        let window = WindowScan {
            direction,
            from: Bound::Unbounded,
            take: page.take(),
            skip: page.offset(),
            is_shown: true,
        };
        let Listed { count, windows: [rows], .. } =
            self.list(List::of(self.dialect(), filter), page.counted(), [Some(window)]).await?;
        if rows.is_empty()
            && let Some((number, skip, take)) = from_the_end(page, count)
        {
            let has_next = skip > 0;
            let window = WindowScan {
                direction: Direction::Older,
                from: Bound::Unbounded,
                take,
                skip,
                is_shown: true,
            };
            let list = List::of(self.dialect(), filter);
            let Listed { windows: [results], .. } = self.list(list, Counting::None, [Some(window)]).await?;
            return Ok((!results.is_empty()).then_some(Page { count, number, has_next, results }));
        }
        let proven = page.offset().saturating_add(rows.len() as u64);
        let count = match count {
            Count::Estimate(count) if !rows.is_empty() => Count::Estimate(count.max(proven)),
            count => count,
        };
        Ok(page.page(count, rows))
    }

    pub(super) async fn history_of_messages(
        &self,
        filter: &MessageFilter,
        request: &CursorPageRequest,
    ) -> Result<CursorPage> {
        if !filter.search.is_empty() {
            return self.cursor_page_of_search(filter, request).await;
        }
        let list = List::of(self.dialect(), filter);
        Ok(self.windows(list, request, WindowStart::Cursor).await?.1)
    }

    pub(super) async fn cursor_page_at_message(
        &self,
        filter: &MessageFilter,
        request: &AnchorRequest,
    ) -> Result<Option<(Cursor, CursorPage)>> {
        if !filter.search.is_empty() {
            let message = self.message_within(request.message, filter.scope).await?;
            let Some(cursor) = message.map(|message| message.cursor()) else { return Ok(None) };
            return Ok(Some((cursor, self.cursor_page_of_search(filter, &request.from(cursor)).await?)));
        }
        let list = List::of(self.dialect(), filter).anchored_at(request.message);
        // Which cursor that is, the statement finds out by itself.
        let unknown = Cursor { created_at: Timestamp::from_micros(0), id: request.message };
        let (asked, page) = self.windows(list, &request.from(unknown), |_| WindowStart::Message).await?;
        Ok(asked.map(|created_at| (Cursor { created_at, id: request.message }, page)))
    }

    /// The page, and when the message was sent that the list is asked for beside.
    async fn windows(
        &self,
        list: List,
        request: &CursorPageRequest,
        at: impl Fn(Cursor) -> WindowStart,
    ) -> Result<(Option<Timestamp>, CursorPage)> {
        let windows = request.windows();
        let window =
            |direction, window: Option<Window>| window.map(|window| WindowScan::of(direction, window, &at));
        let windows = [window(Direction::Older, windows.older), window(Direction::Newer, windows.newer)];
        let Listed { count, asked, windows } = self.list(list, request.counting, windows).await?;
        let [mut older, newer] = windows;
        older.reverse();
        Ok((asked, request.cursor_page(count, older, newer)))
    }

    /// The rows of each window, oldest first, and the count of the whole list.
    async fn list<const N: usize>(
        &self,
        mut list: List,
        counting: Counting,
        windows: [Option<WindowScan>; N],
    ) -> Result<Listed<N>> {
        let whole = list.clone();
        let sql = list.statement(counting, &windows);
        let rows = self.read(sql, &list.values).await?;
        let mut found = [const { Vec::new() }; N];
        for row in &rows {
            if let Some(window) = row.opt_int(2)?
                && let Some(found) = usize::try_from(window).ok().and_then(|window| found.get_mut(window))
            {
                found.push(message(row, 3)?);
            }
        }
        let asked = first(&rows, |row| row.opt_time(1))?.flatten();
        let total = first(&rows, |row| row.opt_int(0))?.flatten();
        let total = total.map(|total| u64::try_from(total).unwrap_or_default());
        let count = match (total, counting) {
            (None, _) => Count::Unknown,
            (Some(total), Counting::UpTo(bound)) if total > bound => {
                Count::Estimate(counts::estimate(self, whole).await?.max(total))
            }
            (Some(total), _) => Count::Exact(total),
        };
        Ok(Listed { count, asked, windows: found })
    }
}

/// What a list's statement says.
struct Listed<const N: usize> {
    count: Count,
    /// When the message was sent that the list is asked for beside.
    asked: Option<Timestamp>,
    windows: [Vec<Message>; N],
}

/// Rows of a list, one after the other.
struct WindowScan {
    direction: Direction,
    from: Bound<WindowStart>,
    take: u64,
    skip: u64,
    /// Whether it matters which rows they are. Otherwise it is asked whether there are any.
    is_shown: bool,
}

/// Where a window begins.
#[derive(Clone, Copy)]
enum WindowStart {
    Cursor(Cursor),
    /// At the message that the list is asked for beside.
    Message,
}

/// In which direction a window is read.
#[derive(Clone, Copy)]
enum Direction {
    Older,
    Newer,
}

impl WindowScan {
    fn of(direction: Direction, window: Window, at: impl Fn(Cursor) -> WindowStart) -> Self {
        Self {
            direction,
            from: window.from.map(at),
            take: window.take(),
            skip: 0,
            is_shown: window.shown > 0,
        }
    }
}

/// Where a page is read that has no rows though the list's estimated length says that it is there: as far from the end as
/// it is from the end of a list of that length. So who goes back from the last page finds what comes before it.
///
/// It gives that page's number, and what is skipped and taken from the end on.
pub(super) fn from_the_end(page: PageRequest, count: Count) -> Option<(u64, u64, u64)> {
    let (Count::Estimate(_), PageNumber::Number(number @ 1..)) = (count, page.number) else {
        return None;
    };
    let take = u64::from(page.size.max(1));
    let skip = count.pages(page.size)?.checked_sub(number)?.saturating_mul(take);
    Some((number, skip, take))
}

/// Which messages a list has, in SQL: those `m` of the rooms that `rooms` finds for which `also` holds.
#[derive(Clone)]
pub(super) struct List {
    dialect: Dialect,
    pub(super) values: Vec<Value>,
    pub(super) rooms: String,
    pub(super) also: String,
    /// Whatever room the list is of: a query for the rooms within its scope.
    within: String,
    /// How many values `rooms` takes.
    of_rooms: usize,
    has_one_room: bool,
    /// The message that it is asked for beside.
    anchor: Option<MessageId>,
}

impl List {
    fn of(dialect: Dialect, filter: &MessageFilter) -> Self {
        let mut values = Vec::new();
        let within = Rooms::of(filter.scope, &mut values);
        let rooms = within.clone().only(filter.room, &mut values).query;
        let mut list = Self {
            dialect,
            rooms,
            also: String::new(),
            within: within.query,
            of_rooms: values.len(),
            has_one_room: filter.room.is_some() || matches!(filter.scope, AccessScope::Room(_)),
            values,
            anchor: None,
        };
        if let Some(user) = filter.user {
            let user = list.value(Value::Int(user.0));
            list.also += &format!(" and m.user_id = ${user}");
        }
        list
    }

    fn anchored_at(self, message: MessageId) -> Self {
        Self { anchor: Some(message), ..self }
    }

    /// The values that `rooms` takes by itself.
    pub(super) fn values_of_rooms(&self) -> &[Value] {
        &self.values[..self.of_rooms]
    }

    /// One more parameter.
    pub(super) fn value(&mut self, value: Value) -> usize {
        self.values.push(value);
        self.values.len()
    }

    /// A statement that gives the count, when the message was sent that the list is asked for beside, and with both the
    /// number of a window and a message of it, oldest first.
    fn statement(&mut self, counting: Counting, windows: &[Option<WindowScan>]) -> String {
        let mut tables = vec![format!("rooms as ({})", self.rooms), self.asked(), self.counted(counting)];
        let mut shown = Vec::new();
        for (n, window) in windows.iter().enumerate() {
            if let Some(window) = window {
                tables.push(self.window(n, window));
                shown.push(format!("select cast({n} as bigint) as side, id from window_{n}"));
            }
        }
        let (tables, shown) = (tables.join(", "), shown.join(" union all "));
        let row = format!("select {COLUMNS} from chatapi_messages m where m.id = shown.id limit 1");
        let each = self.dialect.join_each(&row);
        format!(
            "with {tables}
             select counted.total, (select created_at from asked), m.* from counted
             left join (select shown.side, {COLUMNS} from ({shown}) shown {each}) m on true
             order by m.created_at, m.id"
        )
    }

    fn asked(&mut self) -> String {
        let Some(message) = self.anchor else {
            return "asked as (select id, created_at from chatapi_messages where false)".into();
        };
        // The list may be of one room alone, and the message of any that the reader is in.
        let message = self.value(Value::Int(message.0));
        let within = &self.within;
        format!(
            "asked as (
                 select id, created_at from chatapi_messages where id = ${message} and room_id in ({within})
             )"
        )
    }

    fn counted(&mut self, counting: Counting) -> String {
        let Some(bound) = counting.bound() else {
            return "counted as (select cast(null as bigint) as total)".into();
        };
        // Where one more is found, the list is longer than it is counted.
        let most = self.value(number_of_rows(bound.saturating_add(1)));
        let each = self.dialect.join_all(&format!("m.room_id = r.room_id{}", self.also));
        format!("counted as (select count(*) as total from (select 1 from rooms r {each} limit ${most}) c)")
    }

    fn window(&mut self, n: usize, window: &WindowScan) -> String {
        let past = self.past(window);
        let take = self.value(number_of_rows(window.take));
        let skip = self.value(number_of_rows(window.skip));
        let order = match window.direction {
            Direction::Older => "order by m.created_at desc, m.id desc",
            Direction::Newer => "order by m.created_at, m.id",
        };
        let also = &self.also;
        if !self.has_one_room && window.skip > NEAR {
            return format!(
                "window_{n} as (
                     select m.id from chatapi_messages m where m.room_id in (select room_id from rooms){also}
                     {order} limit ${take} offset ${skip}
                 )"
            );
        }
        if !window.is_shown {
            let any = self.dialect.join_each(&format!(
                "select m.id from chatapi_messages m where m.room_id = r.room_id{also}{past} limit 1"
            ));
            return format!("window_{n} as (select m.id from rooms r {any} limit ${take} offset ${skip})");
        }
        let rows = format!("${take} + ${skip}");
        let first = |rows: &str| {
            self.dialect.join_each(&format!(
                "select m.id, m.created_at from chatapi_messages m
                 where m.room_id = r.room_id{also}{past} {order} limit {rows}"
            ))
        };
        // Rooms whose own next message comes after those of so many others have nothing in the window.
        let (nearest, from) = if self.has_one_room {
            (String::new(), "rooms".to_owned())
        } else {
            let next = first("1");
            let nearest =
                format!("nearest_{n} as (select r.room_id from rooms r {next} {order} limit {rows}), ");
            (nearest, format!("nearest_{n}"))
        };
        let each = first(&rows);
        format!(
            "{nearest}window_{n} as (
                 select m.id from {from} r {each} {order} limit ${take} offset ${skip}
             )"
        )
    }

    /// The condition that a row is past where the window begins.
    fn past(&mut self, window: &WindowScan) -> String {
        let (at, or_equal) = match window.from {
            Bound::Unbounded => return String::new(),
            Bound::Included(at) => (at, "="),
            Bound::Excluded(at) => (at, ""),
        };
        let is = match window.direction {
            Direction::Older => "<",
            Direction::Newer => ">",
        };
        let cursor = match at {
            WindowStart::Cursor(Cursor { created_at, id }) => {
                let (at, id) = (self.value(Value::Time(created_at)), self.value(Value::Int(id.0)));
                format!("(${at}, ${id})")
            }
            WindowStart::Message => "((select created_at from asked), (select id from asked))".to_owned(),
        };
        format!(" and (m.created_at, m.id) {is}{or_equal} {cursor}")
    }
}
