//! The database of a Django deployment, taken over: the tables `auth_user`, `chat_room`, `chat_room_users` and
//! `chat_message` of Django's own, on PostgreSQL or SQLite.
//!
//! Ids, times and password hashes stay, so that clients and users notice nothing. First and last names, and when somebody
//! last logged in, have no place here and are left behind.
//!
//! ```no_run
//! # async fn take_over(store: chatapi_core::store::postgres::PgStore) -> Result<(), Box<dyn std::error::Error>> {
//! use chatapi_core::search::Analyzer;
//! use chatapi_core::store::django::{Django, import};
//!
//! let mut django = Django::on_postgres("postgres://chat@localhost/chat".parse()?).await?;
//! let mut load = store.load(Analyzer::default()).await?;
//! let report = import(&mut django, &mut load, &mut |_| {}).await?;
//! load.commit().await?;
//! println!("{} messages", report.messages.kept);
//! # Ok(())
//! # }
//! ```

use super::load::{Load, Totals};
use super::{Cause, StoreError};
use crate::auth::password::PasswordConfig;

mod check;
mod engines;
mod read;
mod report;

use check::Checks;
pub use read::Django;
pub use report::{Found, Oddity, Progress, Report, Tally};

/// Why a database was not taken over. Nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// What is to be read is not there: these tables, and columns of others.
    #[error("not a database of the Django deployment: missing {}", .0.join(", "))]
    Lacks(Vec<String>),
    /// The database cannot be read.
    #[error("cannot read the database of the Django deployment")]
    Source(#[source] Cause),
    /// There are users or rooms already, whose ids would be those of others.
    #[error("the chat's database already contains users or rooms: the import requires an empty one")]
    NotEmpty,
    /// The database cannot be written.
    #[error("cannot write to the chat's database")]
    Target(#[source] StoreError),
    /// What is there afterwards is not what was read: a fault of ours, or of the database's.
    #[error("row counts differ after the import: found {found:?}, expected {given:?}")]
    Miscounted {
        /// What was to be there.
        given: Totals,
        /// What is there.
        found: Totals,
    },
}

/// Reads everything that Django's database holds, as of the moment at which it was opened, and adds it to the load, which
/// is left to be committed, or dropped where this was to see what would happen. `watch` hears of every few thousand rows.
///
/// # Errors
/// [`ImportError::NotEmpty`], or where either database fails; then the load is to be dropped.
pub async fn import(
    django: &mut Django,
    load: &mut Load,
    watch: &mut (dyn FnMut(Progress) + Send),
) -> Result<Report, ImportError> {
    if !load.is_empty().await.map_err(ImportError::Target)? {
        return Err(ImportError::NotEmpty);
    }
    load.index_at_the_end().await.map_err(ImportError::Target)?;
    let mut import = Import { django, load, watch, checks: Checks::new(PasswordConfig::default()) };
    import.users().await?;
    import.rooms().await?;
    import.members().await?;
    import.messages().await?;
    let given = import.checks.totals();
    let found = import.load.totals().await.map_err(ImportError::Target)?;
    if found != given {
        return Err(ImportError::Miscounted { given, found });
    }
    Ok(import.checks.report())
}

struct Import<'a> {
    django: &'a mut Django,
    load: &'a mut Load,
    watch: &'a mut (dyn FnMut(Progress) + Send),
    checks: Checks,
}

/// Reads a table batch by batch, and while one is written already the next. What was left out counts as done too.
macro_rules! carry_over {
    ($import:ident, $table:literal, $read:ident, $id:expr, $keep:ident, $add:ident) => {{
        let total = $import.django.count($table).await.map_err(ImportError::Source)?;
        let mut done = 0;
        ($import.watch)(Progress { table: $table, done, total });
        let mut next = $import.django.$read(i64::MIN).await;
        loop {
            let read = next.map_err(ImportError::Source)?;
            let Some(last) = read.last().map($id) else { break };
            done += read.len() as u64;
            let kept: Vec<_> = read.into_iter().filter_map(|row| $import.checks.$keep(row)).collect();
            let (following, added) = tokio::join!($import.django.$read(last), $import.load.$add(&kept));
            added.map_err(ImportError::Target)?;
            next = following;
            ($import.watch)(Progress { table: $table, done, total });
        }
        if done != total {
            let why = format!("read {done} of {total} rows of {}", $table);
            return Err(ImportError::Source(why.into()));
        }
        Ok(())
    }};
}

impl Import<'_> {
    async fn users(&mut self) -> Result<(), ImportError> {
        carry_over!(self, "auth_user", users, |user| user.id.0, user, add_users)
    }

    async fn rooms(&mut self) -> Result<(), ImportError> {
        carry_over!(self, "chat_room", rooms, |room| room.id.0, room, add_rooms)
    }

    async fn members(&mut self) -> Result<(), ImportError> {
        carry_over!(self, "chat_room_users", members, |member| member.id, member, add_members)
    }

    async fn messages(&mut self) -> Result<(), ImportError> {
        carry_over!(self, "chat_message", messages, |message| message.id.0, message, add_messages)
    }
}
