//! Grams: up to three characters in a row.

/// How many characters a gram has, but at the end of a text.
pub(crate) const GRAM: usize = 3;

/// A gram in one number, which sorts as its text does: three times the 21 bits of a character, zeros where the text ended.
/// No text holds the character 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Gram(u64);

impl Gram {
    fn of(characters: [Option<char>; GRAM]) -> Self {
        let code = |character: Option<char>| character.map_or(0, |character| u64::from(u32::from(character)));
        Self(characters.into_iter().fold(0, |packed, character| packed << 21 | code(character)))
    }

    /// The gram's text.
    pub(crate) fn text(self) -> impl Iterator<Item = char> {
        let codes = [self.0 >> 42, self.0 >> 21 & 0x1f_ffff, self.0 & 0x1f_ffff];
        codes
            .into_iter()
            .filter(|code| *code != 0)
            .filter_map(|code| char::from_u32(u32::try_from(code).ok()?))
    }
}

/// The grams of a text, one for each character that one begins with, and which character that is.
pub(crate) fn grams(text: &str) -> impl Iterator<Item = (u32, Gram)> {
    let mut rest = text.chars();
    let mut window: [Option<char>; GRAM] = std::array::from_fn(|_| rest.next());
    (0..).map_while(move |position| {
        window[0]?;
        let gram = Gram::of(window);
        window = [window[1], window[2], rest.next()];
        Some((position, gram))
    })
}

/// Grams that together cover a term, each with how many characters into the term it begins. A term that is shorter than a
/// gram is covered by the grams that begin with it.
pub(crate) fn cover(term: &str) -> Vec<(u32, String)> {
    let characters: Vec<char> = term.chars().collect();
    let Some(last) = characters.len().checked_sub(GRAM) else {
        return vec![(0, term.to_owned())];
    };
    let mut begins: Vec<usize> = (0..last).step_by(GRAM).collect();
    begins.push(last);
    let gram = |begin: usize| characters[begin..begin + GRAM].iter().collect();
    begins.into_iter().map(|begin| (u32::try_from(begin).unwrap_or(u32::MAX), gram(begin))).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_character_begins_a_gram() {
        let texts: Vec<(u32, String)> =
            grams("añ🚀b").map(|(at, gram)| (at, gram.text().collect())).collect();
        let expected = [(0, "añ🚀"), (1, "ñ🚀b"), (2, "🚀b"), (3, "b")];
        assert_eq!(texts, expected.map(|(at, text)| (at, text.to_owned())));
    }

    #[test]
    fn a_term_is_covered_by_as_few_grams_as_do() {
        let texts =
            |term| cover(term).into_iter().map(|(at, gram)| format!("{at}{gram}")).collect::<Vec<_>>();
        assert_eq!(texts("hello you"), ["0hel", "3lo ", "6you"]);
        assert_eq!(texts("hell"), ["0hel", "1ell"]);
        assert_eq!(texts("hel"), ["0hel"]);
        assert_eq!(texts("h"), ["0h"]);
    }

    proptest! {
        #[test]
        fn grams_sort_as_their_texts_do(one in "\\PC{1,3}", other in "\\PC{1,3}") {
            let gram = |text: &str| grams(text).next().map(|(_, gram)| gram);
            prop_assert_eq!(gram(&one).cmp(&gram(&other)), one.cmp(&other));
        }
    }
}
