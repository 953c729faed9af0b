//! Rooms: thousands of small ones, a few that hold most of what is said, and the readers whose rooms are known.

use std::ops::RangeInclusive;

use chatapi_core::{RoomId, UserId};

use super::signed;

/// How many small rooms the reader of small rooms is in.
const SMALL_ROOMS: u64 = 30;

/// How many messages a small room has, where the data has enough.
const SMALL: u64 = 1000;

/// How many rooms hold a tenth of all messages each: a million of ten.
const LARGE_ROOMS: u64 = 3;

/// How fast the other rooms' sizes fall with their rank.
const EXPONENT: f64 = 0.8;

/// The users who read and send in the benches; everybody else has a higher id.
pub const READERS: RangeInclusive<i64> = 1..=11;

/// Those of the readers who send, one for each connection: to rooms that nobody is asked about, so that these stay as they
/// were made.
pub const SENDERS: RangeInclusive<i64> = 4..=11;

/// How many rooms are sent to: the largest of those that are left.
const SENT_TO: u64 = 24;

/// The rooms that a reader is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Thirty rooms of a thousand messages.
    Small,
    /// One room with a tenth of all messages.
    Large,
    /// All of these.
    Mixed,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 3] = [Self::Small, Self::Large, Self::Mixed];

    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Small => "30 small rooms",
            Self::Large => "one large room",
            Self::Mixed => "both",
        }
    }

    /// Who is in these rooms and no others.
    pub fn reader(self) -> UserId {
        match self {
            Self::Small => UserId(1),
            Self::Large => UserId(2),
            Self::Mixed => UserId(3),
        }
    }
}

/// A room of the data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Room {
    /// Its id.
    pub id: RoomId,
    /// How many messages it has.
    pub messages: u64,
    /// How many members it has who are no readers: they have ids in a row, beginning at a place of the room's own.
    pub members: u64,
    first_member: u64,
    others: u64,
}

impl Room {
    /// A member, by a number below [`members`](Self::members).
    pub fn member(&self, number: u64) -> UserId {
        UserId(READERS.end() + 1 + signed((self.first_member + number) % self.others))
    }

    /// Which of the readers are in the room.
    pub fn readers(&self) -> impl Iterator<Item = UserId> {
        let scopes = Scope::ALL.into_iter().filter(|scope| self.is_within(*scope)).map(Scope::reader);
        scopes.chain(SENDERS.map(UserId).filter(|_| self.is_sent_to()))
    }

    /// Whether it is one of the rooms that are sent to.
    pub fn is_sent_to(&self) -> bool {
        let first = signed(SMALL_ROOMS + LARGE_ROOMS) + 1;
        (first..first + signed(SENT_TO)).contains(&self.id.0)
    }

    /// Whether the room is one of the scope's.
    pub fn is_within(&self, scope: Scope) -> bool {
        let (small, first_large) = (signed(SMALL_ROOMS), signed(SMALL_ROOMS) + 1);
        match scope {
            Scope::Small => self.id.0 <= small,
            Scope::Large => self.id.0 == first_large,
            Scope::Mixed => self.id.0 <= first_large,
        }
    }
}

/// All rooms, and how what is said in them interleaves.
#[derive(Debug)]
pub struct Rooms {
    rooms: Vec<Room>,
    /// For each room how many messages those before it have.
    starts: Vec<u64>,
    messages: u64,
    step: u64,
    others: u64,
}

impl Rooms {
    pub(super) fn of(messages: u64) -> Self {
        let others = (messages / 50).max(40);
        let mut rooms: Vec<Room> = Vec::new();
        for (size, members) in sizes(messages, others) {
            let number = rooms.len() as u64;
            rooms.push(Room {
                id: RoomId(signed(number) + 1),
                messages: size,
                members,
                first_member: number.wrapping_mul(0x9e37_79b9_7f4a_7c15) % others,
                others,
            });
        }
        let starts = rooms.iter().scan(0, |sum, room| {
            let start = *sum;
            *sum += room.messages;
            Some(start)
        });
        Self { starts: starts.collect(), rooms, messages, step: step(messages), others }
    }

    /// The rooms by id.
    pub fn as_slice(&self) -> &[Room] {
        &self.rooms
    }

    /// The rooms of a scope.
    pub fn within(&self, scope: Scope) -> impl Iterator<Item = &Room> {
        self.rooms.iter().filter(move |room| room.is_within(scope))
    }

    /// Everybody who is no reader.
    pub fn others(&self) -> impl Iterator<Item = UserId> {
        (READERS.end() + 1..=READERS.end() + signed(self.others)).map(UserId)
    }

    /// The place of the room that message `number` was sent to.
    pub(super) fn at(&self, number: u64) -> usize {
        let place = number * self.step % self.messages;
        self.starts.partition_point(|start| *start <= place) - 1
    }
}

/// How many messages and members each room has.
fn sizes(messages: u64, others: u64) -> Vec<(u64, u64)> {
    let small = SMALL.min(messages / 100);
    let mut sizes: Vec<_> = (0..SMALL_ROOMS).map(|number| (small, 2 + number % 20)).collect();
    sizes.extend((0..LARGE_ROOMS).map(|_| (messages / 10, others.min(1000))));
    let rest = messages - sizes.iter().map(|(size, _)| size).sum::<u64>();
    let ranks = (messages / 500).max(10);
    let weights: Vec<_> = (1..=ranks).map(|rank| (rank as f64).powf(-EXPONENT)).collect();
    let whole: f64 = weights.iter().sum();
    let mut tail: Vec<_> = weights.iter().map(|weight| (rest as f64 * weight / whole) as u64).collect();
    tail[0] += rest - tail.iter().sum::<u64>();
    sizes.extend(tail.into_iter().zip(1..).map(|(size, rank)| (size, (others / 2 / rank).max(2))));
    sizes
}

/// A step that, taken again and again, visits every place once and never near the last ones: the golden section.
fn step(messages: u64) -> u64 {
    let mut step = messages * 618 / 1000;
    while divisor(step, messages) != 1 {
        step += 1;
    }
    step
}

/// The greatest common divisor.
fn divisor(one: u64, other: u64) -> u64 {
    if other == 0 { one } else { divisor(other, one % other) }
}
