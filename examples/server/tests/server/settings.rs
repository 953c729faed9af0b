//! Wrong settings are refused at the start, in one line.

use std::fs;
use std::process::Command;

use crate::support::postgres::Database;
use crate::support::{Server, complaints, program, run};

/// Asserts that the program refuses to start, in one line that says this.
#[track_caller]
fn is_refused(command: &mut Command, code: i32, why: &str) {
    let output = run(command.env("RUST_LOG", "off"));
    let lines = complaints(&output);
    assert_eq!(output.status.code(), Some(code), "{lines:?}");
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].starts_with("chatapi-server: "), "{lines:?}");
    assert!(lines[0].contains(why), "{lines:?} does not say: {why}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "");
}

#[test]
fn a_wrong_value_is_refused_by_the_names_of_its_setting() {
    let folder = tempfile::tempdir().unwrap();
    for (flag, variable, wrong) in [
        ("--bind", "BIND", "nowhere"),
        ("--bind", "BIND", "127.0.0.1"),
        ("--secret-key", "SECRET_KEY", "only-31-bytes-long-............"),
        ("--public-url", "CHATAPI_PUBLIC_URL", "chat.example.org"),
        ("--database-url", "DATABASE_URL", "mysql://name:hidden@host/chat"),
        ("--database-url", "DATABASE_URL", "postgres://name:hidden@host:port/chat"),
        ("--database-url", "DATABASE_URL", "sqlite::memory:"),
        ("--database-url", "DATABASE_URL", "sqlite://"),
        ("--database-url", "DATABASE_URL", "sqlite://chat.sqlite3?mode=ro"),
        ("--pg-port", "PG_PORT", "0"),
        ("--database-connections", "CHATAPI_DATABASE_CONNECTIONS", "0"),
        ("--database-wait", "CHATAPI_DATABASE_WAIT", "soon"),
        ("--page-size", "CHATAPI_PAGE_SIZE", "0"),
        ("--body-limit", "CHATAPI_BODY_LIMIT", "1MB"),
        ("--message-limit", "CHATAPI_MESSAGE_LIMIT", "-1"),
        ("--database-url", "DATABASE_URL", "postgres://name:hidden@one,two/chat"),
        ("--database-url", "DATABASE_URL", "postgres://name:hidden@host/chat?sslmode=maybe"),
        ("--database-url", "DATABASE_URL", "host=db passwort=hidden"),
        ("--database-transaction-pooling", "CHATAPI_DATABASE_TRANSACTION_POOLING", "perhaps"),
        ("--framework", "CHATAPI_FRAMEWORK", "rocket"),
        ("--admin", "CHATAPI_ADMIN", "maybe"),
        ("--user-cache", "CHATAPI_USER_CACHE", "2h"),
        ("--refresh-lifetime", "CHATAPI_REFRESH_LIFETIME", "59m"),
        ("--body-limit", "CHATAPI_BODY_LIMIT", "99999"),
        ("--message-limit", "CHATAPI_MESSAGE_LIMIT", "1048577"),
        ("--chat-page", "CHATAPI_CHAT_PAGE", "perhaps"),
        ("--find-users", "CHATAPI_FIND_USERS", "perhaps"),
        ("--show-emails", "CHATAPI_SHOW_EMAILS", "nobody"),
        ("--members-per-room", "CHATAPI_MEMBERS_PER_ROOM", "0"),
        ("--members-per-request", "CHATAPI_MEMBERS_PER_REQUEST", "many"),
        ("--access-lifetime", "CHATAPI_ACCESS_LIFETIME", "0"),
        ("--refresh-lifetime", "CHATAPI_REFRESH_LIFETIME", "1w"),
        ("--stop-delay", "CHATAPI_STOP_DELAY", "soon"),
        ("--limits", "CHATAPI_LIMITS", "some"),
        ("--limit-login", "CHATAPI_LIMIT_LOGIN", "often"),
        ("--limit-send", "CHATAPI_LIMIT_SEND", "0/min"),
        ("--limit-room", "CHATAPI_LIMIT_ROOM", "rarely"),
        ("--cors-origins", "CHATAPI_CORS_ORIGINS", "chat.example.org"),
        ("--metrics-bind", "CHATAPI_METRICS_BIND", "9090"),
        ("--metrics-token", "CHATAPI_METRICS_TOKEN", "hidden"),
        ("--trusted-proxies", "CHATAPI_TRUSTED_PROXIES", "10.0.0.0/8,proxy"),
        ("--smtp-url", "SMTP_URL", "http://hidden@host"),
        ("--mail-from", "CHATAPI_MAIL_FROM", "nobody"),
        ("--activation-url", "CHATAPI_ACTIVATION_URL", "activate/{uid}"),
        ("--mail-templates", "CHATAPI_MAIL_TEMPLATES", "not-there"),
        ("--log-format", "CHATAPI_LOG_FORMAT", "xml"),
        ("--smtp-url", "SMTP_URL", "host"),
        ("--smtp-url", "SMTP_URL", "smtp://"),
        ("--activation-url", "CHATAPI_ACTIVATION_URL", "javascript:alert('{uid}{token}')"),
        ("--activation-url", "CHATAPI_ACTIVATION_URL", "https:///{uid}/{token}"),
        ("--site-name", "CHATAPI_SITE_NAME", "two\nlines"),
        ("--log", "CHATAPI_LOG", "chatapi_server=loud"),
        ("--log", "CHATAPI_LOG", "loud"),
        ("--log", "CHATAPI_LOG", "info,chatapi_server"),
    ] {
        let by_flag = format!("{flag}={wrong}");
        let names = format!("{flag} / {variable}");
        is_refused(program(folder.path()).arg(by_flag), 2, &names);
        is_refused(program(folder.path()).env(variable, wrong), 2, &names);
    }
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        0,
        "nothing is done before everything is checked"
    );
}

#[test]
fn a_refusal_says_what_is_expected() {
    let folder = tempfile::tempdir().unwrap();
    for (variable, wrong, expected) in [
        ("CHATAPI_ADMIN", "maybe", "expected yes or no"),
        ("CHATAPI_SEND_ACTIVATION_EMAIL", "maybe", "expected yes or no"),
        ("CHATAPI_FRAMEWORK", "rocket", "axum, actix, poem"),
        ("SMTP_URL", "mail.example.org", "smtps://user:password@host"),
        ("CHATAPI_LOG", "loud", "error, warn, info, debug, trace or off"),
        ("CHATAPI_REFRESH_LIFETIME", "1m", "CHATAPI_ACCESS_LIFETIME"),
        ("CHATAPI_BODY_LIMIT", "1024", "CHATAPI_MESSAGE_LIMIT"),
        ("DATABASE_URL", "postgres://one,two/chat", "several hosts"),
        ("DATABASE_URL", "postgres://host/chat?sslmod=require", "sslmod"),
    ] {
        is_refused(program(folder.path()).env(variable, wrong), 2, expected);
    }
    for (framework, is_built) in [("actix", cfg!(feature = "actix")), ("poem", cfg!(feature = "poem"))] {
        if !is_built {
            let features = format!("--features {framework}");
            is_refused(program(folder.path()).env("CHATAPI_FRAMEWORK", framework), 2, &features);
        }
    }
}

#[test]
fn yes_and_no_are_offered_and_taken() {
    let folder = tempfile::tempdir().unwrap();
    let help = run(program(folder.path()).arg("--help"));
    assert!(!String::from_utf8(help.stdout).unwrap().contains("true, false"));
    for word in ["yes", "No", "true", "off", "1"] {
        let output = run(program(folder.path()).arg("migrate").env("CHATAPI_ADMIN", word));
        assert!(output.status.success(), "{word}: {:?}", complaints(&output));
    }
}

#[test]
fn a_setting_that_does_not_exist_is_named_with_the_nearest_one() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = program(folder.path());
    command.env("CHATAPI_FIND_USER", "no").env("chatapi_admin", "no").env("CHATAPI_PUBLISH", "8000");
    command.env("CHATAPI_SECRET_KEY", "no").env("CHATAPI_DATABASE_URL", "no").env("CHATAPI_PG_HOST", "no");
    let server = Server::start(command.env("CHATAPI_LIMIT_LOG_IN", "1/d"));
    server.wait_for_log("ready");
    for (wrong, near) in [
        ("CHATAPI_FIND_USER:", "CHATAPI_FIND_USERS?"),
        ("chatapi_admin:", "CHATAPI_ADMIN?"),
        ("CHATAPI_LIMIT_LOG_IN:", "CHATAPI_LIMIT_LOGIN?"),
        ("CHATAPI_SECRET_KEY:", " SECRET_KEY?"),
        ("CHATAPI_DATABASE_URL:", " DATABASE_URL?"),
        ("CHATAPI_PG_HOST:", " PG_HOST?"),
    ] {
        let log = server.log();
        let line = log.lines().find(|line| line.contains(wrong)).unwrap_or_else(|| panic!("{wrong}: {log}"));
        assert!(line.contains("WARN") && line.contains(near), "{line}");
    }
    assert_eq!(server.log().matches("unknown setting").count(), 6, "{}", server.log());
}

#[test]
fn the_old_name_of_a_setting_works_and_is_warned_of() {
    let folder = tempfile::tempdir().unwrap();
    let warnings = |command: &mut Command| {
        let output = run(command.arg("migrate"));
        assert!(output.status.success(), "{:?}", complaints(&output));
        let lines = complaints(&output);
        lines.into_iter().filter(|line| line.contains("WARN")).collect::<Vec<_>>()
    };
    let by_variable = warnings(program(folder.path()).env("CHATAPI_TIDY", "no"));
    assert_eq!(by_variable.len(), 1, "{by_variable:?}");
    assert!(by_variable[0].contains("CHATAPI_TIDY is deprecated: use CHATAPI_INDEXER"), "{by_variable:?}");
    let by_flag = warnings(program(folder.path()).arg("--tidy=no"));
    assert_eq!(by_flag.len(), 1, "{by_flag:?}");
    assert!(by_flag[0].contains("--tidy is deprecated: use --indexer"), "{by_flag:?}");
    let by_new_names = warnings(program(folder.path()).env("CHATAPI_INDEXER", "no").arg("--indexer=yes"));
    assert!(by_new_names.is_empty(), "{by_new_names:?}");

    let names = "--indexer / CHATAPI_TIDY";
    is_refused(program(folder.path()).env("CHATAPI_TIDY", "maybe"), 2, names);
    let both = warnings(program(folder.path()).env("CHATAPI_TIDY", "maybe").env("CHATAPI_INDEXER", "no"));
    assert!(both[0].contains("CHATAPI_TIDY"), "the new name takes precedence: {both:?}");
}

#[test]
fn a_mailed_link_may_lead_to_another_site() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = program(folder.path());
    command.env("CHATAPI_PASSWORD_RESET_CONFIRM_URL", "https://app.example.org/reset#{uid}/{token}");
    let server = Server::start(&mut command);
    let account = serde_json::json!({"username": "ada", "password": crate::support::api::PASSWORD, "email": "ada@example.org"});
    assert_eq!(server.api().post("/auth/users/", &account).status, 201);
    let asked =
        server.api().post("/auth/users/reset_password/", &serde_json::json!({"email": "ada@example.org"}));
    assert_eq!(asked.status, 204);
    server.wait_for_log("https://app.example.org/reset#");
    assert!(!server.log().contains("/https://"), "{}", server.log());
}

#[test]
fn a_word_on_the_command_line_that_means_nothing_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    is_refused(program(folder.path()).arg("--page"), 2, "'--page'");
    is_refused(program(folder.path()).arg("server"), 2, "'server'");
    is_refused(program(folder.path()).arg("--bind"), 2, "--bind / BIND");
}

#[test]
fn a_filter_in_rust_log_is_checked_too() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(program(folder.path()).env("RUST_LOG", "chatapi_server=loud"));
    assert_eq!(output.status.code(), Some(2));
    assert!(complaints(&output)[0].contains("RUST_LOG"));
}

#[test]
fn no_message_repeats_a_password() {
    let folder = tempfile::tempdir().unwrap();
    for (variable, value) in [
        ("DATABASE_URL", "mysql://name:hidden@host/chat"),
        ("DATABASE_URL", "postgres://name:hidden@host:port/chat"),
        ("DATABASE_URL", "postgres://name:hidden@127.0.0.1:1/chat"),
        ("DATABASE_URL", "host=127.0.0.1 port=1 password=hidden"),
        ("DATABASE_URL", "password='hidden"),
        ("SMTP_URL", "smtps://name:hidden@host:port"),
        ("SECRET_KEY", "hidden"),
        ("SMTP_URL", "http://name:hidden@host"),
    ] {
        let output = run(program(folder.path()).env(variable, value).args(["--database-wait", "0"]));
        assert_ne!(output.status.code(), Some(0));
        assert!(!complaints(&output).concat().contains("hidden"), "{variable}: {:?}", complaints(&output));
    }
}

#[test]
fn two_databases_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    for part in ["PG_USER", "PG_DB", "PG_HOST"] {
        let mut command = program(folder.path());
        is_refused(command.env("DATABASE_URL", "sqlite://chat.sqlite3").env(part, "chat"), 2, "DATABASE_URL");
    }
}

#[test]
fn a_part_of_a_postgres_is_refused_by_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    is_refused(
        program(folder.path()).env("PG_HOST", "db"),
        2,
        "PG_USER, PG_PASSWORD (which may be empty), PG_DB",
    );
    let mut command = program(folder.path());
    is_refused(command.env("PG_USER", "chat").env("PG_PASSWORD", ""), 2, "missing PG_DB");
}

#[test]
fn an_empty_variable_counts_as_not_set() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = program(folder.path());
    for variable in
        ["DATABASE_URL", "PG_USER", "PG_HOST", "PG_PORT", "SECRET_KEY", "SMTP_URL", "CHATAPI_PAGE_SIZE"]
    {
        command.env(variable, "");
    }
    let server = Server::start(&mut command);
    assert_eq!(server.greeting()[0], "Database: SQLite, data/chatapi.sqlite3");
}

#[test]
fn a_file_that_is_named_is_used() {
    let folder = tempfile::tempdir().unwrap();
    for (url, file) in [("sqlite://a/chat.db", "a/chat.db"), ("sqlite:b%20c.db?mode=rwc", "b c.db")] {
        let output = run(program(folder.path()).arg("migrate").env("DATABASE_URL", url));
        assert!(output.status.success(), "{:?}", complaints(&output));
        assert!(folder.path().join(file).is_file(), "{url}");
    }
}

#[test]
fn the_parts_of_a_postgres_make_a_connection_whatever_characters_they_have() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::create();
    let (user, port_and_name) = database.url().trim_start_matches("postgres://").split_once('@').unwrap();
    let (host_and_port, name) = port_and_name.rsplit_once('/').unwrap();
    let (host, port) = host_and_port.rsplit_once(':').unwrap();
    let mut command = program(folder.path());
    command.env("PG_USER", user).env("PG_PASSWORD", "p@ss:w/rd #%&?").env("PG_DB", name);
    command.env("PG_HOST", host).env("PG_PORT", port);
    let server = Server::start(&mut command);
    server.api().sign_up("ada");
    assert_eq!(database.query("select username from chatapi_users"), "ada");
}

#[test]
fn settings_do_what_they_say() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = program(folder.path());
    command
        .args(["--page-size=2", "--message-limit", "5", "--access-lifetime=3s"])
        .env("CHATAPI_BODY_LIMIT", "1024");
    let server = Server::start(&mut command);
    let ada = server.api().sign_up("ada");
    let room = ada.room();
    let say = |content: &str| {
        let ada = server.api().log_in("ada", crate::support::api::PASSWORD);
        ada.post("/messages/", &serde_json::json!({"room": room, "content": content})).status
    };
    assert_eq!(say("12345"), 201);
    assert_eq!(say("123456"), 400);
    assert_eq!(say(&"x".repeat(1024)), 413);
    assert_eq!([say("2"), say("3")], [201, 201]);
    crate::support::eventually("the token is too old", || ada.get("/messages/").status == 401);
    let again = server.api().log_in("ada", crate::support::api::PASSWORD);
    assert_eq!(again.get("/messages/").body["results"].as_array().unwrap().len(), 2);
}

#[test]
fn a_newer_database_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::create();
    assert!(run(program(folder.path()).arg("migrate").env("DATABASE_URL", database.url())).status.success());
    database.query(
        "insert into chatapi_migrations (version, description, success, checksum, execution_time)
         values (9999, 'later', true, '', 0)",
    );
    is_refused(program(folder.path()).env("DATABASE_URL", database.url()), 1, "newer than this program");
}

#[test]
fn a_database_that_is_not_utf8_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::create_with("template template0 encoding 'LATIN1' locale 'C'");
    is_refused(program(folder.path()).env("DATABASE_URL", database.url()), 1, "LATIN1");
}

#[test]
fn a_database_that_does_not_exist_is_told_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::create();
    let url = format!("{}_not", database.url());
    is_refused(program(folder.path()).env("DATABASE_URL", url), 1, "does not exist");
}
