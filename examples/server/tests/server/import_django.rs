//! `import-django`: Django's database, taken over.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use serde_json::json;

use crate::support::api::PASSWORD;
use crate::support::django::{Django, import};
use crate::support::postgres::Database;
use crate::support::{Server, complaints, program, run};

/// The program on a database of PostgreSQL's.
fn on(folder: &Path, database: &Database) -> Command {
    let mut program = program(folder);
    program.env("DATABASE_URL", database.url());
    program
}

#[track_caller]
fn imported(output: &Output) -> String {
    assert!(output.status.success(), "{:?}", complaints(output));
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[track_caller]
fn refused(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    complaints(output).pop().unwrap()
}

/// Everything that Django's clients saw they see here.
fn is_taken_over(program: &mut Command) {
    let server = Server::start(program.env("CHATAPI_SHOW_EMAILS", "members"));
    let bob = server.api().log_in("bob", PASSWORD);
    let messages = bob.get("/messages/").body;
    assert_eq!(
        messages["results"],
        json!([
            {"id": 205, "content": "Schöne Grüße", "created_at": "2023-11-22T09:11:47.809284Z",
             "updated_at": "2023-11-22T09:11:47.809300Z", "user": 9, "room": 5},
            {"id": 100, "content": "Hello, tea drinkers", "created_at": "2024-01-02T03:04:05Z",
             "updated_at": "2024-01-02T03:04:05Z", "user": 7, "room": 4},
            {"id": 101, "content": "a tab\ta backslash \\ a \\N a \\. \"quotes\" it's\ntwo lines\r\n<b>🙂</b>",
             "created_at": "2024-01-02T03:04:05.000001Z", "updated_at": "2024-02-03T04:05:06.789012Z",
             "user": 9, "room": 4},
        ])
    );
    assert_eq!(
        bob.get("/rooms/").body["results"],
        json!([
            {"id": 4, "name": "Tea & biscuits", "admin": 7, "users": [
                {"id": 7, "username": "ada", "email": "Ada@example.org"},
                {"id": 9, "username": "bob", "email": ""}]},
            {"id": 5, "name": "Nobody's", "admin": null, "users": [{"id": 9, "username": "bob", "email": ""}]},
        ])
    );
    assert_eq!(bob.get("/messages/?search=grüsse").body["results"][0]["id"], 205);
    assert_eq!(bob.get("/messages/?q=drinker").body["results"][0]["id"], 100);

    let ada = server.api().log_in("ada", PASSWORD);
    assert_eq!(ada.get("/auth/users/").body["count"], 5, "a superuser stays one");
    for (name, why) in [("carol", "has no password"), ("dan", "is inactive"), ("eve", "has another hash")] {
        let answer = server.api().post("/auth/jwt/create/", &json!({"username": name, "password": PASSWORD}));
        assert_eq!(answer.status, 401, "{name} {why}");
    }
    // What is new comes after all that was there.
    let sent = ada.post("/messages/", &json!({"room": 4, "content": "New"})).body;
    assert_eq!(sent["id"], 206);
    assert_eq!(ada.room(), 6);
    let new = server.api().sign_up("fay").get("/auth/users/me/").body;
    assert_eq!(new["id"], 14);
}

const SUMMARY: &str = "\
\x20                 in Django         here
  users                   5            5
  rooms                   2            2
  memberships             3            3
  messages                3            3
Note [1]: users without a usable password, imported unchanged: they cannot log in until a password is set (id 11)
Note [1]: users with an unsupported password hash, imported unchanged: they can log in after a password reset (id 13)
First names, last names and last login times are not imported.
";

#[test]
fn a_database_on_postgresql_is_taken_over_to_another_one() {
    let (folder, target) = (tempfile::tempdir().unwrap(), Database::create());
    let django = Django::on_postgres().with_people();
    let mut program = on(folder.path(), &target);
    let said = imported(&run(&mut import(&mut program, &django)));
    assert_eq!(said, format!("Imported (counts verified in the database):\n{SUMMARY}"));
    is_taken_over(&mut program);
    let hashes = target.query("select distinct left(password, 10) from chatapi_users where id in (7, 9)");
    assert_eq!(hashes, "$argon2id$", "hashes are made anew at the first log-in");
}

#[test]
fn the_tables_of_django_may_stand_in_the_servers_own_database() {
    let folder = tempfile::tempdir().unwrap();
    let django = Django::on_postgres().with_people();
    let mut program = program(folder.path());
    program.env("DATABASE_URL", django.url());
    imported(&run(Command::new(program.get_program())
        .arg("import-django")
        .env_clear()
        .env("DATABASE_URL", django.url())
        .current_dir(folder.path())));
    is_taken_over(&mut program);
}

#[test]
fn a_database_in_a_file_is_taken_over_to_either_engine() {
    let (folder, target) = (tempfile::tempdir().unwrap(), Database::create());
    let django = Django::on_sqlite(folder.path()).with_people();
    for mut program in [program(folder.path()), on(folder.path(), &target)] {
        let said = imported(&run(&mut import(&mut program, &django)));
        assert_eq!(said, format!("Imported (counts verified in the database):\n{SUMMARY}"));
        is_taken_over(&mut program);
    }
}

#[test]
fn a_database_on_postgresql_is_taken_over_to_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let django = Django::on_postgres().with_people();
    let mut program = program(folder.path());
    imported(&run(&mut import(&mut program, &django)));
    is_taken_over(&mut program);
}

#[test]
fn a_dry_run_tells_the_same_and_changes_nothing() {
    let (folder, target) = (tempfile::tempdir().unwrap(), Database::create());
    let django = Django::on_postgres().with_people();
    let mut program = on(folder.path(), &target);
    for _ in 0..2 {
        let said = imported(&run(import(&mut program, &django).arg("--dry-run")));
        assert!(said.starts_with("Dry run: nothing was changed."), "{said}");
        assert!(said.ends_with(SUMMARY), "{said}");
    }
    assert_eq!(target.query("select count(*) from chatapi_users"), "0");
    imported(&run(&mut import(&mut program, &django)));
}

#[test]
fn a_chat_that_has_users_is_refused_and_stays_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let django = Django::on_sqlite(folder.path()).with_people();
    let mut program = program(folder.path());
    imported(&run(&mut import(&mut program, &django)));
    let why = refused(&run(&mut import(&mut program, &django)));
    assert!(why.contains("already contains users or rooms"), "{why}");
    is_taken_over(&mut program);
}

#[test]
fn tables_and_columns_that_are_not_there_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let django = Django::on_postgres();
    django.run("drop table chat_message; alter table auth_user drop column is_staff");
    let why = refused(&run(&mut import(&mut program(folder.path()), &django)));
    assert!(why.contains("missing the column is_staff of auth_user, the table chat_message"), "{why}");
    let nothing = Django::Sqlite(folder.path().join("nothing").to_str().unwrap().to_owned());
    let why = refused(&run(&mut import(&mut program(folder.path()), &nothing)));
    assert!(why.contains("unable to open database file"), "{why}");
}

#[test]
fn what_cannot_be_kept_as_it_is_is_told_with_its_id() {
    let (folder, target) = (tempfile::tempdir().unwrap(), Database::create());
    let django = Django::on_sqlite(folder.path()).with_people();
    let long = "x".repeat(151);
    django.run(&format!(
        "update auth_user set username = '{long}' where id = 12;
         insert into chat_room (id, name, admin_id) values (6, 'Ghosts', 99), (7, '{long}', 11);
         insert into chat_room_users (id, room_id, user_id) values (30, 4, 99), (31, 77, 7);
         insert into chat_message (id, content, created_at, updated_at, user_id, room_id) values
             (300, 'a' || char(0) || 'b', '2024-01-02', '2024-01-02 00:00:00', 7, 4),
             (301, '  ', '2024-01-02 00:00:00', '2024-01-02 00:00:00', 7, 4),
             (302, 'lost', '2024-01-02 00:00:00', '2024-01-02 00:00:00', 99, 4),
             (303, 'lost', '2024-01-02 00:00:00', '2024-01-02 00:00:00', 7, 77)"
    ));
    let broken = run(&mut import(&mut on(folder.path(), &target), &django));
    assert!(refused(&broken).contains("invalid timestamp \"2024-01-02\""), "{broken:?}");
    django.run("update chat_message set created_at = '2024-01-02 00:00:00' where id = 300");
    let said = imported(&run(&mut import(&mut on(folder.path(), &target), &django)));
    for note in [
        "[1]: users whose username exceeds the maximum length, imported unchanged (id 12)",
        "[1]: rooms whose name exceeds the maximum length, imported unchanged (id 7)",
        "[1]: rooms whose admin does not exist, imported without an admin (id 6)",
        "[1]: rooms whose admin is not a member, imported unchanged: add the admin as a member before changing one (id 7)",
        "[2]: memberships of nonexistent rooms or users, skipped (ids 30, 31)",
        "[2]: messages whose room or author does not exist, skipped (ids 302, 303)",
        "[1]: messages with NUL characters, which were removed (id 300)",
        "[1]: blank messages, imported unchanged (id 301)",
        "  messages                7            5",
    ] {
        assert!(said.contains(note), "{note}\n{said}");
    }
    assert_eq!(target.query("select content from chatapi_messages where id = 300"), "ab");
}

#[test]
fn who_writes_meanwhile_is_seen_wholly_or_not_at_all() {
    let (folder, target) = (tempfile::tempdir().unwrap(), Database::create());
    let django = Django::on_postgres().with_people().with_messages(30_000);
    let Django::Postgres(source) = &django else { panic!("it is on PostgreSQL") };
    let is_done = AtomicBool::new(false);
    let before = source.query("select count(*) from chat_message");
    thread::scope(|scope| {
        let writer = scope.spawn(|| {
            // A user who joins a room and says something in it, at once.
            for number in 1000.. {
                if is_done.load(Ordering::Relaxed) {
                    break;
                }
                source.query(&format!(
                    "begin;
                     insert into auth_user (id, username, password, is_superuser, first_name, last_name, email, is_staff,
                                            is_active, date_joined)
                     values ({number}, 'user{number}', '!', false, '', '', '', false, true, now());
                     insert into chat_room_users (id, room_id, user_id) values ({number}, 4, {number});
                     insert into chat_message (id, content, created_at, updated_at, user_id, room_id)
                     values (1000000 + {number}, 'hi', now(), now(), {number}, 4);
                     commit"
                ));
            }
        });
        imported(&run(&mut import(&mut on(folder.path(), &target), &django)));
        is_done.store(true, Ordering::Relaxed);
        writer.join().unwrap();
    });
    assert_ne!(source.query("select count(*) from chat_message"), before, "nobody wrote meanwhile");
    let newcomers = target.query(
        "select (select count(*) from chatapi_users where id >= 1000),
                (select count(*) from chatapi_room_members where user_id >= 1000),
                (select count(*) from chatapi_messages where user_id >= 1000)",
    );
    let counts: Vec<_> = newcomers.split('|').collect();
    assert!(counts[0] == counts[1] && counts[1] == counts[2], "{newcomers}");
}

#[test]
fn an_import_that_is_killed_leaves_nothing_and_can_be_begun_again() {
    let (folder, target) = (tempfile::tempdir().unwrap(), Database::create());
    let django = Django::on_postgres().with_people().with_messages(60_000);
    for mut program in [on(folder.path(), &target), program(folder.path())] {
        let killed = Server::launch(&mut import(&mut program, &django));
        killed.wait_for_log("chat_room_users: 3 of 3 rows");
        drop(killed);
        let said = imported(&run(&mut import(&mut program, &django)));
        assert!(said.contains("  messages            60003        60003"), "{said}");
    }
    assert_eq!(target.query("select count(*) from chatapi_messages"), "60003");
}
