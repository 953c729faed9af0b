//! Networks that users logged in from are let in by names that strangers guess at, after a restart too.
#![cfg(feature = "jwt-hs256")]
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up ends in a panic that says why")]

use std::net::IpAddr;

use chatapi_core::auth::password::PasswordConfig;
use chatapi_core::store::memory::MemoryStore;
use chatapi_core::users::NewAccount;
use chatapi_core::{ChatApi, Config, Error};

const PASSWORD: &str = "zaq123wsx!Q";

fn chat(store: &MemoryStore) -> ChatApi {
    let mut config = Config::default();
    config.limits.guess = Some("2/d".parse().unwrap());
    // The cheapest hashes there are.
    let mut passwords = PasswordConfig::default();
    (passwords.memory_kib, passwords.passes) = (8, 1);
    ChatApi::builder(store.clone(), [7; 32]).config(config).passwords(passwords).build().unwrap()
}

async fn log_in(chat: &ChatApi, address: [u8; 4], password: &str) -> Result<(), Error> {
    chat.log_in_from(Some(IpAddr::from(address)), "ann", password).await.map(drop)
}

#[tokio::test]
async fn a_network_that_a_user_logged_in_from_is_let_in_after_a_restart() {
    const HOME: [u8; 4] = [192, 0, 2, 1];
    let store = MemoryStore::new();
    let before = chat(&store);
    before.register(NewAccount::new("ann", PASSWORD)).await.unwrap();
    log_in(&before, HOME, PASSWORD).await.unwrap();

    let after = chat(&store);
    for n in 0..2 {
        let guessed = log_in(&after, [203, 0, 113, n], "wrong").await;
        assert!(matches!(guessed, Err(Error::Unauthenticated(_))), "{guessed:?}");
    }
    let elsewhere = log_in(&after, [203, 0, 113, 9], PASSWORD).await;
    assert!(matches!(elsewhere, Err(Error::TooManyRequests { .. })), "{elsewhere:?}");
    log_in(&after, HOME, PASSWORD).await.unwrap();
}
