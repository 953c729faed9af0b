//! cargo run -p chatapi-embed --bin endpoints
//!
//! Endpoints of the host's among the chat's, here on poem: `/rooms/{id}/stats/`, and `/hello/` for everybody. They know
//! users as the chat's own endpoints do, tell failures as those do, and come along wherever the chat is mounted.

use std::error::Error;

use chatapi_core::http::{Access, Call, Response, Route, json};
use chatapi_core::messages::MessageFilter;
use chatapi_core::page::{Count, PageRequest};
use chatapi_core::store::memory::MemoryStore;
use chatapi_core::{ChatApi, Error as ChatError, Result, RoomId};
use chatapi_embed::{CONVERSATION, ctrl_c, listen, say_what_to_try};
use poem::Server;
use poem::http::StatusCode;
use poem::listener::TcpAcceptor;
use serde::Serialize;

const TRY: &str = r#"
# The room by its numbers; a room that is not there; and nobody.
curl -s http://127.0.0.1:8000/chat/rooms/$ROOM/stats/ -H "Authorization: Bearer $TOKEN"
curl -s http://127.0.0.1:8000/chat/rooms/12345/stats/ -H "Authorization: Bearer $TOKEN"
curl -s http://127.0.0.1:8000/chat/rooms/$ROOM/stats/
curl -s http://127.0.0.1:8000/chat/hello/
"#;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let secret = "a secret of 32 bytes or more, from your settings";
    let chat = ChatApi::builder(MemoryStore::new(), secret)
        .route(Route::new("/rooms/{id}/stats/").named("Room Stats").integer_id().get(stats))
        .route(Route::new("/hello/").named("Hello").access(Access::Anyone).get(hello))
        .build()?;
    let app = poem::Route::new().nest("/chat", chatapi_poem::endpoint(chat.clone()));

    let listener = listen()?;
    say_what_to_try(&listener, &format!("{CONVERSATION}{}", TRY.trim_start()))?;
    let server = Server::new_with_acceptor(TcpAcceptor::from_std(listener)?);
    server.run_with_graceful_shutdown(app, ctrl_c(), None).await?;
    chat.shutdown().await;
    Ok(())
}

#[derive(Serialize)]
struct Stats {
    members: usize,
    messages: Count,
    latest: Option<String>,
}

/// What a room holds, for those who may read it.
async fn stats(chat: ChatApi, call: Call) -> Result<Response> {
    let user = call.user()?;
    let id = call.param("id").and_then(|id| id.parse().ok()).map(RoomId);
    let room = chat.room(user, id.ok_or_else(|| ChatError::no_such("Room"))?).await?;
    let filter = MessageFilter { room: Some(room.id), ..MessageFilter::all(user.id) };
    let page = chat.messages(&filter, PageRequest::last(1)).await?;
    let latest = page.results.into_iter().next().map(|message| message.content);
    json(StatusCode::OK, &Stats { members: room.users.len(), messages: page.count, latest })
}

/// Greets by name whoever has one.
async fn hello(_: ChatApi, call: Call) -> Result<Response> {
    let name = call.user().map_or("stranger", |user| &user.username);
    json(StatusCode::OK, &format!("Hello, {name}"))
}
