//! The data is the same each time, and holds what it claims to hold.

use std::collections::HashMap;

use chatapi_benches::data::Data;
use chatapi_benches::data::planted::Class;
use chatapi_benches::data::rooms::{READERS, Scope};
use chatapi_core::text::search_fold;

const MESSAGES: u64 = 20_000;

#[test]
fn the_same_size_gives_the_same_messages() {
    assert!(Data::of(MESSAGES).messages().eq(Data::of(MESSAGES).messages()));
}

#[test]
fn each_term_stands_in_as_many_messages_of_a_room_as_its_class_says() {
    let data = Data::of(MESSAGES);
    let mut said: HashMap<_, Vec<String>> = HashMap::new();
    for message in data.messages() {
        said.entry(message.room).or_default().push(search_fold(&message.content));
    }
    for room in data.rooms().as_slice() {
        let said = &said[&room.id];
        assert_eq!(said.len() as u64, room.messages);
        for class in Class::ALL {
            for (number, term) in class.terms().iter().enumerate() {
                let term = search_fold(term);
                let found = said.iter().filter(|text| text.contains(&term)).count();
                assert_eq!(found as u64, class.hits(number, room), "{term}, {class:?} in {:?}", room.id);
            }
        }
    }
}

#[test]
fn rooms_have_all_messages_and_authors_are_members() {
    let data = Data::of(MESSAGES);
    let sizes: u64 = data.rooms().as_slice().iter().map(|room| room.messages).sum();
    assert_eq!(sizes, data.len());
    for message in data.messages() {
        let room = &data.rooms().as_slice()[usize::try_from(message.room.0).unwrap() - 1];
        assert!((0..room.members).any(|number| room.member(number) == message.user));
    }
}

#[test]
fn the_shape_is_that_of_a_large_chat() {
    let data = Data::of(10_000_000);
    let rooms = data.rooms().as_slice();
    assert!(rooms.iter().filter(|room| room.messages >= 1_000_000).count() >= 3);
    assert!(rooms.iter().filter(|room| room.messages <= 1000).count() >= 10_000);
    assert_eq!(rooms.iter().map(|room| room.members).max(), Some(100_000));
    assert_eq!(rooms.iter().map(|room| room.members).min(), Some(2));
    assert_eq!(data.rooms().within(Scope::Small).map(|room| room.messages).sum::<u64>(), 30_000);
    assert_eq!(data.rooms().within(Scope::Large).map(|room| room.messages).sum::<u64>(), 1_000_000);
}

#[test]
fn a_reader_is_in_the_rooms_of_a_scope_and_no_others() {
    let data = Data::of(MESSAGES);
    for scope in Scope::ALL {
        for room in data.rooms().as_slice() {
            let reads = room.readers().any(|reader| reader == scope.reader());
            assert_eq!(reads, room.is_within(scope));
        }
    }
    assert!(data.rooms().others().all(|user| !READERS.contains(&user.0)));
}

#[test]
fn messages_interleave_and_some_come_late() {
    let messages: Vec<_> = Data::of(MESSAGES).messages().collect();
    let neighbours = messages.windows(2).filter(|pair| pair[0].room == pair[1].room).count();
    assert!(neighbours < messages.len() / 10, "{neighbours}");
    let late = messages.windows(2).filter(|pair| pair[0].at > pair[1].at).count();
    assert!(late > 0 && late < messages.len() / 50, "{late}");
}
