//! Cases about pages.

use super::case::cases;
use super::chat::{Chat, Person, Suite};

cases! {
    pages_follow_one_another_by_their_links,
    the_last_page_is_known_by_name,
    a_page_that_is_not_there_is_not_found,
    a_list_that_is_empty_has_one_page,
    a_page_has_25_rows_where_nothing_else_is_said,
    links_name_their_parameters_in_order_with_all_their_values,
    staff_leaf_through_the_accounts,
}

async fn pages_follow_one_another_by_their_links(suite: Suite) {
    let (chat, ann, rooms) = five_rooms(&suite).await;
    let url = |page: usize| {
        if page == 1 { chat.url("/rooms/") } else { chat.url(&format!("/rooms/?page={page}")) }
    };
    for (page, shown) in (1..).zip(rooms.chunks(2)) {
        let answer = chat.get(format!("/rooms/?page={page}")).by(&ann).await;
        let found: Vec<i64> = answer.each("id").iter().filter_map(super::json::Json::as_i64).collect();
        assert_eq!(found, shown, "page {page}");
        let next = if page < 3 { format!("\"{}\"", url(page + 1)) } else { "null".to_owned() };
        let previous = if page > 1 { format!("\"{}\"", url(page - 1)) } else { "null".to_owned() };
        let begin = format!(r#"{{"count":5,"next":{next},"previous":{previous},"results":[{{"#);
        assert!(answer.body.starts_with(&begin), "{} does not begin with {begin}", answer.body);
    }
}

async fn the_last_page_is_known_by_name(suite: Suite) {
    let (chat, ann, _) = five_rooms(&suite).await;
    let last = chat.get("/rooms/?page=3").by(&ann).await;
    chat.get("/rooms/?page=last").by(&ann).await.is(200, &last.body);
    assert_eq!(last.text("previous"), chat.url("/rooms/?page=2"));
}

async fn a_page_that_is_not_there_is_not_found(suite: Suite) {
    let (chat, ann, _) = five_rooms(&suite).await;
    for page in [
        "0",
        "-1",
        "4",
        "999999999999999999999999",
        "1.0",
        "2.0",
        "abc",
        "1e0",
        "last%20",
        "LAST",
        "%202x",
        "%00",
    ] {
        for path in ["rooms", "messages", "auth/users"] {
            chat.get(format!("/{path}/?page={page}")).by(&ann).await.detail(404, "Invalid page.");
        }
    }
    for page in ["", "1", "01", "%2B1", "%202%20"] {
        chat.get(format!("/rooms/?page={page}")).by(&ann).await.status(200);
    }
}

async fn a_list_that_is_empty_has_one_page(suite: Suite) {
    let chat = suite.chat().await;
    let ann = chat.person("ann").await;
    for path in ["/rooms/", "/messages/"] {
        for page in ["", "?page=1", "?page=last"] {
            let answer = chat.get(format!("{path}{page}")).by(&ann).await;
            answer.is(200, r#"{"count":0,"next":null,"previous":null,"results":[]}"#);
        }
        chat.get(format!("{path}?page=2")).by(&ann).await.detail(404, "Invalid page.");
    }
}

async fn a_page_has_25_rows_where_nothing_else_is_said(suite: Suite) {
    let chat = suite.chat().await;
    let ann = chat.person("ann").await;
    for _ in 0..26 {
        chat.room(&ann, &[]).await;
    }
    assert_eq!(chat.get("/rooms/").by(&ann).await.each("id").len(), 25);
    assert_eq!(chat.get("/rooms/?page_size=100&limit=100").by(&ann).await.each("id").len(), 25);
    assert_eq!(chat.get("/rooms/?page=2").by(&ann).await.each("id").len(), 1);
}

async fn links_name_their_parameters_in_order_with_all_their_values(suite: Suite) {
    let (chat, ann, _) = five_rooms(&suite).await;
    let answer =
        chat.get("/rooms/?search=gr%C3%BC%C3%9Fe+aus&room=2&page=2&b~c=*&a=2&a=1&blank=").by(&ann).await;
    let query =
        |page: &str| format!("/rooms/?a=2&a=1&blank=&b~c=%2A{page}&room=2&search=gr%C3%BC%C3%9Fe+aus");
    assert_eq!(answer.text("next"), chat.url(&query("&page=3")));
    assert_eq!(answer.text("previous"), chat.url(&query("")));
    // Of a number that is given twice, the last counts, and the links give it once.
    let answer = chat.get("/rooms/?page=3&page=1&page=2").by(&ann).await;
    assert_eq!(answer.text("next"), chat.url("/rooms/?page=3"));
}

async fn staff_leaf_through_the_accounts(suite: Suite) {
    let chat = suite.chat_with(|config| config.page_size = 2).await;
    let [ann, bob] = chat.people(["ann", "bob"]).await;
    let root = chat.superuser("root").await;
    let (count, next) = (3, chat.url("/auth/users/?page=2"));
    let shown = |person: &Person| {
        format!(
            r#"{{"email":"{name}@example.org","id":{},"username":"{name}"}}"#,
            person.id,
            name = person.name
        )
    };
    let first = format!(
        r#"{{"count":{count},"next":"{next}","previous":null,"results":[{},{}]}}"#,
        shown(&ann),
        shown(&bob)
    );
    chat.get("/auth/users/").by(&root).await.is(200, first);
    let only = format!(r#"{{"count":1,"next":null,"previous":null,"results":[{}]}}"#, shown(&bob));
    chat.get("/auth/users/").by(&bob).await.is(200, only);
    chat.get("/auth/users/?page=2").by(&bob).await.detail(404, "Invalid page.");
}

/// Somebody with five rooms, two a page.
async fn five_rooms(suite: &Suite) -> (Chat, Person, Vec<i64>) {
    let chat = suite.chat_with(|config| config.page_size = 2).await;
    let ann = chat.person("ann").await;
    let mut rooms = Vec::new();
    for _ in 0..5 {
        rooms.push(chat.room(&ann, &[]).await);
    }
    (chat, ann, rooms)
}
