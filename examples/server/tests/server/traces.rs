//! What a collector of traces gets.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use crate::support::{Server, TIMEOUT, on_each_framework};

/// A collector that takes what it gets, and its address.
fn collector() -> (Receiver<Vec<u8>>, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (sender, taken) = channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = BufReader::new(stream.unwrap());
            let mut length = 0;
            let mut line = String::new();
            while stream.read_line(&mut line).unwrap_or_default() > 2 {
                if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                if line.starts_with("POST ") {
                    assert!(line.starts_with("POST /v1/traces "), "{line}");
                }
                line.clear();
            }
            let mut body = vec![0; length];
            stream.read_exact(&mut body).unwrap();
            let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            stream.get_mut().write_all(answer).unwrap();
            if sender.send(body).is_err() {
                return;
            }
        }
    });
    (taken, url)
}

fn has(body: &[u8], part: &[u8]) -> bool {
    body.windows(part.len()).any(|window| window == part)
}

#[test]
fn a_request_is_traced_as_a_part_of_what_its_client_traces() {
    on_each_framework(|program| {
        let (taken, url) = collector();
        let mut program = program();
        let program = program.env("OTEL_EXPORTER_OTLP_ENDPOINT", url).env("OTEL_SERVICE_NAME", "tea-time");
        let server = Server::start(program);
        let ada = server.api().sign_up("ada");
        let room = ada.room();
        let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        assert_eq!(ada.get_with(&format!("/rooms/{room}/"), "traceparent", parent).status, 200);
        assert!(!server.log().contains("http.route"), "the log has no need of it:\n{}", server.log());
        assert!(server.stop().success());
        let body = taken.recv_timeout(TIMEOUT).unwrap();
        let text = String::from_utf8_lossy(&body);
        for part in [
            "tea-time",
            "GET /rooms/{id}/",
            "http.route",
            "http.response.status_code",
            "request.id",
            "db.query.text",
        ] {
            assert!(has(&body, part.as_bytes()), "no {part} in {text}");
        }
        let trace = 0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c_u128.to_be_bytes();
        assert!(has(&body, &trace) && has(&body, &0xb7ad_6b71_6920_3331_u64.to_be_bytes()), "{text}");
    });
}

#[test]
fn a_collector_that_is_away_holds_nothing_up() {
    on_each_framework(|program| {
        let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let server = Server::start(program().env("OTEL_EXPORTER_OTLP_ENDPOINT", format!("http://{nobody}")));
        let ada = server.api().sign_up("ada");
        assert_eq!(ada.get("/auth/users/me/").status, 200);
        assert!(server.stop().success());
    });
}

#[test]
fn an_address_of_a_collector_that_is_none_is_refused() {
    on_each_framework(|program| {
        let output = crate::support::run(program().env("OTEL_EXPORTER_OTLP_ENDPOINT", "not an address"));
        assert_eq!(output.status.code(), Some(2));
        assert!(crate::support::complaints(&output)[0].contains("OTEL_EXPORTER_OTLP_ENDPOINT"));
    });
}
