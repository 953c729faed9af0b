//! Cases about the indexer of search: what is found is the same before it and after.

use chatapi_core::messages::{Message, MessageFilter, NewMessage, RankedSearch, Sort};
use chatapi_core::page::PageRequest;
use chatapi_core::permission::AccessScope;
use chatapi_core::rooms::Room;
use chatapi_core::search::{Analyzer, Language, Query, SearchTerms};
use chatapi_core::text::Text;
use chatapi_core::users::User;

use super::case::{Subject, cases};
use super::given::{at, at_once, found, list, room, text, user, users};

cases! {
    a_tidied_room_is_searched_with_the_same_result,
    messages_that_are_sent_after_indexing_are_found_with_the_others,
    an_edited_message_is_found_by_its_new_text_alone,
    a_message_that_is_edited_again_and_again_is_found_once,
    a_deleted_message_is_found_no_more,
    the_messages_of_a_deleted_user_are_found_no_more,
    a_deleted_room_leaves_nothing_to_index,
    messages_whose_order_of_time_is_not_that_of_their_ids_keep_their_order,
    a_search_by_an_author_finds_the_author_s_alone,
    a_room_that_was_indexed_has_no_work_left,
    what_a_room_has_too_much_of_that_is_gone_is_cleared,
    sends_edits_and_deletions_while_rooms_are_tidied_lose_nothing,
    indexing_a_room_that_is_not_there_does_nothing,
    texts_are_read_anew_when_their_language_changes,
    words_are_used_until_others_are,
}

/// More messages than the segments that suites are run with take in, in an order that is not quite that of time.
const MANY: i64 = 60;

async fn fill(store: &Subject, room: &Room, author: &User) -> Vec<Message> {
    let mut sent = Vec::new();
    for n in 0..MANY {
        sent.push(say(store, room, author, &format!("message {n:02} of many"), n).await);
    }
    sent
}

async fn say(store: &Subject, room: &Room, author: &User, content: &str, second: i64) -> Message {
    let new = NewMessage { room: room.id, user: author.id, text: text(content), at: at(second) };
    store.create_message(new).await.unwrap().unwrap()
}

async fn index(store: &Subject, room: &Room) {
    store.index_room(room.id, Analyzer::default()).await.unwrap();
}

async fn edit(store: &Subject, message: &Message, content: &str) {
    let changed =
        store.update_message(message.id, AccessScope::EveryRoom, Some(&text(content)), at(100)).await;
    assert!(changed.unwrap().is_some());
}

async fn a_tidied_room_is_searched_with_the_same_result(store: &Subject) {
    let ann = user(store, "ann").await;
    let tea = room(store, &ann, &[]).await;
    fill(store, &tea, &ann).await;
    for query in ["message", "1", "\"age 1\"", "\"0 of\"", "y", "many of", "absent", "message many 7"] {
        let before = found(store, &ann, query).await;
        index(store, &tea).await;
        assert_eq!(found(store, &ann, query).await, before, "{query}");
    }
    assert_eq!(found(store, &ann, "message 07").await, ["message 07 of many"]);
}

async fn messages_that_are_sent_after_indexing_are_found_with_the_others(store: &Subject) {
    let ann = user(store, "ann").await;
    let tea = room(store, &ann, &[]).await;
    fill(store, &tea, &ann).await;
    index(store, &tea).await;
    say(store, &tea, &ann, "message 07 again", MANY).await;
    assert_eq!(found(store, &ann, "message 07").await, ["message 07 of many", "message 07 again"]);
}

async fn an_edited_message_is_found_by_its_new_text_alone(store: &Subject) {
    let ann = user(store, "ann").await;
    let tea = room(store, &ann, &[]).await;
    let sent = fill(store, &tea, &ann).await;
    index(store, &tea).await;
    edit(store, &sent[3], "a cup of earl grey").await;
    for _ in 0..2 {
        assert_eq!(found(store, &ann, "earl").await, ["a cup of earl grey"]);
        assert_eq!(found(store, &ann, "\"message 03\"").await, Vec::<String>::new());
        assert_eq!(found(store, &ann, "of").await.len(), sent.len());
        index(store, &tea).await;
    }
}

async fn a_message_that_is_edited_again_and_again_is_found_once(store: &Subject) {
    let ann = user(store, "ann").await;
    let tea = room(store, &ann, &[]).await;
    let sent = fill(store, &tea, &ann).await;
    for n in 0..12 {
        edit(store, &sent[4], &format!("cup {n}")).await;
        if n % 3 != 0 {
            index(store, &tea).await;
        }
        assert_eq!(found(store, &ann, "cup").await, [format!("cup {n}")]);
        fill(store, &tea, &ann).await;
    }
}

async fn a_deleted_message_is_found_no_more(store: &Subject) {
    let ann = user(store, "ann").await;
    let tea = room(store, &ann, &[]).await;
    let sent = fill(store, &tea, &ann).await;
    index(store, &tea).await;
    assert!(store.delete_message(sent[3].id, AccessScope::EveryRoom).await.unwrap());
    for _ in 0..2 {
        assert_eq!(found(store, &ann, "\"message 03\"").await, Vec::<String>::new());
        assert_eq!(found(store, &ann, "of many").await.len(), sent.len() - 1);
        index(store, &tea).await;
    }
}

async fn the_messages_of_a_deleted_user_are_found_no_more(store: &Subject) {
    let [ann, bob] = users(store, ["ann", "bob"]).await;
    let tea = room(store, &ann, &[&bob]).await;
    fill(store, &tea, &ann).await;
    fill(store, &tea, &bob).await;
    index(store, &tea).await;
    assert!(store.delete_user(bob.id, bob.revision).await.unwrap());
    for _ in 0..2 {
        let filter =
            MessageFilter { search: SearchTerms::parse("message").unwrap(), ..MessageFilter::all(ann.id) };
        let left = list(store, &filter).await;
        assert_eq!(left.results.len(), MANY as usize);
        assert!(left.results.iter().all(|message| message.user == ann.id));
        index(store, &tea).await;
    }
}

async fn a_deleted_room_leaves_nothing_to_index(store: &Subject) {
    let ann = user(store, "ann").await;
    let tea = room(store, &ann, &[]).await;
    fill(store, &tea, &ann).await;
    index(store, &tea).await;
    fill(store, &tea, &ann).await;
    assert!(store.delete_room(tea.id, tea.admin).await.unwrap());
    assert_eq!(store.rooms_to_index().await.unwrap(), []);
    assert_eq!(found(store, &ann, "message").await, Vec::<String>::new());
}

async fn messages_whose_order_of_time_is_not_that_of_their_ids_keep_their_order(store: &Subject) {
    let ann = user(store, "ann").await;
    let [tea, rum] = [room(store, &ann, &[]).await, room(store, &ann, &[]).await];
    for n in 0..MANY {
        let room = if n % 3 == 0 { &rum } else { &tea };
        say(store, room, &ann, &format!("message {n}"), n * 7 % MANY).await;
    }
    index(store, &tea).await;
    index(store, &rum).await;
    say(store, &tea, &ann, "message late", 3).await;
    let filter =
        MessageFilter { search: SearchTerms::parse("message").unwrap(), ..MessageFilter::all(ann.id) };
    let found = list(store, &filter).await.results;
    assert_eq!(found.len(), MANY as usize + 1);
    assert!(found.is_sorted_by_key(|message| (message.created_at, message.id)));
}

async fn a_search_by_an_author_finds_the_author_s_alone(store: &Subject) {
    let [ann, bob] = users(store, ["ann", "bob"]).await;
    let tea = room(store, &ann, &[&bob]).await;
    for n in 0..MANY {
        say(store, &tea, if n % 3 == 0 { &bob } else { &ann }, &format!("message {n:02}"), n).await;
    }
    index(store, &tea).await;
    let of_bob = MessageFilter {
        user: Some(bob.id),
        search: SearchTerms::parse("\"message 1\"").unwrap(),
        ..MessageFilter::all(ann.id)
    };
    let found: Vec<String> =
        list(store, &of_bob).await.results.into_iter().map(|message| message.content).collect();
    assert_eq!(found, ["message 12", "message 15", "message 18"]);
}

async fn a_room_that_was_indexed_has_no_work_left(store: &Subject) {
    let ann = user(store, "ann").await;
    let tea = room(store, &ann, &[]).await;
    let sent = fill(store, &tea, &ann).await;
    index(store, &tea).await;
    edit(store, &sent[0], "a cup").await;
    for room in store.rooms_to_index().await.unwrap() {
        store.index_room(room, Analyzer::default()).await.unwrap();
    }
    assert_eq!(store.rooms_to_index().await.unwrap(), []);
}

async fn what_a_room_has_too_much_of_that_is_gone_is_cleared(store: &Subject) {
    let ann = user(store, "ann").await;
    let tea = room(store, &ann, &[]).await;
    let sent = fill(store, &tea, &ann).await;
    index(store, &tea).await;
    for message in sent.iter().filter(|message| message.id.0 % 4 != 0) {
        assert!(store.delete_message(message.id, AccessScope::EveryRoom).await.unwrap());
    }
    let left: Vec<String> =
        sent.iter().filter(|message| message.id.0 % 4 == 0).map(|message| message.content.clone()).collect();
    for _ in 0..2 {
        assert_eq!(found(store, &ann, "of many").await, left);
        index(store, &tea).await;
    }
}

async fn sends_edits_and_deletions_while_rooms_are_tidied_lose_nothing(store: &Subject) {
    let ann = user(store, "ann").await;
    let tea = room(store, &ann, &[]).await;
    let sent = fill(store, &tea, &ann).await;
    let mut tasks: Vec<std::pin::Pin<Box<dyn Future<Output = ()> + Send>>> = Vec::new();
    for _ in 0..3 {
        let (store, tea) = (store.clone(), tea.clone());
        tasks.push(Box::pin(async move {
            for _ in 0..10 {
                index(&store, &tea).await;
                tokio::task::yield_now().await;
            }
        }));
    }
    {
        let (store, tea, ann) = (store.clone(), tea.clone(), ann.clone());
        tasks.push(Box::pin(async move {
            for n in 0..MANY {
                say(&store, &tea, &ann, &format!("new {n}"), n).await;
            }
        }));
    }
    for (n, message) in sent.iter().cloned().enumerate() {
        let store = store.clone();
        tasks.push(Box::pin(async move {
            if n % 2 == 0 {
                edit(&store, &message, &format!("edited {n}")).await;
                edit(&store, &message, &format!("edited twice {n}")).await;
            } else {
                assert!(store.delete_message(message.id, AccessScope::EveryRoom).await.unwrap());
            }
        }));
    }
    at_once(tasks).await;
    for _ in 0..2 {
        assert_eq!(found(store, &ann, "new").await.len(), MANY as usize);
        assert_eq!(found(store, &ann, "edited twice").await.len(), sent.len() / 2);
        assert_eq!(found(store, &ann, "edited").await.len(), sent.len() / 2);
        assert_eq!(found(store, &ann, "message").await, Vec::<String>::new());
        index(store, &tea).await;
    }
}

async fn indexing_a_room_that_is_not_there_does_nothing(store: &Subject) {
    store.index_room(super::given::NO_ROOM, Analyzer::default()).await.unwrap();
}

/// What ranked search finds, with this analyzer.
async fn ranked(store: &Subject, reader: &User, query: &str, analyzer: Analyzer) -> Vec<String> {
    let query = Query::parse(query, analyzer).unwrap();
    let search =
        RankedSearch { reader: reader.id, room: None, authors: None, query, analyzer, sort: Sort::Recent };
    let page = store.ranked(&search, PageRequest::first(100)).await.unwrap().unwrap();
    let mut found: Vec<String> = page.results.into_iter().map(|message| message.content).collect();
    found.sort();
    found
}

async fn texts_are_read_anew_when_their_language_changes(store: &Subject) {
    let ann = user(store, "ann").await;
    let tea = room(store, &ann, &[]).await;
    let (english, german) = (Analyzer::new(Language::English), Analyzer::new(Language::German));
    store.use_analyzer(english).await.unwrap();
    let texts = ["Häuser und Messages", "ein Haus", "eine Message", "noch ein Haus", "no message"];
    for text in texts {
        let text = Text::new(text, english).unwrap();
        let new = NewMessage { room: tea.id, user: ann.id, text, at: at(0) };
        store.create_message(new).await.unwrap().unwrap();
    }
    index(store, &tea).await;
    assert_eq!(store.rooms_to_index().await.unwrap(), []);
    // What a message says is found before its room is indexed, and afterwards by every form of it.
    for query in ["haus", "ein haus", "haus OR nothing", "-message haus"] {
        assert!(ranked(store, &ann, query, german).await.contains(&"ein Haus".to_owned()), "{query}");
    }
    assert!(store.use_analyzer(german).await.unwrap());
    for room in store.rooms_to_index().await.unwrap() {
        // This instance was started with another analyzer, and uses the one that was set.
        store.index_room(room, english).await.unwrap();
    }
    assert_eq!(store.rooms_to_index().await.unwrap(), []);
    assert_eq!(
        ranked(store, &ann, "Haus", german).await,
        ["Häuser und Messages", "ein Haus", "noch ein Haus"]
    );
    assert_eq!(ranked(store, &ann, "häusern", german).await.len(), 3);
    assert_eq!(found(store, &ann, "haus").await.len(), 2);
}

async fn words_are_used_until_others_are(store: &Subject) {
    let (english, german) = (Analyzer::new(Language::English), Analyzer::new(Language::German));
    for (analyzer, is_change) in
        [(english, true), (english, false), (german, true), (german, false), (english, true)]
    {
        assert_eq!(store.use_analyzer(analyzer).await.unwrap(), is_change, "{analyzer:?}");
    }
}
