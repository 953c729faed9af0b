//! The conversations that were recorded from the documented deployment: each is replayed twice, by other people, on one
//! store, so that nothing depends on a store that is empty.

use chatapi_core::config::ShowEmails;

use super::case::cases;
use super::chat::Suite;
use super::replay::replay;

cases! {
    accounts_and_tokens_answer_as_recorded,
    rooms_answer_as_recorded,
    messages_answer_as_recorded,
    the_protocol_is_as_recorded,
}

async fn accounts_and_tokens_answer_as_recorded(suite: Suite) {
    twice(suite, include_str!("recorded/auth.json"), 70).await;
}

async fn rooms_answer_as_recorded(suite: Suite) {
    twice(suite, include_str!("recorded/rooms.json"), 78).await;
}

async fn messages_answer_as_recorded(suite: Suite) {
    twice(suite, include_str!("recorded/messages.json"), 119).await;
}

async fn the_protocol_is_as_recorded(suite: Suite) {
    twice(suite, include_str!("recorded/protocol.json"), 39).await;
}

async fn twice(suite: Suite, recorded: &str, steps: usize) {
    let chat = suite.chat_with(|config| config.show_emails = ShowEmails::Members).await;
    let admin = chat.superuser("admin").await;
    for run in ["qzxjkvwa", "qzxjkvwb"] {
        assert_eq!(replay(&chat, recorded, run, &admin).await, steps);
    }
}
