//! A host's own tokens, where the chat is built and used before the host signs anything: one test, since a process has one
//! provider.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up ends in a panic that says why")]

mod host_jwt;

#[tokio::test]
async fn a_chat_leaves_the_process_as_it_is() {
    host_jwt::a_chat_without_accounts_is_built().await;
    host_jwt::the_chats_tokens_are_good().await;
    host_jwt::install_the_hosts_provider();
    host_jwt::the_hosts_tokens_are_good();
    host_jwt::the_chats_tokens_are_good().await;
}
