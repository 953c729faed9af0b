//! What those are told who keep the server running.

use crate::support::postgres::OwnPostgres;
use crate::support::{Server, complaints, eventually, on_each_framework, program, run};

#[test]
fn a_server_says_that_it_lives_and_is_ready() {
    on_each_framework(|program| {
        let server = Server::start(&mut program());
        for path in ["/healthz", "/readyz"] {
            let answer = server.api().get(path);
            assert_eq!((answer.status, &answer.body["status"]), (200, &"ok".into()), "{path}");
        }
    });
}

#[test]
fn a_server_without_its_database_lives_and_is_not_ready_until_it_is_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut postgres = OwnPostgres::create();
    postgres.start();
    let server = Server::start(program(folder.path()).env("DATABASE_URL", postgres.url()));
    assert_eq!(server.api().get("/readyz").status, 200);
    postgres.crash();
    let answer = server.api().get("/readyz");
    assert_eq!((answer.status, &answer.body["reason"]), (503, &"the database does not answer".into()));
    assert_eq!(server.api().get("/healthz").status, 200);
    let mut check = program(folder.path());
    let check = check.arg("healthcheck").env("BIND", server.address()).env("DATABASE_URL", postgres.url());
    assert_eq!(run(check).status.code(), Some(1));
    assert_eq!(run(check.arg("--live")).status.code(), Some(0));
    postgres.start();
    eventually("it is ready again", || server.api().get("/readyz").status == 200);
}

#[test]
fn healthcheck_asks_the_server_that_has_the_same_settings() {
    on_each_framework(|program| {
        let server = Server::start(&mut program());
        let output = run(program().arg("healthcheck").env("BIND", server.address()));
        assert_eq!(output.status.code(), Some(0), "{:?}", complaints(&output));
        assert_eq!(String::from_utf8(output.stdout).unwrap(), "{\"status\":\"ok\"}\n");
    });
}

#[test]
fn healthcheck_says_in_one_line_that_nobody_answers() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&mut program(folder.path()));
    let address = server.address().to_owned();
    assert!(server.stop().success());
    let output = run(program(folder.path()).arg("healthcheck").env("BIND", &address));
    assert_eq!(output.status.code(), Some(1));
    let lines = complaints(&output);
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains(&format!("{address}/readyz")), "{lines:?}");
}
