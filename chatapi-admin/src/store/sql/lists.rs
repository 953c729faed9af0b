//! Parts of lists, by the places of their rows: at any depth one costs what the first does.

use chatapi_core::store::Result;
use chatapi_core::store::engine::{Row, Value};

use super::{Tables, Values, sql};
use crate::store::{Edge, Found, Key, Mark, SCANNED, Slice};

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
struct Course {
    /// Whether they are read from their end, and turned around afterwards.
    is_backward: bool,
    /// The condition that they are past where the part begins.
    past: String,
    /// `order by`, with `{t}` where the table's name goes.
    order: String,
}

impl Course {
    fn of(table: &Table, slice: &Slice, values: &mut Values) -> Self {
        let is_backward = matches!(slice.from, Some(Edge::Before(_)));
        let descends = slice.descending != is_backward;
        let (sign, way) = if descends { ("<", " desc") } else { (">", "") };
        let past = match &slice.from {
            None => "true".to_owned(),
            Some(Edge::After(mark) | Edge::Before(mark)) => {
                let id = values.add(Value::Int(mark.id));
                match (table.key, &mark.key) {
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

    fn order_of(&self, table: &str) -> String {
        self.order.replace("{t}", table)
    }
}

/// Part of a list. `read` takes what is shown of a row, and gives its place beside it.
pub(super) async fn part<E: Tables, T>(
    engine: &E,
    table: &Table,
    slice: &Slice,
    mut values: Values,
    read: impl Fn(&E::Row) -> Result<(Mark, T)>,
) -> Result<Found<T>> {
    let course = Course::of(table, slice, &mut values);
    let (name, condition, past) = (table.name, table.condition(), &course.past);
    let inner = format!("from {name} t where {condition} and {past} {}", course.order_of("t"));
    let scope = values.0.len();
    let take = u64::from(slice.size) + 1;
    let looked_at = if slice.search.is_empty() { take } else { u64::from(SCANNED) };
    let mut matches = String::from("true");
    for term in &slice.search {
        let term = values.add(Value::Text(term.clone()));
        let has = |column: &&str| {
            format!("{}({}, {term}) > 0", E::DIALECT.position, E::lower(&format!("s.{column}")))
        };
        let any: Vec<_> = table.searched.iter().map(has).collect();
        matches += &format!(" and ({})", any.join(" or "));
    }
    let (shown, order) = (table.shown, course.order_of("s"));
    let statement = format!(
        "select {shown} from (select t.* {inner} limit {looked_at}) s where {matches} {order} limit {take}"
    );
    let rows = engine.read(sql(statement), &values.0).await?;
    let mut rows = rows.iter().map(read).collect::<Result<Vec<_>>>()?;
    let has_more = rows.len() as u64 == take;
    rows.truncate(slice.size as usize);
    let looked_up_to = if slice.search.is_empty() || has_more {
        None
    } else {
        values.0.truncate(scope);
        let key = table.key.map_or_else(String::new, |key| format!(", t.{key}"));
        let end = format!("select t.id{key} {inner} limit 1 offset {}", looked_at - 1);
        let end = engine.read(sql(end), &values.0).await?;
        end.first().map(|row| mark(row, table)).transpose()?
    };
    let is_inside = slice.from.is_some();
    let (has_before, has_after) =
        if course.is_backward { (has_more, is_inside) } else { (is_inside, has_more) };
    if course.is_backward {
        rows.reverse();
    }
    Ok(Found { rows, has_before, has_after, looked_up_to })
}

/// The place of a row whose id and key are its first columns. Which kind of key it is, the list's columns say.
fn mark<R: Row>(row: &R, table: &Table) -> Result<Mark> {
    let key = match table.key {
        None => Key::Id,
        Some("username" | "name") => Key::Text(row.text(1)?),
        Some(_) => Key::Time(row.time(1)?),
    };
    Ok(Mark { key, id: row.int(0)? })
}

/// How many rows there are, up to the bound and one more.
pub(super) async fn count<E: Tables>(engine: &E, from: &str, mut values: Values, bound: u64) -> Result<u64> {
    let most = values.add(Value::Int(i64::try_from(bound).unwrap_or(i64::MAX - 1) + 1));
    let statement = format!("select count(*) from (select 1 from {from} limit {most}) c");
    let rows = engine.read(sql(statement), &values.0).await?;
    let count = rows.first().map_or(Ok(0), |row| row.int(0))?;
    Ok(u64::try_from(count).unwrap_or_default())
}
