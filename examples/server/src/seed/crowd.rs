//! Who is there, and in which rooms.

use chatapi_core::random::SystemRandom;
use chatapi_core::store::load::{LoadedRoom, NextIds};
use chatapi_core::users::{User, first_revision};
use chatapi_core::{RoomId, Timestamp, UserId};
use fastrand::Rng;

use super::conversation::{Conversation, Member, Period};
use super::talk::Talk;

/// The most members of a room.
const LARGEST_ROOM: usize = 9;

/// A person, not yet in the database.
#[derive(Clone, Debug)]
pub(super) struct Person {
    pub(super) member: Member,
    /// Which of the talks is in its own language.
    talk: usize,
}

/// The name that the person of this number would have: people of every language, one after the other.
pub(super) fn name(talks: &[Talk], number: usize) -> (usize, String) {
    let (talk, round) = (number % talks.len(), number / talks.len());
    let names = &talks[talk].people;
    let name = names[round % names.len()];
    match round / names.len() {
        0 => (talk, name.to_owned()),
        again => (talk, format!("{name}{}", again + 1)),
    }
}

impl Person {
    pub(super) fn new(id: UserId, name: String, talk: usize) -> Self {
        Self { member: Member { id, name, is_at_home: false }, talk }
    }

    /// The account, made some time before the first message. Addresses that nobody has end in `.example` (RFC 2606).
    pub(super) fn account(&self, hash: &str, before: i64, rng: &mut Rng) -> User {
        let earlier = rng.i64(0..90 * 24 * 3600 * 1_000_000);
        User {
            id: self.member.id,
            username: self.member.name.clone(),
            email: format!("{}@chat.example", self.member.name),
            password: hash.to_owned(),
            is_active: true,
            awaits_activation: false,
            is_staff: false,
            is_superuser: false,
            is_viewer: false,
            date_joined: Timestamp::from_micros(before - earlier),
            revision: first_revision(&SystemRandom),
            external_id: None,
        }
    }
}

/// A room, with what will be said in it.
pub(super) struct Room<'a> {
    pub(super) loaded: LoadedRoom,
    pub(super) members: Vec<UserId>,
    pub(super) conversation: Conversation<'a>,
}

/// Rooms of every language, one after the other. Those whose language it is come first; the first person of all, whom a
/// visitor will log in as, is in every second room.
pub(super) fn rooms<'a>(
    talks: &'a [Talk],
    people: &[Person],
    shares: &[u64],
    ids: NextIds,
    period: Period,
    rng: &mut Rng,
) -> Vec<Room<'a>> {
    let room = |(number, share): (usize, &u64)| {
        let which = number % talks.len();
        let (talk, round) = (&talks[which], number / talks.len());
        let members = members(people, which, number.is_multiple_of(2), rng);
        let name = match round / talk.rooms.len() {
            0 => talk.rooms[round].to_owned(),
            again => format!("{} {}", talk.rooms[round % talk.rooms.len()], again + 1),
        };
        Room {
            loaded: LoadedRoom {
                id: RoomId(ids.room.0 + number as i64),
                name,
                admin: members.first().map(|member| member.id),
            },
            members: members.iter().map(|member| member.id).collect(),
            conversation: Conversation::new(talk, members, *share, period, rng.fork()),
        }
    };
    shares.iter().enumerate().map(room).collect()
}

fn members(people: &[Person], talk: usize, with_the_first: bool, rng: &mut Rng) -> Vec<Member> {
    let wanted = rng.usize(4..=LARGEST_ROOM).min(people.len());
    let mut chosen: Vec<usize> = (0..people.len()).filter(|number| people[*number].talk == talk).collect();
    rng.shuffle(&mut chosen);
    chosen.truncate(wanted.div_ceil(2));
    if with_the_first && !chosen.contains(&0) {
        chosen.push(0);
    }
    while chosen.len() < wanted {
        let another = rng.usize(0..people.len());
        if !chosen.contains(&another) {
            chosen.push(another);
        }
    }
    let member = |person: &Person| Member { is_at_home: person.talk == talk, ..person.member.clone() };
    chosen.into_iter().map(|number| member(&people[number])).collect()
}

/// How many messages each room gets of so many: some are livelier than others, above all where there is more to say.
pub(super) fn shares(messages: u64, rooms: usize, talks: &[Talk], rng: &mut Rng) -> Vec<u64> {
    let lines = |room: usize| talks[room % talks.len()].conversations.iter().flatten().count() as u64;
    let weights: Vec<u64> = (0..rooms).map(|room| lines(room) * rng.u64(50..150)).collect();
    let all: u64 = weights.iter().sum();
    let mut given = (0, 0);
    let share = |weight: &u64| {
        let weights = given.0 + weight;
        let until = (u128::from(messages) * u128::from(weights) / u128::from(all)) as u64;
        let share = until - given.1;
        given = (weights, until);
        share
    };
    weights.iter().map(share).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up() {
        for (messages, rooms) in [(1500, 12), (0, 3), (7, 20), (1_000_000, 1)] {
            let shares = shares(messages, rooms, &super::super::talk::all(), &mut Rng::with_seed(1));
            assert_eq!((shares.len(), shares.iter().sum()), (rooms, messages));
        }
    }

    #[test]
    fn no_two_people_have_one_name() {
        let talks = super::super::talk::all();
        let names: std::collections::HashSet<_> = (0..500).map(|number| name(&talks, number).1).collect();
        assert_eq!(names.len(), 500);
    }
}
