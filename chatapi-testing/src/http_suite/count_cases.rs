//! Cases about how far lists are counted.

use chatapi_core::Config;

use super::ask::Answer;
use super::case::cases;
use super::chat::Suite;
use super::history_cases::There;
use super::json::Json;

cases! {
    a_page_by_cursor_is_counted_on_demand,
    a_count_is_exact_an_estimate_or_none_as_asked,
    a_count_beyond_its_bound_says_that_it_is_an_estimate,
    a_count_of_another_kind_is_ignored,
}

async fn a_page_by_cursor_is_counted_on_demand(suite: Suite) {
    let there = There::with(&suite, 5).await;
    for (query, begin) in [
        ("limit=2", r#"{"results":["#),
        ("limit=2&count=none", r#"{"results":["#),
        ("limit=2&count=exact", r#"{"count":5,"results":["#),
        ("limit=2&count=estimate", r#"{"count":5,"results":["#),
    ] {
        let answer = there.page(query).await;
        assert!(answer.body.starts_with(begin), "{query}: {}", answer.body);
        assert_eq!(answer.header("x-count"), None);
    }
}

async fn a_count_is_exact_an_estimate_or_none_as_asked(suite: Suite) {
    let there = There::with_bound(&suite, 5).await;
    let room = there.room;
    for path in ["/messages/", "/rooms/"] {
        let documented = there.ask(path).await.at("count").as_i64().unwrap();
        for query in ["exact", "estimate"] {
            let counted = there.ask(&format!("{path}?count={query}")).await;
            assert_eq!(counted.at("count").as_i64(), Some(documented), "{path} {query}");
        }
        let answer = there.ask(&format!("{path}?count=none")).await;
        assert!(answer.body.starts_with(r#"{"count":null,"next":"#), "{}", answer.body);
    }
    let mut page = there.ask("/messages/?count=none").await;
    assert_eq!(page.contents(), ["0", "1"]);
    assert_eq!(page.text("next"), there.chat.url("/messages/?count=none&page=2"));
    page = there.ask("/messages/?count=none&page=3").await;
    assert_eq!((page.contents(), page.at("next")), (vec!["4".to_owned()], Json::Null));
    assert_eq!(there.ask("/messages/?count=none&page=last").await.body, page.body);
    there.ask("/messages/?count=none&page=4").await.detail(404, "Invalid page.");
    there.ask(&format!("/messages/?count=none&page=0&room={room}")).await.detail(404, "Invalid page.");
}

async fn a_count_beyond_its_bound_says_that_it_is_an_estimate(suite: Suite) {
    let there = There::with_bound(&suite, 4).await;
    // A store that counts to the end all the same says so by saying nothing.
    let estimate = |answer: &Answer| {
        let count = answer.at("count").as_i64().unwrap();
        match answer.header("x-count") {
            None => assert_eq!(count, 5, "{}", answer.to),
            Some(kind) => assert!(kind == "estimate" && count > 4, "{}: {count}", answer.to),
        }
    };
    for query in ["/messages/", "/messages/?count=estimate&page=2", "/messages/?limit=2&count=estimate"] {
        estimate(&there.ask(query).await);
    }
    let last = there.ask("/messages/?page=last").await;
    estimate(&last);
    assert_eq!(last.contents().last().unwrap(), "4");
    assert_eq!(last.at("next"), Json::Null);
    assert_eq!(there.ask("/messages/?page=3").await.contents(), ["4"]);
    for query in ["/messages/?count=exact", "/messages/?limit=2&count=exact"] {
        let answer = there.ask(query).await;
        assert_eq!((answer.at("count").as_i64(), answer.header("x-count")), (Some(5), None));
    }
    assert_eq!(there.ask("/messages/?count=none").await.header("x-count"), None);
    assert_eq!(there.ask("/rooms/").await.header("x-count"), None);
}

async fn a_count_of_another_kind_is_ignored(suite: Suite) {
    let there = There::with(&suite, 1).await;
    for path in ["/messages/?", "/messages/?limit=1&", "/rooms/?", "/auth/users/?"] {
        let plain = there.ask(path).await;
        for value in ["x", "true", "1", "EXACT", ""] {
            there.ask(&format!("{path}count={value}")).await.is(200, &plain.body);
        }
    }
}

impl There {
    /// Five messages, two a page, counted up to `bound`.
    async fn with_bound(suite: &Suite, bound: u64) -> Self {
        let small = |config: &mut Config| (config.page_size, config.count_bound) = (2, bound);
        Self::new(suite.chat_with(small).await, 5).await
    }
}
