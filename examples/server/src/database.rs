//! The database: found in the settings, waited for, and brought up to date.

use std::fmt;
use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chatapi_admin::{AdminStore, Options};
use chatapi_core::api::{ChatApi, ChatApiBuilder};
use chatapi_core::http::Route;
use chatapi_core::search::Analyzer;
use chatapi_core::store::load::Load;
use chatapi_core::store::postgres::PgStore;
use chatapi_core::store::sqlite::SqliteStore;
use chatapi_core::store::{PoolStatus, Store, StoreError};
use sqlx::migrate::MigrateError;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::time::{Instant, sleep, timeout};
use tracing::{info, warn};

use crate::failure::{Failure, causes};
use crate::settings::Settings;

/// Where everything is kept.
#[derive(Clone, Debug)]
pub(crate) enum Database {
    /// A file.
    Sqlite(PathBuf),
    /// A server.
    Postgres(Box<PgConnectOptions>),
}

impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(file) => write!(f, "SQLite, {}", file.display()),
            Self::Postgres(server) => {
                let name = server.get_database().unwrap_or(server.get_username());
                match server.get_socket() {
                    Some(socket) => write!(f, "PostgreSQL, {name} at {}", socket.display()),
                    None => write!(f, "PostgreSQL, {name} at {}:{}", server.get_host(), server.get_port()),
                }
            }
        }
    }
}

/// A database that is there and up to date. A clone is the same.
#[derive(Clone)]
pub(crate) enum Opened {
    Sqlite(SqliteStore),
    Postgres(PgStore),
}

impl Opened {
    pub(crate) fn store(&self) -> &dyn Store {
        match self {
            Self::Sqlite(store) => store,
            Self::Postgres(store) => store,
        }
    }

    /// Closes its connections. What SQLite keeps is in one file then, if no other process uses it.
    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(store) => store.close().await,
            Self::Postgres(store) => store.close().await,
        }
    }

    /// How its connections stand.
    pub(crate) fn pool_status(&self) -> PoolStatus {
        match self {
            Self::Sqlite(store) => store.pool_status(),
            Self::Postgres(store) => store.pool_status(),
        }
    }

    /// Begins to put rows in by the thousand.
    pub(crate) async fn load(&self, analyzer: Analyzer) -> Result<Load, StoreError> {
        match self {
            Self::Sqlite(store) => store.load(analyzer).await,
            Self::Postgres(store) => store.load(analyzer).await,
        }
    }

    fn admin_store(&self) -> &dyn AdminStore {
        match self {
            Self::Sqlite(store) => store,
            Self::Postgres(store) => store,
        }
    }

    /// The admin site on it.
    pub(crate) fn admin(&self) -> Vec<Route> {
        match self {
            Self::Sqlite(store) => chatapi_admin::routes(store.clone(), Options::default()),
            Self::Postgres(store) => chatapi_admin::routes(store.clone(), Options::default()),
        }
    }

    /// Starts to put a chat together on it.
    pub(crate) fn builder(&self, secret: String) -> ChatApiBuilder {
        match self {
            Self::Sqlite(store) => ChatApi::builder(store.clone(), secret),
            Self::Postgres(store) => ChatApi::builder(store.clone(), secret),
        }
    }
}

/// How long one attempt to connect may take, and how long after it the next one follows.
const ATTEMPT: Duration = Duration::from_secs(5);
const BETWEEN_ATTEMPTS: Duration = Duration::from_secs(2);

/// Opens the database and brings its tables up to date. A PostgreSQL that is not there yet is waited for.
pub(crate) async fn open(settings: &Settings) -> Result<Opened, Failure> {
    let opened = match &settings.database {
        Database::Sqlite(file) => {
            if let Some(folder) = file.parent() {
                make_folder(folder)?;
            }
            return open_file(file).await;
        }
        Database::Postgres(server) => {
            let mut server = server.as_ref().clone();
            if server.get_application_name().is_none() {
                server = server.application_name("chatapi-server");
            }
            wait_for(&server, &settings.database, settings.database_wait).await?;
            let store = PgStore::with_options(server, settings.database_connections);
            Opened::Postgres(if settings.pools_transactions {
                store.with_transaction_pooling()
            } else {
                store
            })
        }
    };
    up_to_date(opened).await
}

/// Opens a SQLite file, or makes it, and brings its tables up to date.
pub(crate) async fn open_file(file: &Path) -> Result<Opened, Failure> {
    let store = SqliteStore::open(file).await;
    let named = || format!("cannot open the database {}", file.display());
    up_to_date(Opened::Sqlite(store.map_err(|fault| Failure::because(&named(), &fault))?)).await
}

async fn up_to_date(opened: Opened) -> Result<Opened, Failure> {
    opened.store().migrate().await.map_err(|fault| not_migrated(&fault))?;
    // Whether the site is served or not: it can be switched on at any time, on one instance of many.
    opened.admin_store().migrate().await.map_err(|fault| not_migrated(&fault))?;
    Ok(opened)
}

/// Makes a folder that is this user's alone, where there is none.
pub(crate) fn make_folder(folder: &Path) -> Result<(), Failure> {
    if folder.as_os_str().is_empty() {
        return Ok(());
    }
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|fault| {
        Failure::because(&format!("cannot create the directory {}", folder.display()), &fault)
    })
}

/// Connects, and where the server is not up yet, tries again: what starts us often starts both at once.
async fn wait_for(server: &PgConnectOptions, database: &Database, patience: Duration) -> Result<(), Failure> {
    let deadline = Instant::now() + patience;
    loop {
        let fault = match timeout(ATTEMPT, server.clone().extra_float_digits(None).connect()).await {
            Ok(Ok(connection)) => return close(connection).await,
            Ok(Err(fault)) if !may_come(&fault) => {
                return Err(Failure::because(
                    &format!("cannot connect to the database ({database})"),
                    &fault,
                ));
            }
            Ok(Err(fault)) => causes(&fault),
            Err(_) => "connection timed out".to_owned(),
        };
        if Instant::now() + BETWEEN_ATTEMPTS > deadline {
            let seconds = patience.as_secs();
            let why = format!("the database is not available after {seconds} s ({database}): {fault}");
            return Err(Failure::hindrance(why));
        }
        info!("waiting for the database ({database}): {fault}");
        sleep(BETWEEN_ATTEMPTS).await;
    }
}

async fn close(connection: PgConnection) -> Result<(), Failure> {
    if let Err(fault) = connection.close().await {
        warn!(%fault, "cannot close a database connection");
    }
    Ok(())
}

/// Whether this may pass by itself: the server cannot be reached, is starting or has no connection left.
fn may_come(fault: &sqlx::Error) -> bool {
    match fault {
        sqlx::Error::Io(fault) => fault.kind() != io::ErrorKind::PermissionDenied,
        sqlx::Error::Database(fault) => {
            fault.code().is_some_and(|code| code.starts_with("57P") || code.starts_with("53"))
        }
        _ => false,
    }
}

fn not_migrated(fault: &StoreError) -> Failure {
    let (StoreError::Backend(cause) | StoreError::Unavailable(cause)) = fault else {
        return Failure::because("cannot migrate the database", fault);
    };
    Failure::hindrance(match cause.downcast_ref::<MigrateError>() {
        Some(MigrateError::VersionMissing(number)) => {
            format!(
                "the database is newer than this program: migration {number} is unknown, so upgrade the program"
            )
        }
        Some(MigrateError::VersionMismatch(number)) => {
            format!("migration {number} differs from the one that was applied to the database")
        }
        _ => format!("cannot migrate the database: {}", causes(&**cause)),
    })
}
