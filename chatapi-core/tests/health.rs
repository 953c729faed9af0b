//! Whether a chat says that it can be asked.
#![cfg(feature = "sqlite")]

use chatapi_core::http::health;
use chatapi_core::store::sqlite::SqliteStore;
use chatapi_core::{ChatApi, ChatApiBuilder, Store};
use chatapi_testing::TestChat;

fn with_health(builder: ChatApiBuilder) -> ChatApiBuilder {
    builder.route(health::live()).route(health::ready())
}

#[tokio::test]
async fn a_chat_on_a_store_that_is_up_to_date_is_ready() {
    let chat = TestChat::new(with_health);
    for path in ["/healthz", "/readyz"] {
        let answer = chat.get(path).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, r#"{"status":"ok"}"#), "{path}");
        assert_eq!(answer.headers["cache-control"], "no-store");
    }
}

#[tokio::test]
async fn a_chat_that_is_about_to_end_lives_and_is_not_ready() {
    let chat = TestChat::new(with_health);
    chat.api().drain();
    assert_eq!(chat.get("/healthz").await.status, 200);
    let answer = chat.get("/readyz").await;
    assert_eq!(answer.status, 503);
    assert_eq!(answer.body, r#"{"status":"unavailable","reason":"shutting down"}"#);
    chat.user("ann").await;
}

#[tokio::test]
async fn a_store_without_its_tables_is_not_ready_until_it_is_migrated() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path().join("chat.sqlite3")).await.unwrap();
    let api = ChatApi::builder(store.clone(), [7; 32]).build().unwrap();
    assert_eq!(api.ready().await.unwrap_err().to_string(), "the database is not up to date");
    store.migrate().await.unwrap();
    api.ready().await.unwrap();
}
