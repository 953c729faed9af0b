//! Searches have one statement text, however many terms they have: a database prepares each text once and keeps it.

#![cfg(feature = "postgres")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends in a panic that says why")]

use chatapi_core::messages::{Anchor, CursorPageRequest, MessageFilter, RankedSearch, Sort};
use chatapi_core::page::PageRequest;
use chatapi_core::search::{Analyzer, Query, SearchTerms};
use chatapi_core::store::engine::{Engine as _, Row as _};
use chatapi_core::store::postgres::PgStore;
use chatapi_core::{Store, UserId};
use chatapi_testing::postgres::Databases;
use sqlx::SqlStr;

const READER: UserId = UserId(1);

async fn search(store: &PgStore, words: &[String]) {
    let terms = words.join(" ");
    let filter = MessageFilter { search: SearchTerms::parse(&terms).unwrap(), ..MessageFilter::all(READER) };
    store.messages(&filter, PageRequest::first(25)).await.unwrap();
    store.cursor_page(&filter, &CursorPageRequest::new(Anchor::Newest, 25)).await.unwrap();
    for query in [terms, words.join(" OR "), format!("\"{}\"", words.join(" "))] {
        let query = Query::parse(&query, Analyzer::default()).unwrap();
        let (analyzer, sort) = (Analyzer::default(), Sort::Relevance);
        let search = RankedSearch { reader: READER, room: None, authors: None, query, analyzer, sort };
        store.ranked(&search, PageRequest::first(25)).await.unwrap();
    }
}

/// How many statements the store's one connection has prepared.
async fn prepared(store: &PgStore) -> i64 {
    let sql = SqlStr::from_static("select count(*) from pg_prepared_statements");
    store.engine().read(sql, &[]).await.unwrap()[0].int(0).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn any_number_of_terms_is_one_statement() {
    let databases = Databases::new().await;
    let store = PgStore::connect_lazy(&databases.fresh().await, 1).unwrap();
    store.migrate().await.unwrap();
    let words: Vec<String> = (0..SearchTerms::LIMIT).map(|n| "x".repeat(n + 1)).collect();
    search(&store, &words[..1]).await;
    prepared(&store).await;
    let before = prepared(&store).await;
    for terms in 2..=words.len() {
        search(&store, &words[..terms]).await;
    }
    assert_eq!(prepared(&store).await, before);
    drop(store);
    databases.drop_all().await;
}
