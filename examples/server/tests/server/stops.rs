//! How the server ends, when it is asked and when it is not.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;

use rustix::process::Signal;

use crate::support::api::PASSWORD;
use crate::support::senders::Senders;
use crate::support::{Server, TIMEOUT, eventually, on_each_framework};

#[test]
fn either_signal_ends_it_well() {
    on_each_framework(|program| {
        for signal in [Signal::TERM, Signal::INT] {
            let mut server = Server::start(&mut program());
            let _idle = TcpStream::connect(server.address()).unwrap();
            assert_eq!(server.api().get("/rooms/").status, 401);
            server.tell(signal);
            assert_eq!(server.wait().code(), Some(0), "{}", server.log());
        }
    });
}

#[test]
fn a_request_in_flight_is_answered_before_the_end() {
    on_each_framework(|program| {
        let mut server = Server::start(&mut program());
        server.api().sign_up("ada");
        let body = format!(r#"{{"username":"ada","password":"{PASSWORD}"}}"#);

        // The server says that it goes on as soon as it reads the body: then the request is in flight.
        let mut stream = TcpStream::connect(server.address()).unwrap();
        stream.set_read_timeout(Some(TIMEOUT)).unwrap();
        let length = body.len();
        write!(
            stream,
            "POST /auth/jwt/create/ HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\nExpect: 100-continue\r\n\r\n"
        )
        .unwrap();
        let mut answers = BufReader::new(stream.try_clone().unwrap());
        let mut line = String::new();
        answers.read_line(&mut line).unwrap();
        assert_eq!(line.trim(), "HTTP/1.1 100 Continue");

        server.tell(Signal::TERM);
        eventually("no new connection is accepted", || TcpStream::connect(server.address()).is_err());
        stream.write_all(body.as_bytes()).unwrap();
        let mut answer = String::new();
        answers.read_to_string(&mut answer).unwrap();
        assert!(answer.contains("HTTP/1.1 200 OK") && answer.contains("\"access\""), "{answer}");
        assert_eq!(server.wait().code(), Some(0));
    });
}

#[test]
fn being_asked_twice_ends_it_at_once() {
    on_each_framework(|program| {
        let mut server = Server::start(&mut program());
        let mut stream = TcpStream::connect(server.address()).unwrap();
        stream.write_all(b"POST /auth/jwt/create/ HTTP/1.1\r\nHost: test\r\nContent-Length: 9\r\n").unwrap();
        stream.write_all(b"Expect: 100-continue\r\n\r\n").unwrap();
        BufReader::new(&stream).read_line(&mut String::new()).unwrap();
        server.tell(Signal::INT);
        server.wait_for_log("stopping");
        server.tell(Signal::INT);
        server.wait_for_log("second stop signal received");
        assert_eq!(server.wait().code(), Some(0));
    });
}

#[test]
fn a_killed_server_loses_no_acknowledged_message() {
    on_each_framework(|program| {
        let mut server = Server::start(&mut program());
        let ada = server.api().sign_up("ada");
        let senders = Senders::start(4, &ada, &ada.room());
        eventually("messages are sent", || {
            senders.of_each(0, |sent| sent.status() == Some(201)).iter().all(|n| *n >= 20)
        });
        server.tell(Signal::KILL);
        server.wait();
        let sent = senders.stop();
        assert!(sent.iter().any(|sent| sent.answer.is_none()), "the server was killed amid the sending");

        let again = Server::start(&mut program());
        let kept = ada.at(again.url()).messages();
        let acknowledged: BTreeSet<_> =
            sent.into_iter().filter(|sent| sent.status() == Some(201)).map(|sent| sent.content).collect();
        let lost: Vec<_> = acknowledged.difference(&kept).collect();
        assert!(lost.is_empty(), "{lost:?}");
    });
}

#[test]
fn before_the_end_it_says_for_a_while_that_it_is_not_ready() {
    on_each_framework(|program| {
        let mut server = Server::start(program().env("CHATAPI_STOP_DELAY", "1h"));
        assert_eq!(server.api().get("/readyz").status, 200);
        server.tell(Signal::TERM);
        eventually("it is not ready", || server.api().get("/readyz").status == 503);
        assert_eq!(server.api().get("/readyz").body["reason"], "shutting down");
        assert_eq!(server.api().get("/healthz").status, 200);
        server.api().sign_up("ada");
        server.tell(Signal::TERM);
        assert_eq!(server.wait().code(), Some(0));
    });
}
