//! What is said in a room, one message after the other, as many as are wanted.

use std::collections::VecDeque;

use chatapi_core::{Timestamp, UserId};
use fastrand::Rng;

use super::talk::Talk;

const SECOND: i64 = 1_000_000;
const HOUR: i64 = 3600 * SECOND;

/// Somebody in a room.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) id: UserId,
    pub(super) name: String,
    /// Whether the room's language is its own.
    pub(super) is_at_home: bool,
}

/// What somebody said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Saying {
    pub(super) at: Timestamp,
    /// When it was corrected; when it was said, if never.
    pub(super) changed_at: Timestamp,
    pub(super) by: UserId,
    pub(super) text: String,
}

/// When something is said, in microseconds since 1970.
#[derive(Clone, Copy, Debug)]
pub(super) struct Period {
    pub(super) from: i64,
    pub(super) until: i64,
}

/// A room's talk, in the order of time: conversations that are drawn, each in its share of the period.
#[derive(Debug)]
pub(super) struct Conversation<'a> {
    talk: &'a Talk,
    members: Vec<Member>,
    period: Period,
    wanted: u64,
    begun: u64,
    rng: Rng,
    /// Which conversations were not had lately.
    left: Vec<usize>,
    next: VecDeque<Saying>,
}

impl<'a> Conversation<'a> {
    /// So many messages of these members, of whom there is at least one.
    pub(super) fn new(talk: &'a Talk, members: Vec<Member>, wanted: u64, period: Period, rng: Rng) -> Self {
        Self { talk, members, period, wanted, begun: 0, rng, left: Vec::new(), next: VecDeque::new() }
    }

    /// When this share of all messages has been said, if they come evenly.
    fn moment(&self, said: u64) -> i64 {
        let Period { from, until } = self.period;
        from + (i128::from(until - from) * i128::from(said) / i128::from(self.wanted)) as i64
    }

    /// Draws the next conversation and has it said.
    fn begin(&mut self) {
        if self.left.is_empty() {
            self.left = (0..self.talk.conversations.len()).collect();
            self.rng.shuffle(&mut self.left);
        }
        let Some(drawn) = self.left.pop() else { return };
        let lines = &self.talk.conversations[drawn];
        let lines =
            &lines[..lines.len().min(usize::try_from(self.wanted - self.begun).unwrap_or(usize::MAX))];
        let (first, end) = (self.moment(self.begun), self.moment(self.begun + lines.len() as u64));
        self.begun += lines.len() as u64;

        self.rng.shuffle(&mut self.members);
        // Mostly those begin who are at home in the language.
        if self.rng.u8(0..4) > 0 {
            self.members.sort_by_key(|member| !member.is_at_home);
        }
        let fill = Fill::draw(self.talk, &self.members, &mut self.rng);
        let mut at = self.begins_at(first, end);
        let longest_pause = (end - at) / (lines.len() as i64 + 1);
        for line in lines {
            let text = fill.of(line.text);
            at += self.pause(&text).min(longest_pause);
            let by = self.members[line.speaker % self.members.len()].id;
            let saying = self.saying(at, by, text);
            self.next.push_back(saying);
        }
    }

    /// Somewhere in the first half of the conversation's share; not in the night, where there is a day to choose from.
    fn begins_at(&mut self, first: i64, end: i64) -> i64 {
        let at = first + self.rng.i64(0..=(end - first) / 2);
        let hour = at.div_euclid(HOUR).rem_euclid(24);
        if hour < 7 && end - at > 16 * HOUR { at + (7 - hour) * HOUR } else { at }
    }

    /// How long it takes somebody to read and to write.
    fn pause(&mut self, text: &str) -> i64 {
        let length = text.chars().count() as i64;
        self.rng.i64(4 * SECOND..150 * SECOND) + length * self.rng.i64(SECOND / 10..SECOND / 3)
    }

    fn saying(&mut self, at: i64, by: UserId, text: String) -> Saying {
        // One in thirty is corrected, mostly soon.
        let later = if self.rng.u8(0..30) == 0 { self.rng.i64(10 * SECOND..600 * SECOND) } else { 0 };
        let changed_at = Timestamp::from_micros((at + later).min(self.period.until));
        Saying { at: Timestamp::from_micros(at), changed_at, by, text }
    }
}

impl Iterator for Conversation<'_> {
    type Item = Saying;

    fn next(&mut self) -> Option<Saying> {
        if self.next.is_empty() && self.begun < self.wanted {
            self.begin();
        }
        self.next.pop_front()
    }
}

/// What stands for the names in braces throughout a conversation.
struct Fill {
    places: Vec<(String, String)>,
}

impl Fill {
    fn draw(talk: &Talk, members: &[Member], rng: &mut Rng) -> Self {
        let mut places: Vec<_> = talk
            .lists
            .iter()
            .filter_map(|(name, items)| Some((*name, (*rng.choice(items)?).to_owned())))
            .collect();
        let quarter = rng.u8(32..88);
        places.push(("time", format!("{}:{:02}", quarter / 4, quarter % 4 * 15)));
        places.push(("n", rng.u8(2..10).to_string()));
        // Who speaks in a conversation are the first three; another one is spoken of.
        let spoken_of = members.get(3).or(members.last()).map(|member| member.name.clone());
        places.push(("user", spoken_of.unwrap_or_default()));
        Self { places: places.into_iter().map(|(name, item)| (format!("{{{name}}}"), item)).collect() }
    }

    fn of(&self, text: &str) -> String {
        let filled = |text: String, (name, item): &(String, String)| text.replace(name, item);
        self.places.iter().fold(text.replace("\\n", "\n"), filled)
    }
}
