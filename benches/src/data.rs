//! The data of every bench: a chat of any number of messages, the same each time that it is made.
//!
//! Rooms have the sizes that rooms have (a power law), and so have words (Zipf's law); what searches look for is planted,
//! so that it is known how often it is found. Nothing is kept of the messages: they come one by one.

use chatapi_core::{MessageId, RoomId, UserId};
use fastrand::Rng;

pub mod planted;
pub mod rooms;
mod words;

use rooms::{Rooms, Scope};
use words::Vocabulary;

/// The first message's time: the first moment of 2023, in microseconds since 1970.
const BEGIN: i64 = 1_672_531_200_000_000;

/// Over how long messages are spread, whatever their number, in microseconds: three years.
const SPAN: i64 = 3 * 365 * 24 * 3600 * 1_000_000;

/// One message in so many comes late: its time is before that of messages with lower ids.
const LATE: u64 = 64;

/// How late that is at most: as long as it takes for so many messages to come.
const LATENESS: i64 = 1000;

/// A chat: who is in which room, and what was said.
#[derive(Debug)]
pub struct Data {
    messages: u64,
    rooms: Rooms,
    vocabulary: Vocabulary,
}

/// A message of the data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its id: they count from 1, without a gap.
    pub id: MessageId,
    /// Its room.
    pub room: RoomId,
    /// Its author, who is a member of the room.
    pub user: UserId,
    /// Its text, without control characters.
    pub content: String,
    /// When it was sent, in microseconds since 1970.
    pub at: i64,
}

impl Data {
    /// A chat with this many messages: 1 000 at least, so that each kind of room has some.
    pub fn of(messages: u64) -> Self {
        let messages = messages.max(1000);
        Self { messages, rooms: Rooms::of(messages), vocabulary: Vocabulary::new() }
    }

    /// How many messages there are.
    pub fn len(&self) -> u64 {
        self.messages
    }

    /// Never: see [`of`](Self::of).
    pub fn is_empty(&self) -> bool {
        false
    }

    /// The rooms, and who is in them.
    pub fn rooms(&self) -> &Rooms {
        &self.rooms
    }

    /// The messages by id, which is their order in time but for those that came late.
    pub fn messages(&self) -> impl Iterator<Item = Message> {
        let mut random = Rng::with_seed(self.messages);
        let mut said = vec![0; self.rooms.as_slice().len()];
        let mut terms = Vec::new();
        (0..self.messages).map(move |number| {
            let at = self.rooms.at(number);
            let room = &self.rooms.as_slice()[at];
            planted::terms_of(room, said[at], &mut terms);
            said[at] += 1;
            Message {
                id: MessageId(signed(number) + 1),
                room: room.id,
                user: room.member(random.u64(0..room.members)),
                content: self.vocabulary.text(&mut random, &terms),
                at: self.time(number, &mut random),
            }
        })
    }

    /// A message of the scope, by chance.
    pub fn any_within(&self, scope: Scope, random: &mut Rng) -> MessageId {
        loop {
            let number = random.u64(0..self.messages);
            if self.rooms.as_slice()[self.rooms.at(number)].is_within(scope) {
                return MessageId(signed(number) + 1);
            }
        }
    }

    fn time(&self, number: u64, random: &mut Rng) -> i64 {
        let apart = SPAN / signed(self.messages);
        let on_time = BEGIN + signed(number) * apart;
        if random.u64(0..LATE) == 0 { on_time - random.i64(0..LATENESS * apart) } else { on_time }
    }
}

/// Numbers of the data are far below the bound.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
