//! Words of several scripts, used as words are: the one of rank n about n times as seldom as the first.

use fastrand::Rng;

const WORDS: usize = 50_000;

const LATIN: Script = Script { consonants: "bdfghklmnprstv", vowels: "aeiou" };
const ACCENTED: Script = Script { consonants: "bdfghklmnprstv", vowels: "áèöüñ" };
const CYRILLIC: Script = Script { consonants: "бвгдзклмнпрсту", vowels: "аеиоы" };
const GREEK: Script = Script { consonants: "βγδζθκλμνπρστφ", vowels: "αεηιω" };

/// Han characters of the vocabulary, and how many; those that are planted come after them.
const HAN: (u32, usize) = (0x4e00, 5000);

/// Faces; what is planted is none.
const EMOJI: (u32, usize) = (0x1f600, 60);

/// How many syllables a script has: so many consonants times so many vowels.
pub(super) const SYLLABLES: usize = 14 * 5;

struct Script {
    consonants: &'static str,
    vowels: &'static str,
}

impl Script {
    /// A word of this many syllables; each number below `SYLLABLES.pow(length)` has another.
    fn word(&self, mut number: usize, length: u32) -> String {
        let mut word = String::new();
        for _ in 0..length {
            let syllable = number % SYLLABLES;
            word.extend(self.consonants.chars().nth(syllable / 5));
            word.extend(self.vowels.chars().nth(syllable % 5));
            number /= SYLLABLES;
        }
        word
    }
}

/// A word that is longer than any of the vocabulary, and made of the same syllables: nothing but the whole is rare in it.
pub(super) fn long_word(number: usize) -> String {
    // Coprime to the number of such words, so that each number has its own and they do not look alike.
    LATIN.word(number * 9_973_111 % SYLLABLES.pow(4), 4)
}

struct Word {
    text: String,
    /// Whether it is written without blanks between it and its like.
    is_joined: bool,
}

pub(super) struct Vocabulary(Vec<Word>);

impl std::fmt::Debug for Vocabulary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Vocabulary").field(&self.0.len()).finish()
    }
}

impl Vocabulary {
    pub(super) fn new() -> Self {
        Self((0..WORDS).map(word).collect())
    }

    /// A text of 3 to 17 words, with `terms` somewhere in it.
    pub(super) fn text(&self, random: &mut Rng, terms: &[&str]) -> String {
        let length = random.usize(3..=17);
        let place = random.usize(0..length);
        let mut text = String::with_capacity(16 * length);
        let mut was_joined = false;
        for number in 0..length {
            if number == place {
                for term in terms {
                    part(&mut text);
                    text.push_str(term);
                    was_joined = false;
                }
            }
            let word = &self.0[self.rank(random)];
            if !(was_joined && word.is_joined) {
                part(&mut text);
            }
            text.push_str(&word.text);
            was_joined = word.is_joined;
        }
        text
    }

    /// Zipf's law with the exponent 1: the logarithm of the rank is spread evenly.
    fn rank(&self, random: &mut Rng) -> usize {
        ((self.0.len() as f64).powf(random.f64()) as usize).saturating_sub(1)
    }
}

fn part(text: &mut String) {
    if !text.is_empty() {
        text.push(' ');
    }
}

/// The word of a rank: frequent ones are short, and each script has its share of each.
fn word(rank: usize) -> Word {
    let length = match rank {
        0..50 => 1,
        50..3000 => 2,
        _ => 3,
    };
    // Neighbours in rank look nothing alike.
    let number = (rank + 1) * 7919 % SYLLABLES.pow(length);
    let text = match rank % 20 {
        0..12 => LATIN.word(number, length),
        12 | 13 => capitalised(&LATIN.word(number, length)),
        14 | 15 => ACCENTED.word(number, length),
        16 => CYRILLIC.word(number, length),
        17 => GREEK.word(number, length),
        18 => character(EMOJI, number),
        _ => (0..=length as usize).map(|place| character(HAN, number * (place + 1))).collect(),
    };
    Word { text, is_joined: rank % 20 == 19 }
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

fn character((first, count): (u32, usize), number: usize) -> String {
    u32::try_from(number % count).ok().and_then(|offset| char::from_u32(first + offset)).into_iter().collect()
}
