//! Answers that are compressed on their way.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::json;

use crate::support::{Server, on_each_framework};

struct Answer {
    status: u16,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// The body, decoded.
    fn text(&self) -> String {
        let mut plain = Vec::new();
        match self.header("content-encoding") {
            None => plain.clone_from(&self.body),
            Some("br") => brotli::BrotliDecompress(&mut &self.body[..], &mut plain).unwrap(),
            Some("gzip") => {
                flate2::read::GzDecoder::new(&self.body[..]).read_to_end(&mut plain).unwrap();
            }
            Some(other) => panic!("{other}"),
        }
        String::from_utf8(plain).unwrap()
    }
}

fn ask(server: &Server, method: &str, path: &str, headers: &str) -> Answer {
    let mut stream = TcpStream::connect(server.address()).unwrap();
    write!(stream, "{method} {path} HTTP/1.1\r\nhost: chat\r\nconnection: close\r\n{headers}\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let head = String::from_utf8(answer[..end].to_vec()).unwrap();
    let pairs = head.lines().skip(1).filter_map(|line| line.split_once(": "));
    Answer {
        status: head.split(' ').nth(1).unwrap().parse().unwrap(),
        headers: pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        body: answer[end + 4..].to_vec(),
    }
}

const BR: &str = "accept-encoding: gzip, deflate, br\r\n";
const GZIP: &str = "accept-encoding: br;q=0, gzip;q=0.5\r\n";

#[test]
fn pages_assets_and_json_are_compressed_for_whoever_accepts_it() {
    on_each_framework(|program| {
        let server = Server::start(&mut program());
        let html = "accept: text/html\r\n";
        for (path, headers) in [
            ("/", html),
            ("/assets/chat.js", ""),
            ("/assets/chat.css", ""),
            ("/assets/chat.svg", ""),
            ("/docs/", html),
            ("/pages/swagger-ui.js", ""),
            ("/schema/?format=json", ""),
            ("/schema/?format=yaml", ""),
            ("/nowhere/", html),
        ] {
            let plain = ask(&server, "GET", path, headers);
            assert_eq!((plain.header("content-encoding"), plain.body.is_empty()), (None, false), "{path}");
            for (accepted, coding) in [(BR, "br"), (GZIP, "gzip")] {
                let headers = format!("{headers}{accepted}");
                let answer = ask(&server, "GET", path, &headers);
                assert_eq!(answer.status, plain.status, "{path}");
                if plain.body.len() < 1024 {
                    assert_eq!(answer.header("content-encoding"), None, "{path}");
                    continue;
                }
                assert_eq!(answer.header("content-encoding"), Some(coding), "{path}");
                assert!(answer.header("vary").unwrap().contains("Accept-Encoding"), "{path}");
                assert_eq!(answer.header("content-length"), Some(answer.body.len().to_string().as_str()));
                assert!(answer.body.len() < plain.body.len() * 2 / 3, "{path}");
                assert_eq!(answer.text().as_bytes(), plain.body, "{path}");
                let head = ask(&server, "HEAD", path, &headers);
                assert_eq!((head.status, head.body.len()), (answer.status, 0), "{path}");
                for name in ["content-encoding", "vary", "etag", "content-type"] {
                    assert_eq!(head.header(name), answer.header(name), "{name} of {path}");
                }
            }
        }
    });
}

#[test]
fn a_list_is_as_documented_for_whoever_asks_for_no_coding() {
    on_each_framework(|program| {
        let server = Server::start(&mut program());
        let ada = server.api().sign_up("ada");
        let room = ada.room();
        for _ in 0..25 {
            let message = json!({"room": room, "content": "the same words again and again"});
            assert_eq!(ada.post("/messages/", &message).status, 201);
        }
        let bearer = format!("authorization: Bearer {}\r\n", ada.token());
        for accepted in ["", "accept-encoding: identity\r\n"] {
            let plain = ask(&server, "GET", "/messages/", &format!("{bearer}{accepted}"));
            assert_eq!((plain.header("vary"), plain.header("content-encoding")), (Some("Accept"), None));
        }
        let plain = ask(&server, "GET", "/messages/", &bearer);
        let compressed = ask(&server, "GET", "/messages/", &format!("{bearer}{BR}"));
        assert_eq!(compressed.header("vary"), Some("Accept, Accept-Encoding"));
        assert_eq!((compressed.header("content-encoding"), compressed.header("etag")), (Some("br"), None));
        assert_eq!(compressed.text().as_bytes(), plain.body);
        assert!(compressed.body.len() < plain.body.len() / 4);
        let off = Server::start(program().env("CHATAPI_COMPRESSION", "no"));
        assert_eq!(ask(&off, "GET", "/assets/chat.js", BR).header("content-encoding"), None);
    });
}

#[test]
fn a_client_that_has_a_compressed_asset_is_told_so() {
    on_each_framework(|program| {
        let server = Server::start(&mut program());
        let strong = ask(&server, "GET", "/assets/chat.js", "");
        let strong = strong.header("etag").unwrap().to_owned();
        let weak = ask(&server, "GET", "/assets/chat.js", BR).header("etag").unwrap().to_owned();
        assert_eq!(weak, format!("W/{strong}"));
        for known in [&strong, &weak] {
            for accepted in ["", BR] {
                let again =
                    ask(&server, "GET", "/assets/chat.js", &format!("if-none-match: {known}\r\n{accepted}"));
                assert_eq!((again.status, again.body.len()), (304, 0));
                assert_eq!(again.header("content-encoding"), None);
                assert_eq!(again.header("vary"), Some("Accept, Accept-Encoding"));
            }
        }
    });
}

#[test]
fn answers_with_secrets_are_not_compressed() {
    on_each_framework(|program| {
        let server = Server::start(&mut program());
        let login = ask(&server, "GET", "/admin/login/", &format!("accept: text/html\r\n{BR}"));
        assert!(login.status == 200 && login.body.len() > 1024);
        assert_eq!(login.header("content-encoding"), None);
        let style = login.text();
        let style = style.split("href=\"").find(|link| link.starts_with("/admin/static/admin-")).unwrap();
        let style = ask(&server, "GET", style.split('"').next().unwrap(), BR);
        assert_eq!(style.header("content-encoding"), Some("br"));
    });
}
