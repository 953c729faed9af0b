//! The snapshot_statement statement, and the part of it that reads blocks.

use std::collections::BTreeSet;
use std::ops::Bound;

use super::{ScanRange, Texts};
use crate::index::blocks::KeyRange;
use crate::index::evaluate::TermQuery;
use crate::store::sql::scope::Rooms;
use crate::store::sql::{Engine, SqlStore, Value};

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

/// The rows that the snapshot_statement statement mixes, told apart by its first column.
pub(super) mod kind {
    pub(in super::super) const SEGMENT: i64 = 1;
    pub(in super::super) const PENDING: i64 = 2;
    pub(in super::super) const TOMBSTONE: i64 = 3;
    pub(in super::super) const BLOCK: i64 = 4;
    pub(in super::super) const PENDING_COUNT: i64 = 5;
}

/// How many of the texts that are sought in pending texts have a condition of their own: it costs a tenth of a subquery, which
/// the others share.
const INLINE: usize = 4;

impl<E: Engine> SqlStore<E> {
    pub(super) fn snapshot_statement(
        &self,
        range: &ScanRange<'_>,
        terms: &[TermQuery],
        texts: &Texts,
        near: u64,
    ) -> Statement {
        let ScanRange { filter, from, newest_first } = range;
        let mut statement = Statement { sql: String::new(), values: Vec::new() };
        let scope =
            Rooms::of(filter.scope, &mut statement.values).only(filter.room, &mut statement.values).query;
        let (mut segments_within, mut texts_within) = (String::new(), String::new());
        let mut length = "messages".to_owned();
        if let Bound::Included(cursor) | Bound::Excluded(cursor) = from {
            let at = statement.value(Value::Time(cursor.created_at));
            let id = statement.value(Value::Int(cursor.id.0));
            let or_at = if matches!(from, Bound::Included(_)) { "=" } else { "" };
            let (edge, sign) = if *newest_first { ("first", '<') } else { ("last", '>') };
            // Of a segment that reaches across the cursor, nobody knows yet how much comes after it.
            let other_edge = if *newest_first { "last" } else { "first" };
            length = format!("case when {other_edge}_at {sign} ${at} then messages else 0 end");
            segments_within += &format!(" and (s.{edge}_at, s.{edge}_id) {sign}{or_at} (${at}, ${id})");
            texts_within += &format!(" and (f.created_at, f.message_id) {sign}{or_at} (${at}, ${id})");
        }
        let mut counted = String::new();
        let (mut text, mut is_read) = ("''".to_owned(), "1".to_owned());
        match texts {
            Texts::OfFilter => {
                texts_within += &self.has_every("f.folded", filter.search.as_slice(), &mut statement);
                if let Some(user) = filter.user {
                    texts_within += &format!(" and f.user_id = ${}", statement.value(Value::Int(user.0)));
                }
            }
            Texts::WithAny(phrases, words) => {
                let analyzer = statement.value(Value::Text(words.name()));
                let has_any = self.has_any("f.stems", phrases, &mut statement);
                texts_within += &format!(" and (f.analyzer <> ${analyzer} or {has_any})");
                (text, is_read) = text_read_by(analyzer);
                counted = pending_count();
            }
            Texts::All(words) => {
                (text, is_read) = text_read_by(statement.value(Value::Text(words.name())));
                counted = pending_count();
            }
        }
        let first = if *newest_first { "last_at desc" } else { "first_at" };
        let near = statement.value(Value::Int(i64::try_from(near).unwrap_or(i64::MAX)));
        let wanted = self.wanted(terms, &mut statement);
        let blocks = blocks_of("near");
        statement.sql = format!(
            "with scope as ({scope}),
             segments as (
                 select s.* from scope join chatapi_segments s on s.room_id = scope.room_id where true {segments_within}
             ),
             near as materialized (
                 select id from (
                     select id, sum({length}) over (order by {first}, id) - ({length}) as earlier from segments
                 ) s where earlier < ${near}
             ),
             wanted as materialized ({wanted}),
             {blocks}
             select cast({SEGMENT} as bigint), s.id, s.room_id, s.messages, s.first_id, s.last_id, s.first_at, s.last_at, s.least_id,
                 s.greatest_id, s.analyzer, case when false then (select p.data from chatapi_segment_blocks p limit 1) end
             from segments s
             union all
             select {PENDING}, f.message_id, f.room_id, f.user_id,
                 {is_read}, 0, f.created_at, f.created_at, 0, 0, {text}, null
             from scope join chatapi_pending_texts f on f.room_id = scope.room_id where true {texts_within}
             union all
             select {TOMBSTONE}, d.message_id, d.room_id, d.segment_id, d.doc_id, 0, null, null, 0, 0, '', null
             from scope join chatapi_tombstones d on d.room_id = scope.room_id
             union all
             select {BLOCK}, segment_id, 0, 0, 0, 0, null, null, 0, 0, name, data from read
             {counted}",
            SEGMENT = kind::SEGMENT,
            PENDING = kind::PENDING,
            TOMBSTONE = kind::TOMBSTONE,
            BLOCK = kind::BLOCK,
        );
        statement
    }

    /// The condition that a column has all of these texts in it: the same condition for any number of them.
    fn has_every(&self, column: &str, texts: &[String], statement: &mut Statement) -> String {
        let (first, rest) = texts.split_at(texts.len().min(INLINE));
        let mut condition = String::new();
        for n in 0..INLINE {
            // An empty text is part of every text.
            let text = statement.value(Value::Text(first.get(n).cloned().unwrap_or_default()));
            condition += &format!(" and {}", self.dialect().has(column, text));
        }
        let (number, each) = self.each_of(rest, statement);
        let has = self.dialect().has_text(column, "term.value");
        condition + &format!(" and (${number} = 0 or not exists (select 1 from {each} where not {has}))")
    }

    /// The condition that a column has one of these texts in it or is null: the same condition for any number of them.
    fn has_any(&self, column: &str, texts: &[String], statement: &mut Statement) -> String {
        let (first, rest) = texts.split_at(texts.len().min(INLINE));
        let mut condition = format!("{column} is null");
        for n in 0..INLINE {
            // Null is part of no text.
            let text = statement.value(Value::OptText(first.get(n).cloned()));
            condition += &format!(" or {}", self.dialect().has(column, text));
        }
        let (number, each) = self.each_of(rest, statement);
        let has = self.dialect().has_text(column, "term.value");
        condition + &format!(" or (${number} > 0 and exists (select 1 from {each} where {has}))")
    }

    /// A parameter with the number of these texts, and a table `term` of them.
    fn each_of(&self, texts: &[String], statement: &mut Statement) -> (usize, String) {
        let number = statement.value(Value::Int(i64::try_from(texts.len()).unwrap_or(i64::MAX)));
        let texts = statement.value(Value::Texts(texts.to_vec()));
        let (before, after) = self.dialect().each;
        (number, format!("{before}${texts}{after}"))
    }

    /// The ranges of keys in which what is sought stands, as a query with the columns `low` and `high`.
    pub(super) fn wanted(&self, terms: &[TermQuery], statement: &mut Statement) -> String {
        let sought: BTreeSet<&KeyRange> = terms.iter().flat_map(TermQuery::key_ranges).collect();
        let (mut keys, mut prefixes) = (Vec::new(), Vec::<String>::new());
        // In the order of their texts, a prefix comes before all that begin with it.
        let mut sought: Vec<_> = sought.into_iter().collect();
        sought.sort_by_key(|sought| (sought.text(), matches!(sought, KeyRange::Key(_))));
        for sought in sought {
            match (sought, prefixes.last()) {
                (sought, Some(prefix)) if sought.text().starts_with(prefix.as_str()) => {}
                (KeyRange::Key(key), _) => keys.push(key.clone()),
                (KeyRange::Prefix(prefix), _) => prefixes.push(prefix.clone()),
            }
        }
        let each = |parameter| {
            let (before, after) = self.dialect().each;
            format!("{before}${parameter}{after}")
        };
        let (keys, prefixes) = (statement.value(Value::Texts(keys)), statement.value(Value::Texts(prefixes)));
        // A gram has two more characters than its prefix at most, and this is the last of all characters.
        let end = statement.value(Value::Text("\u{10ffff}\u{10ffff}".into()));
        // A key is on one page, which its start is.
        format!(
            "select value as low, null as high from {} union all select value, value || ${end} from {}",
            each(keys),
            each(prefixes)
        )
    }
}

/// What is read of a pending text, in SQL: its stems, if they are by the analyzer in this parameter, otherwise the text; and
/// whether it is the stems.
fn text_read_by(analyzer: usize) -> (String, String) {
    let is_read = format!("f.stems is not null and f.analyzer = ${analyzer}");
    (
        format!("case when {is_read} then f.stems else f.folded end"),
        format!("case when {is_read} then 1 else 0 end"),
    )
}

/// Counts the pending texts, as a part of the snapshot_statement statement.
fn pending_count() -> String {
    format!(
        "union all
         select {PENDING_COUNT}, count(*), 0, 0, 0, 0, null, null, 0, 0, '', null
         from scope join chatapi_pending_texts f on f.room_id = scope.room_id",
        PENDING_COUNT = kind::PENDING_COUNT,
    )
}

/// How many bytes of blocks one statement reads, and those of one segment beyond.
const READ_AT_ONCE: usize = 8 * 1024 * 1024;

/// Queries of which the last, `read`, is for the blocks of the segments in `segments` whose keys are in one of the ranges in
/// `wanted`, each page once. Of segments with very large blocks it has some, each whole; the rest is for the next statement.
/// Which they are is decided by the lengths of blocks, so that no more of them is read than is given.
pub(super) fn blocks_of(segments: &str) -> String {
    format!(
        "lows as materialized (
             select n.id, w.high, (
                 select max(p.name) from chatapi_segment_blocks p where p.segment_id = n.id and p.name <= w.low
             ) as low
             from {segments} n cross join wanted w
         ),
         starts as materialized (select distinct id, low, coalesce(high, low) as high from lows),
         found as (
             select p.segment_id, p.name, coalesce(sum(octet_length(p.data)) over (
                 order by p.segment_id groups between unbounded preceding and 1 preceding
             ), 0) as earlier
             from starts
             join chatapi_segment_blocks p
             on p.segment_id = starts.id and p.name >= starts.low and p.name <= starts.high
         ),
         read as (
             select f.segment_id, f.name, (
                 select p.data from chatapi_segment_blocks p where p.segment_id = f.segment_id and p.name = f.name
             ) as data
             from found f where f.earlier < {READ_AT_ONCE}
         )"
    )
}
