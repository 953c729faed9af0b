#![doc = include_str!("../README.md")]

use std::env;
use std::error::Error;
use std::io::{self, Write as _};
use std::net::{Ipv4Addr, TcpListener};

mod failure;

pub use failure::Failure;

/// Listens on 127.0.0.1 and the port that `PORT` names: 8000 where it names none, a free one for 0.
///
/// # Errors
/// Where `PORT` is no port, or the port is taken.
pub fn listen() -> Result<TcpListener, Box<dyn Error>> {
    let port = env::var("PORT").map_or(Ok(8000), |port| port.parse())?;
    let bound = TcpListener::bind((Ipv4Addr::LOCALHOST, port));
    let listener = bound.map_err(|fault| format!("port {port}: {fault}; PORT=… names another"))?;
    // The frameworks' servers want it so.
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Prints where a program listens and what to try: lines for a shell, which have `http://127.0.0.1:8000` for the address.
///
/// # Errors
/// Where the address cannot be read, or nothing can be printed.
pub fn say_what_to_try(listener: &TcpListener, lines: &str) -> io::Result<()> {
    let here = format!("http://{}", listener.local_addr()?);
    let lines = lines.trim().replace("http://127.0.0.1:8000", &here).replace('\n', "\n  ");
    let text =
        format!("Listening on {here}/\nIn another terminal, try:\n\n  {lines}\n\nPress Ctrl-C to stop.\n");
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}

/// Waits for Ctrl-C. Where it cannot be waited for, a program ends at once rather than never.
pub async fn ctrl_c() {
    let _ = tokio::signal::ctrl_c().await;
}

/// A first conversation with a chat that is mounted under `/chat` and has accounts of its own; leaves `TOKEN` and `ROOM` to
/// the lines after it.
pub const CONVERSATION: &str = r#"
# Sign up and log in.
curl -s http://127.0.0.1:8000/chat/auth/users/ -d username=alice -d password=earl-grey-4-two
TOKEN=$(curl -s http://127.0.0.1:8000/chat/auth/jwt/create/ -d username=alice -d password=earl-grey-4-two | sed 's/.*"access":"\([^"]*\)".*/\1/')
ME=$(curl -s http://127.0.0.1:8000/chat/auth/users/me/ -H "Authorization: Bearer $TOKEN" | sed 's/.*"id":\([0-9]*\).*/\1/')
# Create a room, send a message, and search for it.
ROOM=$(curl -s http://127.0.0.1:8000/chat/rooms/ -H "Authorization: Bearer $TOKEN" -d name=Tea -d users=$ME | sed 's/{"id":\([0-9]*\).*/\1/')
curl -s http://127.0.0.1:8000/chat/messages/ -H "Authorization: Bearer $TOKEN" -d room=$ROOM -d "content=Hello, tea drinkers"
curl -s "http://127.0.0.1:8000/chat/messages/?search=TEA" -H "Authorization: Bearer $TOKEN"
"#;
