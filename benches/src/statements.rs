//! The statements behind a request: taken from PostgreSQL's own log, and run again without a server in front.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use serde::Deserialize;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions as _};

use crate::Result;

pub mod pgbench;

/// A statement that was run, with the values of its parameters as PostgreSQL writes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Its text: `$1` is its first parameter.
    pub sql: String,
    /// The values; `None` is null.
    pub values: Vec<Option<String>>,
}

/// How long the log may lag behind.
const TIMEOUT: Duration = Duration::from_secs(20);

const BETWEEN_LOOKS: Duration = Duration::from_millis(10);

/// What a session must be started with for its statements to be logged: a part of a URL's query.
pub const LOGGED: &str = "options[log_statement]=all";

/// The log of a PostgreSQL that writes JSON (`log_destination = jsonlog`), and what is new in it.
#[derive(Debug)]
pub struct Log {
    file: File,
    marker: PgConnection,
    marks: u32,
}

/// The part of a line of the log that matters here.
#[derive(Deserialize)]
struct Line {
    #[serde(default)]
    message: String,
    #[serde(default)]
    detail: String,
}

impl Log {
    /// Opens the log in `file` of the server that `url` names, whose superuser it connects as.
    ///
    /// # Errors
    /// Where there is no such file or server.
    pub async fn open(file: &Path, url: &str) -> Result<Self> {
        let options: PgConnectOptions = url.parse()?;
        let marker = options.options([("log_statement", "all")]).connect().await?;
        let mut file = File::open(file).map_err(|fault| format!("no log in {}: {fault}", file.display()))?;
        file.seek(SeekFrom::End(0))?;
        Ok(Self { file, marker, marks: 0 })
    }

    /// The statements that `ask` has the database run, on sessions that were started with [`LOGGED`]. It is called three
    /// times: what a server does on its own now and then is no part of what it always does.
    ///
    /// # Errors
    /// Where `ask` fails, or the log does not show what was run.
    pub async fn statements_of(&mut self, mut ask: impl FnMut() -> Result<()>) -> Result<Vec<Statement>> {
        self.until_mark().await?;
        let mut least: Option<Vec<_>> = None;
        for _ in 0..3 {
            ask()?;
            let run = self.until_mark().await?;
            least = Some(least.filter(|least| least.len() <= run.len()).unwrap_or(run));
        }
        least.filter(|run| !run.is_empty()).ok_or_else(|| "the log shows no statement".into())
    }

    /// What was logged since the last mark. Lines stand in the order in which their statements were run.
    async fn until_mark(&mut self) -> Result<Vec<Statement>> {
        self.marks += 1;
        let mark = format!("select 'mark {}'", self.marks);
        sqlx::raw_sql(AssertSqlSafe(mark.clone())).execute(&mut self.marker).await?;
        let (mut text, deadline) = (String::new(), Instant::now() + TIMEOUT);
        loop {
            self.file.read_to_string(&mut text)?;
            let whole = text.rfind('\n').map_or("", |end| &text[..end]);
            let lines: Vec<Line> = whole.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
            if lines.iter().any(|line| line.message.ends_with(&mark)) {
                let run = lines.iter().filter(|line| !line.message.contains("select 'mark "));
                return Ok(run.filter_map(statement).collect());
            }
            if Instant::now() > deadline {
                return Err("PostgreSQL's log does not show what is run".into());
            }
            thread::sleep(BETWEEN_LOOKS);
        }
    }
}

/// The statement that a line shows; `None` where it shows something else.
fn statement(line: &Line) -> Option<Statement> {
    let sql = line.message.strip_prefix("statement: ").or_else(|| {
        let (_name, sql) = line.message.strip_prefix("execute ")?.split_once(": ")?;
        Some(sql)
    })?;
    let values = line.detail.split_once(": ").map_or("", |(_, values)| values);
    Some(Statement { sql: sql.to_owned(), values: values_of(values) })
}

/// Reads `$1 = 'it''s', $2 = NULL`.
fn values_of(mut text: &str) -> Vec<Option<String>> {
    let mut values = Vec::new();
    while let Some((_, after)) = text.split_once(" = ") {
        let Some(quoted) = after.strip_prefix('\'') else {
            values.push(None);
            text = after;
            continue;
        };
        let mut value = String::new();
        let mut rest = quoted;
        while let Some((part, after)) = rest.split_once('\'') {
            value.push_str(part);
            rest = after;
            let Some(after) = rest.strip_prefix('\'') else { break };
            value.push('\'');
            rest = after;
        }
        values.push(Some(value));
        text = rest;
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_postgres_writes_them() {
        let values = values_of("$1 = '7', $2 = NULL, $3 = 'it''s = so, $4', $4 = ''");
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(values, [some("7"), None, some("it's = so, $4"), some("")]);
        assert_eq!(values_of(""), []);
    }

    #[test]
    fn statements_are_told_from_other_lines() {
        let line = |message: &str| Line { message: message.to_owned(), detail: String::new() };
        let sql = |message| statement(&line(message)).map(|statement| statement.sql);
        assert_eq!(sql("execute sqlx_s_3: select 1 as \"a: b\""), Some("select 1 as \"a: b\"".to_owned()));
        assert_eq!(sql("statement: BEGIN"), Some("BEGIN".to_owned()));
        assert_eq!(sql("checkpoint starting: time"), None);
    }
}
