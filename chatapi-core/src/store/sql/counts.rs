//! About how long a list of messages is, where it is longer than it is counted.

use super::lists::List;
use super::{Engine, Result, Row, SqlStore, Value, first};
use crate::store::engine::Estimate;

/// How many messages are looked at where the database has no statistics that tell of a room.
const SAMPLE: i64 = 2000;

/// About how many messages the list has.
pub(super) async fn estimate<E: Engine>(store: &SqlStore<E>, list: List) -> Result<u64> {
    let estimate = match E::DIALECT.estimate {
        Estimate::Plan => planned(store, list).await?,
        Estimate::Sample => sampled(store, list).await?,
    };
    Ok(estimate.unwrap_or_default())
}

/// What the planner expects. It knows the share of each large room, but only of rooms that the statement names.
async fn planned<E: Engine>(store: &SqlStore<E>, mut list: List) -> Result<Option<u64>> {
    let rows = store.read(list.rooms.clone(), list.values_of_rooms()).await?;
    let rooms = rows.iter().map(|row| row.int(0)).collect::<Result<_>>()?;
    let rooms = list.value(Value::Ints(rooms));
    let among = E::DIALECT.among("m.room_id", rooms);
    let sql = format!("explain select 1 from chatapi_messages m where {among}{}", list.also);
    let plan = first(&store.read(sql, &list.values).await?, |row| row.text(0))?;
    Ok(plan.as_deref().and_then(expected_rows))
}

/// The rows of a plan's first line: `Seq Scan on chatapi_messages m  (cost=0.00..22906.00 rows=1600000 width=4)`.
fn expected_rows(plan: &str) -> Option<u64> {
    let (_, rest) = plan.split_once(" rows=")?;
    rest.split(' ').next()?.parse().ok()
}

/// The share that the list has of messages whose ids are evenly far apart, as a part of all ids that were given.
async fn sampled<E: Engine>(store: &SqlStore<E>, mut list: List) -> Result<Option<u64>> {
    let sample = list.value(Value::Int(SAMPLE));
    let sql = format!(
        "with recursive probe (n) as (select 0 union all select n + 1 from probe where n < ${sample} - 1),
         given (first, ids) as (
             select (select min(id) from chatapi_messages),
                    (select max(id) from chatapi_messages) - (select min(id) from chatapi_messages) + 1
         )
         select cast(round(total(given.ids) / ${sample}) as bigint) from given
         cross join probe
         cross join chatapi_messages m on m.id = given.first + probe.n * given.ids / ${sample}
         where m.room_id in ({}){}",
        list.rooms, list.also
    );
    let rows = store.read(sql, &list.values).await?;
    Ok(first(&rows, |row| row.int(0))?.and_then(|rows| u64::try_from(rows).ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_says_how_many_rows_it_expects() {
        let plan = "Seq Scan on chatapi_messages m  (cost=0.00..22906.00 rows=1600000 width=4)";
        assert_eq!(expected_rows(plan), Some(1_600_000));
        assert_eq!(expected_rows("  Filter: (room_id = 1)"), None);
    }
}
