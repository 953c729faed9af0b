//! The chat that is measured, and the readers' accounts.

use std::path::Path;
use std::time::Duration;

use chatapi_core::auth::password::PasswordConfig;
use chatapi_core::store::postgres::PgStore;
use chatapi_core::store::sqlite::SqliteStore;
use chatapi_core::users::NewAccount;
use chatapi_core::{ChatApi, Config, Store, UserId};

use crate::Result;
use crate::data::rooms::READERS;

/// What tokens are signed with, here and by the server.
pub const SECRET: &str = "a secret for benches, which hide nothing";

const PASSWORD: &str = "earl-grey-4-two";

/// A chat on PostgreSQL, through this many connections.
///
/// # Errors
/// Where the URL cannot be read.
pub fn on_postgres(url: &str, connections: u32) -> Result<ChatApi> {
    on(PgStore::connect_lazy(url, connections)?)
}

/// A chat in a file of SQLite's.
///
/// # Errors
/// Where the file cannot be opened.
pub async fn on_sqlite(file: &Path) -> Result<ChatApi> {
    on(SqliteStore::open(file).await?)
}

fn on(store: impl Store + 'static) -> Result<ChatApi> {
    // Tokens last longer than any bench, and accounts take no time.
    let mut config = Config::default();
    config.access_lifetime = Duration::from_secs(7 * 24 * 3600);
    let mut cheap = PasswordConfig::default();
    (cheap.memory_kib, cheap.passes) = (8, 1);
    Ok(ChatApi::builder(store, SECRET).config(config).passwords(cheap).build()?)
}

/// Makes the tables and the readers' accounts, which get the first ids.
pub(crate) async fn begin(api: &ChatApi) -> Result<()> {
    api.store().migrate().await?;
    for reader in READERS.map(UserId) {
        let user = api.register(NewAccount::new(name(reader), PASSWORD)).await?;
        if user.id != reader {
            return Err("the database is not empty".into());
        }
    }
    Ok(())
}

/// A token of this reader's.
///
/// # Errors
/// Where the store fails.
pub async fn token(api: &ChatApi, reader: UserId) -> Result<String> {
    Ok(api.log_in(&name(reader), PASSWORD).await?.access)
}

/// A reader's name.
pub fn name(reader: UserId) -> String {
    format!("reader{reader}")
}
