//! How many statements each endpoint takes: one that is added fails here.
#![cfg(all(feature = "sqlite", feature = "postgres"))]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot be set up ends in a panic that says why"
)]

use std::collections::BTreeSet;

use chatapi_core::Store;
use chatapi_core::store::postgres::PgStore;
use chatapi_core::store::sqlite::SqliteStore;
use chatapi_core::users::ExternalUser;
use chatapi_testing::postgres::Databases;
use tokio::sync::Mutex;

use self::chat::Chat;
use self::counter::Count;

mod chat;
mod counter;

/// Requests in the order in which they are sent, each with its body, and what it takes where the chat has just seen who
/// asks: the statements, and the transactions around some of them, each of which is a `begin` and a `commit` more.
const REQUESTS: &[(&str, &str, u64, u64)] = &[
    ("OPTIONS /rooms/", "", 0, 0),
    ("GET /rooms/", "", 1, 0),
    ("GET /rooms/?page=last", "", 1, 0),
    ("HEAD /rooms/", "", 1, 0),
    // The users are asked for, since each that is not there is told of with the form's other faults; then the room, its
    // members, and the room as it is now.
    ("POST /rooms/", r#"{"name":"Milk","users":[1,2]}"#, 4, 1),
    ("OPTIONS /rooms/1/", "", 1, 0),
    ("GET /rooms/1/", "", 1, 0),
    ("HEAD /rooms/1/", "", 1, 0),
    // What exists is read before it is changed, since who may not change it gets another answer than where it is gone.
    ("PATCH /rooms/1/", r#"{"name":"Green tea"}"#, 3, 1),
    ("PATCH /rooms/1/", r#"{"admin":1}"#, 5, 1),
    // A list of members takes the place of the one that was read: that one is compared.
    ("PUT /rooms/1/", r#"{"name":"Tea","users":[1,2]}"#, 7, 1),
    ("DELETE /rooms/3/", "", 3, 1),
    ("OPTIONS /messages/", "", 0, 0),
    ("GET /messages/", "", 1, 0),
    ("GET /messages/?room=1&user=1&search=hello+tea", "", 3, 0),
    // What is found is read by its ids: the index knows where messages stand, not what they say.
    ("GET /messages/?room=1&user=1&search=hello", "", 2, 0),
    ("GET /messages/?q=hello", "", 2, 0),
    ("GET /messages/?limit=10", "", 1, 0),
    ("GET /messages/?after=2026-01-01T00:00:00Z,1&count=estimate", "", 1, 0),
    ("GET /messages/?around=1", "", 1, 0),
    ("HEAD /messages/", "", 1, 0),
    ("POST /messages/", r#"{"room":1,"content":"Hello again"}"#, 1, 0),
    ("OPTIONS /messages/1/", "", 1, 0),
    ("GET /messages/1/", "", 1, 0),
    ("HEAD /messages/1/", "", 1, 0),
    ("PATCH /messages/1/", r#"{"content":"Hi"}"#, 2, 0),
    ("PATCH /messages/1/", r#"{"room":2}"#, 3, 0),
    ("PUT /messages/1/", r#"{"room":1,"content":"Hello"}"#, 2, 0),
    ("DELETE /messages/3/", "", 2, 0),
    ("OPTIONS /auth/", "", 0, 0),
    ("GET /auth/", "", 0, 0),
    ("HEAD /auth/", "", 0, 0),
    ("OPTIONS /auth/jwt/create/", "", 0, 0),
    ("POST /auth/jwt/create/", r#"{"username":"ann","password":"{password}"}"#, 1, 0),
    ("OPTIONS /auth/jwt/refresh/", "", 0, 0),
    ("POST /auth/jwt/refresh/", r#"{"refresh":"{refresh}"}"#, 1, 0),
    ("OPTIONS /auth/jwt/verify/", "", 0, 0),
    ("POST /auth/jwt/verify/", r#"{"token":"{access}"}"#, 1, 0),
    ("OPTIONS /auth/users/", "", 0, 0),
    ("GET /auth/users/", "", 1, 0),
    ("HEAD /auth/users/", "", 1, 0),
    // The name is asked for first: that it is taken is told of with the form's other faults.
    ("POST /auth/users/", r#"{"username":"cyd","password":"{password}","email":"cyd@example.org"}"#, 2, 0),
    ("OPTIONS /auth/users/resend_activation/", "", 0, 0),
    ("POST /auth/users/resend_activation/", r#"{"email":"cyd@example.org"}"#, 1, 0),
    ("OPTIONS /auth/users/activation/", "", 0, 0),
    ("POST /auth/users/activation/", r#"{"uid":"{uid}","token":"{token}"}"#, 2, 0),
    ("OPTIONS /auth/users/reset_password/", "", 0, 0),
    ("POST /auth/users/reset_password/", r#"{"email":"cyd@example.org"}"#, 1, 0),
    ("OPTIONS /auth/users/reset_password_confirm/", "", 0, 0),
    (
        "POST /auth/users/reset_password_confirm/",
        r#"{"uid":"{uid}","token":"{token}","new_password":"{password}"}"#,
        2,
        0,
    ),
    ("OPTIONS /auth/users/reset_username/", "", 0, 0),
    ("POST /auth/users/reset_username/", r#"{"email":"cyd@example.org"}"#, 1, 0),
    ("OPTIONS /auth/users/reset_username_confirm/", "", 0, 0),
    (
        "POST /auth/users/reset_username_confirm/",
        r#"{"uid":"{uid}","token":"{token}","new_username":"cydney"}"#,
        3,
        0,
    ),
    // Accounts are shown as they are now, and passwords are checked against what is kept now.
    ("OPTIONS /auth/users/me/", "", 0, 0),
    ("GET /auth/users/me/", "", 1, 0),
    ("HEAD /auth/users/me/", "", 1, 0),
    ("PUT /auth/users/me/", r#"{"email":"ann@example.org"}"#, 2, 0),
    ("PATCH /auth/users/me/", r#"{"email":"ann@example.org"}"#, 2, 0),
    ("OPTIONS /auth/users/2/", "", 1, 0),
    ("GET /auth/users/2/", "", 1, 0),
    ("HEAD /auth/users/2/", "", 1, 0),
    // Who changes another's account is read with it, and both are held until the change and its entry in the log are written.
    ("PUT /auth/users/2/", r#"{"email":"bob@example.org"}"#, 2, 1),
    ("PATCH /auth/users/2/", r#"{"email":"bobby@example.org"}"#, 4, 1),
    ("DELETE /auth/users/2/", r#"{"current_password":"{password}"}"#, 6, 1),
    ("OPTIONS /auth/users/set_password/", "", 0, 0),
    (
        "POST /auth/users/set_password/",
        r#"{"new_password":"{password}","current_password":"{password}"}"#,
        2,
        0,
    ),
    ("OPTIONS /auth/users/set_username/", "", 0, 0),
    ("POST /auth/users/set_username/", r#"{"new_username":"anna","current_password":"{password}"}"#, 3, 0),
    ("DELETE /auth/users/me/", r#"{"current_password":"{password}"}"#, 4, 1),
];

/// Where SQLite takes more statements, within a transaction: it has none that write to several tables, and a message's text
/// is kept apart.
const MORE_ON_SQLITE: &[(&str, u64)] = &[
    (r#"{"room":1,"content":"Hello again"}"#, 1),
    (r#"{"content":"Hi"}"#, 2),
    (r#"{"room":1,"content":"Hello"}"#, 2),
];

/// sqlx logs to one place for the whole process.
static ALONE: Mutex<()> = Mutex::const_new(());

#[tokio::test]
async fn each_endpoint_takes_as_many_statements_as_the_table_says_on_sqlite() {
    let _alone = ALONE.lock().await;
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path().join("chat.sqlite3")).await.unwrap();
    check(store, |body, count| {
        let more = MORE_ON_SQLITE.iter().find(|(of, _)| *of == body).map_or(0, |(_, more)| *more);
        Count { statements: count.statements + more, transactions: count.transactions.max(more.min(1)) }
    })
    .await;
}

#[tokio::test]
async fn each_endpoint_takes_as_many_statements_as_the_table_says_on_postgresql() {
    let _alone = ALONE.lock().await;
    let databases = Databases::new().await;
    let store = PgStore::connect_lazy(&databases.fresh().await, 2).unwrap();
    // On a task of its own, so that the database is dropped after a panic too.
    let end = tokio::spawn(check(store, |_, count| count)).await;
    databases.drop_all().await;
    end.unwrap();
}

async fn check(store: impl Store + 'static, logged: fn(&str, Count) -> Count) {
    let mut chat = Chat::on(store).await;
    let mut asked = BTreeSet::new();
    let mut wrong = Vec::new();
    for &(line, body, statements, transactions) in REQUESTS {
        let (row, took) = chat.ask_again(line, body).await;
        let expected = logged(body, Count { statements, transactions });
        if took != expected {
            wrong.push(format!("{line} {body}: {took:?}, not {expected:?}"));
        }
        asked.insert(row);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let rows = chat.api.routes().flat_map(|route| {
        let methods = route.allow().split(", ").map(str::to_owned).collect::<Vec<_>>();
        methods.into_iter().map(|method| format!("{method} {}", route.path()))
    });
    let missed: Vec<String> = rows.filter(|row| !asked.contains(row)).collect();
    assert!(missed.is_empty(), "not asked: {missed:?}");
}

#[tokio::test]
async fn the_first_request_of_a_user_takes_one_statement_more_and_none_where_it_needs_no_user() {
    let _alone = ALONE.lock().await;
    let folder = tempfile::tempdir().unwrap();
    let mut chat = Chat::on(SqliteStore::open(folder.path().join("chat.sqlite3")).await.unwrap()).await;
    for (line, first, again) in
        [("GET /rooms/", 2, 1), ("GET /messages/1/", 2, 1), ("GET /auth/", 1, 0), ("OPTIONS /rooms/", 1, 0)]
    {
        chat.api.forget_user(1.into());
        assert_eq!(chat.ask(line, "").await.1.statements, first, "{line}");
        assert_eq!(chat.ask_again(line, "").await.1.statements, again, "{line}");
    }
}

#[tokio::test]
async fn a_user_of_the_hosts_that_was_just_seen_takes_no_statement() {
    let _alone = ALONE.lock().await;
    let folder = tempfile::tempdir().unwrap();
    let chat = Chat::on(SqliteStore::open(folder.path().join("chat.sqlite3")).await.unwrap()).await;
    let said = ExternalUser::new("auth0|42").username("zoe");
    let mut taken = Vec::new();
    for _ in 0..4 {
        Count::take();
        chat.api.user_of_host(&said).await.unwrap();
        taken.push(Count::take().statements);
    }
    assert_eq!(taken, [2, 1, 1, 0]);
}
