//! PostgreSQL takes rows by `copy`.

use std::fmt::Write as _;

use chatapi_core::Timestamp;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _, Row as _};

use super::Loader as _;
use super::tables::{self, Cell, Table};
use crate::Result;

pub(super) struct Loader(PgConnection);

impl Loader {
    pub(super) async fn connect(url: &str) -> Result<Self> {
        let mut loader = Self(PgConnection::connect(url).await?);
        // Rows that refer to each other are known to do so rightly: asking for each would take longer than the rest. Nor
        // has anything of the load to survive a crash.
        let settings = [
            "set session_replication_role = replica",
            "set synchronous_commit = off",
            "set maintenance_work_mem = '512MB'",
        ];
        loader.run(settings.map(str::to_owned).into()).await?;
        Ok(loader)
    }
}

impl super::Loader for Loader {
    fn write(row: &[Cell<'_>], rows: &mut String) {
        for (place, cell) in row.iter().enumerate() {
            if place > 0 {
                rows.push('\t');
            }
            // A string takes whatever is written to it; texts of the data have nothing to be escaped.
            let _ = match cell {
                Cell::Int(value) => write!(rows, "{value}"),
                Cell::Bool(value) => write!(rows, "{value}"),
                Cell::Text(text) => rows.write_str(text),
                Cell::Time(micros) => write!(rows, "{}", Timestamp::from_micros(*micros)),
            };
        }
        rows.push('\n');
    }

    async fn insert(&mut self, table: &Table, rows: &str) -> Result<()> {
        let copy = format!("copy {} ({}) from stdin", table.name, table.columns);
        let mut sink = self.0.copy_in_raw(&copy).await?;
        sink.send(rows.as_bytes()).await?;
        sink.finish().await?;
        Ok(())
    }

    async fn drop_indexes(&mut self) -> Result<Vec<String>> {
        let names: Vec<_> = tables::OF_MESSAGES.iter().map(|table| table.name).collect();
        let found = sqlx::query(
            "select indexname::text, indexdef from pg_indexes
             where tablename = any($1) and indexname not in (select conname from pg_constraint)",
        );
        let found = found.bind(names).fetch_all(&mut self.0).await?;
        let mut makers = Vec::new();
        for index in found {
            self.run(vec![format!("drop index {}", index.try_get::<String, _>(0)?)]).await?;
            makers.push(index.try_get(1)?);
        }
        Ok(makers)
    }

    async fn run(&mut self, statements: Vec<String>) -> Result<()> {
        for statement in statements {
            sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut self.0).await?;
        }
        Ok(())
    }

    async fn pack(&mut self) -> Result<()> {
        self.run(vec!["vacuum full chatapi_pending_texts".to_owned()]).await
    }

    async fn settle(&mut self) -> Result<()> {
        let mut statements: Vec<_> = [&tables::USERS, &tables::ROOMS]
            .into_iter()
            .chain(&tables::OF_MESSAGES)
            .filter(|table| table.has_ids)
            .map(|Table { name, .. }| {
                format!("select setval(pg_get_serial_sequence('{name}', 'id'), (select max(id) from {name}))")
            })
            .collect();
        statements.extend(["vacuum (analyze)", "checkpoint"].map(str::to_owned));
        self.run(statements).await
    }
}
