//! Cases about search by words.

use chatapi_core::messages::{NewMessage, RankedSearch, Sort};
use chatapi_core::page::{Count, PageNumber, PageRequest};
use chatapi_core::rooms::Room;
use chatapi_core::search::{Analyzer, Query};
use chatapi_core::users::User;

use super::case::{Subject, cases};
use super::given::{NO_USER, WHOLE, at, room, text, user, users};

cases! {
    the_messages_with_the_rarer_words_come_first,
    of_equals_the_newest_come_first,
    the_newest_come_first_where_that_is_asked_for,
    words_are_found_in_other_forms,
    words_in_a_row_are_found_as_they_stand,
    what_is_left_out_is_not_found,
    authors_and_times_leave_the_rest_out,
    filters_alone_find_whatever_they_let_through,
    words_of_rooms_that_the_reader_is_not_in_are_never_found,
    pages_of_ranked_messages_hold_each_once,
}

async fn the_messages_with_the_rarer_words_come_first(store: &Subject) {
    let ann = user(store, "ann").await;
    let tea = room(store, &ann, &[]).await;
    say(store, &tea, &ann, &["green tea", "tea", "tea tea", "black tea", "milk"]).await;
    assert_eq!(found(store, &ann, "green OR tea").await, ["green tea", "tea tea", "black tea", "tea"]);
}

async fn of_equals_the_newest_come_first(store: &Subject) {
    let ann = user(store, "ann").await;
    let tea = room(store, &ann, &[]).await;
    say(store, &tea, &ann, &["tea one", "tea two", "tea three", "rum", "tea four"]).await;
    assert_eq!(found(store, &ann, "tea").await, ["tea four", "tea three", "tea two", "tea one"]);
}

async fn the_newest_come_first_where_that_is_asked_for(store: &Subject) {
    let ann = user(store, "ann").await;
    let tea = room(store, &ann, &[]).await;
    say(store, &tea, &ann, &["tea tea tea", "tea two", "rum", "tea four"]).await;
    let search = RankedSearch { sort: Sort::Recent, ..search(&ann, "tea") };
    assert_eq!(of(store, &search).await, ["tea four", "tea two", "tea tea tea"]);
}

async fn words_are_found_in_other_forms(store: &Subject) {
    let ann = user(store, "ann").await;
    let tea = room(store, &ann, &[]).await;
    say(
        store,
        &tea,
        &ann,
        &["Messages were sent", "the qwen3.6 model", "foo.png", "東京へ行く", "ship it 🚀"],
    )
    .await;
    for (query, content) in [
        ("message", "Messages were sent"),
        ("qwen", "the qwen3.6 model"),
        ("QWEN3.6", "the qwen3.6 model"),
        ("foo", "foo.png"),
        ("東京", "東京へ行く"),
        ("🚀", "ship it 🚀"),
    ] {
        assert_eq!(found(store, &ann, query).await, [content], "{query}");
    }
    assert_eq!(found(store, &ann, "mess").await, Vec::<String>::new());
}

async fn words_in_a_row_are_found_as_they_stand(store: &Subject) {
    let ann = user(store, "ann").await;
    let tea = room(store, &ann, &[]).await;
    say(store, &tea, &ann, &["ha ha ha", "green tea", "tea, green", "ha"]).await;
    assert_eq!(found(store, &ann, "\"green tea\"").await, ["green tea"]);
    assert_eq!(found(store, &ann, "\"ha ha\"").await, ["ha ha ha"]);
}

async fn what_is_left_out_is_not_found(store: &Subject) {
    let ann = user(store, "ann").await;
    let tea = room(store, &ann, &[]).await;
    say(store, &tea, &ann, &["tea with milk", "tea with rum", "milk"]).await;
    assert_eq!(found(store, &ann, "tea -milk").await, ["tea with rum"]);
    assert_eq!(found(store, &ann, "tea -milk OR milk -tea").await, ["milk", "tea with rum"]);
}

async fn authors_and_times_leave_the_rest_out(store: &Subject) {
    let [ann, bob] = users(store, ["ann", "bob"]).await;
    let tea = room(store, &ann, &[&bob]).await;
    say(store, &tea, &ann, &["tea 0", "tea 1"]).await;
    say(store, &tea, &bob, &["tea 2", "tea 3", "tea 4", "tea 5", "tea 6"]).await;
    let of_bob = RankedSearch { authors: Some(vec![bob.id]), ..search(&ann, "tea") };
    assert_eq!(of(store, &of_bob).await, ["tea 6", "tea 5", "tea 4", "tea 3", "tea 2"]);
    let of_nobody = RankedSearch { authors: Some(vec![NO_USER]), ..search(&ann, "tea") };
    assert_eq!(of(store, &of_nobody).await, Vec::<String>::new());
    let until = format!("tea before:{} after:{}", at(3), at(0));
    let until = RankedSearch { query: Query::parse(&until, Analyzer::default()).unwrap(), ..of_bob };
    assert_eq!(of(store, &until).await, ["tea 4", "tea 3"]);
}

async fn filters_alone_find_whatever_they_let_through(store: &Subject) {
    let ann = user(store, "ann").await;
    let tea = room(store, &ann, &[]).await;
    say(store, &tea, &ann, &["one", "two", "three", "four", "five", "six"]).await;
    assert_eq!(found(store, &ann, &format!("before:{}", at(2))).await, ["two", "one"]);
    let of_ann = RankedSearch { authors: Some(vec![ann.id]), ..search(&ann, "") };
    assert_eq!(of(store, &of_ann).await.len(), 6);
}

async fn words_of_rooms_that_the_reader_is_not_in_are_never_found(store: &Subject) {
    let [ann, bob] = users(store, ["ann", "bob"]).await;
    let [tea, rum] = [room(store, &ann, &[&bob]).await, room(store, &ann, &[]).await];
    say(store, &tea, &ann, &["tea in the open"]).await;
    say(store, &rum, &ann, &["tea in secret", "tea", "tea", "tea"]).await;
    assert_eq!(found(store, &bob, "tea").await, ["tea in the open"]);
    let of_room = RankedSearch { room: Some(rum.id), ..search(&bob, "tea") };
    assert_eq!(of(store, &of_room).await, Vec::<String>::new());
    assert_eq!(
        of(store, &RankedSearch { room: Some(tea.id), ..search(&ann, "tea") }).await,
        ["tea in the open"]
    );
}

async fn pages_of_ranked_messages_hold_each_once(store: &Subject) {
    let ann = user(store, "ann").await;
    let tea = room(store, &ann, &[]).await;
    let contents: Vec<String> = (0..17).map(|n| format!("{}{n}", "tea ".repeat(1 + n % 3))).collect();
    say(store, &tea, &ann, &contents.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let search = search(&ann, "tea");
    let whole = of(store, &search).await;
    let mut paged = Vec::new();
    for number in 1..=5 {
        let request = PageRequest { number: PageNumber::Number(number), ..PageRequest::first(4) };
        let page = store.ranked(&search, request).await.unwrap().unwrap();
        assert_eq!((page.count, page.has_next), (Count::Exact(17), number < 5));
        paged.extend(page.results.into_iter().map(|message| message.content));
    }
    assert_eq!(paged, whole);
    let last = store.ranked(&search, PageRequest::last(4)).await.unwrap().unwrap();
    assert_eq!((last.number, last.results.len()), (5, 1));
    let past = PageRequest { number: PageNumber::Number(6), ..PageRequest::first(4) };
    assert_eq!(store.ranked(&search, past).await.unwrap(), None);
}

/// Sends messages a second apart, with the room indexed before the last.
async fn say(store: &Subject, room: &Room, author: &User, contents: &[&str]) {
    for (n, content) in (0..).zip(contents) {
        if n + 1 == contents.len() as i64 {
            store.index_room(room.id, Analyzer::default()).await.unwrap();
        }
        let new = NewMessage { room: room.id, user: author.id, text: text(content), at: at(n) };
        store.create_message(new).await.unwrap().unwrap();
    }
}

fn search(reader: &User, query: &str) -> RankedSearch {
    let analyzer = Analyzer::default();
    let query = Query::parse(query, analyzer).unwrap();
    RankedSearch { reader: reader.id, room: None, authors: None, query, analyzer, sort: Sort::Relevance }
}

async fn of(store: &Subject, search: &RankedSearch) -> Vec<String> {
    let page = store.ranked(search, WHOLE).await.unwrap().unwrap();
    page.results.into_iter().map(|message| message.content).collect()
}

async fn found(store: &Subject, reader: &User, query: &str) -> Vec<String> {
    of(store, &search(reader, query)).await
}
