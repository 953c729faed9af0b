//! cargo run -p chatapi-embed --bin users
//!
//! The users are the host's, here on poem. Its middleware knows who asks, by its own session's cookie, and says so; the
//! chat makes a row for each user when it first sees it. The chat has no accounts: no sign-up, no log-in, no passwords.
//!
//! Browsers add the session's cookie to requests of any page. The chat refuses those that change something and come from
//! pages of other origins: see `Config::csrf_check`.

use std::error::Error;

use chatapi_core::http::{Access, Call, Response, Route, json};
use chatapi_core::store::memory::MemoryStore;
use chatapi_core::users::ExternalUser;
use chatapi_core::{ChatApi, Result};
use chatapi_embed::{ctrl_c, listen, say_what_to_try};
use poem::http::StatusCode;
use poem::listener::TcpAcceptor;
use poem::{EndpointExt as _, Request, Server};

const TRY: &str = r#"
# Who comes without a session is nobody.
curl -s -w ' %{http_code}\n' http://127.0.0.1:8000/chat/rooms/
# Ann and Bob are seen for the first time, and have ids now.
ANN=$(curl -s http://127.0.0.1:8000/chat/me/ -H "Cookie: session=a-session-of-ann" | sed 's/.*"id":\([0-9]*\).*/\1/')
BOB=$(curl -s http://127.0.0.1:8000/chat/me/ -H "Cookie: session=a-session-of-bob" | sed 's/.*"id":\([0-9]*\).*/\1/')
# Ann makes a room for both, and Bob says something in it.
ROOM=$(curl -s http://127.0.0.1:8000/chat/rooms/ -H "Cookie: session=a-session-of-ann" -d name=Tea -d users=$ANN -d users=$BOB | sed 's/{"id":\([0-9]*\).*/\1/')
curl -s http://127.0.0.1:8000/chat/messages/ -H "Cookie: session=a-session-of-bob" -d room=$ROOM -d "content=Hello, Ann"
curl -s http://127.0.0.1:8000/chat/rooms/$ROOM/ -H "Cookie: session=a-session-of-ann"
# A page of another site has Ann's browser send this.
curl -s http://127.0.0.1:8000/chat/messages/ -H "Cookie: session=a-session-of-ann" -H "Sec-Fetch-Site: cross-site" -d room=$ROOM -d content=forged
"#;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // Rooms name their members by the chat's ids, so clients must be able to learn their own.
    let me = Route::new("/me/").named("Me").access(Access::Users).get(me);
    let chat = ChatApi::builder_without_accounts(MemoryStore::new()).route(me).build()?;
    let endpoint = chatapi_poem::endpoint(chat.clone()).before(say_who_asks);
    let app = poem::Route::new().nest("/chat", endpoint);

    let listener = listen()?;
    say_what_to_try(&listener, TRY)?;
    let server = Server::new_with_acceptor(TcpAcceptor::from_std(listener)?);
    server.run_with_graceful_shutdown(app, ctrl_c(), None).await?;
    chat.shutdown().await;
    Ok(())
}

/// The host's middleware: it says who asks, and the chat does the rest.
async fn say_who_asks(mut request: Request) -> poem::Result<Request> {
    let cookies = request.header("cookie").unwrap_or_default();
    let session = cookies.split("; ").find_map(|cookie| cookie.strip_prefix("session="));
    if let Some(user) = session.and_then(user_of) {
        request.extensions_mut().insert(user);
    }
    Ok(request)
}

/// The host's own table of sessions, and what it says of their users: what it calls them for ever, and what may change.
fn user_of(session: &str) -> Option<ExternalUser> {
    match session {
        "a-session-of-ann" => Some(ExternalUser::new("user-17").username("ann").email("ann@example.org")),
        "a-session-of-bob" => Some(ExternalUser::new("user-42").username("bob")),
        _ => None,
    }
}

async fn me(_: ChatApi, call: Call) -> Result<Response> {
    let user = call.user()?;
    json(StatusCode::OK, &serde_json::json!({ "id": user.id, "username": user.username }))
}
