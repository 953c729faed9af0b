//! Rows by the million: a batch is one text of JSON, since a statement for each row would take longer.

use async_trait::async_trait;
use sqlx::{AssertSqlSafe, Row as _, SqlSafeStr as _, SqlStr};

use super::pool::SqliteTransaction;
use super::{json, of_code, sorted};
use crate::store::engine::{Row as _, Session as _, Transaction as _, Value, sort_loaded};
use crate::store::load::{Bulk, Cell, OF_MESSAGES, Table};
use crate::store::{Result, StoreError};

/// A load's transaction.
pub(super) struct SqliteLoad {
    transaction: SqliteTransaction,
    /// What the commit has to run first.
    later: Vec<String>,
}

impl SqliteLoad {
    pub(super) fn within(transaction: SqliteTransaction) -> Self {
        Self { transaction, later: Vec::new() }
    }

    async fn execute(&mut self, statement: impl Into<String>) -> Result<()> {
        let statement = sqlx::raw_sql(AssertSqlSafe(statement.into()));
        statement.execute(self.transaction.connection().map_err(sorted)?).await.map(drop).map_err(named)
    }
}

/// A fault of a load.
fn named(error: sqlx::Error) -> StoreError {
    sort_loaded(error, of_code)
}

#[async_trait]
impl Bulk for SqliteLoad {
    fn write(&self, row: &[Cell<'_>], rows: &mut String) {
        rows.push(if rows.is_empty() { '[' } else { ',' });
        rows.push_str(&json(&row));
    }

    async fn insert(&mut self, table: &'static Table, rows: String) -> Result<()> {
        let places = 0..table.columns.split(',').count();
        let values: Vec<_> = places.map(|place| format!("value ->> {place}")).collect();
        let (name, columns, values) = (table.name, table.columns, values.join(", "));
        let insertion = format!("insert into {name} ({columns}) select {values} from json_each($1)");
        let insertion = sqlx::query(AssertSqlSafe(insertion)).bind(rows + "]");
        insertion.execute(self.transaction.connection().map_err(sorted)?).await.map(drop).map_err(named)
    }

    async fn numbers(&mut self, sql: &'static str) -> Result<Vec<i64>> {
        let rows = self.transaction.run(SqlStr::from_static(sql), &[]).await?;
        rows.iter().flat_map(|row| (0..row.len()).map(|column| row.int(column))).collect()
    }

    async fn next_id(&mut self, table: &'static str) -> Result<i64> {
        let sql = "select coalesce(max(seq), 0) + 1 from sqlite_sequence where name = $1";
        let rows = self.transaction.run(SqlStr::from_static(sql), &[Value::Text(table.into())]).await?;
        rows.first().map_or(Ok(1), |row| row.int(0))
    }

    async fn drop_indexes(&mut self) -> Result<()> {
        for table in &OF_MESSAGES {
            let sql = "select name, sql from sqlite_master where type = 'index' and tbl_name = $1 and sql is not null";
            let sql = AssertSqlSafe(sql.to_owned()).into_sql_str();
            for row in self.transaction.run(sql, &[Value::Text(table.name.into())]).await? {
                self.execute(format!("drop index {}", row.text(0)?)).await?;
                self.later.push(row.text(1)?);
            }
        }
        Ok(())
    }

    /// Ids are given after the greatest there was by themselves.
    async fn commit(mut self: Box<Self>) -> Result<()> {
        for statement in std::mem::take(&mut self.later) {
            self.execute(statement).await?;
        }
        self.execute("analyze").await?;
        self.transaction.commit().await
    }
}
