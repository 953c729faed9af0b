//! `createsuperuser`.

use std::path::Path;
use std::process::{Command, Output};

use crate::support::api::PASSWORD;
use crate::support::{Server, complaints, program, run};

fn create(folder: &Path, username: &str, password: &str) -> Output {
    run(command(folder)
        .args(["--username", username, "--email", "boss@example.org"])
        .env("CHATAPI_SUPERUSER_PASSWORD", password))
}

fn command(folder: &Path) -> Command {
    let mut command = program(folder);
    command.args(["createsuperuser", "--noinput"]);
    command
}

#[test]
fn a_superuser_logs_in_and_sees_every_account() {
    let folder = tempfile::tempdir().unwrap();
    let made = create(folder.path(), "boss", PASSWORD);
    assert!(made.status.success(), "{:?}", complaints(&made));
    assert_eq!(String::from_utf8(made.stdout).unwrap(), "Created the superuser boss.\n");

    let server = Server::start(&mut program(folder.path()));
    let ada = server.api().sign_up("ada");
    let boss = server.api().log_in("boss", PASSWORD);
    assert_eq!(boss.get("/auth/users/").body["count"], 2);
    assert_eq!(ada.get("/auth/users/").body["count"], 1);
    assert_eq!(boss.get("/auth/users/me/").body["email"], "boss@example.org");
}

#[test]
fn weak_passwords_and_taken_names_are_refused_in_a_line_for_each_fault() {
    let folder = tempfile::tempdir().unwrap();
    let weak = create(folder.path(), "boss", "1234567");
    assert_eq!(weak.status.code(), Some(1));
    assert_eq!(
        complaints(&weak),
        [
            "chatapi-server: password: This password is too short. It must contain at least 8 characters.",
            "chatapi-server: password: This password is too common.",
            "chatapi-server: password: This password is entirely numeric.",
        ]
    );
    assert!(create(folder.path(), "boss", PASSWORD).status.success());
    let taken = create(folder.path(), "boss", PASSWORD);
    assert_eq!(taken.status.code(), Some(1));
    assert_eq!(complaints(&taken), ["chatapi-server: username: A user with that username already exists."]);
}

#[test]
fn what_is_missing_is_said() {
    let folder = tempfile::tempdir().unwrap();
    for (command, missing) in [
        (command(folder.path()).env("CHATAPI_SUPERUSER_PASSWORD", PASSWORD), "--username"),
        (command(folder.path()).args(["--username", "boss"]), "CHATAPI_SUPERUSER_PASSWORD"),
        (program(folder.path()).arg("createsuperuser"), "--noinput"),
    ] {
        let output = run(command);
        assert_eq!(output.status.code(), Some(2));
        let lines = complaints(&output);
        assert!(lines.len() == 1 && lines[0].contains(missing), "{lines:?}");
    }
}

#[test]
fn an_address_that_cannot_be_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = command(folder.path());
    command.args(["--username", "boss", "--email", "nowhere"]).env("CHATAPI_SUPERUSER_PASSWORD", PASSWORD);
    let refused = run(&mut command);
    assert_eq!(refused.status.code(), Some(1));
    assert_eq!(complaints(&refused), ["chatapi-server: email: Enter a valid email address."]);
}

#[test]
fn a_name_is_looked_at_in_the_form_that_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let made = create(folder.path(), "ｂｏｓｓ", PASSWORD);
    assert_eq!(String::from_utf8(made.stdout).unwrap(), "Created the superuser boss.\n");
    // One character that stands for four.
    assert!(create(folder.path(), &"㍿".repeat(37), PASSWORD).status.success());
    for (name, password, fault) in [
        ("ｂoss", PASSWORD, "username: A user with that username already exists."),
        (&"㍿".repeat(38), PASSWORD, "username: Ensure this field has no more than 150 characters."),
        (
            "ｓｏｌｏｍｏｎｇｒｕｎｄｙ",
            "solomongrundy",
            "password: The password is too similar to the username.",
        ),
    ] {
        let refused = create(folder.path(), name, password);
        assert_eq!(complaints(&refused), [format!("chatapi-server: {fault}")], "{name}");
    }
    for invisible in ["boss\u{3164}", "\u{115f}boss", "bo\u{ffa0}ss", "boss\u{200b}"] {
        let refused = create(folder.path(), invisible, PASSWORD);
        let lines = complaints(&refused);
        assert!(lines[0].contains("username: Enter a valid username."), "{invisible:?}: {lines:?}");
    }
}
