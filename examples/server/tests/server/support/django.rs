//! Databases as the Django deployment leaves them.

use std::path::Path;
use std::process::Command;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _};

use super::postgres::Database;

/// Django's database, on either engine.
pub(crate) enum Django {
    Postgres(Database),
    Sqlite(String),
}

impl Django {
    /// One on PostgreSQL, with Django's tables and nothing in them.
    pub(crate) fn on_postgres() -> Self {
        let made = Self::Postgres(Database::create());
        made.run(include_str!("django/postgres.sql"));
        made
    }

    /// One in a file of SQLite's in this folder, with Django's tables and nothing in them.
    pub(crate) fn on_sqlite(folder: &Path) -> Self {
        let made = Self::Sqlite(folder.join("db.sqlite3").to_str().unwrap().to_owned());
        made.run(include_str!("django/sqlite.sql"));
        made
    }

    pub(crate) fn url(&self) -> String {
        match self {
            Self::Postgres(database) => database.url().to_owned(),
            Self::Sqlite(file) => format!("sqlite://{file}"),
        }
    }

    pub(crate) fn run(&self, statements: &str) {
        match self {
            Self::Postgres(database) => drop(database.query(&format!("set timezone = 'UTC'; {statements}"))),
            Self::Sqlite(file) => in_file(file, statements),
        }
    }

    /// Users, rooms and messages such as a small deployment has; the same on both engines.
    pub(crate) fn with_people(self) -> Self {
        self.run(&include_str!("django/people.sql").replace("{CR}", "\r"));
        self
    }

    /// So many messages more, in the room 4, on PostgreSQL.
    pub(crate) fn with_messages(self, messages: usize) -> Self {
        self.run(&format!(
            "insert into chat_message (id, content, created_at, updated_at, user_id, room_id)
             select 1000 + n, 'message ' || n, '2024-03-01 12:00:00', '2024-03-01 12:00:00', 7, 4
             from generate_series(1, {messages}) n"
        ));
        self
    }
}

fn in_file(file: &str, statements: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let options = SqliteConnectOptions::new().filename(file).create_if_missing(true).foreign_keys(false);
        let mut connection = options.connect().await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(statements.to_owned())).execute(&mut connection).await.unwrap();
        sqlx::Connection::close(connection).await.unwrap();
    });
}

/// `import-django` from there.
pub(crate) fn import(program: &mut Command, from: &Django) -> Command {
    let mut command = Command::new(program.get_program());
    command.env_clear().envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.current_dir(program.get_current_dir().unwrap());
    command.args(["import-django", "--from", &from.url()]);
    command
}
