//! Where the messages of segments stand.

use std::collections::HashMap;

use super::{Gathered, damaged};
use crate::index::segment::{PLACES, page_of_place, place_on, read_places};
use crate::messages::Place;
use crate::store::sql::{Dialect, Engine, Result, Row, SqlStore, Value};
use crate::{MessageId, RoomId};

impl<E: Engine> SqlStore<E> {
    /// The places of these messages of segments. `None` where a segment is gone.
    pub(super) async fn places_of(
        &self,
        found: &HashMap<i64, Vec<u32>>,
    ) -> Result<Option<HashMap<i64, Vec<Place>>>> {
        let of_segment = |(segment, ordinals): (&i64, &Vec<u32>)| {
            let mut names: Vec<String> = ordinals.iter().map(|ordinal| page_of_place(*ordinal)).collect();
            names.dedup();
            names.into_iter().map(|name| format!("{name}{segment}")).collect::<Vec<_>>()
        };
        let wanted: Vec<String> = found.iter().flat_map(of_segment).collect();
        if wanted.is_empty() {
            return Ok(Some(found.keys().map(|segment| (*segment, Vec::new())).collect()));
        }
        let (before, after) = self.dialect().each;
        let sql = format!(
            "select p.segment_id, p.name, p.data
             from (select substr(value, 1, 5) as name, cast(substr(value, 6) as bigint) as id from {before}$1{after}) w
             join chatapi_segment_pages p on p.segment_id = w.id and p.name = w.name"
        );
        let mut pages = HashMap::new();
        for row in &self.read(sql, &[Value::Texts(wanted)]).await? {
            let places = read_places(&row.bytes(2)?).map_err(damaged)?;
            pages.insert((row.int(0)?, row.text(1)?), places);
        }
        let mut all = HashMap::new();
        for (segment, ordinals) in found {
            let mut places = Vec::with_capacity(ordinals.len());
            for ordinal in ordinals {
                let Some(page) = pages.get(&(*segment, page_of_place(*ordinal))) else { return Ok(None) };
                places.push(place_on(*ordinal, page).map_err(damaged)?);
            }
            all.insert(*segment, places);
        }
        Ok(Some(all))
    }

    /// The places of all messages of these segments, in order. A segment that is gone is left out.
    pub(in crate::store::sql) async fn all_places_of(
        &self,
        segments: &[i64],
    ) -> Result<HashMap<i64, Vec<Place>>> {
        if segments.is_empty() {
            return Ok(HashMap::new());
        }
        let rows = self.read(all_places(self.dialect()), &[Value::Ints(segments.to_vec())]).await?;
        read_all_places(&rows)
    }

    /// Finds the dead texts in their segments of which the upkeep has not said yet where they are.
    pub(super) async fn place_dead(
        &self,
        gathered: &mut Gathered,
        unplaced: &[(RoomId, MessageId)],
    ) -> Result<()> {
        let holders = gathered
            .segments
            .iter()
            .filter(|segment| unplaced.iter().any(|(room, id)| segment.may_hold(*room, *id)));
        let holders: Vec<i64> = holders.map(|segment| segment.id).collect();
        for (segment, places) in self.all_places_of(&holders).await? {
            let ids: HashMap<MessageId, u32> =
                (0..).zip(&places).map(|(ordinal, place)| (place.id, ordinal)).collect();
            let found = unplaced.iter().filter_map(|(_, id)| ids.get(id).copied());
            gathered.dead.entry(segment).or_default().extend(found);
        }
        Ok(())
    }
}

/// A query for the places of all messages of the segments in its parameter.
pub(in crate::store::sql) fn all_places(dialect: Dialect) -> String {
    format!(
        "select segment_id, data from chatapi_segment_pages where {} and name >= '{PLACES}' order by segment_id, name",
        dialect.among("segment_id", 1)
    )
}

/// What its rows say.
pub(in crate::store::sql) fn read_all_places(rows: &[impl Row]) -> Result<HashMap<i64, Vec<Place>>> {
    let mut all = HashMap::<i64, Vec<Place>>::new();
    for row in rows {
        all.entry(row.int(0)?).or_default().extend(read_places(&row.bytes(1)?).map_err(damaged)?);
    }
    Ok(all)
}
