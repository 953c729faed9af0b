//! Backups: made while the server runs, and put back as the documentation says.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::support::postgres::{Database, postgres_program};
use crate::support::{Api, Server, complaints, program, run};

fn send(user: &Api, room: &serde_json::Value, content: &str) {
    assert_eq!(user.post("/messages/", &json!({"room": room, "content": content})).status, 201);
}

/// The commands of docs/deployment.md below this line of it, with `programs` in front of the search path.
fn documented(below: &str, folder: &Path, programs: &str) -> Command {
    let page =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/deployment.md")).unwrap();
    let (_, rest) = page.split_once(below).unwrap_or_else(|| panic!("docs/deployment.md lacks {below}"));
    let (_, rest) = rest.split_once("```sh\n").unwrap();
    let (commands, _) = rest.split_once("```").unwrap();
    let mut shell = Command::new("sh");
    shell.args(["-euc", commands]).current_dir(folder).env_clear();
    shell.env("PATH", format!("{programs}:/usr/bin:/bin"));
    shell
}

fn server_folder() -> String {
    Path::new(env!("CARGO_BIN_EXE_chatapi-server")).parent().unwrap().display().to_string()
}

#[track_caller]
fn succeeds(command: &mut Command) -> String {
    let output = run(command);
    assert!(output.status.success(), "{:?}\n{:?}", output, complaints(&output));
    String::from_utf8(output.stdout).unwrap()
}

#[track_caller]
fn is_refused(command: &mut Command, why: &str) {
    let output = run(command);
    let lines = complaints(&output);
    assert_eq!((output.status.code(), lines.len()), (Some(1), 1), "{lines:?}");
    assert!(lines[0].contains(why), "{lines:?} does not say: {why}");
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_server_that_ends_leaves_its_database_in_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&mut program(folder.path()));
    let ada = server.api().sign_up("ada");
    send(&ada, &ada.room(), "Hello");
    assert!(folder.path().join("data/chatapi.sqlite3-wal").exists());
    assert!(server.stop().success());
    assert_eq!(names(&folder.path().join("data")), ["chatapi.sqlite3", "secret_key"]);
    succeeds(program(folder.path()).arg("migrate"));
    succeeds(
        program(folder.path())
            .args(["createsuperuser", "--noinput", "--username", "root"])
            .env("CHATAPI_SUPERUSER_PASSWORD", crate::support::api::PASSWORD),
    );
    assert_eq!(names(&folder.path().join("data")), ["chatapi.sqlite3", "secret_key"]);
}

#[test]
fn what_the_server_writes_is_nobody_elses_to_read() {
    let folder = tempfile::tempdir().unwrap();
    // A folder that somebody made, open to all.
    fs::create_dir(folder.path().join("data")).unwrap();
    let server = Server::start(&mut program(folder.path()));
    server.api().sign_up("ada");
    succeeds(program(folder.path()).args(["backup", "copy.sqlite3"]));
    let mut files: Vec<_> =
        names(&folder.path().join("data")).iter().map(|name| format!("data/{name}")).collect();
    assert!(files.iter().any(|file| file.ends_with("-wal")), "{files:?}");
    files.push("copy.sqlite3".into());
    for file in files {
        let mode = fs::metadata(folder.path().join(&file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
}

#[test]
fn a_sqlite_is_backed_up_and_restored_as_documented() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&mut program(folder.path()));
    let ada = server.api().sign_up("ada");
    let room = ada.room();
    send(&ada, &room, "before");
    succeeds(&mut documented("<!-- backup: sqlite -->", folder.path(), &server_folder()));
    send(&ada, &room, "after");
    assert!(server.stop().success());
    // Another key was made meanwhile, as on another machine.
    fs::write(folder.path().join("data/secret_key"), "x".repeat(50)).unwrap();

    succeeds(&mut documented("<!-- restore: sqlite -->", folder.path(), &server_folder()));
    assert_eq!(
        names(&folder.path().join("data")),
        ["chatapi.sqlite3", "chatapi.sqlite3.replaced-1", "secret_key", "secret_key.replaced-1"]
    );
    let again = Server::start(&mut program(folder.path()));
    let ada = ada.at(again.url());
    assert_eq!(ada.messages(), ["before".to_owned()].into(), "the tokens of then are good");
    send(&ada, &room, "later");
    assert!(again.stop().success());

    // What was replaced is whole, too.
    let aside = "sqlite://data/chatapi.sqlite3.replaced-1";
    let before =
        Server::start(program(folder.path()).env("DATABASE_URL", aside).env("SECRET_KEY", "x".repeat(50)));
    let ada = before.api().log_in("ada", crate::support::api::PASSWORD);
    assert_eq!(ada.messages(), ["before", "after"].map(str::to_owned).into());
}

#[test]
fn a_postgres_is_backed_up_and_restored_as_documented() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::create();
    let programs = postgres_program("").display().to_string();
    let start = || Server::start(program(folder.path()).env("DATABASE_URL", database.url()));
    let server = start();
    let ada = server.api().sign_up("ada");
    let room = ada.room();
    send(&ada, &room, "before");
    succeeds(
        documented("<!-- backup: postgresql -->", folder.path(), &programs)
            .env("DATABASE_URL", database.url()),
    );
    send(&ada, &room, "after");
    assert!(server.stop().success());
    succeeds(
        documented("<!-- restore: postgresql -->", folder.path(), &programs)
            .env("DATABASE_URL", database.url()),
    );
    let again = start();
    let ada = ada.at(again.url());
    assert_eq!(ada.messages(), ["before".to_owned()].into());
    send(&ada, &room, "later");
}

#[test]
fn a_server_that_was_killed_is_restored_over() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(&mut program(folder.path()));
    let ada = server.api().sign_up("ada");
    let room = ada.room();
    send(&ada, &room, "before");
    succeeds(program(folder.path()).args(["backup", "copy.sqlite3"]));
    send(&ada, &room, "after");
    server.tell(rustix::process::Signal::KILL);
    server.wait();
    assert!(folder.path().join("data/chatapi.sqlite3-wal").exists());
    succeeds(program(folder.path()).args(["restore", "copy.sqlite3"]));
    let again = Server::start(&mut program(folder.path()));
    assert_eq!(ada.at(again.url()).messages(), ["before".to_owned()].into());
    assert!(
        folder.path().join("data/chatapi.sqlite3.replaced-1-wal").exists(),
        "what was acknowledged is kept"
    );
}

#[test]
fn a_backup_overwrites_nothing() {
    let folder = tempfile::tempdir().unwrap();
    is_refused(program(folder.path()).args(["backup", "copy.sqlite3"]), "cannot open data/chatapi.sqlite3");
    succeeds(program(folder.path()).arg("migrate"));
    fs::write(folder.path().join("copy.sqlite3"), "").unwrap();
    is_refused(program(folder.path()).args(["backup", "copy.sqlite3"]), "already exists");
    is_refused(program(folder.path()).args(["backup", "data/chatapi.sqlite3"]), "already exists");
    is_refused(program(folder.path()).args(["backup", "nowhere/copy.sqlite3"]), "nowhere/copy.sqlite3");
    assert_eq!(fs::read(folder.path().join("copy.sqlite3")).unwrap(), b"");
    assert_eq!(names(folder.path()), ["copy.sqlite3", "data"], "no draft is left");
}

#[test]
fn a_restore_is_refused_while_a_server_runs_and_where_the_file_is_no_backup() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&mut program(folder.path()));
    server.api().sign_up("ada");
    let path = |name: &str| folder.path().join(name);
    succeeds(program(folder.path()).args(["backup", "copy.sqlite3"]));
    is_refused(program(folder.path()).args(["restore", "copy.sqlite3"]), "stop the server first");
    assert!(server.stop().success());

    let database = fs::read(path("data/chatapi.sqlite3")).unwrap();
    fs::write(path("text.sqlite3"), "no database ".repeat(100)).unwrap();
    fs::write(path("empty.sqlite3"), "").unwrap();
    let whole = fs::read(path("copy.sqlite3")).unwrap();
    fs::write(path("half.sqlite3"), &whole[..whole.len() / 2]).unwrap();
    fs::copy(path("copy.sqlite3"), path("newer.sqlite3")).unwrap();
    change(
        &path("newer.sqlite3"),
        "insert into chatapi_migrations (version, description, success, checksum, execution_time)
         values (9999, 'later', true, '', 0)",
    );
    fs::write(path("other.sqlite3"), "").unwrap();
    change(&path("other.sqlite3"), "create table notes (id integer)");
    for (file, why) in [
        ("nowhere.sqlite3", "cannot open nowhere.sqlite3"),
        ("text.sqlite3", "is not a readable SQLite database"),
        ("empty.sqlite3", "is not a ChatAPI database"),
        ("other.sqlite3", "is not a ChatAPI database"),
        ("half.sqlite3", "is not a readable SQLite database"),
        ("newer.sqlite3", "newer than this program"),
    ] {
        is_refused(program(folder.path()).args(["restore", file]), why);
    }
    assert_eq!(fs::read(path("data/chatapi.sqlite3")).unwrap(), database, "it is as it was");
    assert_eq!(names(&path("data")), ["chatapi.sqlite3", "secret_key"]);
}

#[test]
fn with_postgres_both_name_the_program_to_use() {
    let folder = tempfile::tempdir().unwrap();
    for (command, other) in [("backup", "pg_dump"), ("restore", "pg_restore")] {
        let mut program = program(folder.path());
        is_refused(
            program.args([command, "copy"]).env("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none"),
            other,
        );
    }
}

#[test]
fn a_backup_restores_to_a_machine_that_has_nothing_yet() {
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let server = Server::start(&mut program(here.path()));
    let ada = server.api().sign_up("ada");
    send(&ada, &ada.room(), "Hello");
    let copy = there.path().join("copy.sqlite3");
    succeeds(program(here.path()).arg("backup").arg(&copy));
    succeeds(program(there.path()).arg("restore").arg(&copy));
    assert_eq!(names(&there.path().join("data")), ["chatapi.sqlite3", "secret_key"]);
    let moved = Server::start(&mut program(there.path()));
    assert_eq!(ada.at(moved.url()).messages(), ["Hello".to_owned()].into());
}

fn change(file: &Path, statement: &str) {
    let script = "import sqlite3, sys\nwith sqlite3.connect(sys.argv[1]) as c: c.execute(sys.argv[2])";
    succeeds(Command::new("python3").args(["-c", script]).arg(file).arg(statement));
}
