//! The store in memory keeps the contract.

#![cfg(feature = "suites")]

use std::sync::Arc;

use chatapi_core::Store;
use chatapi_core::store::memory::MemoryStore;
use chatapi_core::testing::store_suite::store_suite;

#[tokio::test(flavor = "multi_thread")]
async fn the_store_in_memory_is_a_store() {
    store_suite(async || Arc::new(MemoryStore::new()) as Arc<dyn Store>).await;
}

#[tokio::test]
async fn clones_share_what_they_keep() {
    let store = MemoryStore::new();
    let kept = store.keep_secret("key", "one").await.unwrap();
    assert_eq!(store.clone().keep_secret("key", "two").await.unwrap(), kept);
    assert_eq!(MemoryStore::new().keep_secret("key", "two").await.unwrap(), "two");
    assert!(!format!("{store:?}").contains("one"));
}
