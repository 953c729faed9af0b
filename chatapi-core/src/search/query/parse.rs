//! Reads a query.

use time::format_description::BorrowedFormatItem;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, Duration, OffsetDateTime, UtcOffset};

use super::{Author, Clause, Phrase, Query};
use crate::Timestamp;
use crate::error::{Error, ErrorDetail, NUL, Result};
use crate::search::Analyzer;
use crate::text::{nfkc, search_fold};

const NO_WORD: &str = "Enter at least one word to search for.";
const LONELY_OR: &str = "Enter at least one word to search for on each side of OR: \
    from:, before: and after: apply to the whole search.";
const NO_NAME: &str = "Enter a username directly after from:, such as from:alice.";
const NOT_EXCLUDED: &str = "A minus sign can only exclude words and phrases, not from:, before: or after:.";

/// Telephones write the curled ones by themselves.
const QUOTES: [char; 4] = ['"', '\u{201c}', '\u{201d}', '\u{201e}'];

const DAY: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");

pub(super) fn query(text: &str, words: Analyzer) -> Result<Query> {
    if text.contains('\0') {
        return Err(fault(NUL));
    }
    let pieces = pieces(text);
    let mut reading = Reading { words, query: Query::default(), size: 0 };
    let mut clauses = vec![Clause::default()];
    let mut is_operator = false;
    for (index, piece) in pieces.iter().enumerate() {
        // An OR that has nothing to stand between is a word.
        is_operator = piece.is_or() && index > 0 && index + 1 < pieces.len() && !is_operator;
        if is_operator {
            clauses.push(Clause::default());
        } else if let Some(clause) = clauses.last_mut() {
            reading.take(piece, clause)?;
        }
    }
    reading.finish(clauses, pieces.is_empty())
}

fn fault(text: impl Into<ErrorDetail>) -> Error {
    Error::field("q", text)
}

/// A part of a query that blanks or quotes set apart.
struct Piece<'a> {
    is_excluded: bool,
    operator: Option<Operator>,
    is_quoted: bool,
    value: &'a str,
}

#[derive(Clone, Copy)]
enum Operator {
    From,
    Before,
    After,
}

impl Piece<'_> {
    fn is_or(&self) -> bool {
        self.value == "OR" && !self.is_excluded && !self.is_quoted && self.operator.is_none()
    }
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (is_excluded, unsigned) = match rest.strip_prefix('-') {
            Some(after) if !after.is_empty() && !after.starts_with(char::is_whitespace) => (true, after),
            _ => (false, rest),
        };
        let (operator, unnamed) = operator(unsigned);
        let (is_quoted, value, after) = value(unnamed);
        pieces.push(Piece { is_excluded, operator, is_quoted, value });
        rest = after.trim_start();
    }
    pieces
}

/// The operator that `text` begins with, in any case, since telephones begin a text with a capital; and what follows.
fn operator(text: &str) -> (Option<Operator>, &str) {
    for (name, operator) in
        [("from:", Operator::From), ("before:", Operator::Before), ("after:", Operator::After)]
    {
        if let Some((start, after)) = text.split_at_checked(name.len())
            && start.eq_ignore_ascii_case(name)
        {
            return (Some(operator), after);
        }
    }
    (None, text)
}

/// What `text` begins with, up to a blank or a quote, or within quotes; whether these stood there; and what follows.
fn value(text: &str) -> (bool, &str, &str) {
    match text.strip_prefix(QUOTES) {
        Some(quoted) => {
            let (value, after) = quoted.split_once(QUOTES).unwrap_or((quoted, ""));
            (true, value, after)
        }
        None => {
            let end = text.find(|c: char| c.is_whitespace() || QUOTES.contains(&c)).unwrap_or(text.len());
            (false, &text[..end], &text[end..])
        }
    }
}

/// A query of which a part was read.
struct Reading {
    words: Analyzer,
    query: Query,
    /// How many words and names it has so far.
    size: usize,
}

impl Reading {
    fn take(&mut self, piece: &Piece<'_>, clause: &mut Clause) -> Result<()> {
        match piece.operator {
            None => return self.take_phrase(piece, clause),
            Some(_) if piece.is_excluded => return Err(fault(NOT_EXCLUDED)),
            Some(Operator::From) => self.take_author(piece)?,
            Some(Operator::Before) => {
                let before = Span::parse(piece.value)?.start;
                self.query.before = Some(self.query.before.map_or(before, |known| known.min(before)));
            }
            Some(Operator::After) => {
                let since = Span::parse(piece.value)?.end;
                self.query.since = Some(self.query.since.map_or(since, |known| known.max(since)));
            }
        }
        Ok(())
    }

    /// What has no words in it, as a dash between blanks, asks for nothing.
    fn take_phrase(&mut self, piece: &Piece<'_>, clause: &mut Clause) -> Result<()> {
        let (mut stems, mut words) = (Vec::new(), Vec::new());
        let folded = search_fold(piece.value);
        for word in self.words.words(&folded) {
            self.count_one()?;
            words.push(folded[word.bytes.clone()].to_owned());
            stems.push(word.stem.into_owned());
        }
        if stems.is_empty() {
            return Ok(());
        }
        let phrase = self.number(Phrase { stems, words });
        let side = if piece.is_excluded { &mut clause.none } else { &mut clause.all };
        if !side.contains(&phrase) {
            side.push(phrase);
        }
        Ok(())
    }

    fn number(&mut self, phrase: Phrase) -> usize {
        let phrases = &mut self.query.phrases;
        phrases.iter().position(|known| known.stems == phrase.stems).unwrap_or_else(|| {
            phrases.push(phrase);
            phrases.len() - 1
        })
    }

    fn take_author(&mut self, piece: &Piece<'_>) -> Result<()> {
        let author = match piece.value {
            "" => return Err(fault(NO_NAME)),
            "me" if !piece.is_quoted => Author::Me,
            name => Author::Named(nfkc(name)),
        };
        self.count_one()?;
        if !self.query.from.contains(&author) {
            self.query.from.push(author);
        }
        Ok(())
    }

    fn count_one(&mut self) -> Result<()> {
        self.size += 1;
        if self.size > Query::LIMIT {
            return Err(fault(format!(
                "Ensure this search has no more than {} words and usernames.",
                Query::LIMIT
            )));
        }
        Ok(())
    }

    fn finish(mut self, clauses: Vec<Clause>, is_blank: bool) -> Result<Query> {
        let has_filters = !self.query.from.is_empty() || self.query.before.or(self.query.since).is_some();
        match clauses.as_slice() {
            [only] if *only == Clause::default() && (has_filters || is_blank) => {}
            [only] if only.all.is_empty() => return Err(fault(NO_WORD)),
            several if several.iter().any(|clause| clause.all.is_empty()) => return Err(fault(LONELY_OR)),
            _ => self.query.any_of = clauses,
        }
        Ok(self.query)
    }
}

/// The time that a date names: a day, or a moment.
struct Span {
    start: Timestamp,
    /// The first moment that is past it.
    end: Timestamp,
}

impl Span {
    fn parse(text: &str) -> Result<Self> {
        Self::of_day(text).or_else(|| Self::of_moment(text)).ok_or_else(|| {
            fault(format!(
                "\"{text}\" is not a valid date. Enter a date such as 2026-01-31, or a time such as 2026-01-31T09:30:00Z."
            ))
        })
    }

    fn of_day(text: &str) -> Option<Self> {
        let day = Date::parse(text, DAY).ok().filter(|day| day.year() >= 0)?;
        Some(Self {
            start: day.midnight().assume_utc().into(),
            end: day.next_day()?.midnight().assume_utc().into(),
        })
    }

    /// Moments last a microsecond: no message's time is told more precisely.
    fn of_moment(text: &str) -> Option<Self> {
        let moment = OffsetDateTime::parse(text, &Rfc3339).ok()?.checked_to_offset(UtcOffset::UTC)?;
        Some(Self { start: moment.into(), end: moment.checked_add(Duration::MICROSECOND)?.into() })
    }
}
