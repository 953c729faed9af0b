//! Analyzer, as ranked search reads them: the same in messages and in queries.

use std::borrow::Cow;
use std::ops::Range;

use icu_properties::CodePointMapData;
use icu_properties::props::{GeneralCategory, LineBreak};

use super::Language;

/// Cuts texts into words, and brings the words of one language to their stems.
///
/// - A run of letters, with the marks on them, is a word, and so is a run of digits. Everything else parts words: blanks,
///   punctuation, apostrophes too. `qwen3.6` is `qwen`, `3` and `6`; `foo.png` is `foo` and `png`; `l'homme` is `l` and
///   `homme`, so that `homme` finds it, whichever sign stands for the apostrophe.
/// - In scripts that write no blanks between words, or need not, each character is a word: ideographs, kana, Hangul, Thai
///   and whatever else a line may break in anywhere ([UAX #14]). Part of such a text is found as words in a row; `학교`
///   finds `학교에서`.
/// - Each symbol is a word, an emoji among others, and two regional indicators, which make a flag. Their modifiers are
///   passed over: 👍 finds 👍🏽 and is found by it. ASCII's symbols (`->`, `|`, `=`) serve as punctuation, and are it.
/// - There are no stop words: messages are short, and `to be or not to be` is a search like any other.
/// - A word of more than 64 bytes goes on as the next word, parted between two characters.
///
/// [UAX #14]: https://www.unicode.org/reports/tr14/
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Analyzer {
    pub(super) language: Language,
}

/// A word where it stands in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word<'a> {
    /// What it is found by, never empty. It may be a few bytes longer than the word.
    pub stem: Cow<'a, str>,
    /// How many words stand before it.
    pub position: u32,
    /// Where it stands in the folded text, in bytes.
    pub bytes: Range<usize>,
}

/// The longest word, in bytes.
const LONGEST: usize = 64;

impl Analyzer {
    /// The words of texts that are mostly in this language.
    pub fn new(language: Language) -> Self {
        Self { language }
    }

    /// The words of a text that [`search_fold`](crate::text::search_fold) made, in their order.
    pub fn words(self, folded: &str) -> impl Iterator<Item = Word<'_>> {
        let stemmer = self.language.stemmer();
        Cuts { text: folded, at: 0 }.zip(0..).map(move |((kind, bytes), position)| {
            let word = &folded[bytes.clone()];
            let stem = match &stemmer {
                Some(stemmer) if kind == Kind::Letter => stemmer.stem(word),
                _ => Cow::Borrowed(word),
            };
            // Some stemmers leave nothing of a word that is an ending and no more.
            let stem = if stem.is_empty() { Cow::Borrowed(word) } else { stem };
            Word { stem, position, bytes }
        })
    }
}

/// What a character is to the words around it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// It goes on with letters and marks.
    Letter,
    /// It goes on with digits.
    Digit,
    /// A letter of a script without blanks; it goes on with marks.
    Character,
    /// It stands alone.
    Symbol,
    /// A regional indicator; it goes on with one other.
    Flag,
    /// A part of the letter before it, if there is one.
    Mark,
    /// It parts words.
    Gap,
}

impl Kind {
    fn of(c: char) -> Self {
        match c {
            'a'..='z' | 'A'..='Z' => Self::Letter,
            '0'..='9' => Self::Digit,
            '\0'..='\x7f' => Self::Gap,
            '\u{1f1e6}'..='\u{1f1ff}' => Self::Flag,
            _ => Self::by_category(c),
        }
    }

    fn by_category(c: char) -> Self {
        use GeneralCategory as Is;
        match CodePointMapData::<Is>::new().get(c) {
            Is::UppercaseLetter | Is::LowercaseLetter | Is::TitlecaseLetter => Self::of_letter(c),
            Is::ModifierLetter | Is::OtherLetter => Self::of_letter(c),
            Is::NonspacingMark | Is::SpacingMark | Is::EnclosingMark => Self::Mark,
            Is::DecimalNumber => Self::Digit,
            Is::LetterNumber | Is::OtherNumber => Self::Symbol,
            Is::MathSymbol | Is::CurrencySymbol | Is::OtherSymbol => Self::Symbol,
            // What this version of Unicode does not know may be an emoji of the next.
            Is::Unassigned | Is::PrivateUse => Self::Symbol,
            _ => Self::Gap,
        }
    }

    fn of_letter(c: char) -> Self {
        use LineBreak as Breaks;
        match CodePointMapData::<Breaks>::new().get(c) {
            Breaks::Ideographic | Breaks::ConditionalJapaneseStarter | Breaks::Nonstarter => Self::Character,
            Breaks::H2 | Breaks::H3 | Breaks::JL | Breaks::JV | Breaks::JT => Self::Character,
            Breaks::Aksara | Breaks::AksaraPrebase | Breaks::AksaraStart => Self::Character,
            Breaks::ComplexContext => Self::Character,
            _ => Self::Letter,
        }
    }

    /// Whether a word that began with this goes on with `next`.
    fn goes_on_with(self, next: Self) -> bool {
        match self {
            Self::Letter => matches!(next, Self::Letter | Self::Mark),
            Self::Character => next == Self::Mark,
            Self::Digit | Self::Flag => next == self,
            Self::Symbol | Self::Mark | Self::Gap => false,
        }
    }

    /// The most bytes that a word may have which began with this.
    fn longest(self) -> usize {
        if self == Self::Flag { 2 * '\u{1f1e6}'.len_utf8() } else { LONGEST }
    }
}

/// Where the words of a text stand, and what each began with.
struct Cuts<'a> {
    text: &'a str,
    at: usize,
}

impl Iterator for Cuts<'_> {
    type Item = (Kind, Range<usize>);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = &self.text[self.at..];
        let mut chars = rest.char_indices().map(|(at, c)| (at, c, Kind::of(c)));
        let (start, first, kind) = chars.find(|(_, _, kind)| !matches!(kind, Kind::Gap | Kind::Mark))?;
        let mut end = start + first.len_utf8();
        for (at, c, next) in chars {
            let longer = at + c.len_utf8();
            if !kind.goes_on_with(next) || longer - start > kind.longest() {
                break;
            }
            end = longer;
        }
        let found = self.at + start..self.at + end;
        self.at = found.end;
        Some((kind, found))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::search_fold;

    fn cut(text: &str) -> Vec<String> {
        let folded = search_fold(text);
        Analyzer::new(Language::None).words(&folded).map(|word| word.stem.into_owned()).collect()
    }

    fn stems(language: Language, text: &str) -> Vec<String> {
        let folded = search_fold(text);
        Analyzer::new(language).words(&folded).map(|word| word.stem.into_owned()).collect()
    }

    #[test]
    fn letters_and_digits_are_words_of_their_own() {
        assert_eq!(cut("qwen3.6"), ["qwen", "3", "6"]);
        assert_eq!(cut("Foo.PNG, snake_case"), ["foo", "png", "snake", "case"]);
        assert_eq!(cut("Größe ٤٢ हिन्दी"), ["grösse", "٤٢", "हिन्दी"]);
        assert_eq!(cut("it's it\u{2019}s"), ["it", "s", "it", "s"]);
        assert!(cut(" -> ... (=) \u{301}").is_empty());
    }

    #[test]
    fn characters_of_scripts_without_blanks_are_words_of_their_own() {
        assert_eq!(cut("東京タワー"), ["東", "京", "タ", "ワ", "ー"]);
        assert_eq!(cut("人々go"), ["人", "々", "go"]);
        assert_eq!(cut("학교에서"), ["학", "교", "에", "서"]);
        assert_eq!(cut("ที่นี่"), ["ที่", "นี่"]);
        assert_eq!(cut("မြန်မာ").concat(), search_fold("မြန်မာ"));
    }

    #[test]
    fn symbols_are_words_of_their_own_without_their_modifiers() {
        assert_eq!(cut("a🚀🚀b"), ["a", "🚀", "🚀", "b"]);
        assert_eq!(cut("👍🏽 ❤\u{fe0f} 1\u{fe0f}\u{20e3}"), ["👍", "❤", "1"]);
        assert_eq!(cut("🇩🇪🇷🇺"), ["🇩🇪", "🇷🇺"]);
        assert_eq!(cut("5€ ½ x²"), ["5", "€", "½", "x", "²"]);
        assert_eq!(cut("👩\u{200d}🔬"), ["👩", "🔬"]);
    }

    #[test]
    fn words_of_one_stem_are_the_same_word() {
        assert_eq!(stems(Language::English, "Messages message messaging"), ["messag"; 3]);
        assert_eq!(stems(Language::German, "Häuser Haus"), ["haus"; 2]);
        assert_eq!(stems(Language::Russian, "сообщения сообщение"), ["сообщен"; 2]);
        assert_eq!(stems(Language::None, "Messages"), ["messages"]);
    }

    #[test]
    fn a_word_that_is_an_ending_alone_is_its_own_stem() {
        assert_eq!(stems(Language::Turkish, "leri"), ["leri"]);
    }

    #[test]
    fn a_long_word_goes_on_as_the_next() {
        assert_eq!(cut(&"ä".repeat(70)), ["ä".repeat(32), "ä".repeat(32), "ä".repeat(6)]);
        assert_eq!(cut(&"7".repeat(65)), ["7".repeat(64), "7".to_owned()]);
    }

    #[test]
    fn a_word_tells_where_it_stands() {
        let folded = search_fold("Ein Maß, zwei");
        let places = Analyzer::default().words(&folded).map(|word| (word.position, word.bytes));
        assert_eq!(places.collect::<Vec<_>>(), [(0, 0..3), (1, 4..8), (2, 10..14)]);
    }

    proptest! {
        #[test]
        fn any_text_is_cut_in_order_and_but_marks_and_gaps_are_left(
            text in "\\PC*", language in prop::sample::select(Language::ALL),
        ) {
            let folded = search_fold(&text);
            let is_left = |text: &str| text.chars().all(|c| matches!(Kind::of(c), Kind::Mark | Kind::Gap));
            let mut end = 0;
            for (index, word) in Analyzer::new(language).words(&folded).enumerate() {
                prop_assert_eq!(word.position as usize, index);
                prop_assert!(!word.stem.is_empty());
                prop_assert!(is_left(&folded[end..word.bytes.start]));
                prop_assert!((1..=LONGEST).contains(&word.bytes.len()));
                end = word.bytes.end;
            }
            prop_assert!(is_left(&folded[end..]));
        }

        #[test]
        fn a_word_is_the_same_wherever_it_stands(
            word in "[a-zäöüéßα-ωа-я]{1,12}", before in "[ .,]{1,3}", after in "[ .,]{1,3}",
            language in prop::sample::select(Language::ALL),
        ) {
            prop_assert_eq!(stems(language, &format!("x{before}{word}{after}x"))[1..2].to_vec(), stems(language, &word));
        }
    }
}
