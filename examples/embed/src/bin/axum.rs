//! cargo run -p chatapi-embed --bin axum
//!
//! Chat under `/chat` of a service on axum, beside a route of the service's own. Its clients sign up and log in with
//! accounts of the chat's, and everything is kept in memory.

use std::error::Error;
use std::net::SocketAddr;

use axum::Router;
use axum::routing::get;
use chatapi_core::ChatApi;
use chatapi_core::store::memory::MemoryStore;
use chatapi_embed::{CONVERSATION, ctrl_c, listen, say_what_to_try};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let secret = "a secret of 32 bytes or more, from your settings";
    let chat = ChatApi::builder(MemoryStore::new(), secret).build()?;
    let app = Router::new()
        .route("/", get(|| async { "Hello, World!\n" }))
        .nest("/chat", chatapi_axum::router(chat.clone()));

    let listener = listen()?;
    say_what_to_try(&listener, &format!("curl -s http://127.0.0.1:8000/\n{CONVERSATION}"))?;
    // With the addresses of clients, by which the chat knows the proxies that it may trust.
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(TcpListener::from_std(listener)?, app).with_graceful_shutdown(ctrl_c()).await?;
    // What is still to be done after the last answer, such as mails.
    chat.shutdown().await;
    Ok(())
}
