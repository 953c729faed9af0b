//! Which part of a content each part of its folded text was made from.

use std::ops::Range;

use icu_normalizer::properties::CanonicalCombiningClassMapBorrowed;
use unicode_segmentation::UnicodeSegmentation;

use crate::text::search_fold;

/// A folded text, and where in the content each user-perceived character of it stands.
///
/// Such characters (extended grapheme clusters, [UAX #29]) can be folded one by one: nothing composes, decomposes or changes
/// its order across their boundaries.
///
/// [UAX #29]: https://www.unicode.org/reports/tr29/
pub(super) struct Alignment {
    folded: String,
    /// `None` where each byte of the one stands for the byte of the other in its place.
    ends: Option<Vec<End>>,
}

/// Where a character ends, in bytes.
struct End {
    folded: usize,
    content: usize,
}

impl Alignment {
    pub(super) fn new(content: &str) -> Self {
        // A carriage return and a line feed are one character.
        if content.is_ascii() && !content.contains('\r') {
            return Self { folded: search_fold(content), ends: None };
        }
        let mut folded = String::with_capacity(content.len());
        let mut ends = Vec::with_capacity(content.len());
        let mut start = 0;
        for end in boundaries(content) {
            folded.push_str(&search_fold(&content[start..end]));
            ends.push(End { folded: folded.len(), content: end });
            start = end;
        }
        Self { folded, ends: Some(ends) }
    }

    /// The content as [`search_fold`] makes it.
    pub(super) fn folded(&self) -> &str {
        &self.folded
    }

    /// Where in the content the characters stand that a part of the folded text, which is not empty, was made from.
    pub(super) fn in_content(&self, part: Range<usize>) -> Range<usize> {
        let Some(ends) = &self.ends else {
            return part;
        };
        let first = ends.partition_point(|end| end.folded <= part.start);
        let last = ends.partition_point(|end| end.folded < part.end);
        let end_of = |index: usize| ends.get(index).map_or(0, |end| end.content);
        first.checked_sub(1).map_or(0, end_of)..end_of(last)
    }
}

/// Where the characters of a content end, in bytes. One that begins with a mark is counted to the one before: the tables
/// that part characters may be of an older Unicode than those that normalise, by which marks change places.
fn boundaries(content: &str) -> impl Iterator<Item = usize> {
    let classes = CanonicalCombiningClassMapBorrowed::new();
    let ends = content.grapheme_indices(true).map(|(start, character)| start + character.len());
    ends.filter(move |end| !content[*end..].starts_with(|c| classes.get_u8(c) != 0))
}

#[cfg(test)]
pub(crate) mod tests {
    use icu_normalizer::DecomposingNormalizer;
    use proptest::prelude::*;

    use super::*;

    /// Characters that fold to several, that compose with those before them, and of which many are one.
    pub(crate) const HARD: &str = "[aAßẞİıΣςŉﬁǰΐᾳᾼ가각क\u{94d}\u{93f}\u{9c7}\u{9be}ก\u{e33}\u{301}\u{323}\u{345}\
        \u{1dc0}\u{200d}\u{200c}👩🏽🇩🇪𐐀\u{16d67}\u{16d63}\u{1133e}\u{11347}\u{fe0f}\r\n \u{ad}]{0,10}";

    #[test]
    fn no_character_composes_across_a_boundary() {
        let decomposer = DecomposingNormalizer::new_nfd();
        for c in '\0'..='\u{1ffff}' {
            let text = format!("α{}{c}\u{301}", decomposer.normalize(c.encode_utf8(&mut [0; 4])));
            assert_eq!(Alignment::new(&text).folded(), search_fold(&text), "{c:?}");
        }
    }

    #[test]
    fn a_part_of_a_character_stands_for_all_of_it() {
        let alignment = Alignment::new("ein Maß İ");
        assert_eq!(alignment.folded(), "ein mass i\u{307}");
        assert_eq!(&"ein Maß İ"[alignment.in_content(6..7)], "ß");
        assert_eq!(&"ein Maß İ"[alignment.in_content(9..10)], "İ");
        assert_eq!(&"ein Maß İ"[alignment.in_content(0..12)], "ein Maß İ");
    }

    proptest! {
        #[test]
        fn characters_fold_one_by_one(text in "\\PC*", hard in HARD) {
            for text in [text, hard] {
                let alignment = Alignment::new(&text);
                prop_assert_eq!(alignment.folded(), search_fold(&text));
            }
        }
    }
}
