//! Cases about messages of rooms that somebody is not in, and reaches all the same.

use chatapi_core::messages::{Anchor, AnchorRequest, CursorPageRequest, MessageFilter, Position};
use chatapi_core::page::Counting;
use chatapi_core::permission::AccessScope::{EveryRoom, Room, RoomsOf};
use chatapi_core::rooms::RoomChange;
use chatapi_core::search::{Analyzer, SearchTerms};

use super::case::{Subject, cases};
use super::given::{NO_MESSAGE, NO_ROOM, at, contents, found, list, number, room, send, text, users};

cases! {
    who_reaches_every_room_reads_a_message_of_any,
    who_reaches_every_room_changes_a_message_of_any,
    who_reaches_every_room_deletes_a_message_of_any,
    who_reaches_every_room_finds_no_message_that_is_not_there,
    a_scope_says_which_messages_are_listed_counted_and_searched,
    who_reaches_one_room_reads_and_changes_the_messages_of_it_alone,
}

async fn a_scope_says_which_messages_are_listed_counted_and_searched(store: &Subject) {
    let [ann, bob] = users(store, ["ann", "bob"]).await;
    let (tea, rum) = (room(store, &ann, &[&bob]).await, room(store, &bob, &[]).await);
    for n in 0..4 {
        send(store, &tea, &ann, &format!("tea {n} of ann")).await;
        send(store, &tea, &bob, &format!("tea {n} of bob")).await;
        send(store, &rum, &bob, &format!("rum {n} of bob")).await;
    }
    let left = RoomChange { users: Some(vec![ann.id]), ..RoomChange::default() };
    store.update_room(&tea, left).await.unwrap().unwrap();
    for _ in 0..2 {
        for (scope, of_tea, of_rum) in [
            (RoomsOf(ann.id), true, false),
            (RoomsOf(bob.id), false, true),
            (Room(tea.id), true, false),
            (Room(rum.id), false, true),
            (EveryRoom, true, true),
            (Room(NO_ROOM), false, false),
        ] {
            for (only, author, term) in [
                (None, None, ""),
                (None, None, "of"),
                (None, Some(bob.id), "\"of bob\""),
                (Some(tea.id), None, "2"),
                (Some(rum.id), Some(ann.id), "of"),
            ] {
                let is_wanted = |content: &&str| {
                    let is_tea = content.starts_with("tea");
                    (if is_tea { of_tea } else { of_rum })
                        && only.is_none_or(|room| (room == tea.id) == is_tea)
                        && author.is_none_or(|author| content.ends_with("bob") == (author == bob.id))
                        && content.contains(term.trim_matches('"'))
                };
                let all = (0..4).flat_map(|n| {
                    ["tea {} of ann", "tea {} of bob", "rum {} of bob"]
                        .map(|text| text.replace("{}", &format!("{n}")))
                });
                let all: Vec<String> = all.collect();
                let expected: Vec<&str> = all.iter().map(String::as_str).filter(is_wanted).collect();
                let search = SearchTerms::parse(term).unwrap();
                let filter =
                    MessageFilter { room: only, user: author, search, ..MessageFilter::within(scope) };
                assert_eq!(contents(store, &filter).await, expected, "{filter:?}");
                assert_eq!(number(store, &filter).await, expected.len());
                let request = CursorPageRequest {
                    counting: Counting::Exact,
                    ..CursorPageRequest::new(Anchor::Oldest, 100)
                };
                let page = store.cursor_page(&filter, &request).await.unwrap();
                assert_eq!(
                    page.results.iter().map(|found| &*found.content).collect::<Vec<_>>(),
                    expected,
                    "{filter:?}"
                );
            }
        }
        for room in [&tea, &rum] {
            store.index_room(room.id, Analyzer::default()).await.unwrap();
        }
    }
    let hello = send(store, &tea, &ann, "hello").await;
    let position =
        |message| AnchorRequest { message, position: Position::Before, limit: 3, counting: Counting::None };
    for (scope, is_there) in
        [(EveryRoom, true), (Room(tea.id), true), (Room(rum.id), false), (RoomsOf(bob.id), false)]
    {
        for term in ["", "tea"] {
            let search = SearchTerms::parse(term).unwrap();
            let filter = MessageFilter { search, ..MessageFilter::within(scope) };
            let found = store.cursor_page_at(&filter, &position(hello.id)).await.unwrap();
            assert_eq!(found.map(|(_, page)| page.results.len()), is_there.then_some(3), "{filter:?}");
        }
    }
}

async fn who_reaches_one_room_reads_and_changes_the_messages_of_it_alone(store: &Subject) {
    let [ann] = users(store, ["ann"]).await;
    let (tea, rum) = (room(store, &ann, &[]).await, room(store, &ann, &[]).await);
    let hello = send(store, &tea, &ann, "hello").await;
    let words = text("bye");
    for scope in [Room(rum.id), Room(NO_ROOM)] {
        assert_eq!(store.message(hello.id, scope).await.unwrap(), None);
        assert_eq!(store.update_message(hello.id, scope, Some(&words), at(1)).await.unwrap(), None);
        assert!(!store.delete_message(hello.id, scope).await.unwrap());
    }
    assert_eq!(store.message(hello.id, Room(tea.id)).await.unwrap(), Some(hello.clone()));
    assert!(store.update_message(hello.id, Room(tea.id), Some(&words), at(1)).await.unwrap().is_some());
    assert!(store.delete_message(hello.id, Room(tea.id)).await.unwrap());
}

async fn who_reaches_every_room_reads_a_message_of_any(store: &Subject) {
    let [ann, bob] = users(store, ["ann", "bob"]).await;
    for admin in [&ann, &bob] {
        let tea = room(store, admin, &[]).await;
        let hello = send(store, &tea, admin, "hello").await;
        assert_eq!(store.message(hello.id, EveryRoom).await.unwrap(), Some(hello));
    }
}

async fn who_reaches_every_room_changes_a_message_of_any(store: &Subject) {
    let [ann, bob] = users(store, ["ann", "bob"]).await;
    let tea = room(store, &ann, &[]).await;
    let hello = send(store, &tea, &ann, "hello").await;
    let other = send(store, &tea, &ann, "other").await;
    let words = text("Good BYE");
    assert_eq!(store.update_message(hello.id, RoomsOf(bob.id), Some(&words), at(1)).await.unwrap(), None);
    let changed = store.update_message(hello.id, EveryRoom, Some(&words), at(2)).await.unwrap().unwrap();
    assert_eq!((&*changed.content, changed.user, changed.updated_at), ("Good BYE", ann.id, at(2)));
    assert_eq!(found(store, &ann, "bye").await, ["Good BYE"]);
    let later = store.update_message(hello.id, EveryRoom, None, at(3)).await.unwrap().unwrap();
    assert_eq!((&*later.content, later.created_at, later.updated_at), ("Good BYE", at(0), at(3)));
    assert_eq!(list(store, &MessageFilter::all(ann.id)).await.results, [later, other]);
}

async fn who_reaches_every_room_deletes_a_message_of_any(store: &Subject) {
    let [ann, bob] = users(store, ["ann", "bob"]).await;
    let tea = room(store, &ann, &[]).await;
    let hello = send(store, &tea, &ann, "hello").await;
    send(store, &tea, &ann, "other").await;
    assert!(!store.delete_message(hello.id, RoomsOf(bob.id)).await.unwrap());
    assert!(store.delete_message(hello.id, EveryRoom).await.unwrap());
    assert!(!store.delete_message(hello.id, EveryRoom).await.unwrap());
    assert_eq!(store.message(hello.id, EveryRoom).await.unwrap(), None);
    assert_eq!(contents(store, &MessageFilter::all(ann.id)).await, ["other"]);
}

async fn who_reaches_every_room_finds_no_message_that_is_not_there(store: &Subject) {
    let [ann] = users(store, ["ann"]).await;
    let tea = room(store, &ann, &[]).await;
    let hello = send(store, &tea, &ann, "hello").await;
    assert!(store.delete_room(tea.id, Some(ann.id)).await.unwrap());
    for id in [hello.id, NO_MESSAGE] {
        assert_eq!(store.message(id, EveryRoom).await.unwrap(), None);
        assert_eq!(store.update_message(id, EveryRoom, Some(&text("bye")), at(1)).await.unwrap(), None);
        assert!(!store.delete_message(id, EveryRoom).await.unwrap());
    }
}
