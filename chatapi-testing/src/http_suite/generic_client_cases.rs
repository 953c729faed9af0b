//! Cases about what clients send that were written for no API in particular: the documented deployment ignores the
//! parameters that it does not know, whatever they say.

use super::ask::Answer;
use super::case::cases;
use super::chat::{Chat, Person, Suite};
use super::json::Json;

cases! {
    lists_ignore_what_the_documented_api_does_not_know,
    an_offset_beside_a_limit_asks_for_a_part_of_the_documented_list,
    links_by_offset_lead_through_the_whole_list,
    a_part_by_offset_beyond_the_list_is_empty,
    a_part_by_offset_keeps_what_else_was_asked_for,
    the_number_of_a_page_comes_before_limit_and_offset,
    an_offset_without_a_limit_is_ignored,
    rooms_and_accounts_have_parts_by_offset_too,
}

async fn lists_ignore_what_the_documented_api_does_not_know(suite: Suite) {
    let (chat, ann) = talk(&suite, 3).await;
    for path in ["/messages/", "/rooms/", "/auth/users/"] {
        let plain = chat.get(path).by(&ann).await;
        for query in [
            "limit=25&offset=0",
            "limit=1000&offset=0",
            "order=desc",
            "order=asc&sort=created_at",
            "order_by=-created_at&ordering=created_at",
            "count=true",
            "count=1&highlight=0",
            "highlight=1",
            "highlight=yes",
            "page=1&limit=25",
            "page=1&per_page=100&page_size=100",
            "page=1&limit=2&offset=2&order=desc",
            "offset=2",
            "cursor=abc&since=2026-01-01&_=1764249000000",
            "fields[]=id&filter[name]=x&include=*",
            "limit=-1&offset=0",
            "limit=undefined&offset=NaN",
            "limit=25&offset=undefined",
        ] {
            // What is said is in the answer only by its links, and one page has none.
            chat.get(format!("{path}?{query}")).by(&ann).await.is(200, &plain.body);
        }
    }
    let (newest, plain) = (chat.get("/messages/?limit=1000").by(&ann).await, chat.get("/messages/").by(&ann));
    let mut oldest_first = plain.await.contents();
    oldest_first.reverse();
    assert_eq!(newest.contents(), oldest_first);
}

async fn an_offset_beside_a_limit_asks_for_a_part_of_the_documented_list(suite: Suite) {
    let (chat, ann) = talk(&suite, 5).await;
    for (query, contents) in [
        ("limit=2&offset=0", &["0", "1"][..]),
        ("limit=2&offset=1", &["1", "2"]),
        ("offset=3&limit=25", &["3", "4"]),
        ("limit=%202%20&offset=%2B2", &["2", "3"]),
        ("limit=2&offset=-3", &["0", "1"]),
        ("limit=2&offset=x", &["0", "1"]),
        ("limit=1&offset=2&order=desc&count=true", &["2"]),
        ("limit=1&offset=1&search=%20", &["1"]),
    ] {
        let part = chat.get(format!("/messages/?{query}")).by(&ann).await;
        assert_eq!(part.contents(), contents, "{query}");
        assert_eq!(part.at("count").as_i64(), Some(5), "{query}");
        assert!(!part.body.contains("has_more"), "{}", part.body);
    }
    for (query, count) in [("exact", Some(5)), ("none", None)] {
        let part = chat.get(format!("/messages/?limit=2&offset=1&count={query}")).by(&ann).await;
        assert_eq!((part.at("count").as_i64(), part.contents()), (count, vec!["1".into(), "2".into()]));
    }
}

async fn links_by_offset_lead_through_the_whole_list(suite: Suite) {
    let (chat, ann) = talk(&suite, 5).await;
    let link = |offset: u32| Json::Text(chat.url(&format!("/messages/?limit=2&offset={offset}")));
    let mut path = "/messages/?limit=2&offset=0".to_owned();
    let mut seen = Vec::new();
    for (previous, next) in [(Json::Null, link(2)), (link(0), link(4)), (link(2), Json::Null)] {
        let part = chat.get(&path).by(&ann).await;
        seen.extend(part.contents());
        assert_eq!((part.at("previous"), part.at("next")), (previous, next), "{path}");
        path = follow(&chat, &part, "next").unwrap_or_default();
    }
    assert_eq!(seen, ["0", "1", "2", "3", "4"]);
    let part = chat.get("/messages/?limit=3&offset=1").by(&ann).await;
    let first = chat.get(follow(&chat, &part, "previous").unwrap()).by(&ann).await;
    assert_eq!(first.contents(), ["0", "1", "2"]);
    // A limit beyond the most is served as that, and the links say so.
    let part = chat.get("/messages/?limit=1000&offset=5").by(&ann).await;
    assert_eq!(part.text("previous"), chat.url("/messages/?limit=100&offset=0"));
}

async fn a_part_by_offset_beyond_the_list_is_empty(suite: Suite) {
    let (chat, ann) = talk(&suite, 3).await;
    for (query, shown) in [
        ("limit=2&offset=3", "1"),
        ("limit=2&offset=9000", "8998"),
        ("limit=2&offset=99999999999999999999999", "9223372036854775805"),
    ] {
        let previous = chat.url(&format!("/messages/?limit=2&offset={shown}"));
        let body = format!(r#"{{"count":3,"next":null,"previous":"{previous}","results":[]}}"#);
        chat.get(format!("/messages/?{query}")).by(&ann).await.is(200, body);
    }
    let fault = "Select a valid choice. That choice is not one of the available choices.";
    chat.get("/messages/?limit=2&offset=9&room=x").by(&ann).await.fault("room", fault);
}

async fn a_part_by_offset_keeps_what_else_was_asked_for(suite: Suite) {
    let (chat, ann) = talk(&suite, 5).await;
    let query = "a=2&a=1&search=%20&limit=2&highlight=true&offset=2";
    let part = chat.get(format!("/messages/?{query}")).by(&ann).await;
    let link = |offset: u32| {
        chat.url(&format!("/messages/?a=2&a=1&highlight=true&limit=2&offset={offset}&search=+"))
    };
    assert_eq!((part.text("previous"), part.text("next")), (link(0), link(4)));
    assert!(part.body.contains(r#""highlights":["#), "{}", part.body);
}

async fn the_number_of_a_page_comes_before_limit_and_offset(suite: Suite) {
    let chat = suite.chat_with(|config| config.page_size = 2).await;
    let ann = say(&chat, 5).await;
    let part = chat.get("/messages/?page=2&limit=25&offset=25").by(&ann).await;
    assert_eq!(part.contents(), ["2", "3"]);
    assert_eq!(part.text("next"), chat.url("/messages/?limit=25&offset=25&page=3"));
    chat.get("/messages/?page=9&limit=25&offset=0").by(&ann).await.detail(404, "Invalid page.");
    chat.get("/messages/?page=x&limit=25").by(&ann).await.detail(404, "Invalid page.");
}

async fn an_offset_without_a_limit_is_ignored(suite: Suite) {
    let (chat, ann) = talk(&suite, 3).await;
    let plain = chat.get("/messages/").by(&ann).await;
    for query in ["offset=2", "offset=2&limit=", "offset=2&limit=0"] {
        chat.get(format!("/messages/?{query}")).by(&ann).await.is(200, &plain.body);
    }
}

async fn rooms_and_accounts_have_parts_by_offset_too(suite: Suite) {
    let chat = suite.chat().await;
    let [ann, bob] = chat.people(["ann", "bob"]).await;
    let root = chat.superuser("root").await;
    let mut rooms = Vec::new();
    for _ in 0..3 {
        rooms.push(chat.room(&ann, &[]).await);
    }
    let part = chat.get("/rooms/?limit=1&offset=1").by(&ann).await;
    assert_eq!(part.each("id").iter().filter_map(Json::as_i64).collect::<Vec<_>>(), [rooms[1]]);
    let link = |path: &str, offset: u32| chat.url(&format!("/{path}/?limit=1&offset={offset}"));
    assert_eq!((part.text("previous"), part.text("next")), (link("rooms", 0), link("rooms", 2)));
    let part = chat.get("/auth/users/?limit=1&offset=1").by(&root).await;
    assert_eq!((part.at("count").as_i64(), part.at("results.0.id").as_i64()), (Some(3), Some(bob.id)));
    assert_eq!(part.text("next"), link("auth/users", 2));
    assert_eq!(chat.get("/rooms/?limit=2").by(&ann).await.each("id").len(), 3);
    let alone = chat.get("/auth/users/?limit=1&offset=1").by(&ann).await;
    assert!(alone.each("id").is_empty());
}

/// Ann, who has sent so many messages to a room: `0`, `1` and so on.
async fn talk(suite: &Suite, messages: usize) -> (Chat, Person) {
    let chat = suite.chat().await;
    let ann = say(&chat, messages).await;
    (chat, ann)
}

async fn say(chat: &Chat, messages: usize) -> Person {
    let ann = chat.person("ann").await;
    let room = chat.room(&ann, &[]).await;
    for n in 0..messages {
        chat.say(&ann, room, &n.to_string()).await;
    }
    ann
}

/// The path that a link of a page leads to.
fn follow(chat: &Chat, page: &Answer, link: &str) -> Option<String> {
    page.at(link).as_str().and_then(|link| link.strip_prefix(&chat.base())).map(str::to_owned)
}
