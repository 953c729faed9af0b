//! Parts of lists, by the places of their rows: at any depth one costs what the first does.

use chatapi_core::store::Result;
use chatapi_core::store::engine::{Row, Value};

use super::{Tables, Values, sql};
use crate::store::{Found, Key, ListWindow, RowAnchor, RowCursor, SCANNED};

/// What a list is made of. Columns that are read before the list is cut, and texts that are searched, are those of the table
/// itself; what costs a look elsewhere is asked for the rows that are shown.
pub(super) struct Table {
    pub(super) name: &'static str,
    /// What rows must fulfil.
    pub(super) conditions: Vec<String>,
    /// The column that the list is sorted by, before the id.
    pub(super) key: Option<&'static str>,
    /// What is shown of a row `s`.
    pub(super) shown: &'static str,
    /// The columns that are searched.
    pub(super) searched: &'static [&'static str],
}

impl Table {
    /// The rows without an order, for counting.
    pub(super) fn rows_of(&self) -> String {
        format!("{} t where {}", self.name, self.condition())
    }

    fn condition(&self) -> String {
        if self.conditions.is_empty() { "true".into() } else { self.conditions.join(" and ") }
    }
}

/// How the rows of a part follow each other.
struct ScanOrder {
    /// Whether they are read from their end, and turned around afterwards.
    is_backward: bool,
    /// The condition that they are past where the part begins.
    past: String,
    /// `order by`, with `{t}` where the table's name goes.
    order: String,
}

impl ScanOrder {
    fn of(table: &Table, window: &ListWindow, values: &mut Values) -> Self {
        let is_backward = matches!(window.from, Some(RowAnchor::Before(_)));
        let descends = window.descending != is_backward;
        let (sign, way) = if descends { ("<", " desc") } else { (">", "") };
        let past = match &window.from {
            None => "true".to_owned(),
            Some(RowAnchor::After(cursor) | RowAnchor::Before(cursor)) => {
                let id = values.add(Value::Int(cursor.id));
                match (table.key, &cursor.key) {
                    (Some(key), Key::Text(text)) => {
                        format!("(t.{key}, t.id) {sign} ({}, {id})", values.add(Value::Text(text.clone())))
                    }
                    (Some(key), Key::Time(at)) => {
                        format!("(t.{key}, t.id) {sign} ({}, {id})", values.add(Value::Time(*at)))
                    }
                    _ => format!("t.id {sign} {id}"),
                }
            }
        };
        let key = table.key.map_or_else(String::new, |key| format!("{{t}}.{key}{way}, "));
        Self { is_backward, past, order: format!("order by {key}{{t}}.id{way}") }
    }

    /// The rows of the part, in their order.
    fn rows(&self, table: &Table) -> String {
        let (name, condition, past) = (table.name, table.condition(), &self.past);
        format!("from {name} t where {condition} and {past} {}", self.order_of("t"))
    }

    fn order_of(&self, table: &str) -> String {
        self.order.replace("{t}", table)
    }
}

/// How many rows a search looks at with one statement.
const LOOKED_AT_ONCE: u32 = 1000;

/// Part of a list. `read` takes what is shown of a row, and gives its place beside it.
pub(super) async fn part<E: Tables, T>(
    engine: &E,
    table: &Table,
    window: &ListWindow,
    mut values: Values,
    read: impl Fn(&E::Row) -> Result<(RowCursor, T)>,
) -> Result<Found<T>> {
    let take = window.size as usize + 1;
    let of_conditions = values.clone();
    let course = ScanOrder::of(table, window, &mut values);
    let (shown, order) = (table.shown, course.order_of("s"));
    let (rows, looked_up_to) = if window.search.is_empty() {
        let rows = course.rows(table);
        let statement =
            format!("select {shown} from (select t.* {rows} limit {take}) s {order} limit {take}");
        (engine.read(sql(statement), &values.0).await?, None)
    } else {
        let (ids, looked_up_to) = search(engine, table, window, of_conditions, take).await?;
        let among = E::DIALECT.among("s.id", 1);
        let statement = format!("select {shown} from {} s where {among} {order}", table.name);
        (engine.read(sql(statement), &[Value::Ints(ids)]).await?, looked_up_to)
    };
    let mut rows = rows.iter().map(read).collect::<Result<Vec<_>>>()?;
    let has_more = rows.len() == take;
    rows.truncate(window.size as usize);
    let is_inside = window.from.is_some();
    let (has_before, has_after) =
        if course.is_backward { (has_more, is_inside) } else { (is_inside, has_more) };
    if course.is_backward {
        rows.reverse();
    }
    Ok(Found { rows, has_before, has_after, looked_up_to })
}

/// The ids of the first rows that have what the window searches for, up to `take`; and where fewer were found among as many as
/// are looked at, how far that was. Texts are folded here, so that any script is found on every database alike.
async fn search<E: Tables>(
    engine: &E,
    table: &Table,
    window: &ListWindow,
    of_conditions: Values,
    take: usize,
) -> Result<(Vec<i64>, Option<RowCursor>)> {
    let key = table.key.map_or_else(String::new, |key| format!(", t.{key}"));
    let texts = table.searched.join(", t.");
    let first_text = 1 + usize::from(table.key.is_some());
    let mut window = window.clone();
    let mut ids = Vec::new();
    for _ in 0..SCANNED / LOOKED_AT_ONCE {
        let mut values = of_conditions.clone();
        let course = ScanOrder::of(table, &window, &mut values);
        let statement = format!("select t.id{key}, t.{texts} {} limit {LOOKED_AT_ONCE}", course.rows(table));
        let rows = engine.read(sql(statement), &values.0).await?;
        for row in &rows {
            let columns = first_text..first_text + table.searched.len();
            let texts = columns.map(|column| row.text(column)).collect::<Result<Vec<_>>>()?;
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            if window.search.match_any_of(&texts) {
                ids.push(row.int(0)?);
                if ids.len() == take {
                    return Ok((ids, None));
                }
            }
        }
        let Some(last) = rows.last().filter(|_| rows.len() == LOOKED_AT_ONCE as usize) else {
            return Ok((ids, None));
        };
        let last = cursor(last, table)?;
        window.from = Some(if course.is_backward { RowAnchor::Before(last) } else { RowAnchor::After(last) });
    }
    let looked_up_to = window.from.map(|(RowAnchor::After(cursor) | RowAnchor::Before(cursor))| cursor);
    Ok((ids, looked_up_to))
}

/// The place of a row whose id and key are its first columns. Which kind of key it is, the list's columns say.
fn cursor<R: Row>(row: &R, table: &Table) -> Result<RowCursor> {
    let key = match table.key {
        None => Key::Id,
        Some("username" | "name") => Key::Text(row.text(1)?),
        Some(_) => Key::Time(row.time(1)?),
    };
    Ok(RowCursor { key, id: row.int(0)? })
}

/// How many rows there are, up to the bound and one more.
pub(super) async fn count<E: Tables>(engine: &E, from: &str, mut values: Values, bound: u64) -> Result<u64> {
    let most = values.add(Value::Int(i64::try_from(bound).unwrap_or(i64::MAX - 1) + 1));
    let statement = format!("select count(*) from (select 1 from {from} limit {most}) c");
    let rows = engine.read(sql(statement), &values.0).await?;
    let count = rows.first().map_or(Ok(0), |row| row.int(0))?;
    Ok(u64::try_from(count).unwrap_or_default())
}
