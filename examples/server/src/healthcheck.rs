//! `chatapi-server healthcheck`: asks the server that runs with the same settings how it is. An image without a shell has
//! nothing else to ask with.

use std::io::{self, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use clap::Args;

use crate::failure::Failure;
use crate::welcome;

/// What is asked.
#[derive(Debug, Args)]
pub(crate) struct Probe {
    /// Check /healthz (the server is running) instead of /readyz (it can handle requests)
    #[arg(long)]
    live: bool,
}

/// How long the server may take to take the connection, and to answer.
const TIMEOUT: Duration = Duration::from_secs(4);

/// The longest answer that is read, in bytes.
const LONGEST: u64 = 64 * 1024;

/// Fails where the server does not answer, or not well. An address for everybody is asked from this machine.
pub(crate) fn ask(probe: &Probe, bind: &[SocketAddr]) -> Result<(), Failure> {
    let path = if probe.live { "/healthz" } else { "/readyz" };
    let mut last = Failure::hindrance("BIND names no address to check");
    for address in bind.iter().copied().map(on_this_machine) {
        match answer(address, path) {
            Ok((200, body)) => {
                welcome::print(&format!("{body}\n"));
                return Ok(());
            }
            Ok((status, body)) => last = Failure::hindrance(format!("{address}{path}: {status} {body}")),
            Err(fault) => last = Failure::because(&format!("{address}{path}"), &fault),
        }
    }
    Err(last)
}

fn on_this_machine(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(match address.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    address
}

/// The status and the body of the answer.
fn answer(address: SocketAddr, path: &str) -> io::Result<(u16, String)> {
    let mut stream = TcpStream::connect_timeout(&address, TIMEOUT)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut text = String::new();
    stream.take(LONGEST).read_to_string(&mut text)?;
    let status = text.split(' ').nth(1).and_then(|status| status.parse().ok());
    let body = text.split_once("\r\n\r\n").map(|(_, body)| body.trim().to_owned());
    status.zip(body).ok_or_else(|| io::Error::other("unexpected response: not a ChatAPI server"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_for_everybody_is_asked_from_this_machine() {
        for (bound, asked) in
            [("0.0.0.0:8000", "127.0.0.1:8000"), ("[::]:8000", "[::1]:8000"), ("10.1.2.3:80", "10.1.2.3:80")]
        {
            assert_eq!(on_this_machine(bound.parse().unwrap()), asked.parse().unwrap());
        }
    }
}
