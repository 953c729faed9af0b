//! What clients may spend before anybody knows who they are: bodies, connections and time.

use std::env;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{IpAddr, TcpStream};
use std::thread;
use std::time::Duration;

use reqwest::blocking::Client;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::json;

use crate::support::{Server, after, eventually, exchange, on_each_framework};

/// How many bodies are begun: 300, or as many as this variable says, to measure more.
const UNFINISHED: &str = "CHATAPI_TEST_UNFINISHED_BODIES";

/// The most that the server may grow for them, in bytes.
const GROWTH: u64 = 150 << 20;

/// The length that each of them says to have. All of it but one byte is sent.
const LENGTH: usize = 1_000_000;

#[test]
fn unfinished_bodies_of_nobody_take_little_memory() {
    unfinished_bodies_take_little_memory("unauthenticated", |_| String::new());
}

#[test]
fn unfinished_bodies_of_users_take_little_memory() {
    unfinished_bodies_take_little_memory("authenticated", |server| {
        let token = server.api().sign_up("ada").token();
        format!("authorization: Bearer {token}\r\n")
    });
}

fn unfinished_bodies_take_little_memory(whose: &str, headers: impl Fn(&Server) -> String) {
    let number = env::var(UNFINISHED).map_or(300, |number| number.parse().unwrap());
    allow_open_files(number + 100);
    on_each_framework(|program| {
        let server = Server::start(program().env("CHATAPI_CONNECTIONS_PER_NETWORK", "10000"));
        let headers = headers(&server);
        let before = server.memory("VmRSS");
        let head = format!(
            "POST /messages/ HTTP/1.1\r\nhost: chat\r\n{headers}content-type: application/json\r\n\
             content-length: {LENGTH}\r\n\r\n"
        );
        let body = vec![b' '; LENGTH - 1];
        let address = server.address();
        let begin = || {
            let mut stream = TcpStream::connect(address).unwrap();
            stream.set_write_timeout(Some(Duration::from_secs(10))).unwrap();
            // Who is refused need not be heard to the end.
            let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
            stream
        };
        let open: Vec<TcpStream> = thread::scope(|scope| {
            let begun: Vec<_> = (0..10)
                .map(|_| scope.spawn(|| (0..number / 10).map(|_| begin()).collect::<Vec<_>>()))
                .collect();
            begun.into_iter().flat_map(|begun| begun.join().unwrap()).collect()
        });
        // Meanwhile others are served, and what came in is read.
        server.api().sign_up("eve").room();
        let growth = server.memory("VmHWM").saturating_sub(before);
        eprintln!(
            "{whose}: {} unfinished bodies, growth {:.1} MiB",
            open.len(),
            growth as f64 / f64::from(1 << 20)
        );
        assert!(growth < GROWTH, "{growth} bytes for {} bodies", open.len());
    });
}

#[test]
fn one_network_leaves_connections_to_others() {
    allow_open_files(1500);
    on_each_framework(|program| {
        let server = Server::start(&mut program());
        let idle: Vec<_> = (0..1100).map(|_| TcpStream::connect(server.address()).unwrap()).collect();
        let from = |address: &str| {
            let address: IpAddr = address.parse().unwrap();
            let client = Client::builder().local_address(address).timeout(Duration::from_secs(30)).build();
            client.unwrap().get(format!("{}/healthz", server.url())).send()
        };
        eventually("the network has no connection left", || {
            from("127.0.0.1").map_or(true, |answer| answer.status() == 503)
        });
        assert_eq!(from("127.0.0.2").unwrap().status(), 200);
        drop(idle);
        eventually("the network is served again", || {
            from("127.0.0.1").is_ok_and(|answer| answer.status() == 200)
        });
    });
}

#[test]
fn connections_through_a_trusted_proxy_count_in_total_alone() {
    on_each_framework(|program| {
        for (trusted, status) in [("10.0.0.1", None), ("127.0.0.1", Some(200))] {
            let mut program = program();
            let program = program.env("CHATAPI_TRUSTED_PROXIES", trusted);
            let server = Server::start(program.env("CHATAPI_CONNECTIONS_PER_NETWORK", "3"));
            let idle: Vec<_> = (0..3).map(|_| TcpStream::connect(server.address()).unwrap()).collect();
            let asked = || {
                exchange(server.address(), "GET /healthz HTTP/1.1\r\nhost: chat\r\nconnection: close\r\n\r\n")
            };
            match status {
                Some(status) => assert_eq!(asked().0, status),
                None => eventually("there are too many", || [0, 503].contains(&asked().0)),
            }
            drop(idle);
        }
    });
}

#[test]
fn there_are_so_many_connections_in_total_and_no_more() {
    on_each_framework(|program| {
        let server = Server::start(program().env("CHATAPI_CONNECTIONS", "3"));
        let asked = || {
            exchange(server.address(), "GET /healthz HTTP/1.1\r\nhost: chat\r\nconnection: close\r\n\r\n").0
        };
        assert_eq!(asked(), 200);
        let idle: Vec<_> = (0..3).map(|_| TcpStream::connect(server.address()).unwrap()).collect();
        eventually("there are too many", || [0, 503].contains(&asked()));
        drop(idle);
        eventually("there is a place again", || asked() == 200);
    });
}

#[test]
fn the_soft_limit_of_open_files_is_raised() {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    on_each_framework(|program| {
        // However high it is for whoever runs the tests.
        let server = Server::start(&mut after("ulimit -S -n 256", &program()));
        let limits = fs::read_to_string(format!("/proc/{}/limits", server.id().as_raw_pid())).unwrap();
        let line = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
        let soft = line.split_whitespace().nth(3).unwrap();
        let enough = 8192 + 128;
        let is_raised =
            soft == "unlimited" || soft.parse::<u64>().unwrap() >= maximum.unwrap_or(enough).min(enough);
        assert!(is_raised, "{line}");
    });
}

#[test]
fn a_client_that_expects_to_be_asked_for_its_body_is_refused_before_it_sends_it() {
    on_each_framework(|program| {
        let server = Server::start(&mut program());
        let token = server.api().sign_up("ada").token();
        let bearer = format!("authorization: Bearer {token}\r\n");
        for (path, headers, length, status) in [
            ("/rooms/", "", 100, 401),
            ("/rooms/", bearer.as_str(), 2 << 20, 413),
            ("/auth/jwt/create/", "", 2 << 20, 413),
            ("/rooms/x/", bearer.as_str(), 100, 404),
            ("/nowhere/", bearer.as_str(), 100, 404),
            ("/auth/users/me/", bearer.as_str(), 100, 405),
        ] {
            let request = format!(
                "POST {path} HTTP/1.1\r\nhost: chat\r\nconnection: close\r\n{headers}expect: 100-continue\r\n\
                 content-type: application/json\r\ncontent-length: {length}\r\n\r\n"
            );
            let (first, answer) = exchange(server.address(), &request);
            assert_eq!(first, status, "{path}: {answer}");
        }
        let mut stream = TcpStream::connect(server.address()).unwrap();
        write!(
            stream,
            "POST /rooms/ HTTP/1.1\r\nhost: chat\r\nconnection: close\r\n{bearer}expect: 100-continue\r\n\
             content-type: application/json\r\ncontent-length: 2\r\n\r\n"
        )
        .unwrap();
        let mut go_on = [0; 25];
        stream.read_exact(&mut go_on).unwrap();
        assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
        stream.write_all(b"{}").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    });
}

#[test]
fn a_client_that_is_refused_while_it_sends_sees_the_answer() {
    on_each_framework(|program| {
        let server = Server::start(&mut program());
        let long = json!({"content": "x".repeat(20 << 20)});
        for _ in 0..3 {
            assert_eq!(server.api().post("/messages/", &long).status, 401);
            assert_eq!(server.api().post("/auth/jwt/create/", &long).status, 413);
            assert_eq!(server.api().post("/nowhere/", &long).status, 404);
        }
    });
}

#[test]
fn a_request_that_does_not_name_one_host_is_refused_on_every_path() {
    on_each_framework(|program| {
        let server = Server::start(&mut program());
        for path in ["/", "/rooms/", "/admin/login/", "/healthz", "/nowhere/"] {
            for hosts in ["", "host: a\r\nhost: a\r\n", "host: a b\r\n", "host:\r\n", "host: a/b\r\n"] {
                let request = format!("GET {path} HTTP/1.1\r\nconnection: close\r\n{hosts}\r\n");
                let (status, answer) = exchange(server.address(), &request);
                assert_eq!(status, 400, "{path} with {hosts:?}: {answer}");
            }
        }
    });
}

/// Lets this process open so many files.
fn allow_open_files(number: usize) {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current.is_some_and(|current| current < number as u64) {
        setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).unwrap();
    }
}
