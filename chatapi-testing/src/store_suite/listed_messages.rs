//! Cases about lists of messages: order, filters, pages.

use chatapi_core::messages::{Message, MessageFilter, NewMessage};
use chatapi_core::permission::AccessScope::RoomsOf;
use chatapi_core::rooms::Room;
use chatapi_core::search::SearchTerms;
use chatapi_core::users::User;
use chatapi_core::{RoomId, Timestamp, UserId};

use super::case::{Subject, cases};
use super::given::{NO_ROOM, NO_USER, at, contents, list, room, send, text, users};
use super::pages::{are_the_pages_of, are_the_pages_of_nothing};

cases! {
    messages_are_in_the_order_of_time_and_then_of_ids,
    messages_of_all_times_are_in_order,
    a_change_leaves_a_message_in_its_cursor,
    the_messages_of_a_reader_are_those_of_all_its_rooms,
    messages_are_of_the_room_and_of_the_user_and_with_the_terms_asked_for,
    a_filter_shows_nobody_more_than_its_rooms,
    a_filter_that_nothing_passes_has_one_empty_page,
    pages_of_messages_are_in_order,
    pages_of_filtered_messages_hold_and_count_those_alone,
}

async fn messages_are_in_the_order_of_time_and_then_of_ids(store: &Subject) {
    let [ann, bob] = users(store, ["ann", "bob"]).await;
    let tea = room(store, &ann, &[&bob]).await;
    let coffee = room(store, &ann, &[&bob]).await;
    let mut sent = Vec::new();
    for (n, second) in [5, 3, 3, 9, 3, 5, 1, 5].into_iter().enumerate() {
        let (room, user) = if n % 2 == 0 { (&tea, &ann) } else { (&coffee, &bob) };
        sent.push(send_at(store, room, user, &format!("{n}"), at(second)).await);
    }
    let filter = MessageFilter::all(ann.id);
    assert_eq!(contents(store, &filter).await, ["6", "1", "2", "4", "0", "5", "7", "3"]);
    sent.sort_by_key(|message| (message.created_at, message.id));
    assert_eq!(list(store, &filter).await.results, sent);
    let of_tea = MessageFilter { room: Some(tea.id), ..filter };
    assert_eq!(contents(store, &of_tea).await, ["6", "2", "4", "0"]);
}

async fn messages_of_all_times_are_in_order(store: &Subject) {
    let [ann] = users(store, ["ann"]).await;
    let tea = room(store, &ann, &[]).await;
    for micros in [1, 253_402_300_799_999_999, 0, -1, 1_795_338_707_809_284, 2, -11_676_096_000_000_001] {
        send_at(store, &tea, &ann, &micros.to_string(), Timestamp::from_micros(micros)).await;
    }
    let listed = contents(store, &MessageFilter::all(ann.id)).await;
    let expected = ["-11676096000000001", "-1", "0", "1", "2", "1795338707809284", "253402300799999999"];
    assert_eq!(listed, expected);
}

async fn a_change_leaves_a_message_in_its_cursor(store: &Subject) {
    let [ann] = users(store, ["ann"]).await;
    let tea = room(store, &ann, &[]).await;
    let one = send_at(store, &tea, &ann, "one", at(1)).await;
    send_at(store, &tea, &ann, "two", at(2)).await;
    store.update_message(one.id, RoomsOf(ann.id), Some(&text("changed")), at(3)).await.unwrap().unwrap();
    assert_eq!(contents(store, &MessageFilter::all(ann.id)).await, ["changed", "two"]);
}

async fn the_messages_of_a_reader_are_those_of_all_its_rooms(store: &Subject) {
    let [ann, bob, cyd] = users(store, ["ann", "bob", "cyd"]).await;
    let tea = room(store, &ann, &[&bob]).await;
    let coffee = room(store, &bob, &[&cyd]).await;
    let milk = room(store, &cyd, &[&ann]).await;
    for (room, user, content) in [(&tea, &ann, "one"), (&coffee, &bob, "two"), (&milk, &cyd, "three")] {
        send(store, room, user, content).await;
    }
    assert_eq!(contents(store, &MessageFilter::all(ann.id)).await, ["one", "three"]);
    assert_eq!(contents(store, &MessageFilter::all(bob.id)).await, ["one", "two"]);
    assert_eq!(contents(store, &MessageFilter::all(cyd.id)).await, ["two", "three"]);
}

async fn messages_are_of_the_room_and_of_the_user_and_with_the_terms_asked_for(store: &Subject) {
    let [ann, bob] = users(store, ["ann", "bob"]).await;
    let tea = room(store, &ann, &[&bob]).await;
    let coffee = room(store, &ann, &[&bob]).await;
    for (room, name_of_room) in [(&tea, "tea"), (&coffee, "coffee")] {
        for (user, name) in [(&ann, "ann"), (&bob, "bob")] {
            for word in ["red", "blue"] {
                send(store, room, user, &format!("{word} {name} {name_of_room}")).await;
            }
        }
    }
    for (room, user, query, expected) in [
        (Some(tea.id), None, "", &["red ann tea", "blue ann tea", "red bob tea", "blue bob tea"][..]),
        (None, Some(bob.id), "", &["red bob tea", "blue bob tea", "red bob coffee", "blue bob coffee"]),
        (None, None, "red", &["red ann tea", "red bob tea", "red ann coffee", "red bob coffee"]),
        (Some(coffee.id), Some(ann.id), "", &["red ann coffee", "blue ann coffee"]),
        (Some(coffee.id), None, "blue", &["blue ann coffee", "blue bob coffee"]),
        (None, Some(ann.id), "blue", &["blue ann tea", "blue ann coffee"]),
        (None, None, "blue bob", &["blue bob tea", "blue bob coffee"]),
        (Some(tea.id), Some(bob.id), "blue", &["blue bob tea"]),
        (Some(tea.id), Some(bob.id), "blue tea bob", &["blue bob tea"]),
        (Some(tea.id), Some(bob.id), "blue coffee", &[]),
        (Some(tea.id), Some(bob.id), "blue ann", &[]),
    ] {
        assert_eq!(
            contents(store, &filter(&ann, room, user, query)).await,
            expected,
            "{room:?} {user:?} {query}"
        );
    }
}

async fn a_filter_shows_nobody_more_than_its_rooms(store: &Subject) {
    let [ann, bob, cyd] = users(store, ["ann", "bob", "cyd"]).await;
    let tea = room(store, &ann, &[&bob]).await;
    let coffee = room(store, &cyd, &[&bob]).await;
    send(store, &tea, &bob, "red tea").await;
    send(store, &coffee, &bob, "red coffee").await;
    for (room, user, query, expected) in [
        (None, Some(bob.id), "", &["red coffee"][..]),
        (None, None, "red", &["red coffee"]),
        (None, Some(bob.id), "tea", &[]),
        (Some(tea.id), None, "", &[]),
        (Some(tea.id), Some(bob.id), "", &[]),
        (Some(tea.id), Some(bob.id), "red", &[]),
    ] {
        assert_eq!(
            contents(store, &filter(&cyd, room, user, query)).await,
            expected,
            "{room:?} {user:?} {query}"
        );
    }
}

async fn a_filter_that_nothing_passes_has_one_empty_page(store: &Subject) {
    let [ann, bob, cyd] = users(store, ["ann", "bob", "cyd"]).await;
    let tea = room(store, &ann, &[&bob]).await;
    let coffee = room(store, &cyd, &[]).await;
    send(store, &tea, &ann, "hello").await;
    send(store, &coffee, &cyd, "hello").await;
    let nobody = User { id: NO_USER, ..cyd.clone() };
    for empty in [
        filter(&ann, Some(coffee.id), None, ""),
        filter(&ann, Some(NO_ROOM), None, ""),
        filter(&ann, None, Some(bob.id), ""),
        filter(&ann, None, Some(cyd.id), ""),
        filter(&ann, None, Some(NO_USER), ""),
        filter(&ann, None, None, "absent"),
        filter(&nobody, None, None, ""),
    ] {
        let empty = &empty;
        are_the_pages_of_nothing(|page| async move { store.messages(empty, page).await.unwrap() }).await;
    }
}

async fn pages_of_messages_are_in_order(store: &Subject) {
    let [ann] = users(store, ["ann"]).await;
    let tea = room(store, &ann, &[]).await;
    let mut sent = Vec::new();
    for (n, second) in [4, 2, 2, 9, 2, 4, 0].into_iter().enumerate() {
        sent.push(send_at(store, &tea, &ann, &format!("{n}"), at(second)).await);
    }
    sent.sort_by_key(|message| (message.created_at, message.id));
    for filter in [MessageFilter::all(ann.id), filter(&ann, Some(tea.id), None, "")] {
        let filter = &filter;
        are_the_pages_of(&sent, |page| async move { store.messages(filter, page).await.unwrap() }).await;
    }
}

async fn pages_of_filtered_messages_hold_and_count_those_alone(store: &Subject) {
    let [ann, bob] = users(store, ["ann", "bob"]).await;
    let tea = room(store, &ann, &[&bob]).await;
    let coffee = room(store, &ann, &[&bob]).await;
    let mut wanted = Vec::new();
    for n in 0..7 {
        wanted.push(send(store, &tea, &bob, &format!("wanted {n}")).await);
        send(store, &tea, &bob, &format!("other {n}")).await;
        send(store, &tea, &ann, &format!("wanted {n}")).await;
        send(store, &coffee, &bob, &format!("wanted {n}")).await;
    }
    let filter = &filter(&ann, Some(tea.id), Some(bob.id), "wanted");
    are_the_pages_of(&wanted, |page| async move { store.messages(filter, page).await.unwrap() }).await;
}

fn filter(reader: &User, room: Option<RoomId>, user: Option<UserId>, query: &str) -> MessageFilter {
    MessageFilter { scope: RoomsOf(reader.id), room, user, search: SearchTerms::parse(query).unwrap() }
}

async fn send_at(store: &Subject, room: &Room, user: &User, content: &str, at: Timestamp) -> Message {
    let message = NewMessage { room: room.id, user: user.id, text: text(content), at };
    store.create_message(message).await.unwrap().unwrap()
}
