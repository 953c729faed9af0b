//! How the server starts, and what it keeps.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::support::postgres::OwnPostgres;
use crate::support::{Server, complaints, program, run};

#[test]
fn without_settings_it_serves_on_sqlite_in_a_data_folder() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&mut program(folder.path()));
    let ada = server.api().sign_up("ada");
    assert_eq!(ada.get("/auth/users/me/").body["username"], "ada");
    assert!(folder.path().join("data/chatapi.sqlite3").is_file());
    let mode = fs::metadata(folder.path().join("data")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700, "what is kept is nobody else's business");
}

#[test]
fn it_prints_which_database_it_uses_and_what_to_try() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&mut program(folder.path()));
    let greeting = server.greeting();
    assert_eq!(greeting[0], "Database: SQLite, data/chatapi.sqlite3");
    let tries = greeting.iter().filter(|line| line.contains("curl") && line.contains(server.url())).count();
    assert!(tries >= 3, "{greeting:#?}");
}

#[test]
fn what_it_prints_to_try_works() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&mut program(folder.path()));
    let lines: Vec<_> = server.greeting().into_iter().filter(|line| line.starts_with("  ")).collect();
    let script = format!("set -e\n{}", lines.join("\necho\n"));
    let output = run(std::process::Command::new("sh").args(["-c", &script]));
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.lines().last().unwrap().contains(r#""content":"Hello""#), "{said}");
}

#[test]
fn the_secret_is_kept_between_starts_and_private() {
    let folder = tempfile::tempdir().unwrap();
    let first = Server::start(&mut program(folder.path()));
    let ada = first.api().sign_up("ada");
    assert!(first.log().contains("generated one and stored it in data/secret_key"), "{}", first.log());
    let kept = fs::read_to_string(folder.path().join("data/secret_key")).unwrap();
    assert!(!first.log().contains(kept.trim()), "a secret is not for the log");
    assert!(first.stop().success());

    let second = Server::start(&mut program(folder.path()));
    assert_eq!(ada.at(second.url()).get("/auth/users/me/").status, 200);
    let mode = fs::metadata(folder.path().join("data/secret_key")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_secret_that_is_set_is_used_and_none_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let start = |secret: &str| Server::start(program(folder.path()).env("SECRET_KEY", secret.repeat(32)));
    let first = start("a");
    let ada = first.api().sign_up("ada");
    assert!(first.stop().success());
    assert_eq!(ada.at(start("a").url()).get("/auth/users/me/").status, 200);
    assert_eq!(ada.at(start("b").url()).get("/auth/users/me/").status, 401);
    assert!(!folder.path().join("data/secret_key").exists());
}

#[test]
fn migrate_brings_the_database_up_to_date_and_ends() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(program(folder.path()).arg("migrate"));
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(complaints(&output), Vec::<String>::new());
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "The database is up to date.\n");
    assert!(folder.path().join("data/chatapi.sqlite3").is_file());
}

#[test]
fn a_port_that_is_taken_is_told_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&mut program(folder.path()));
    let output = run(program(folder.path()).env("BIND", server.address()).env("RUST_LOG", "off"));
    assert_eq!(output.status.code(), Some(1));
    let lines = complaints(&output);
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains(server.address()), "{lines:?}");
}

#[test]
fn a_postgres_that_comes_later_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let mut postgres = OwnPostgres::create();
    let mut server = Server::launch(program(folder.path()).env("DATABASE_URL", postgres.url()));
    server.wait_for_log("waiting for the database");
    postgres.start();
    server.wait_until_it_listens();
    server.api().sign_up("ada");
    assert!(!folder.path().join("data").exists(), "with PostgreSQL nothing is kept in files");
}

#[test]
fn a_postgres_that_does_not_come_is_told_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let postgres = OwnPostgres::create();
    let mut command = program(folder.path());
    let output = run(command.env("DATABASE_URL", postgres.url()).args(["--database-wait", "0s"]));
    assert_eq!(output.status.code(), Some(1));
    let lines = complaints(&output);
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains("the database is not available after 0 s"), "{lines:?}");
}

#[test]
fn with_logs_for_programs_every_line_is_an_object() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(program(folder.path()).args(["--log-format", "json"]));
    assert_eq!(server.api().get("/rooms/").status, 401);
    server.wait_for_log("request completed");
    let taken = run(program(folder.path()).args(["--log-format", "json", "--bind", server.address()]));
    assert_eq!(taken.status.code(), Some(1));
    let lines: Vec<_> = server.log().lines().map(str::to_owned).chain(complaints(&taken)).collect();
    for line in &lines {
        let object: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"));
        assert!(object["timestamp"].is_string() && object["level"].is_string(), "{line}");
    }
    assert!(lines.last().unwrap().contains(server.address()), "{lines:?}");
}
