//! SQLite takes rows as one text of JSON: a statement for each would take longer.

use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Row as _};

use super::tables::{self, Cell, Table};
use crate::Result;

pub(super) struct Loader(SqliteConnection);

impl Loader {
    pub(super) async fn connect(file: &Path) -> Result<Self> {
        // Rows that refer to each other are known to do so rightly, and nothing of the load has to survive a crash.
        let options = SqliteConnectOptions::new().filename(file).foreign_keys(false);
        let options = options.pragma("synchronous", "off").pragma("cache_size", "-256000");
        Ok(Self(options.connect().await?))
    }
}

impl super::Loader for Loader {
    fn write(row: &[Cell<'_>], rows: &mut String) {
        let values = row.iter().map(|cell| match cell {
            Cell::Int(value) | Cell::Time(value) => serde_json::Value::from(*value),
            Cell::Bool(value) => i64::from(*value).into(),
            Cell::Text(text) => (*text).into(),
        });
        rows.push(if rows.is_empty() { '[' } else { ',' });
        rows.push_str(&serde_json::Value::from_iter(values).to_string());
    }

    async fn insert(&mut self, table: &Table, rows: &str) -> Result<()> {
        let places = 0..table.columns.split(',').count();
        let values: Vec<_> = places.map(|place| format!("value ->> {place}")).collect();
        let (name, columns, values) = (table.name, table.columns, values.join(", "));
        let insertion = format!("insert into {name} ({columns}) select {values} from json_each($1)");
        sqlx::query(AssertSqlSafe(insertion)).bind(format!("{rows}]")).execute(&mut self.0).await?;
        Ok(())
    }

    async fn drop_indexes(&mut self) -> Result<Vec<String>> {
        let mut makers = Vec::new();
        for table in &tables::OF_MESSAGES {
            let found = sqlx::query(
                "select name, sql from sqlite_master where type = 'index' and tbl_name = $1 and sql is not null",
            );
            for index in found.bind(table.name).fetch_all(&mut self.0).await? {
                self.run(vec![format!("drop index {}", index.try_get::<String, _>(0)?)]).await?;
                makers.push(index.try_get(1)?);
            }
        }
        Ok(makers)
    }

    async fn run(&mut self, statements: Vec<String>) -> Result<()> {
        for statement in statements {
            sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut self.0).await?;
        }
        Ok(())
    }

    async fn settle(&mut self) -> Result<()> {
        self.run(["analyze", "pragma wal_checkpoint(truncate)"].map(str::to_owned).into()).await
    }
}
