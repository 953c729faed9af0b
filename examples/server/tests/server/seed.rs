//! `seed`: a database to try the chat on.

use std::path::Path;
use std::process::Output;

use crate::support::api::PASSWORD;
use crate::support::postgres::Database;
use crate::support::{Server, complaints, program, run};

fn seed(folder: &Path, options: &[&str]) -> Output {
    run(program(folder).arg("seed").args(options).env("CHATAPI_SEED_PASSWORD", PASSWORD))
}

#[track_caller]
fn said(output: &Output) -> String {
    assert!(output.status.success(), "{:?}", complaints(output));
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn a_visitor_logs_in_and_finds_rooms_and_messages_of_the_past_weeks() {
    let (folder, database) = (tempfile::tempdir().unwrap(), Database::create());
    for url in [database.url().to_owned(), format!("sqlite://{}/chat.sqlite3", folder.path().display())] {
        let mut program = program(folder.path());
        program.env("DATABASE_URL", url);
        let mut seeding = std::process::Command::new(program.get_program());
        seeding.env_clear().envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
        seeding.args(["seed", "--superuser", "boss", "--password", PASSWORD]).current_dir(folder.path());
        assert!(said(&run(&mut seeding)).starts_with("Created 20 users, 12 rooms and 1500 messages, dated "));

        let server = Server::start(&mut program);
        let boss = server.api().log_in("boss", PASSWORD);
        assert_eq!(boss.get("/auth/users/").body["count"], 21);
        let olivia = server.api().log_in("olivia.brown", PASSWORD);
        assert_eq!(olivia.get("/rooms/").body["count"].as_u64().map(|rooms| rooms >= 6), Some(true));
        let messages = olivia.get("/messages/").body;
        assert!(messages["count"].as_u64() >= Some(400), "{}", messages["count"]);
        let last =
            olivia.get("/messages/?page=last").body["results"].as_array().unwrap().last().unwrap().clone();
        assert!(messages["results"][0]["created_at"].as_str() < last["created_at"].as_str());
        assert!(last["created_at"].as_str() <= last["updated_at"].as_str());
        let found = olivia.get("/messages/?q=birthday").body;
        assert!(found["count"].as_u64() >= Some(1), "{found}");
        assert!(olivia.get("/messages/?search=日").body["count"].as_u64() >= Some(1));
    }
}

#[test]
fn one_number_gives_the_same_chat_again() {
    let talk = |number: &str| {
        let folder = tempfile::tempdir().unwrap();
        said(&seed(folder.path(), &["--seed", number, "--messages", "200"]));
        let server = Server::start(&mut program(folder.path()));
        let olivia = server.api().log_in("olivia.brown", PASSWORD);
        (olivia.messages(), olivia.get("/rooms/").body["results"].clone())
    };
    let first = talk("7");
    assert_eq!(talk("7"), first);
    assert_ne!(talk("8"), first);
}

#[test]
fn a_chat_with_messages_is_left_alone_unless_more_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    said(&seed(folder.path(), &["--users", "5", "--messages", "50"]));
    let refused = seed(folder.path(), &[]);
    assert_eq!(refused.status.code(), Some(1));
    let why = "chatapi-server: the database already contains messages: use --more to add to them";
    assert_eq!(complaints(&refused), [why]);
    let more =
        said(&seed(folder.path(), &["--more", "--users", "5", "--messages", "50", "--superuser", "boss"]));
    assert!(!more.contains("olivia.brown"), "a name is not given twice: {more}");
    let server = Server::start(&mut program(folder.path()));
    let boss = server.api().log_in("boss", PASSWORD);
    assert_eq!(boss.get("/auth/users/").body["count"], 11);
    let new = server.api().sign_up("new").get("/auth/users/me/").body;
    assert_eq!(new["id"], 12);
}

#[test]
fn a_password_that_is_not_given_is_random_and_printed() {
    let folder = tempfile::tempdir().unwrap();
    let said = said(&run(program(folder.path()).args(["seed", "--messages", "10"])));
    let password = said.lines().find_map(|line| line.strip_prefix("Password of all users: ")).unwrap();
    assert_eq!(password.len(), 14);
    Server::start(&mut program(folder.path())).api().log_in("olivia.brown", password);
}

#[test]
fn a_password_that_is_easily_guessed_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let refused = seed(folder.path(), &["--password", "demo"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(complaints(&refused)[0].contains("This password is too short"), "{refused:?}");
}

#[test]
fn a_superuser_needs_a_name_that_is_free() {
    let folder = tempfile::tempdir().unwrap();
    let taken = seed(folder.path(), &["--superuser", "olivia.brown", "--messages", "10"]);
    assert_eq!(taken.status.code(), Some(1));
    let odd = seed(folder.path(), &["--superuser", "no name", "--messages", "10"]);
    assert_eq!(odd.status.code(), Some(2));
}
