//! cargo run -p chatapi-embed --bin poem
//!
//! Chat under `/chat` of a service on poem, beside a route of the service's own. Its clients sign up and log in with
//! accounts of the chat's, and everything is kept in memory.

use std::error::Error;

use chatapi_core::ChatApi;
use chatapi_core::store::memory::MemoryStore;
use chatapi_embed::{CONVERSATION, ctrl_c, listen, say_what_to_try};
use poem::listener::TcpAcceptor;
use poem::{Route, Server, get, handler};

#[handler]
fn hello() -> &'static str {
    "Hello, World!\n"
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let secret = "a secret of 32 bytes or more, from your settings";
    let chat = ChatApi::builder(MemoryStore::new(), secret).build()?;
    let app = Route::new().at("/", get(hello)).nest("/chat", chatapi_poem::endpoint(chat.clone()));

    let listener = listen()?;
    say_what_to_try(&listener, &format!("curl -s http://127.0.0.1:8000/\n{CONVERSATION}"))?;
    let server = Server::new_with_acceptor(TcpAcceptor::from_std(listener)?);
    server.run_with_graceful_shutdown(app, ctrl_c(), None).await?;
    // What is still to be done after the last answer, such as mails.
    chat.shutdown().await;
    Ok(())
}
