//! What searches look for: terms that stand in a known number of messages of each room.

use std::sync::LazyLock;

use super::rooms::{Room, Rooms, Scope};
use super::words::long_word;

/// A kind of term, by how often it is said and in how many characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Never said.
    Absent,
    /// 10 times in a million messages.
    Rare,
    /// Once in 10 000 messages.
    Uncommon,
    /// Once in 1 000 messages.
    Thousandth,
    /// Once in 100 messages.
    Hundredth,
    /// Once in 10 messages.
    Tenth,
    /// In 19 of 20 messages.
    NearlyAll,
    /// Two characters, once in 10 000 messages.
    ShortRare,
    /// Two characters, once in 10 messages.
    ShortCommon,
    /// One Han character, once in 1 000 messages.
    HanCharacter,
    /// Three Han characters, once in 10 000 messages.
    HanWord,
    /// An emoji, once in 1 000 messages.
    Emoji,
    /// In one message of 500, all of them about the same time.
    Clustered,
}

/// How a class is planted.
struct Plan {
    /// Each term comes once in so many messages of a room.
    period: u64,
    terms: usize,
}

impl Class {
    /// Every class, from the rarest.
    pub const ALL: [Self; 13] = [
        Self::Absent,
        Self::Rare,
        Self::Uncommon,
        Self::Thousandth,
        Self::Hundredth,
        Self::Tenth,
        Self::NearlyAll,
        Self::ShortRare,
        Self::ShortCommon,
        Self::HanCharacter,
        Self::HanWord,
        Self::Emoji,
        Self::Clustered,
    ];

    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Rare => "10 in a million",
            Self::Uncommon => "1 in 10 000",
            Self::Thousandth => "1 in 1 000",
            Self::Hundredth => "1 in 100",
            Self::Tenth => "1 in 10",
            Self::NearlyAll => "in nearly all",
            Self::ShortRare => "two characters, rare",
            Self::ShortCommon => "two characters, common",
            Self::HanCharacter => "one Han character",
            Self::HanWord => "a Han word",
            Self::Emoji => "an emoji",
            Self::Clustered => "at one time only",
        }
    }

    /// Its terms, as they are searched for.
    pub fn terms(self) -> &'static [String] {
        &TERMS[self as usize]
    }

    /// In how many messages of a room the term of this number stands.
    pub fn hits(self, term: usize, room: &Room) -> u64 {
        let plan = self.plan();
        match self {
            Self::Absent => 0,
            Self::NearlyAll => room.messages - met(room.messages, plan.period, self.offset(room), 0),
            Self::Clustered => cluster(room, term).end - cluster(room, term).start,
            _ => met(room.messages, plan.period, self.offset(room), plan.residue(term)),
        }
    }

    /// In how many messages of a scope the term of this number stands.
    pub fn hits_within(self, term: usize, rooms: &Rooms, scope: Scope) -> u64 {
        rooms.within(scope).map(|room| self.hits(term, room)).sum()
    }

    fn plan(self) -> Plan {
        let (period, terms) = match self {
            Self::Absent => (1, 40),
            Self::Rare => (100_000, 40),
            Self::Uncommon => (10_000, 40),
            Self::Thousandth => (1000, 20),
            Self::Hundredth => (100, 10),
            Self::Tenth => (10, 2),
            Self::NearlyAll => (20, 1),
            Self::ShortRare => (10_000, 10),
            Self::ShortCommon => (10, 2),
            Self::HanCharacter => (1000, 10),
            Self::HanWord => (10_000, 20),
            Self::Emoji => (1000, 10),
            Self::Clustered => (1, 8),
        };
        Plan { period, terms }
    }

    /// Each room has its terms at other messages.
    fn offset(self, room: &Room) -> u64 {
        let mixed = (room.id.0.unsigned_abs() * 64 + self as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed >> 32) % self.plan().period
    }

    fn text(self, term: usize) -> String {
        const RARE: [&str; 10] = ["qx", "qz", "xq", "zx", "zq", "jq", "wq", "xj", "zj", "jz"];
        const COMMON: [&str; 2] = ["wy", "cy"];
        const SIGNS: [&str; 10] = ["🚀", "🦀", "🍵", "🎲", "🧭", "🪁", "🛶", "🎻", "🧵", "🪴"];
        match self {
            Self::ShortRare => RARE[term].to_owned(),
            Self::ShortCommon => COMMON[term].to_owned(),
            Self::HanCharacter => han(0x9000, term..=term),
            Self::HanWord => han(0x8000, 3 * term..=3 * term + 2),
            Self::Emoji => SIGNS[term].to_owned(),
            _ => long_word(self as usize * 64 + term),
        }
    }
}

impl Plan {
    /// Which messages of a period have the term of this number.
    fn residue(&self, term: usize) -> u64 {
        term as u64 * (self.period / self.terms as u64)
    }
}

static TERMS: LazyLock<Vec<Vec<String>>> = LazyLock::new(|| {
    Class::ALL.map(|class| (0..class.plan().terms).map(|term| class.text(term)).collect()).into()
});

fn han(first: u32, places: std::ops::RangeInclusive<usize>) -> String {
    places.filter_map(|place| char::from_u32(first + u32::try_from(place).ok()?)).collect()
}

/// How many of `messages` have this residue, when the first has `offset`.
fn met(messages: u64, period: u64, offset: u64, residue: u64) -> u64 {
    let first = (residue + period - offset) % period;
    if messages > first { (messages - 1 - first) / period + 1 } else { 0 }
}

/// Which messages of a room have the clustered term of this number.
fn cluster(room: &Room, term: usize) -> std::ops::Range<u64> {
    let start = room.messages * (term as u64 + 1) / 10;
    start..(start + (room.messages / 500).max(1)).min(room.messages)
}

/// Puts into `terms` those that the message of this number in its room has.
pub(super) fn terms_of(room: &Room, number: u64, terms: &mut Vec<&'static str>) {
    terms.clear();
    for class in Class::ALL {
        let plan = class.plan();
        let place = (number + class.offset(room)) % plan.period;
        let texts = class.terms();
        match class {
            Class::Absent => {}
            Class::NearlyAll if place != 0 => terms.push(&texts[0]),
            Class::NearlyAll => {}
            Class::Clustered => {
                let at_the_time = (0..plan.terms).filter(|term| cluster(room, *term).contains(&number));
                terms.extend(at_the_time.map(|term| texts[term].as_str()));
            }
            _ => {
                let step = plan.period / plan.terms as u64;
                let said = texts.get((place / step) as usize).filter(|_| place.is_multiple_of(step));
                terms.extend(said.map(String::as_str));
            }
        }
    }
}
