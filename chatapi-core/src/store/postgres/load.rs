//! Rows by the million: `copy`, on a connection of its own that nobody hurries.

use std::fmt::Write as _;

use async_trait::async_trait;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgRow};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Row as _, SqlSafeStr as _, SqlStr};

use super::{DIALECT, bind, of_code, sorted};
use crate::Timestamp;
use crate::store::engine::{Dialect, Row as _, Session, Value, sort_loaded};
use crate::store::load::{Bulk, Cell, OF_MESSAGES, Table};
use crate::store::{Result, StoreError};

/// A connection with a transaction on it whose statements take as long as they take. Nothing on it outlives the transaction,
/// since a proxy may pool transactions.
pub(crate) struct NoTimeout(PgConnection);

impl NoTimeout {
    /// Connects, and runs these statements, the first of which begins. That a statement is slow is nothing to warn of here.
    pub(crate) async fn connect(options: &PgConnectOptions, first: &[&'static str]) -> Result<Self> {
        let options = options.clone().disable_statement_logging();
        let mut connection = Self(options.connect().await.map_err(sorted)?);
        let mut first = first.iter();
        for begin in first.by_ref().take(1) {
            connection.execute(*begin).await?;
        }
        for setting in
            ["set local statement_timeout = 0", "set local idle_in_transaction_session_timeout = 0"]
        {
            connection.execute(setting).await?;
        }
        for statement in first {
            connection.execute(*statement).await?;
        }
        Ok(connection)
    }

    async fn execute(&mut self, statement: impl Into<String>) -> Result<()> {
        sqlx::raw_sql(AssertSqlSafe(statement.into())).execute(&mut self.0).await.map(drop).map_err(named)
    }
}

#[async_trait]
impl Session for NoTimeout {
    type Row = PgRow;
    const DIALECT: Dialect = DIALECT;

    async fn run(&mut self, sql: SqlStr, values: &[Value]) -> Result<Vec<PgRow>> {
        bind(sqlx::query(sql), values).persistent(false).fetch_all(&mut self.0).await.map_err(named)
    }
}

/// A fault of a load.
fn named(error: sqlx::Error) -> StoreError {
    sort_loaded(error, of_code)
}

/// Others may read while it lasts, but not write: what they wrote might have the ids that are loaded.
const BEGIN: [&str; 4] = [
    "begin",
    "set local maintenance_work_mem = '256MB'",
    "set local lock_timeout = '30s'",
    "lock table chatapi_users, chatapi_rooms, chatapi_room_members, chatapi_messages, chatapi_pending_texts in exclusive mode",
];

/// A load's transaction.
pub(super) struct PgLoad {
    connection: NoTimeout,
    /// What the commit has to run first.
    later: Vec<String>,
}

impl PgLoad {
    pub(super) async fn begin(options: &PgConnectOptions) -> Result<Self> {
        Ok(Self { connection: NoTimeout::connect(options, &BEGIN).await?, later: Vec::new() })
    }
}

#[async_trait]
impl Bulk for PgLoad {
    fn write(&self, row: &[Cell<'_>], rows: &mut String) {
        for (place, cell) in row.iter().enumerate() {
            if place > 0 {
                rows.push('\t');
            }
            // A string takes whatever is written to it.
            let _ = match cell {
                Cell::Int(value) | Cell::OptInt(Some(value)) => write!(rows, "{value}"),
                Cell::Bool(value) => write!(rows, "{value}"),
                Cell::Time(micros) => write!(rows, "{}", Timestamp::from_micros(*micros)),
                Cell::Text(text) | Cell::OptText(Some(text)) => {
                    escape(text, rows);
                    Ok(())
                }
                Cell::OptInt(None) | Cell::OptText(None) => rows.write_str("\\N"),
            };
        }
        rows.push('\n');
    }

    async fn insert(&mut self, table: &'static Table, rows: String) -> Result<()> {
        let copy = format!("copy {} ({}) from stdin", table.name, table.columns);
        let mut sink = self.connection.0.copy_in_raw(&copy).await.map_err(named)?;
        sink.send(rows.as_bytes()).await.map_err(named)?;
        sink.finish().await.map(drop).map_err(named)
    }

    async fn numbers(&mut self, sql: &'static str) -> Result<Vec<i64>> {
        let rows = self.connection.run(SqlStr::from_static(sql), &[]).await?;
        rows.iter().flat_map(|row| (0..row.len()).map(|column| row.int(column))).collect()
    }

    async fn next_id(&mut self, table: &'static str) -> Result<i64> {
        let sql = "select nextval(pg_get_serial_sequence($1, 'id'))";
        let rows = self.connection.run(SqlStr::from_static(sql), &[Value::Text(table.into())]).await?;
        rows.first().map_or(Ok(1), |row| row.int(0))
    }

    async fn drop_indexes(&mut self) -> Result<()> {
        let tables = Value::Texts(OF_MESSAGES.iter().map(|table| table.name.to_owned()).collect());
        let sql = "select format('alter table %s drop constraint %I', conrelid::regclass, conname),
                format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
            from pg_constraint where conrelid = any($1::regclass[]) and contype in ('p', 'f')
            union all
            select format('drop index %s', indexrelid::regclass), pg_get_indexdef(indexrelid)
            from pg_index where indrelid = any($1::regclass[])
            and not exists (select from pg_constraint where conindid = indexrelid)";
        let rows = self.connection.run(AssertSqlSafe(sql.to_owned()).into_sql_str(), &[tables]).await?;
        for row in &rows {
            self.connection.execute(row.text(0)?).await?;
            self.later.push(row.text(1)?);
        }
        Ok(())
    }

    async fn commit(mut self: Box<Self>) -> Result<()> {
        for statement in std::mem::take(&mut self.later) {
            self.connection.execute(statement).await?;
        }
        for table in ["chatapi_users", "chatapi_rooms", "chatapi_messages"] {
            self.connection
                .execute(format!(
                    "select setval(ids, greatest(pg_sequence_last_value(ids::regclass), greatest_id))
                     from pg_get_serial_sequence('{table}', 'id') ids, (select max(id) greatest_id from {table}) loaded
                     where greatest_id > 0"
                ))
                .await?;
        }
        self.connection
            .execute(
                "analyze chatapi_users, chatapi_rooms, chatapi_room_members, chatapi_messages, chatapi_pending_texts",
            )
            .await?;
        self.connection.execute("commit").await
    }
}

/// Appends a text as `copy` reads it.
fn escape(text: &str, rows: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find(['\\', '\t', '\n', '\r']) {
        let (plain, special) = rest.split_at(at);
        rows.push_str(plain);
        rows.push_str(match special.as_bytes()[0] {
            b'\\' => "\\\\",
            b'\t' => "\\t",
            b'\n' => "\\n",
            _ => "\\r",
        });
        rest = &special[1..];
    }
    rows.push_str(rest);
}
