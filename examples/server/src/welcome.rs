//! What is printed when the server is ready.

use std::env;
use std::io::{self, Write as _};
use std::net::SocketAddr;

use crate::settings::Settings;

/// Says where the server listens and what to try.
pub(crate) fn greet(address: SocketAddr, settings: &Settings) {
    let program = env::args().next().unwrap_or_else(|| "chatapi-server".to_owned());
    let here = url(address);
    let database = &settings.database;
    let page = if settings.chat_page { format!("Chat in a browser: {here}/\n") } else { String::new() };
    print(&format!(
        r#"ChatAPI is listening on http://{address}/
Database: {database}
{page}
Create an account, log in, create a room and send a message (replace the ids with those in the responses):

  curl {here}/auth/users/ -d username=ada -d password=only-4-this-test
  TOKEN=$(curl -s {here}/auth/jwt/create/ -d username=ada -d password=only-4-this-test | sed 's/.*"access":"\([^"]*\)".*/\1/')
  curl {here}/rooms/ -H "Authorization: Bearer $TOKEN" -d name=Lobby -d users=1
  curl {here}/messages/ -H "Authorization: Bearer $TOKEN" -d room=1 -d content=Hello
  curl {here}/messages/ -H "Authorization: Bearer $TOKEN"

To create a superuser: {program} createsuperuser
"#
    ));
}

/// Where a client on this machine finds us.
pub(crate) fn url(mut address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        return format!("http://localhost:{}", address.port());
    }
    address.set_ip(address.ip().to_canonical());
    format!("http://{address}")
}

/// Prints, where somebody listens.
pub(crate) fn print(text: &str) {
    let mut stdout = io::stdout().lock();
    let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
}
