//! Cases about `?q=`, and about what matched.

use form_urlencoded::byte_serialize;

use super::ask::{Answer, Ask};
use super::case::cases;
use super::chat::{Chat, Person, Suite};
use super::json::Json;

cases! {
    a_search_by_words_gives_the_best_answers_first,
    a_search_by_words_gives_the_newest_first_where_that_is_asked_for,
    operators_stand_in_the_query,
    a_search_by_words_names_authors_by_name,
    a_search_by_words_has_pages_like_other_lists,
    a_search_by_words_says_what_is_wrong_with_it,
    a_search_by_words_is_not_combined_with_what_pages_otherwise,
    what_a_search_by_words_does_not_know_is_ignored,
    a_search_by_words_is_paged_by_limit_and_offset,
    a_search_by_words_stays_within_the_rooms_that_one_is_in,
    what_matched_is_shown_on_demand_alone,
    what_matched_is_counted_in_utf_16_and_in_bytes,
    a_page_by_cursor_shows_what_matched_too,
}

async fn a_search_by_words_gives_the_best_answers_first(suite: Suite) {
    let there = There::with(&suite, &["green tea", "tea", "tea tea", "black tea", "milk"]).await;
    there.finds("green OR tea", &["green tea", "tea tea", "black tea", "tea"]).await;
    there.finds("Teas", &["tea tea", "black tea", "tea", "green tea"]).await;
    there.finds("te", &[]).await;
}

async fn a_search_by_words_gives_the_newest_first_where_that_is_asked_for(suite: Suite) {
    let there = There::with(&suite, &["tea tea", "tea one", "tea two"]).await;
    let recent = there.page("tea", "&sort=recent").await;
    assert_eq!(recent.contents(), ["tea two", "tea one", "tea tea"]);
    let best = there.page("tea", "&sort=relevance").await;
    assert_eq!(best.contents(), ["tea tea", "tea two", "tea one"]);
}

async fn operators_stand_in_the_query(suite: Suite) {
    let there =
        There::with(&suite, &["green tea", "tea, green", "tea with milk", "qwen3.6", "東京へ行く"]).await;
    there.finds("\"green tea\"", &["green tea"]).await;
    there.finds("tea -milk -\"green tea\"", &["tea, green"]).await;
    there.finds("milk OR qwen", &["qwen3.6", "tea with milk"]).await;
    there.finds("東京", &["東京へ行く"]).await;
    there.finds("tea before:2001-01-01", &[]).await;
    there.finds("qwen after:2001-01-01", &["qwen3.6"]).await;
}

async fn a_search_by_words_names_authors_by_name(suite: Suite) {
    let there = There::with(&suite, &["tea of ann's"]).await;
    let bob = there.chat.person("bob").await;
    let users = format!(r#"{{"users":[{},{}]}}"#, there.ann.id, bob.id);
    there.chat.patch(format!("/rooms/{}/", there.room)).by(&there.ann).json(users).await.status(200);
    there.chat.say(&bob, there.room, "tea of bob's").await;
    there.finds("tea from:bob", &["tea of bob's"]).await;
    there.finds("tea from:me", &["tea of ann's"]).await;
    there.finds("from:bob", &["tea of bob's"]).await;
    there.finds("tea from:nobody", &[]).await;
    let of_bob = there.page("tea", &format!("&user={}", bob.id)).await;
    assert_eq!(of_bob.contents(), ["tea of bob's"]);
    let of_both = there.page("tea from:me", &format!("&user={}", bob.id)).await;
    assert!(of_both.contents().is_empty());
}

async fn a_search_by_words_has_pages_like_other_lists(suite: Suite) {
    let chat = suite.chat_with(|config| config.page_size = 2).await;
    let there = There::on(chat, &["tea 1", "tea 2", "tea 3", "rum"]).await;
    let page = there.page("tea", "").await;
    assert_eq!((page.at("count").as_i64(), page.contents()), (Some(3), vec!["tea 3".into(), "tea 2".into()]));
    assert_eq!(page.text("next"), there.chat.url("/messages/?page=2&q=tea"));
    assert_eq!(there.page("tea", "&page=last").await.contents(), ["tea 1"]);
    there.page("tea", "&page=3").await.detail(404, "Invalid page.");
}

async fn a_search_by_words_says_what_is_wrong_with_it(suite: Suite) {
    let there = There::with(&suite, &["tea"]).await;
    for (query, rest, field) in [
        ("-tea", "", "q"),
        ("tea before:yesterday", "", "q"),
        ("tea\0", "", "q"),
        ("nothing", "&room=987654", "room"),
        ("nothing", "&user=987654", "user"),
    ] {
        let answer = there.page(query, rest).await;
        assert!(answer.status(400).at(field) != Json::Null, "{query}{rest}: {}", answer.body);
    }
}

async fn a_search_by_words_is_not_combined_with_what_pages_otherwise(suite: Suite) {
    let there = There::with(&suite, &["tea"]).await;
    for (name, value) in [("search", "tea"), ("before", "1"), ("limit", "10"), ("order", "newest")] {
        let answer = there.page("tea", &format!("&{name}={value}")).await;
        answer.fault(name, "May not be combined with \"q\".");
    }
}

async fn what_a_search_by_words_does_not_know_is_ignored(suite: Suite) {
    let there = There::with(&suite, &["green tea", "tea"]).await;
    let plain = there.page("tea", "").await;
    for rest in ["sort=best", "sort=-created_at", "highlight=1", "order=desc", "count=true", "limit=x"] {
        there.page("tea", &format!("&{rest}")).await.is(200, &plain.body);
    }
}

async fn a_search_by_words_is_paged_by_limit_and_offset(suite: Suite) {
    let there = There::with(&suite, &["tea 1", "tea 2", "tea 3", "rum"]).await;
    let page = there.page("tea", "&limit=2&offset=1").await;
    assert_eq!((page.at("count").as_i64(), page.contents()), (Some(3), vec!["tea 2".into(), "tea 1".into()]));
    assert_eq!(page.text("previous"), there.chat.url("/messages/?limit=2&offset=0&q=tea"));
    assert_eq!(page.at("next"), Json::Null);
}

async fn a_search_by_words_stays_within_the_rooms_that_one_is_in(suite: Suite) {
    let there = There::with(&suite, &["tea"]).await;
    let bob = there.chat.person("bob").await;
    let room = there.chat.room(&bob, &[]).await;
    there.chat.say(&bob, room, "tea of bob's").await;
    there.finds("tea", &["tea"]).await;
    assert!(there.page("tea", &format!("&room={room}")).await.contents().is_empty());
}

async fn what_matched_is_shown_on_demand_alone(suite: Suite) {
    let there = There::with(&suite, &["green tea"]).await;
    let ranges = r#"[{"start":6,"end":9,"start_byte":6,"end_byte":9}]"#;
    for query in ["q=teas", "search=tea"] {
        let plain = there.ask(query).await;
        assert!(!plain.status(200).body.contains("highlights"), "{}", plain.body);
        assert_eq!(there.ask(&format!("{query}&highlight=false")).await.body, plain.body);
        let shown = there.ask(&format!("{query}&highlight=true")).await;
        let id = there.sent[0];
        let member = format!(r#""highlights":[{{"id":{id},"ranges":{ranges}}}]}}"#);
        assert!(shown.body.ends_with(&member), "{}", shown.body);
    }
    assert!(there.ask("highlight=true").await.body.contains(r#""ranges":[]"#));
}

async fn what_matched_is_counted_in_utf_16_and_in_bytes(suite: Suite) {
    let there = There::with(&suite, &["🚀 Straße"]).await;
    let shown = there.ask("search=STRASSE&highlight=true").await;
    let range = r#""ranges":[{"start":3,"end":9,"start_byte":5,"end_byte":12}]"#;
    assert!(shown.body.contains(range), "{}", shown.body);
}

async fn a_page_by_cursor_shows_what_matched_too(suite: Suite) {
    let there = There::with(&suite, &["green tea", "milk"]).await;
    let shown = there.ask("search=tea&limit=10&highlight=true").await;
    assert_eq!(shown.contents(), ["green tea"]);
    assert_eq!(shown.at("highlights.0.ranges.0.start").as_i64(), Some(6));
}

/// A room with messages of Ann's.
struct There {
    chat: Chat,
    ann: Person,
    room: i64,
    sent: Vec<i64>,
}

impl There {
    async fn with(suite: &Suite, messages: &[&str]) -> Self {
        Self::on(suite.chat().await, messages).await
    }

    async fn on(chat: Chat, messages: &[&str]) -> Self {
        let ann = chat.person("ann").await;
        let room = chat.room(&ann, &[]).await;
        let mut sent = Vec::new();
        for message in messages {
            sent.push(chat.say(&ann, room, message).await);
        }
        Self { chat, ann, room, sent }
    }

    fn ask(&self, query: &str) -> Ask<'_> {
        self.chat.get(format!("/messages/?{query}")).by(&self.ann)
    }

    fn page(&self, query: &str, rest: &str) -> Ask<'_> {
        let query: String = byte_serialize(query.as_bytes()).collect();
        self.ask(&format!("q={query}{rest}"))
    }

    async fn finds(&self, query: &str, expected: &[&str]) {
        let found: Answer = self.page(query, "").await;
        assert_eq!(found.contents(), expected, "?q={query}");
    }
}
