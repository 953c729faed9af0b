//! What every answer carries.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use crate::support::{Server, on_each_framework};

#[test]
fn every_answer_carries_a_request_id_of_its_own() {
    on_each_framework(|program| {
        let server = Server::start(&mut program());
        let api = server.api();
        let mut ids = Vec::new();
        for (path, status) in [("/rooms/", 401), ("/nowhere", 404), ("/auth/jwt/create/", 405)] {
            let answer = api.get(path);
            assert_eq!(answer.status, status, "{path}");
            let id = answer.headers["x-request-id"].to_str().unwrap().to_owned();
            assert!(id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{id}");
            ids.push(id);
        }
        ids.dedup();
        assert_eq!(ids.len(), 3);
    });
}

#[test]
fn a_request_id_from_the_client_is_echoed_and_logged() {
    on_each_framework(|program| {
        let server = Server::start(program().args(["--log-format", "json"]));
        let answer = server.api().get_with("/rooms/", "x-request-id", "trace/1:2-3");
        assert_eq!(answer.headers["x-request-id"], "trace/1:2-3");
        server.wait_for_log("trace/1:2-3");
        let log = server.log();
        let line = log.lines().find(|line| line.contains("trace/1:2-3")).unwrap();
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(line["status"], 401);
        assert!(line["milliseconds"].is_number());
        assert_eq!(line["span"]["path"], "/rooms/");
        assert_eq!(line["span"]["method"], "GET");
    });
}

#[test]
fn an_unknown_path_is_answered_as_the_api_answers() {
    on_each_framework(|program| {
        let server = Server::start(&mut program());
        let answer = server.api().get("/nowhere/");
        assert_eq!(answer.status, 404);
        assert_eq!(answer.body["detail"], "Not found.");
    });
}

#[test]
fn links_name_the_host_that_a_trusted_proxy_names() {
    on_each_framework(|program| {
        for (proxies, host) in [("127.0.0.1", "chat.example"), ("10.0.0.0/8, ::1", "127.0.0.1")] {
            let server = Server::start(program().env("CHATAPI_TRUSTED_PROXIES", proxies));
            let ada = server.api().sign_up(&format!("ada-{host}"));
            let index = ada.get_with("/auth/", "x-forwarded-host", "chat.example");
            assert!(
                index.body["users"].as_str().unwrap().starts_with(&format!("http://{host}")),
                "{index:?}"
            );
        }
    });
}

#[test]
fn what_is_no_http_is_refused_and_the_server_goes_on() {
    on_each_framework(|program| {
        let server = Server::start(&mut program());
        let mut stream = TcpStream::connect(server.address()).unwrap();
        stream.write_all(b"hello?\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
        assert_eq!(server.api().get("/rooms/").status, 401);
    });
}
