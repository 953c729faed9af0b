//! Text as it is kept: as it was sent, and folded for search.

use icu_casemap::CaseMapper;
use icu_normalizer::{ComposingNormalizer, DecomposingNormalizer};

use crate::search::Analyzer;

/// A message's text: not blank, trimmed, without NUL characters; with the forms that search reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    content: String,
    folded: String,
    stems: String,
    words: Analyzer,
}

impl Text {
    /// Trims `content` as the documented API does. `None` where nothing is left, or where it holds a NUL character,
    /// which PostgreSQL cannot keep. Ranked search reads it in these words.
    pub fn new(content: &str, words: Analyzer) -> Option<Self> {
        let content = strip(content);
        if content.is_empty() || content.contains('\0') {
            return None;
        }
        let folded = search_fold(content);
        Some(Self { content: content.to_owned(), stems: stems(&folded, words), folded, words })
    }

    /// The text as it was sent, trimmed.
    pub fn as_str(&self) -> &str {
        &self.content
    }

    /// The text as search reads it: see [`search_fold`].
    pub fn folded(&self) -> &str {
        &self.folded
    }

    /// The words that ranked search reads it in.
    pub fn words(&self) -> Analyzer {
        self.words
    }

    /// The text as ranked search reads it: the stems of its words, with a blank before and after each.
    pub fn stems(&self) -> &str {
        &self.stems
    }
}

/// The stems of a folded text's words, with a blank before and after each.
pub(crate) fn stems(folded: &str, words: Analyzer) -> String {
    let mut stems = String::with_capacity(folded.len() + 2);
    stems.push(' ');
    for word in words.words(folded) {
        stems.push_str(&word.stem);
        stems.push(' ');
    }
    stems
}

/// Trims as the documented API does: Unicode's white space, and the four ASCII separators that Python counts in.
pub(crate) fn strip(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c))
}

/// Reads an integer as the documented API does: blanks around it, a sign, and single underscores between digits are
/// allowed. `None` where it is no integer, `Some(None)` where it is one past 64 bits.
pub(crate) fn integer(text: &str) -> Option<Option<i64>> {
    let text = strip(text);
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.split('_').any(|part| part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit())) {
        return None;
    }
    Some(text.replace('_', "").parse().ok())
}

/// The form of a name that is kept: compatibility characters are those that they stand for (Unicode's NFKC, as Django has
/// it), so that nobody takes the name of another in characters that look the same.
pub fn nfkc(text: &str) -> String {
    ComposingNormalizer::new_nfkc().normalize(text).into_owned()
}

/// Folds text for search: like [`fold`], and also letters are the same that have the same upper case. Beyond the full case
/// folding that makes the dotless `ı` an `i`, as both are `I` in upper case; names and addresses keep the two apart.
pub fn search_fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mapper = CaseMapper::new();
    let decomposed = DecomposingNormalizer::new_nfd().normalize(text);
    let upper: String = decomposed.chars().map(|c| mapper.simple_uppercase(c)).collect();
    let folded = mapper.fold_string(&upper).into_owned();
    ComposingNormalizer::new_nfc().normalize(&folded).into_owned()
}

/// Whether a character is shown as nothing, as one of zero width is (`Default_Ignorable_Code_Point` of Unicode 16.0).
pub(crate) fn is_default_ignorable(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Folds text so that two spellings which differ in case alone, or in how accents are encoded, are the same bytes.
///
/// This is canonical caseless matching (Unicode Standard, section 3.13, definition D145), composed at the end, so that
/// a plain `e` is no part of an `é`. It is done here and not by the database, whose answer would depend on its locale.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let decomposed = DecomposingNormalizer::new_nfd().normalize(text).into_owned();
    let folded = CaseMapper::new().fold_string(&decomposed).into_owned();
    ComposingNormalizer::new_nfc().normalize(&folded).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn case_and_encoding_of_accents_do_not_count() {
        for (one, other) in [
            ("HELLO", "hello"),
            ("KÖLN", "köln"),
            ("ko\u{308}ln", "KÖLN"),
            ("Straße", "STRASSE"),
            ("ΟΔΟΣ", "οδος"),
            ("МОСКВА", "москва"),
            ("İstanbul", "i\u{307}stanbul"),
        ] {
            assert_eq!(fold(one), fold(other));
        }
        assert!(!fold("café").contains(&fold("cafe")));
    }

    #[test]
    fn a_text_is_trimmed_and_never_blank() {
        let text = |content| Text::new(content, Analyzer::default());
        assert_eq!(text("  padded \n").unwrap().as_str(), "padded");
        assert_eq!(text(" \u{2003}\n"), None);
        assert_eq!(text("a\0b"), None);
    }

    #[test]
    fn search_also_follows_simple_upper_case() {
        for (one, other) in
            [("kırmızı", "KIRMIZI"), ("ı\u{301}", "Í"), ("İ", "i\u{307}"), ("ſ", "S"), ("Straße", "STRASSE")]
        {
            assert_eq!(search_fold(one), search_fold(other), "{one} {other}");
        }
        let mapper = CaseMapper::new();
        for c in ('\0'..=char::MAX).filter(|c| search_fold(&c.to_string()) != fold(&c.to_string())) {
            assert_eq!(c, 'ı');
        }
        for c in '\0'..=char::MAX {
            let upper = mapper.simple_uppercase(c).to_string();
            assert_eq!(search_fold(&c.to_string()), search_fold(&upper), "{c:?}");
        }
        assert_ne!(fold("ı@example.org"), fold("i@example.org"));
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in "\\PC*") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once.clone());
            let for_search = search_fold(&text);
            prop_assert_eq!(search_fold(&for_search), for_search.clone());
            prop_assert_eq!(search_fold(&once), for_search);
        }
    }
}
