//! Where in a message a search matched.

use std::ops::Range;

use serde::Serialize;

use super::alignment::Alignment;
use super::{Analyzer, Positions, Query, SearchTerms};

/// A part of a message's content that a search matched: whole user-perceived characters of it.
///
/// Matches are found in the folded text. An `ß` of the content is highlighted where one `s` of the `ss` is, which it is
/// folded to, is part of a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Highlight {
    /// Where it begins, in UTF-16 code units, as JavaScript, Java and C# count.
    pub start: usize,
    /// Where it ends, likewise.
    pub end: usize,
    /// Where it begins, in bytes of UTF-8.
    pub start_byte: usize,
    /// Where it ends, likewise.
    pub end_byte: usize,
}

impl Highlight {
    /// The most highlights of one content: a page of long messages in which every other character matches would be many times
    /// the size of its messages.
    pub const LIMIT: usize = 1000;
}

impl SearchTerms {
    /// Where the terms stand in a content, each time that they occur; in order, and those that touch as one. The first
    /// [`Highlight::LIMIT`] of them.
    pub fn highlights(&self, content: &str) -> Vec<Highlight> {
        let alignment = Alignment::new(content);
        let found = self.as_slice().iter().flat_map(|term| occurrences(term, alignment.folded()));
        highlights(content, found.map(|part| alignment.in_content(part)))
    }
}

impl Query {
    /// Where the phrases stand in a content that counted for it; in order, and those that touch as one. Nothing where the
    /// content is not what the query asks for. The first [`Highlight::LIMIT`] of them.
    pub fn highlights(&self, content: &str, words: Analyzer) -> Vec<Highlight> {
        let alignment = Alignment::new(content);
        let mut places = Vec::new();
        let cut = words.words(alignment.folded()).inspect(|word| places.push(word.bytes.clone()));
        let positions: Positions<'_> = cut.collect();
        let counts = self.counts_in(&positions).unwrap_or_default();
        let counted = self.phrases().iter().zip(counts).filter(|(_, count)| *count > 0);
        let found = counted.flat_map(|(phrase, _)| {
            positions.of_phrase(phrase).filter_map(|start| {
                let row = places.iter().skip(start as usize).take(phrase.stems().len());
                row.cloned().reduce(|first, last| first.start..last.end)
            })
        });
        highlights(content, found.map(|part| alignment.in_content(part)))
    }
}

/// Where parts of a content stand, in order, in both units; those that overlap or touch are one.
fn highlights(content: &str, parts: impl Iterator<Item = Range<usize>>) -> Vec<Highlight> {
    // Merged as they come, they are few, however often a term occurs.
    let mut parts = merged(parts);
    parts.sort_by_key(|part| part.start);
    let (mut byte, mut unit) = (0, 0);
    let mut units_to = |to: usize| {
        unit += content[byte..to].encode_utf16().count();
        byte = to;
        unit
    };
    let counted = merged(parts).into_iter().take(Highlight::LIMIT).map(|Range { start, end }| Highlight {
        start: units_to(start),
        end: units_to(end),
        start_byte: start,
        end_byte: end,
    });
    counted.collect()
}

/// Makes one of neighbours of which the second begins within the first, or where it ends.
fn merged(parts: impl IntoIterator<Item = Range<usize>>) -> Vec<Range<usize>> {
    let mut merged: Vec<Range<usize>> = Vec::new();
    for part in parts {
        match merged.last_mut() {
            Some(last) if (last.start..=last.end).contains(&part.start) => last.end = last.end.max(part.end),
            _ => merged.push(part),
        }
    }
    merged
}

/// Where a term, which is not empty, occurs, overlaps too. The algorithm of Knuth, Morris and Pratt takes time that grows
/// with the sum of both lengths; to search anew from each occurrence would take their product, and clients send both.
fn occurrences(term: &str, text: &str) -> impl Iterator<Item = Range<usize>> {
    let term = term.as_bytes();
    let mut borders = vec![0, 0];
    for (length, byte) in term.iter().enumerate().skip(1) {
        borders.push(matched_with(*byte, borders[length], term, &borders));
    }
    let mut matched = 0;
    (1..).zip(text.bytes()).filter_map(move |(end, byte)| {
        matched = matched_with(byte, matched, term, &borders);
        (matched == term.len()).then(|| end - matched..end)
    })
}

/// How much of the start of a term stands where `byte` ends, if so much of it stood before. `borders` holds, for each length
/// of such a start, the length of the longest shorter one that it ends with.
fn matched_with(byte: u8, mut matched: usize, term: &[u8], borders: &[usize]) -> usize {
    while term.get(matched) != Some(&byte) {
        if matched == 0 {
            return 0;
        }
        matched = borders[matched];
    }
    matched + 1
}

#[cfg(test)]
mod tests;
