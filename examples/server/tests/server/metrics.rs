//! What Prometheus is told.

use std::process::Command;

use serde_json::json;

use crate::support::{Server, on_each_framework};

const TOKEN: &str = "a token for prometheus";

/// Does something of each kind that is counted.
fn live(server: &Server) {
    let ada = server.api().sign_up("ada");
    let room = ada.room();
    assert_eq!(ada.post("/messages/", &json!({"room": room, "content": "Hello"})).status, 201);
    assert_eq!(ada.get("/messages/?search=hello").status, 200);
    assert_eq!(ada.get(&format!("/rooms/{room}/")).status, 200);
    assert_eq!(ada.get("/rooms/4711/").status, 404);
    assert_eq!(ada.get("/nowhere/").status, 404);
    let wrong = json!({"username": "ada", "password": "nope"});
    assert_eq!(server.api().post("/auth/jwt/create/", &wrong).status, 401);
}

#[track_caller]
fn is_told(text: &str) {
    for line in [
        r#"chatapi_requests_total{route="/messages/",method="POST",status="201"} 1"#,
        r#"chatapi_requests_total{route="/rooms/{id}/",method="GET",status="404"} 1"#,
        r#"chatapi_requests_total{route="/rooms/{id}/",method="GET",status="200"} 1"#,
        r#"chatapi_request_duration_seconds_count{route="/rooms/{id}/",method="GET"} 2"#,
        "chatapi_unrouted_requests_total 1",
        "chatapi_failed_log_ins_total 1",
        "chatapi_search_duration_seconds_count 1",
        r#"chatapi_queue_length{queue="passwords"} 0"#,
        "# EOF",
    ] {
        assert!(text.lines().any(|known| known == line), "no {line} in\n{text}");
    }
    for part in [
        "chatapi_build_info{version=\"",
        "chatapi_database_connections{state=\"open\"} ",
        "chatapi_requests_in_flight ",
    ] {
        assert!(text.contains(part), "no {part} in\n{text}");
    }
    assert!(!text.contains("4711") && !text.contains("nowhere"), "paths are no labels:\n{text}");
}

#[test]
fn metrics_stand_beside_the_api_for_who_has_the_token() {
    on_each_framework(|program| {
        let server = Server::start(program().env("CHATAPI_METRICS_TOKEN", TOKEN));
        live(&server);
        for wrong in ["Bearer nope", TOKEN, ""] {
            assert_eq!(server.api().get_with("/metrics", "authorization", wrong).status, 401, "{wrong}");
        }
        let bearer = format!("Authorization: Bearer {TOKEN}");
        is_told(&fetch(&format!("{}/metrics", server.url()), &["-H", &bearer]));
    });
}

#[test]
fn metrics_have_a_port_of_their_own_where_it_is_set() {
    on_each_framework(|program| {
        let server = Server::start(program().env("CHATAPI_METRICS_BIND", "127.0.0.1:0"));
        live(&server);
        let log = server.log();
        let line = log.lines().find(|line| line.contains("serving metrics")).unwrap();
        let address = line.split("address=").nth(1).unwrap().split(' ').next().unwrap();
        is_told(&fetch(&format!("http://{address}/metrics"), &[]));
        assert_eq!(server.api().get("/metrics").status, 404, "not beside the API");
    });
}

#[test]
fn there_are_no_metrics_where_nothing_is_set() {
    on_each_framework(|program| {
        let server = Server::start(&mut program());
        assert_eq!(server.api().get("/metrics").status, 404);
    });
}

fn fetch(url: &str, more: &[&str]) -> String {
    let output = Command::new("curl").args(["-sf", url]).args(more).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}
