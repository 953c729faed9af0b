//! Migrations that are compiled into a program.

use std::borrow::Cow;

use sqlx::SqlStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};

/// Migrations by the names of their files, such as `0001_chat`, and their SQL, in their order.
///
/// They are those that `sqlx::migrate!` makes of the same files. That macro, however, has each build compile the drivers twice,
/// once of them for the compiler itself.
///
/// ```
/// use chatapi_core::store::engine::migrations;
///
/// let mine = migrations(&[("0001_orders", "create table orders (id bigint primary key)")]);
/// let first = mine.iter().next().unwrap();
/// assert_eq!((first.version, &*first.description), (1, "orders"));
/// ```
pub fn migrations(files: &[(&'static str, &'static str)]) -> Migrator {
    let migration = |(name, sql): &(&'static str, &'static str)| {
        let (version, description) = name.split_once('_').unwrap_or((name, ""));
        Migration::new(
            version.parse().unwrap_or_default(),
            description.replace('_', " ").into(),
            MigrationType::Simple,
            SqlStr::from_static(sql),
            false,
        )
    };
    Migrator { migrations: Cow::Owned(files.iter().map(migration).collect()), ..Migrator::DEFAULT }
}
