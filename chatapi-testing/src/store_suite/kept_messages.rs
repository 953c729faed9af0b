//! Cases about single messages: sending, reading, changing, deleting.

use chatapi_core::messages::{Message, MessageFilter, NewMessage};
use chatapi_core::permission::AccessScope::RoomsOf;
use chatapi_core::rooms::{Room, RoomChange};
use chatapi_core::users::User;
use chatapi_core::{MessageId, Timestamp};

use super::case::{Subject, cases};
use super::given::{
    NO_MESSAGE, NO_ROOM, NO_USER, at, contents, found, ids, list, now, number, room, send, text, try_send,
    user, users,
};

cases! {
    a_message_is_kept_as_it_was_sent,
    a_message_is_kept_in_any_script,
    a_very_long_message_is_kept_whole,
    times_of_messages_are_kept_to_the_microsecond,
    only_members_send,
    only_members_read,
    ids_of_messages_are_never_used_again,
    nobody_finds_a_message_of_an_id_that_was_not_given,
    a_changed_message_has_its_new_text_and_time,
    a_changed_message_is_found_by_its_new_text_alone,
    a_change_without_a_text_changes_the_time_alone,
    any_member_may_change_a_message,
    who_is_no_member_changes_nothing,
    a_deleted_message_is_gone,
    who_is_no_member_deletes_nothing,
    who_left_a_room_sees_nothing_of_it_and_its_messages_stay,
    who_comes_back_to_a_room_sees_all_of_it,
}

async fn a_message_is_kept_as_it_was_sent(store: &Subject) {
    let [ann, bob] = users(store, ["ann", "bob"]).await;
    let tea = room(store, &ann, &[&bob]).await;
    let new = NewMessage { room: tea.id, user: bob.id, text: text("  Hello,\r\n\tAnn! "), at: at(7) };
    let sent = store.create_message(new).await.unwrap().unwrap();
    let expected = Message {
        id: sent.id,
        content: "Hello,\r\n\tAnn!".to_owned(),
        created_at: at(7),
        updated_at: at(7),
        user: bob.id,
        room: tea.id,
    };
    assert_eq!(sent, expected);
    assert_eq!(store.message(sent.id, RoomsOf(ann.id)).await.unwrap().as_ref(), Some(&expected));
    assert_eq!(list(store, &MessageFilter::all(ann.id)).await.results, [expected]);
}

async fn a_message_is_kept_in_any_script(store: &Subject) {
    let ann = user(store, "ann").await;
    let tea = room(store, &ann, &[]).await;
    let mut sent = Vec::new();
    for content in [
        "Ḧéllö Wörld",
        "he\u{301}llo\u{308}",
        "日本語 中文 한국어 ไทย",
        "שלום مرحبا \u{202e}txet\u{202c}",
        "🫖 👩‍👩‍👧‍👦 🏴󠁧󠁢󠁳󠁣󠁴󠁿 👍🏽 𝒜𝓃𝓃 𐐀 𠀀",
        "\u{feff}\u{1}\u{7f}\u{85}x\u{200b}\u{fffd}\u{ffff}\u{e000}\u{10ffff}",
        "'; drop table chatapi_messages; -- \\ % _ \" ` $1 ?1 :a @a {} \\u0000 \\x00",
        "line\nline\r\nline\rline\u{2028}line\u{2029}\u{0b}\u{0c}\ttab",
        "<b>&amp;</b>",
    ] {
        let message = send(store, &tea, &ann, content).await;
        assert_eq!(message.content, text(content).as_str());
        assert_eq!(store.message(message.id, RoomsOf(ann.id)).await.unwrap().as_ref(), Some(&message));
        sent.push(message);
    }
    assert_eq!(list(store, &MessageFilter::all(ann.id)).await.results, sent);
}

async fn a_very_long_message_is_kept_whole(store: &Subject) {
    let ann = user(store, "ann").await;
    let tea = room(store, &ann, &[]).await;
    let long = format!("{} {} needle", "🫖é long ".repeat(80_000), "x".repeat(200_000));
    assert!(long.len() > 1_000_000);
    let message = send(store, &tea, &ann, &long).await;
    assert!(message.content == long);
    let kept = store.message(message.id, RoomsOf(ann.id)).await.unwrap().unwrap();
    assert!(kept == message);
    assert!(found(store, &ann, "NEEDLE lon").await == [long.clone()]);
    assert!(found(store, &ann, &"x".repeat(1000)).await == [long]);
    let longer = text(&"än ".repeat(400_000));
    let changed =
        store.update_message(message.id, RoomsOf(ann.id), Some(&longer), at(1)).await.unwrap().unwrap();
    assert!(changed.content == longer.as_str());
}

async fn times_of_messages_are_kept_to_the_microsecond(store: &Subject) {
    let ann = user(store, "ann").await;
    let tea = room(store, &ann, &[]).await;
    let year_9999 = 253_402_300_799_999_999;
    let year_1600 = -11_676_096_000_000_001;
    for micros in [0, 1, -1, -999_999, 1_795_338_707_000_001, 1_795_338_707_999_999, year_1600, year_9999] {
        let time = Timestamp::from_micros(micros);
        let new = NewMessage { room: tea.id, user: ann.id, text: text("hello"), at: time };
        let sent = store.create_message(new).await.unwrap().unwrap();
        assert_eq!((sent.created_at, sent.updated_at), (time, time));
        assert_eq!(store.message(sent.id, RoomsOf(ann.id)).await.unwrap(), Some(sent.clone()));
        let later = Timestamp::from_micros(micros - 1);
        let changed =
            store.update_message(sent.id, RoomsOf(ann.id), Some(&text("bye")), later).await.unwrap().unwrap();
        assert_eq!((changed.created_at, changed.updated_at), (time, later));
        assert_eq!(store.message(sent.id, RoomsOf(ann.id)).await.unwrap(), Some(changed));
    }
}

async fn only_members_send(store: &Subject) {
    let [ann, bob, cyd] = users(store, ["ann", "bob", "cyd"]).await;
    let tea = room(store, &ann, &[&bob]).await;
    let coffee = room(store, &cyd, &[]).await;
    send(store, &tea, &ann, "from the admin").await;
    send(store, &tea, &bob, "from a member").await;
    assert_eq!(try_send(store, &tea, &cyd, "from a stranger").await, None);
    assert_eq!(try_send(store, &coffee, &ann, "from another stranger").await, None);
    let nobody = User { id: NO_USER, ..cyd.clone() };
    assert_eq!(try_send(store, &tea, &nobody, "from nobody").await, None);
    let nowhere = Room { id: NO_ROOM, ..tea.clone() };
    assert_eq!(try_send(store, &nowhere, &ann, "to nowhere").await, None);
    leave(store, &tea, &ann, &[&ann]).await;
    assert_eq!(try_send(store, &tea, &bob, "from a former member").await, None);
    let all = contents(store, &MessageFilter::all(ann.id)).await;
    assert_eq!(all, ["from the admin", "from a member"]);
    assert_eq!(number(store, &MessageFilter::all(cyd.id)).await, 0);
}

async fn only_members_read(store: &Subject) {
    let [ann, bob, cyd] = users(store, ["ann", "bob", "cyd"]).await;
    let tea = room(store, &ann, &[&bob]).await;
    room(store, &cyd, &[&ann]).await;
    let hello = send(store, &tea, &ann, "hello").await;
    for (reader, seen) in [(ann.id, true), (bob.id, true), (cyd.id, false), (NO_USER, false)] {
        let expected = seen.then(|| hello.clone());
        assert_eq!(store.message(hello.id, RoomsOf(reader)).await.unwrap(), expected);
        assert_eq!(list(store, &MessageFilter::all(reader)).await.results, Vec::from_iter(expected));
    }
}

async fn ids_of_messages_are_never_used_again(store: &Subject) {
    let ann = user(store, "ann").await;
    let tea = room(store, &ann, &[]).await;
    let one = send(store, &tea, &ann, "one").await;
    let two = send(store, &tea, &ann, "two").await;
    assert!(MessageId(0) < one.id && one.id < two.id);
    assert!(store.delete_message(two.id, RoomsOf(ann.id)).await.unwrap());
    assert!(send(store, &tea, &ann, "three").await.id > two.id);
    assert_eq!(store.message(two.id, RoomsOf(ann.id)).await.unwrap(), None);
}

async fn nobody_finds_a_message_of_an_id_that_was_not_given(store: &Subject) {
    let ann = user(store, "ann").await;
    let tea = room(store, &ann, &[]).await;
    let hello = send(store, &tea, &ann, "hello").await;
    for id in [NO_MESSAGE, MessageId(0), MessageId(-1), MessageId(i64::MIN), MessageId(i64::MAX)] {
        assert_eq!(store.message(id, RoomsOf(ann.id)).await.unwrap(), None);
        assert_eq!(store.update_message(id, RoomsOf(ann.id), Some(&text("bye")), at(1)).await.unwrap(), None);
        assert!(!store.delete_message(id, RoomsOf(ann.id)).await.unwrap());
    }
    assert_eq!(list(store, &MessageFilter::all(ann.id)).await.results, [hello]);
}

async fn a_changed_message_has_its_new_text_and_time(store: &Subject) {
    let [ann, bob] = users(store, ["ann", "bob"]).await;
    let tea = room(store, &ann, &[&bob]).await;
    let hello = send(store, &tea, &bob, "hello").await;
    let other = send(store, &tea, &bob, "other").await;
    let changed =
        store.update_message(hello.id, RoomsOf(bob.id), Some(&text(" bye 👋 ")), at(9)).await.unwrap();
    let expected = Message { content: "bye 👋".to_owned(), updated_at: at(9), ..hello };
    assert_eq!(changed.as_ref(), Some(&expected));
    assert_eq!(store.message(expected.id, RoomsOf(ann.id)).await.unwrap().as_ref(), Some(&expected));
    assert_eq!(list(store, &MessageFilter::all(ann.id)).await.results, [expected, other]);
}

async fn a_changed_message_is_found_by_its_new_text_alone(store: &Subject) {
    let ann = user(store, "ann").await;
    let tea = room(store, &ann, &[]).await;
    let message = send(store, &tea, &ann, "Green TEA").await;
    store
        .update_message(message.id, RoomsOf(ann.id), Some(&text("Black COFFEE")), at(1))
        .await
        .unwrap()
        .unwrap();
    for gone in ["green", "tea", "te"] {
        assert_eq!(found(store, &ann, gone).await, Vec::<String>::new(), "{gone}");
    }
    for new in ["black", "coffee", "k c", "ee"] {
        assert_eq!(found(store, &ann, new).await, ["Black COFFEE"], "{new}");
    }
    assert!(store.delete_message(message.id, RoomsOf(ann.id)).await.unwrap());
    assert_eq!(found(store, &ann, "coffee").await, Vec::<String>::new());
}

async fn a_change_without_a_text_changes_the_time_alone(store: &Subject) {
    let [ann, bob] = users(store, ["ann", "bob"]).await;
    let tea = room(store, &ann, &[]).await;
    let hello = send(store, &tea, &ann, "Hello").await;
    assert_eq!(store.update_message(hello.id, RoomsOf(bob.id), None, at(5)).await.unwrap(), None);
    assert_eq!(store.message(hello.id, RoomsOf(ann.id)).await.unwrap().as_ref(), Some(&hello));
    let changed = store.update_message(hello.id, RoomsOf(ann.id), None, at(5)).await.unwrap();
    let expected = Message { updated_at: at(5), ..hello };
    assert_eq!(changed.as_ref(), Some(&expected));
    assert_eq!(store.message(expected.id, RoomsOf(ann.id)).await.unwrap(), Some(expected));
    assert_eq!(found(store, &ann, "hello").await, ["Hello"]);
}

async fn any_member_may_change_a_message(store: &Subject) {
    // Which of the members may is for the policy to say, not for the store.
    let [ann, bob] = users(store, ["ann", "bob"]).await;
    let tea = room(store, &ann, &[&bob]).await;
    let hello = send(store, &tea, &ann, "hello").await;
    let changed =
        store.update_message(hello.id, RoomsOf(bob.id), Some(&text("bye")), at(1)).await.unwrap().unwrap();
    assert_eq!((&*changed.content, changed.user), ("bye", ann.id));
    assert!(store.delete_message(hello.id, RoomsOf(bob.id)).await.unwrap());
}

async fn who_is_no_member_changes_nothing(store: &Subject) {
    let [ann, bob, cyd] = users(store, ["ann", "bob", "cyd"]).await;
    let tea = room(store, &ann, &[&bob]).await;
    room(store, &cyd, &[&ann, &bob]).await;
    let hello = send(store, &tea, &bob, "hello").await;
    leave(store, &tea, &ann, &[&ann]).await;
    for editor in [bob.id, cyd.id, NO_USER] {
        assert_eq!(
            store.update_message(hello.id, RoomsOf(editor), Some(&text("bye")), at(1)).await.unwrap(),
            None
        );
    }
    assert_eq!(store.message(hello.id, RoomsOf(ann.id)).await.unwrap(), Some(hello));
    assert_eq!(found(store, &ann, "hello").await, ["hello"]);
}

async fn a_deleted_message_is_gone(store: &Subject) {
    let [ann, bob] = users(store, ["ann", "bob"]).await;
    let tea = room(store, &ann, &[&bob]).await;
    let hello = send(store, &tea, &bob, "hello").await;
    let other = send(store, &tea, &bob, "other").await;
    assert!(store.delete_message(hello.id, RoomsOf(bob.id)).await.unwrap());
    assert!(!store.delete_message(hello.id, RoomsOf(bob.id)).await.unwrap());
    assert_eq!(store.message(hello.id, RoomsOf(bob.id)).await.unwrap(), None);
    assert_eq!(
        store.update_message(hello.id, RoomsOf(bob.id), Some(&text("bye")), at(1)).await.unwrap(),
        None
    );
    assert_eq!(list(store, &MessageFilter::all(ann.id)).await.results, [other]);
}

async fn who_is_no_member_deletes_nothing(store: &Subject) {
    let [ann, bob, cyd] = users(store, ["ann", "bob", "cyd"]).await;
    let tea = room(store, &ann, &[&bob]).await;
    room(store, &cyd, &[&ann, &bob]).await;
    let hello = send(store, &tea, &bob, "hello").await;
    leave(store, &tea, &ann, &[&ann]).await;
    for editor in [bob.id, cyd.id, NO_USER] {
        assert!(!store.delete_message(hello.id, RoomsOf(editor)).await.unwrap());
    }
    assert_eq!(store.message(hello.id, RoomsOf(ann.id)).await.unwrap(), Some(hello));
}

async fn who_left_a_room_sees_nothing_of_it_and_its_messages_stay(store: &Subject) {
    let [ann, bob] = users(store, ["ann", "bob"]).await;
    let tea = room(store, &ann, &[&bob]).await;
    let coffee = room(store, &bob, &[]).await;
    let mine = send(store, &tea, &bob, "hello").await;
    let elsewhere = send(store, &coffee, &bob, "hello elsewhere").await;
    leave(store, &tea, &ann, &[&ann]).await;
    assert_eq!(store.message(mine.id, RoomsOf(bob.id)).await.unwrap(), None);
    assert_eq!(list(store, &MessageFilter::all(bob.id)).await.results, [elsewhere]);
    assert_eq!(found(store, &bob, "hello").await, ["hello elsewhere"]);
    let of_tea = MessageFilter { room: Some(tea.id), ..MessageFilter::all(bob.id) };
    assert_eq!(number(store, &of_tea).await, 0);
    assert_eq!(list(store, &MessageFilter::all(ann.id)).await.results, [mine]);
}

async fn who_comes_back_to_a_room_sees_all_of_it(store: &Subject) {
    let [ann, bob] = users(store, ["ann", "bob"]).await;
    let tea = room(store, &ann, &[&bob]).await;
    let before = send(store, &tea, &bob, "before").await;
    leave(store, &tea, &ann, &[&ann]).await;
    let between = send(store, &tea, &ann, "between").await;
    leave(store, &tea, &ann, &[&ann, &bob]).await;
    let after = send(store, &tea, &bob, "after").await;
    assert_eq!(list(store, &MessageFilter::all(bob.id)).await.results, [before, between, after]);
}

/// Leaves these users alone in the room.
async fn leave(store: &Subject, room: &Room, admin: &User, users: &[&User]) {
    let change = RoomChange { users: Some(ids(users)), ..RoomChange::default() };
    let room = Room { admin: Some(admin.id), ..now(store, room).await };
    store.update_room(&room, change).await.unwrap().unwrap();
}
