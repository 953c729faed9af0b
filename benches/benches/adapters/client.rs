//! Connections that always have a request under way.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

const CONNECTIONS: usize = 32;
const ROUND: Duration = Duration::from_millis(400);

pub(crate) struct Client {
    connections: Vec<TcpStream>,
    request: Vec<u8>,
    /// How long an answer is: they are all alike but for the date.
    length: usize,
}

impl Client {
    /// `server` is what a server prints: its address, and a token.
    pub(crate) fn connect(server: &str) -> Self {
        let (address, token) = server.split_once(' ').unwrap();
        let request = format!(
            "GET /auth/users/me/ HTTP/1.1\r\nHost: bench\r\nAccept: application/json\r\n\
             User-Agent: bench\r\nAuthorization: Bearer {token}\r\n\r\n"
        );
        let connections: Vec<_> = (0..CONNECTIONS)
            .map(|_| {
                let connection = TcpStream::connect(address).unwrap();
                connection.set_nodelay(true).unwrap();
                connection
            })
            .collect();
        let mut client = Self { connections, request: request.into_bytes(), length: 0 };
        client.length = client.first_answer().len();
        client
    }

    /// The body of an answer, and its headers in order less the date.
    pub(crate) fn answer(&mut self) -> (Vec<String>, String) {
        let answer = self.first_answer();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let mut lines: Vec<String> =
            head.lines().filter(|line| !line.starts_with("date")).map(str::to_owned).collect();
        lines.sort();
        (lines, body.to_owned())
    }

    fn first_answer(&mut self) -> String {
        let connection = &mut self.connections[0];
        connection.write_all(&self.request).unwrap();
        let mut answer = String::new();
        let mut piece = [0; 4096];
        while !answer.ends_with('}') {
            let read = connection.read(&mut piece).unwrap();
            assert!(read > 0, "no answer: {answer}");
            answer.push_str(str::from_utf8(&piece[..read]).unwrap());
        }
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        answer
    }

    /// Asks for as long as a round lasts: how many requests were answered, in how many seconds.
    pub(crate) fn run(&mut self) -> (f64, f64) {
        let began = Instant::now();
        let mut answered = 0_u32;
        let mut answer = vec![0; self.length];
        for connection in &mut self.connections {
            connection.write_all(&self.request).unwrap();
        }
        while began.elapsed() < ROUND {
            for connection in &mut self.connections {
                connection.read_exact(&mut answer).unwrap();
                connection.write_all(&self.request).unwrap();
                answered += 1;
            }
        }
        let seconds = began.elapsed().as_secs_f64();
        for connection in &mut self.connections {
            connection.read_exact(&mut answer).unwrap();
        }
        (f64::from(answered), seconds)
    }
}
