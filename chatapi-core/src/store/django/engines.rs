//! What differs between Django's databases: how one is opened, how its columns are looked up, and how it writes times.

use crate::Timestamp;
use crate::store::Result;
use crate::store::engine::Session;

/// A connection with a transaction on it that sees one moment.
pub(super) trait Engine: Session {
    /// The names of the columns of the table in the parameter.
    const COLUMNS: &'static str;

    /// A time, to the microsecond.
    fn moment(row: &Self::Row, column: usize) -> Result<Timestamp>;
}

#[cfg(feature = "postgres")]
mod postgres {
    use sqlx::postgres::PgRow;

    use super::{Engine, Result, Timestamp};
    use crate::store::engine::Row as _;
    use crate::store::postgres::NoTimeout;

    impl Engine for NoTimeout {
        const COLUMNS: &'static str = "select cast(attname as text) from pg_attribute
            where attrelid = to_regclass($1) and attnum > 0 and not attisdropped";

        fn moment(row: &PgRow, column: usize) -> Result<Timestamp> {
            row.time(column)
        }
    }
}

/// Connects and begins. What is read belongs to the moment of the first statement.
#[cfg(feature = "postgres")]
pub(super) async fn on_postgres(
    options: sqlx::postgres::PgConnectOptions,
) -> Result<crate::store::postgres::NoTimeout> {
    let begin = ["begin isolation level repeatable read, read only"];
    crate::store::postgres::NoTimeout::connect(&options, &begin).await
}

#[cfg(feature = "sqlite")]
mod sqlite {
    use sqlx::sqlite::{SqliteConnection, SqliteRow};

    use super::{Engine, Result, Timestamp};
    use crate::store::StoreError;
    use crate::store::engine::Row as _;

    impl Engine for SqliteConnection {
        const COLUMNS: &'static str = "select name from pragma_table_info($1)";

        /// Django writes `2024-01-02 03:04:05.678901`, in UTC, without the fraction where that is zero.
        fn moment(row: &SqliteRow, column: usize) -> Result<Timestamp> {
            let written = row.text(column)?;
            let mut moment = written.replacen(' ', "T", 1);
            if !moment.get(10..).is_some_and(|time| time.contains(['Z', '+', '-'])) {
                moment.push('Z');
            }
            moment.parse().map_err(|_| StoreError::Backend(format!("invalid timestamp {written:?}").into()))
        }
    }
}

/// Opens the file and begins. What is read belongs to the moment of the first statement.
#[cfg(feature = "sqlite")]
pub(super) async fn in_file(file: &std::path::Path) -> Result<sqlx::sqlite::SqliteConnection> {
    use sqlx::ConnectOptions as _;

    use crate::store::StoreError;

    let failed = |fault: sqlx::Error| StoreError::Backend(fault.into());
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file).read_only(true);
    let options = options.disable_statement_logging();
    let mut connection = options.connect().await.map_err(failed)?;
    sqlx::raw_sql("begin").execute(&mut connection).await.map_err(failed)?;
    Ok(connection)
}
