//! Cases about `?room=` and `?user=`.

use super::case::cases;
use super::chat::{Chat, Person, Suite};

cases! {
    messages_are_those_of_the_rooms_that_one_is_in_oldest_first,
    a_filter_takes_a_room_a_user_or_both,
    a_filter_may_be_padded_and_empty,
    a_filter_that_names_nothing_is_refused,
    each_filter_that_names_nothing_is_told_of,
    a_filter_by_a_room_of_others_finds_nothing,
    of_a_filter_that_is_given_twice_the_last_counts,
    a_filter_that_names_nothing_comes_before_the_page,
    a_search_that_cannot_be_comes_before_filter_and_page,
}

const NO_CHOICE: &str = "Select a valid choice. That choice is not one of the available choices.";

async fn messages_are_those_of_the_rooms_that_one_is_in_oldest_first(suite: Suite) {
    let there = There::with(&suite).await;
    assert_eq!(there.found(&there.ann, "").await, ["one by ann", "one by bob"]);
    assert_eq!(there.found(&there.bob, "").await, ["one by ann", "one by bob", "two by bob"]);
    let fresh = there.chat.person("cyd").await;
    assert!(there.found(&fresh, "").await.is_empty());
}

async fn a_filter_takes_a_room_a_user_or_both(suite: Suite) {
    let there = There::with(&suite).await;
    let (one, two, ann, bob) = (there.one, there.two, there.ann.id, there.bob.id);
    assert_eq!(there.found(&there.bob, &format!("?room={two}")).await, ["two by bob"]);
    assert_eq!(there.found(&there.bob, &format!("?user={bob}")).await, ["one by bob", "two by bob"]);
    assert_eq!(there.found(&there.bob, &format!("?room={one}&user={bob}")).await, ["one by bob"]);
    assert!(there.found(&there.bob, &format!("?room={two}&user={ann}")).await.is_empty());
}

async fn a_filter_may_be_padded_and_empty(suite: Suite) {
    let there = There::with(&suite).await;
    let two = there.two;
    for query in [format!("?room=%20{two}%20"), format!("?room=%2B{two}"), format!("?room=0{two}&user=")] {
        assert_eq!(there.found(&there.bob, &query).await, ["two by bob"], "{query}");
    }
    assert_eq!(there.found(&there.bob, "?room=&user=&search=&page=").await.len(), 3);
}

async fn a_filter_that_names_nothing_is_refused(suite: Suite) {
    let there = There::with(&suite).await;
    for value in ["abc", "1.0", "999999", "-1", "0", "99999999999999999999999", "%00", "1%00", "%D9%A1x"] {
        for field in ["room", "user"] {
            there
                .chat
                .get(format!("/messages/?{field}={value}"))
                .by(&there.bob)
                .await
                .fault(field, NO_CHOICE);
        }
    }
}

async fn each_filter_that_names_nothing_is_told_of(suite: Suite) {
    let there = There::with(&suite).await;
    let both = format!(r#"{{"room":["{NO_CHOICE}"],"user":["{NO_CHOICE}"]}}"#);
    for query in ["room=x&user=y", "room=999999&user=999999", "room=x&user=999999", "user=y&room=999999"] {
        there.chat.get(format!("/messages/?{query}")).by(&there.bob).await.is(400, &both);
    }
}

async fn a_filter_by_a_room_of_others_finds_nothing(suite: Suite) {
    let there = There::with(&suite).await;
    let answer = there.chat.get(format!("/messages/?room={}", there.two)).by(&there.ann).await;
    answer.is(200, r#"{"count":0,"next":null,"previous":null,"results":[]}"#);
}

async fn of_a_filter_that_is_given_twice_the_last_counts(suite: Suite) {
    let there = There::with(&suite).await;
    let query = format!("?room=x&room={}", there.two);
    assert_eq!(there.found(&there.bob, &query).await, ["two by bob"]);
}

async fn a_filter_that_names_nothing_comes_before_the_page(suite: Suite) {
    let there = There::with(&suite).await;
    let ask = |query: &str| there.chat.get(format!("/messages/?{query}")).by(&there.bob);
    ask("room=x&page=77").await.fault("room", NO_CHOICE);
    ask("room=999999&page=77").await.fault("room", NO_CHOICE);
    ask("room=999999&page=x").await.fault("room", NO_CHOICE);
}

async fn a_search_that_cannot_be_comes_before_filter_and_page(suite: Suite) {
    let there = There::with(&suite).await;
    for query in ["search=%00&page=77", "search=%00&room=x", "search=%00&user=999999"] {
        let answer = there.chat.get(format!("/messages/?{query}")).by(&there.bob).await;
        answer.is(400, r#"["Null characters are not allowed."]"#);
    }
}

/// Two rooms: both Ann and Bob are in the first, Bob alone is in the second.
struct There {
    chat: Chat,
    ann: Person,
    bob: Person,
    one: i64,
    two: i64,
}

impl There {
    async fn with(suite: &Suite) -> Self {
        let chat = suite.chat().await;
        let [ann, bob] = chat.people(["ann", "bob"]).await;
        let one = chat.room(&ann, &[&bob]).await;
        let two = chat.room(&bob, &[]).await;
        chat.say(&ann, one, "one by ann").await;
        chat.say(&bob, one, "one by bob").await;
        chat.say(&bob, two, "two by bob").await;
        Self { chat, ann, bob, one, two }
    }

    async fn found(&self, reader: &Person, query: &str) -> Vec<String> {
        self.chat.get(format!("/messages/{query}")).by(reader).await.contents()
    }
}
