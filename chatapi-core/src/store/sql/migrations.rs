//! Whether the tables are those that this program knows.

use std::collections::BTreeSet;

use super::SqlStore;
use crate::store::Result;
use crate::store::engine::{Engine, Row as _};

impl<E: Engine> SqlStore<E> {
    /// A newer program may have applied more: what it adds does not hinder this one.
    pub(super) async fn has_every_migration(&self) -> Result<bool> {
        let is_there = self.read(E::DIALECT.has_migrations, &[]).await?;
        if !is_there.first().map_or(Ok(false), |row| row.bool(0))? {
            return Ok(false);
        }
        let applied = self.read("select version from chatapi_migrations where success", &[]).await?;
        let applied = applied.iter().map(|row| row.int(0)).collect::<Result<BTreeSet<i64>>>()?;
        Ok(E::migrator().iter().all(|migration| applied.contains(&migration.version)))
    }
}
