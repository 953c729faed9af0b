//! Cases about cursor pages of messages.

use std::collections::BTreeSet;

use futures_util::future::join;

use super::ask::{Answer, Ask};
use super::case::cases;
use super::chat::{Chat, Person, Suite};
use super::json::Json;

cases! {
    the_newest_or_the_oldest_messages_are_asked_for_by_limit_and_order,
    messages_are_asked_for_by_the_one_that_they_are_before_after_or_around,
    a_page_by_cursor_has_50_rows_where_nothing_else_is_said,
    links_lead_on_and_back_by_cursor,
    links_by_cursor_survive_their_message,
    links_by_cursor_keep_what_else_was_asked_for,
    a_page_by_cursor_is_of_the_room_the_user_and_the_search_asked_for,
    a_page_by_cursor_after_the_newest_shows_what_comes,
    a_message_that_is_not_there_or_of_others_is_no_cursor,
    what_is_no_cursor_is_told_of,
    a_limit_is_served_up_to_100,
    a_limit_that_is_no_number_of_rows_is_ignored,
    ways_to_say_which_messages_are_not_combined,
    a_page_by_cursor_says_what_of_its_filter_names_nothing,
    messages_that_come_and_go_make_paging_miss_none_and_show_none_twice,
}

async fn the_newest_or_the_oldest_messages_are_asked_for_by_limit_and_order(suite: Suite) {
    let there = There::with(&suite, 5).await;
    for (query, contents, before, after) in [
        ("limit=2", &["4", "3"][..], true, false),
        ("limit=2&order=newest", &["4", "3"], true, false),
        ("limit=2&order=oldest", &["0", "1"], false, true),
        ("order=newest", &["4", "3", "2", "1", "0"], false, false),
        ("order=oldest", &["0", "1", "2", "3", "4"], false, false),
    ] {
        there.page(query).await.is_page(contents, before, after);
    }
    let answer = there.page("limit=5").await;
    let (begin, end) = (
        r#"{"results":[{"id":"#,
        r#"],"has_more_before":false,"has_more_after":false,"next":null,"previous":null}"#,
    );
    assert!(answer.body.starts_with(begin) && answer.body.ends_with(end), "{}", answer.body);
    // Where none of these is said, the answer is the documented one.
    assert_eq!(there.page("before=&after=&around=&limit=&order=").await.at("count").as_i64(), Some(5));
}

async fn messages_are_asked_for_by_the_one_that_they_are_before_after_or_around(suite: Suite) {
    let there = There::with(&suite, 7).await;
    let [one, middle, last] = [1, 3, 6].map(|nth: usize| there.sent[nth]);
    for (query, contents, before, after) in [
        (format!("before={middle}&limit=2"), &["2", "1"][..], true, true),
        (format!("before={middle}"), &["2", "1", "0"], false, true),
        (format!("before=%20{one}%20"), &["0"], false, true),
        (format!("after={middle}&limit=2"), &["4", "5"], true, true),
        (format!("after={middle}"), &["4", "5", "6"], true, false),
        (format!("after={last}"), &[], true, false),
        (format!("around={middle}&limit=3"), &["2", "3", "4"], true, true),
        (format!("around={middle}&limit=1"), &["3"], true, true),
        (format!("around={last}&limit=3"), &["5", "6"], true, false),
        (format!("around={middle}"), &["0", "1", "2", "3", "4", "5", "6"], false, false),
    ] {
        there.page(&query).await.is_page(contents, before, after);
    }
    let written = there.page("limit=1&order=oldest").await.text("results.0.created_at");
    there.page(&format!("after={written},{}&limit=1", there.sent[0])).await.is_page(&["1"], true, true);
}

async fn a_page_by_cursor_has_50_rows_where_nothing_else_is_said(suite: Suite) {
    let there = There::with(&suite, 52).await;
    for (query, rows) in [("order=newest", 50), ("limit=51", 51), ("limit=100", 52)] {
        assert_eq!(there.page(query).await.contents().len(), rows, "{query}");
    }
    assert_eq!(there.page(&format!("around={}", there.sent[26])).await.contents().len(), 50);
}

async fn links_lead_on_and_back_by_cursor(suite: Suite) {
    let there = There::with(&suite, 7).await;
    for (query, pages) in [
        ("limit=3", &[&["6", "5", "4"][..], &["3", "2", "1"], &["0"]]),
        ("limit=3&order=oldest", &[&["0", "1", "2"], &["3", "4", "5"], &["6"]]),
    ] {
        let mut answer = there.page(query).await;
        assert_eq!(answer.at("previous"), Json::Null);
        assert_eq!(answer.contents(), pages[0]);
        for page in &pages[1..] {
            let back = answer.contents();
            answer = there.follow(&answer, "next").await;
            assert_eq!(answer.contents(), *page);
            // The way back has the same messages, in the order of that way.
            let mut previous = there.follow(&answer, "previous").await.contents();
            previous.reverse();
            assert_eq!(previous, back);
        }
        assert_eq!(answer.at("next"), Json::Null);
    }
    let middle = there.page(&format!("around={}&limit=3", there.sent[3])).await;
    assert_eq!(there.follow(&middle, "next").await.contents(), ["5", "6"]);
    assert_eq!(there.follow(&middle, "previous").await.contents(), ["1", "0"]);
}

async fn links_by_cursor_survive_their_message(suite: Suite) {
    let there = There::with(&suite, 5).await;
    let page = there.page("limit=2").await;
    there.delete(there.sent[3]).await;
    assert_eq!(there.follow(&page, "next").await.contents(), ["2", "1"]);
    let page = there.page("limit=2&order=oldest").await;
    there.delete(there.sent[1]).await;
    let next = there.follow(&page, "next").await;
    assert_eq!(next.contents(), ["2", "4"]);
    assert_eq!(there.follow(&next, "previous").await.contents(), ["0"]);
}

async fn links_by_cursor_keep_what_else_was_asked_for(suite: Suite) {
    let there = There::with(&suite, 5).await;
    let query = format!("search=%20&room={}&limit=2&order=oldest&count=none&b~c=*", there.room);
    let page = there.page(&query).await;
    let cursor = format!("{},{}", page.text("results.1.created_at"), there.sent[1]);
    let cursor = cursor.replace(':', "%3A").replace(',', "%2C");
    let link = format!("/messages/?after={cursor}&b~c=%2A&count=none&limit=2&room={}&search=+", there.room);
    assert_eq!(page.text("next"), there.chat.url(&link));
}

async fn a_page_by_cursor_is_of_the_room_the_user_and_the_search_asked_for(suite: Suite) {
    let there = There::with(&suite, 3).await;
    let bob = there.chat.person("bob").await;
    let other = there.chat.room(&there.ann, &[&bob]).await;
    for (author, content) in [(&there.ann, "red"), (&bob, "red"), (&bob, "blue")] {
        there.chat.say(author, other, content).await;
    }
    let (first, ann) = (there.sent[0], there.ann.id);
    for (query, contents) in [
        (format!("after={first}&room={}", there.room), &["1", "2"][..]),
        (format!("after={first}&room={other}"), &["red", "red", "blue"]),
        (format!("after={first}&room={other}&user={}", bob.id), &["red", "blue"]),
        (format!("after={first}&user={ann}"), &["1", "2", "red"]),
        (format!("after={first}&search=RED"), &["red", "red"]),
        (format!("limit=1&search=red&user={ann}"), &["red"]),
    ] {
        assert_eq!(there.page(&query).await.contents(), contents, "{query}");
    }
    // Bob is not in the first room.
    let answer = there.chat.get("/messages/?limit=9").by(&bob).await;
    assert_eq!(answer.contents(), ["blue", "red", "red"]);
}

async fn a_page_by_cursor_after_the_newest_shows_what_comes(suite: Suite) {
    let there = There::with(&suite, 2).await;
    let after = format!("after={}", there.sent[1]);
    there.page(&after).await.is_page(&[], true, false);
    let back = there.page(&after).await;
    assert_eq!(there.follow(&back, "previous").await.contents(), ["0"]);
    there.chat.say(&there.ann, there.room, "new").await;
    there.page(&after).await.is_page(&["new"], true, false);
}

async fn a_message_that_is_not_there_or_of_others_is_no_cursor(suite: Suite) {
    let there = There::with(&suite, 2).await;
    let bob = there.chat.person("bob").await;
    let room = there.chat.room(&bob, &[]).await;
    let of_bob = there.chat.say(&bob, room, "x").await;
    there.delete(there.sent[1]).await;
    for id in [of_bob.to_string(), there.sent[1].to_string(), "0".into(), "-1".into(), "9".repeat(30)] {
        for name in ["before", "after", "around"] {
            let fault = format!("Invalid pk \"{id}\" - object does not exist.");
            there.page(&format!("{name}={id}")).await.fault(name, &fault);
        }
    }
}

async fn what_is_no_cursor_is_told_of(suite: Suite) {
    let there = There::with(&suite, 1).await;
    let fault = "Enter a message id, or a cursor: a created_at and a message id, separated by a comma.";
    for value in
        ["x", "1.0", ",", "2026-11-22,1", "2026-11-22T09:11:47Z", "x,1", "2026-11-22T09:11:47Z,x", "%00"]
    {
        for name in ["before", "after", "around"] {
            there.page(&format!("{name}={value}")).await.fault(name, fault);
        }
    }
}

async fn a_limit_is_served_up_to_100(suite: Suite) {
    let there = There::with(&suite, 101).await;
    for value in ["100", "101", "1000", "4294967297", &"9".repeat(30)] {
        let page = there.page(&format!("limit={value}")).await;
        assert_eq!((page.contents().len(), page.at("has_more_before")), (100, Json::Bool(true)), "{value}");
    }
    for value in ["1", "%201%20", "01", "%2B1"] {
        assert_eq!(there.page(&format!("limit={value}")).await.contents(), ["100"]);
    }
}

async fn a_limit_that_is_no_number_of_rows_is_ignored(suite: Suite) {
    let there = There::with(&suite, 2).await;
    let plain = there.ask("/messages/").await;
    let newest = there.page("order=newest").await;
    for value in ["0", "-1", "x", "1.0", "all", "%00", &format!("-{}", "9".repeat(30))] {
        there.page(&format!("limit={value}")).await.is(200, &plain.body);
        there.page(&format!("limit={value}&order=newest")).await.is(200, &newest.body);
    }
}

async fn ways_to_say_which_messages_are_not_combined(suite: Suite) {
    let there = There::with(&suite, 1).await;
    let id = there.sent[0];
    for (query, field, other) in [
        (format!("before={id}&after={id}"), "after", "before"),
        (format!("around={id}&before={id}"), "around", "before"),
        (format!("after={id}&around={id}"), "around", "after"),
        (format!("before={id}&order=newest"), "order", "before"),
        (format!("before={id}&page=2"), "page", "before"),
        (format!("before={id}&limit=2&offset=2"), "offset", "before"),
        ("order=newest&limit=2&offset=0".to_owned(), "offset", "order"),
        ("order=oldest&page=last".to_owned(), "page", "order"),
    ] {
        there.page(&query).await.fault(field, &format!("May not be combined with \"{other}\"."));
    }
}

async fn a_page_by_cursor_says_what_of_its_filter_names_nothing(suite: Suite) {
    let there = There::with(&suite, 1).await;
    let fault = "Select a valid choice. That choice is not one of the available choices.";
    for field in ["room", "user"] {
        for value in ["x", "999999"] {
            there.page(&format!("limit=2&{field}={value}")).await.fault(field, fault);
        }
    }
    there.page("limit=2&search=%00").await.is(400, r#"["Null characters are not allowed."]"#);
}

async fn messages_that_come_and_go_make_paging_miss_none_and_show_none_twice(suite: Suite) {
    let there = There::with(&suite, 30).await;
    let (goes, stays): (Vec<i64>, Vec<i64>) = there.sent.iter().partition(|id| *id % 3 == 0);
    let mut goes = goes.into_iter();
    for order in ["newest", "oldest"] {
        let mut seen = Vec::new();
        let mut page = there.page(&format!("order={order}&limit=4")).await;
        loop {
            seen.extend(ids(&page));
            if page.at("next") == Json::Null {
                break;
            }
            // While a page is read, a message comes and another goes.
            let others = async {
                there.chat.say(&there.ann, there.room, "new").await;
                if let Some(gone) = goes.next() {
                    there.delete(gone).await;
                }
            };
            (page, _) = join(there.follow(&page, "next"), others).await;
        }
        let mut kept: Vec<i64> = seen.iter().copied().filter(|id| stays.contains(id)).collect();
        if order == "newest" {
            kept.reverse();
        }
        assert_eq!(kept, stays, "{order}");
        let once: BTreeSet<i64> = seen.iter().copied().collect();
        assert_eq!(once.len(), seen.len(), "{order}");
    }
}

fn ids(page: &Answer) -> Vec<i64> {
    page.each("id").iter().filter_map(Json::as_i64).collect()
}

/// Ann, who has sent messages to a room: `0`, `1` and so on.
pub(super) struct There {
    pub(super) chat: Chat,
    ann: Person,
    pub(super) room: i64,
    sent: Vec<i64>,
}

impl There {
    pub(super) async fn with(suite: &Suite, messages: usize) -> Self {
        Self::new(suite.chat().await, messages).await
    }

    pub(super) async fn new(chat: Chat, messages: usize) -> Self {
        let ann = chat.person("ann").await;
        let room = chat.room(&ann, &[]).await;
        let mut sent = Vec::new();
        for n in 0..messages {
            sent.push(chat.say(&ann, room, &n.to_string()).await);
        }
        Self { chat, ann, room, sent }
    }

    pub(super) fn ask(&self, path: &str) -> Ask<'_> {
        self.chat.get(path).by(&self.ann)
    }

    pub(super) fn page(&self, query: &str) -> Ask<'_> {
        self.ask(&format!("/messages/?{query}"))
    }

    /// The page that a link of this one leads to.
    async fn follow(&self, page: &Answer, link: &str) -> Answer {
        self.ask(page.text(link).strip_prefix(&self.chat.base()).unwrap()).await
    }

    async fn delete(&self, message: i64) {
        self.chat.delete(format!("/messages/{message}/")).by(&self.ann).await.status(204);
    }
}

impl Answer {
    /// A cursor page with these texts, and with links where there are more messages before and after.
    #[track_caller]
    fn is_page(&self, contents: &[&str], more_before: bool, more_after: bool) {
        assert_eq!(self.contents(), contents, "{}", self.to);
        let more = ["has_more_before", "has_more_after"].map(|side| self.at(side) == Json::Bool(true));
        assert_eq!(more, [more_before, more_after], "{}", self.to);
        let links = ["next", "previous"].map(|link| self.at(link) != Json::Null);
        assert_eq!(
            links.iter().filter(|link| **link).count(),
            usize::from(more_before) + usize::from(more_after),
            "{}",
            self.to
        );
    }
}
