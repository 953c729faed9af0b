//! Search in SQL: one statement gathers what there is to know of the reader's rooms, as of one moment. What is read after
//! that never changes, or is found to be gone; then everything starts anew.

use std::collections::HashMap;
use std::ops::Bound;

use super::{Dialect, Engine, Result, Row, SqlStore, StoreError, Value};
use crate::index::Damaged;
use crate::index::evaluate::Needle;
use crate::index::pages::{Page, Sought};
use crate::index::segment::{PLACES, page_of_place, place_on, read_places};
use crate::messages::{MessageFilter, Place};
use crate::search::Query;
use crate::{MessageId, RoomId, UserId};

/// How often a search starts anew because what it read was rebuilt meanwhile, or a message is gone that it found.
const ATTEMPTS: usize = 8;

/// Searches until what was found is all there.
macro_rules! undisturbed {
    ($attempt:expr) => {{
        let mut attempts = 1;
        loop {
            match $attempt.await? {
                Some(found) => break Ok(found),
                None if attempts < crate::store::sql::search::ATTEMPTS => attempts += 1,
                None => {
                    break Err(crate::store::StoreError::Unavailable("what was found went away".into()));
                }
            }
        }
    }};
}

mod find;
mod lists;
mod ranked;

/// A segment of the index, but for what is on its pages.
#[derive(Clone, Debug)]
pub(super) struct SegmentRow {
    pub(super) id: i64,
    pub(super) room: RoomId,
    pub(super) messages: u64,
    pub(super) first: Place,
    pub(super) last: Place,
    least_id: MessageId,
    greatest_id: MessageId,
}

impl SegmentRow {
    /// Whether a message of this id can be in it.
    fn may_hold(&self, room: RoomId, id: MessageId) -> bool {
        self.room == room && (self.least_id..=self.greatest_id).contains(&id)
    }
}

/// A text that is in no segment yet.
#[derive(Clone, Debug)]
pub(super) struct FreshText {
    pub(super) place: Place,
    pub(super) author: UserId,
    /// Its stems, or where they are not known yet, the folded text; nothing where the database has decided already that it
    /// is found.
    pub(super) text: String,
    pub(super) has_stems: bool,
}

/// What is known of the reader's rooms, as of one moment.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) fresh: Vec<FreshText>,
    /// How many fresh texts there are, found or not; asked for where words are sought.
    pub(super) fresh_count: u64,
    pub(super) segments: Vec<SegmentRow>,
    /// By segment, the messages that are no longer so, by their ordinals.
    pub(super) dead: HashMap<i64, Vec<u32>>,
    /// By segment, the pages that were read, in order.
    pub(super) pages: HashMap<i64, Vec<Page>>,
}

/// Which texts are to be gathered, and in which order they are wanted.
pub(super) struct Extent<'a> {
    pub(super) filter: &'a MessageFilter,
    /// Where they begin, in that order.
    pub(super) from: Bound<Place>,
    pub(super) newest_first: bool,
}

impl<'a> Extent<'a> {
    /// All of them, the newest first.
    pub(super) fn newest_first(filter: &'a MessageFilter) -> Self {
        Self { filter, from: Bound::Unbounded, newest_first: true }
    }

    fn holds(&self, place: Place) -> bool {
        match (self.from, self.newest_first) {
            (Bound::Unbounded, _) => true,
            (Bound::Included(from), true) => place <= from,
            (Bound::Included(from), false) => place >= from,
            (Bound::Excluded(from), true) => place < from,
            (Bound::Excluded(from), false) => place > from,
        }
    }
}

/// Which of the fresh texts are found.
pub(super) enum Texts {
    /// Those with the filter's terms, by the filter's author.
    OfFilter,
    /// Those with one of these phrases, as [`ranked::pattern`] gives them.
    WithAny(Vec<String>),
    /// All of them.
    All,
}

impl Texts {
    /// Those that can be hits of a query, or count for its weights.
    fn in_words(query: &Query) -> Self {
        if query.any_of().is_empty() {
            return Self::All;
        }
        Self::WithAny(query.phrases().iter().map(|phrase| ranked::pattern(phrase.stems())).collect())
    }
}

/// A statement in the making: its text, and the values of its parameters.
pub(super) struct Statement {
    pub(super) sql: String,
    pub(super) values: Vec<Value>,
}

impl Statement {
    /// A parameter with this value.
    fn value(&mut self, value: Value) -> usize {
        self.values.push(value);
        self.values.len()
    }
}

/// The rows that the gathering statement mixes, told apart by its first column.
mod kind {
    pub(super) const SEGMENT: i64 = 1;
    pub(super) const FRESH: i64 = 2;
    pub(super) const DEAD: i64 = 3;
    pub(super) const PAGE: i64 = 4;
    pub(super) const FRESH_COUNT: i64 = 5;
}

impl<E: Engine> SqlStore<E> {
    /// What there is to know: the fresh texts that are found, or all of them where `with_texts`; all segments; and the pages
    /// on which `needles` are sought, of the segments with the `near` messages that come first.
    pub(super) async fn gather(
        &self,
        extent: &Extent<'_>,
        needles: &[Needle],
        texts: &Texts,
        near: u64,
    ) -> Result<Gathered> {
        let statement = self.gathering(extent, needles, texts, near);
        let mut gathered = Gathered::default();
        let mut unplaced = Vec::new();
        for row in &self.read(statement.sql, &statement.values).await? {
            match row.int(0)? {
                kind::SEGMENT => gathered.segments.push(SegmentRow {
                    id: row.int(1)?,
                    room: RoomId(row.int(2)?),
                    messages: u64::try_from(row.int(3)?).unwrap_or_default(),
                    first: Place { created_at: row.time(6)?, id: MessageId(row.int(4)?) },
                    last: Place { created_at: row.time(7)?, id: MessageId(row.int(5)?) },
                    least_id: MessageId(row.int(8)?),
                    greatest_id: MessageId(row.int(9)?),
                }),
                kind::FRESH => gathered.fresh.push(FreshText {
                    place: Place { created_at: row.time(6)?, id: MessageId(row.int(1)?) },
                    author: UserId(row.int(3)?),
                    text: row.text(10)?,
                    has_stems: row.int(4)? == 1,
                }),
                kind::FRESH_COUNT => gathered.fresh_count = u64::try_from(row.int(1)?).unwrap_or_default(),
                kind::DEAD => match row.int(3)? {
                    0 => unplaced.push((RoomId(row.int(2)?), MessageId(row.int(1)?))),
                    segment => gathered.dead.entry(segment).or_default().push(ordinal(row.int(4)?)?),
                },
                kind::PAGE => {
                    let page = Page { name: row.text(10)?, data: row.bytes(11)? };
                    gathered.pages.entry(row.int(1)?).or_default().push(page);
                }
                _ => return Err(damaged(Damaged)),
            }
        }
        sort(&mut gathered.pages);
        self.place_dead(&mut gathered, &unplaced).await?;
        Ok(gathered)
    }

    fn gathering(&self, extent: &Extent<'_>, needles: &[Needle], texts: &Texts, near: u64) -> Statement {
        let Extent { filter, from, newest_first } = extent;
        let mut statement = Statement { sql: String::new(), values: vec![Value::Int(filter.reader.0)] };
        let in_room = filter.room.map_or_else(String::new, |room| {
            format!("and room_id = ${}", statement.value(Value::Int(room.0)))
        });
        let (mut segments_within, mut texts_within) = (String::new(), String::new());
        if let Bound::Included(place) | Bound::Excluded(place) = from {
            let at = statement.value(Value::Time(place.created_at));
            let id = statement.value(Value::Int(place.id.0));
            let or_at = if matches!(from, Bound::Included(_)) { "=" } else { "" };
            let (edge, sign) = if *newest_first { ("first", '<') } else { ("last", '>') };
            segments_within += &format!(" and (s.{edge}_at, s.{edge}_id) {sign}{or_at} (${at}, ${id})");
            texts_within += &format!(" and (f.created_at, f.message_id) {sign}{or_at} (${at}, ${id})");
        }
        let mut counted = "";
        match texts {
            Texts::OfFilter => {
                for term in filter.search.as_slice() {
                    let term = statement.value(Value::Text(term.clone()));
                    texts_within += &format!(" and {}", self.dialect().has("f.folded", term));
                }
                if let Some(user) = filter.user {
                    texts_within += &format!(" and f.user_id = ${}", statement.value(Value::Int(user.0)));
                }
            }
            Texts::WithAny(phrases) => {
                texts_within += " and (f.stems is null";
                for phrase in phrases {
                    let phrase = statement.value(Value::Text(phrase.clone()));
                    texts_within += &format!(" or {}", self.dialect().has("f.stems", phrase));
                }
                texts_within += ")";
                counted = FRESH_COUNT;
            }
            Texts::All => counted = FRESH_COUNT,
        }
        let text = if matches!(texts, Texts::OfFilter) { "''" } else { "coalesce(f.stems, f.folded)" };
        let first = if *newest_first { "last_at desc" } else { "first_at" };
        let near = statement.value(Value::Int(i64::try_from(near).unwrap_or(i64::MAX)));
        let wanted = self.wanted(needles, &mut statement);
        let pages = pages_of("near");
        statement.sql = format!(
            "with scope as (select room_id from chatapi_room_members where user_id = $1 {in_room}),
             segments as (
                 select s.* from scope join chatapi_segments s on s.room_id = scope.room_id where true {segments_within}
             ),
             near as materialized (
                 select id from (
                     select id, sum(messages) over (order by {first}, id) - messages as earlier from segments
                 ) s where earlier < ${near}
             ),
             wanted as materialized ({wanted}),
             {pages}
             select cast({SEGMENT} as bigint), s.id, s.room_id, s.messages, s.first_id, s.last_id, s.first_at, s.last_at, s.least_id,
                 s.greatest_id, '', case when false then (select p.data from chatapi_segment_pages p limit 1) end
             from segments s
             union all
             select {FRESH}, f.message_id, f.room_id, f.user_id,
                 case when f.stems is null then 0 else 1 end, 0, f.created_at, f.created_at, 0, 0, {text}, null
             from scope join chatapi_fresh_texts f on f.room_id = scope.room_id where true {texts_within}
             union all
             select {DEAD}, d.message_id, d.room_id, d.segment_id, d.ordinal, 0, null, null, 0, 0, '', null
             from scope join chatapi_dead_texts d on d.room_id = scope.room_id
             union all
             select {PAGE}, segment_id, 0, 0, 0, 0, null, null, 0, 0, name, data from found
             {counted}",
            SEGMENT = kind::SEGMENT,
            FRESH = kind::FRESH,
            DEAD = kind::DEAD,
            PAGE = kind::PAGE,
        );
        statement
    }

    /// The ranges of keys in which what is sought stands, as a query with the columns `low` and `high`.
    fn wanted(&self, needles: &[Needle], statement: &mut Statement) -> String {
        let mut sought: Vec<&Sought> = needles.iter().flat_map(Needle::sought).collect();
        sought.sort_unstable();
        sought.dedup();
        let (mut keys, mut prefixes) = (Vec::new(), Vec::new());
        for sought in sought {
            match sought {
                Sought::Key(key) => keys.push(key.clone()),
                Sought::Prefix(prefix) => prefixes.push(prefix.clone()),
            }
        }
        let each = |parameter| {
            let (before, after) = self.dialect().each;
            format!("{before}${parameter}{after}")
        };
        let (keys, prefixes) = (statement.value(Value::Texts(keys)), statement.value(Value::Texts(prefixes)));
        // A gram has two more characters than its prefix at most, and this is the last of all characters.
        let end = statement.value(Value::Text("\u{10ffff}\u{10ffff}".into()));
        format!(
            "select value as low, value as high from {} union all select value, value || ${end} from {}",
            each(keys),
            each(prefixes)
        )
    }

    /// The pages on which `needles` are sought, of more segments.
    pub(super) async fn more_pages(
        &self,
        segments: &[i64],
        needles: &[Needle],
    ) -> Result<HashMap<i64, Vec<Page>>> {
        let mut statement = Statement { sql: String::new(), values: vec![Value::Ints(segments.to_vec())] };
        let near = self.dialect().among("id", 1);
        let wanted = self.wanted(needles, &mut statement);
        let pages = pages_of("near");
        statement.sql = format!(
            "with near as materialized (select id from chatapi_segments where {near}),
             wanted as materialized ({wanted}),
             {pages}
             select segment_id, name, data from found"
        );
        let mut pages = HashMap::<_, Vec<_>>::new();
        for row in &self.read(statement.sql, &statement.values).await? {
            let page = Page { name: row.text(1)?, data: row.bytes(2)? };
            pages.entry(row.int(0)?).or_default().push(page);
        }
        sort(&mut pages);
        Ok(pages)
    }

    /// The places of these messages of segments. `None` where a segment is gone.
    async fn places_of(&self, found: &HashMap<i64, Vec<u32>>) -> Result<Option<HashMap<i64, Vec<Place>>>> {
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
    pub(super) async fn all_places_of(&self, segments: &[i64]) -> Result<HashMap<i64, Vec<Place>>> {
        if segments.is_empty() {
            return Ok(HashMap::new());
        }
        let rows = self.read(all_places(self.dialect()), &[Value::Ints(segments.to_vec())]).await?;
        read_all_places(&rows)
    }

    /// Finds the dead texts in their segments of which the upkeep has not said yet where they are.
    async fn place_dead(&self, gathered: &mut Gathered, unplaced: &[(RoomId, MessageId)]) -> Result<()> {
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

/// Counts the fresh texts, as a part of the gathering statement.
const FRESH_COUNT: &str = "union all
    select 5, count(*), 0, 0, 0, 0, null, null, 0, 0, '', null
    from scope join chatapi_fresh_texts f on f.room_id = scope.room_id";

/// A query for the places of all messages of the segments in its parameter.
pub(super) fn all_places(dialect: Dialect) -> String {
    format!(
        "select segment_id, data from chatapi_segment_pages where {} and name >= '{PLACES}' order by segment_id, name",
        dialect.among("segment_id", 1)
    )
}

/// What its rows say.
pub(super) fn read_all_places(rows: &[impl Row]) -> Result<HashMap<i64, Vec<Place>>> {
    let mut all = HashMap::<i64, Vec<Place>>::new();
    for row in rows {
        all.entry(row.int(0)?).or_default().extend(read_places(&row.bytes(1)?).map_err(damaged)?);
    }
    Ok(all)
}

/// A query, `found`, for the pages of the segments in `segments` whose keys are in one of the ranges in `wanted`.
fn pages_of(segments: &str) -> String {
    format!(
        "starts as materialized (
             select n.id, w.high, (
                 select max(p.name) from chatapi_segment_pages p where p.segment_id = n.id and p.name <= w.low
             ) as low
             from {segments} n cross join wanted w
         ),
         found as (
             select p.segment_id, p.name, p.data from starts
             join chatapi_segment_pages p
             on p.segment_id = starts.id and p.name >= starts.low and p.name <= starts.high
         )"
    )
}

/// In the order of their names, each once: two things that are sought may be on one page.
fn sort(pages: &mut HashMap<i64, Vec<Page>>) {
    for pages in pages.values_mut() {
        pages.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        pages.dedup_by(|one, other| one.name == other.name);
    }
}

fn ordinal(number: i64) -> Result<u32> {
    u32::try_from(number).map_err(|_| damaged(Damaged))
}

pub(super) fn damaged(damage: Damaged) -> StoreError {
    StoreError::Backend(damage.into())
}
