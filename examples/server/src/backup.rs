//! `chatapi-server backup` and `restore`: the SQLite database, with the generated secret key, in one file.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use chatapi_core::random::{SystemRandom, hex};
use chatapi_core::store::StoreError;
use chatapi_core::store::sqlite::DatabaseFile;
use clap::Args;
use rustix::fs::{FlockOperation, fcntl_lock};
use rustix::io::Errno;

use crate::database::{self, Database};
use crate::failure::Failure;
use crate::settings::Settings;
use crate::{secret, welcome};

#[derive(Debug, Args)]
pub(crate) struct BackupFile {
    /// Backup file: `backup` creates it and never overwrites an existing file; `restore` reads it
    file: PathBuf,
}

/// Copies the database into a new file, which appears whole or not at all.
pub(crate) async fn back_up(copy: &BackupFile, settings: &Settings) -> Result<(), Failure> {
    let (from, to) = (sqlite(settings, "pg_dump")?, &copy.file);
    if fs::symlink_metadata(to).is_ok() {
        return Err(Failure::hindrance(format!("{} already exists: specify a new file", to.display())));
    }
    let cannot = |fault: &dyn std::error::Error| {
        Failure::because(&format!("cannot copy {} to {}", from.display(), to.display()), fault)
    };
    let draft = Draft::beside(to).map_err(|fault| cannot(&fault))?;
    copy_chat(from, &draft.0).await?;
    if settings.secret.is_none()
        && let Some(key) =
            secret::read(&settings.data_folder.join(secret::NAME)).map_err(|fault| cannot(&fault))?
    {
        let mut file = DatabaseFile::open(&draft.0).await.map_err(|fault| cannot(&fault))?;
        file.put_secret(secret::NAME, &key).await.map_err(|fault| cannot(&fault))?;
        file.close().await.map_err(|fault| cannot(&fault))?;
    }
    draft.publish(to).map_err(|fault| cannot(&fault))?;
    welcome::print(&format!("Copied {} to {}.\n", from.display(), to.display()));
    Ok(())
}

/// Puts a backup in the place of the database. What was there is kept beside it.
pub(crate) async fn restore(copy: &BackupFile, settings: &Settings) -> Result<(), Failure> {
    let (from, to) = (&copy.file, sqlite(settings, "pg_restore")?);
    let cannot = |fault: &dyn std::error::Error| {
        Failure::because(&format!("cannot restore {} to {}", from.display(), to.display()), fault)
    };
    if let Some(folder) = to.parent() {
        database::make_folder(folder)?;
    }
    let lock = lock(to).map_err(|fault| cannot(&fault))?;
    if matches!(lock, Lock::Held) {
        return Err(Failure::hindrance(format!("{} is in use: stop the server first", to.display())));
    }
    let draft = Draft::beside(to).map_err(|fault| cannot(&fault))?;
    copy_chat(from, &draft.0).await?;
    // It is brought up to date before it counts, which fails where it is newer than this program.
    database::open_file(&draft.0).await?.close().await;
    let mut file = DatabaseFile::open(&draft.0).await.map_err(|fault| cannot(&fault))?;
    let key = file.take_secret(secret::NAME).await.map_err(|fault| cannot(&fault))?;
    file.close().await.map_err(|fault| cannot(&fault))?;
    let kept = put_aside(to).map_err(|fault| cannot(&fault))?;
    draft.replace(to).map_err(|fault| cannot(&fault))?;
    if let Some(key) = key.filter(|_| settings.secret.is_none()) {
        restore_key(settings, &key).map_err(|fault| cannot(&fault))?;
    }
    drop(lock);
    let kept = kept.map(|kept| format!(" The previous database is in {}.", kept.display()));
    welcome::print(&format!("Restored {}.{}\n", to.display(), kept.unwrap_or_default()));
    Ok(())
}

fn sqlite<'s>(settings: &'s Settings, program: &str) -> Result<&'s Path, Failure> {
    match &settings.database {
        Database::Sqlite(file) => Ok(file),
        Database::Postgres(_) => Err(Failure::hindrance(format!(
            "only SQLite databases are supported: for PostgreSQL use {program} (see docs/deployment.md)"
        ))),
    }
}

/// Copies a database with a chat in it, as of one moment.
async fn copy_chat(from: &Path, to: &Path) -> Result<(), Failure> {
    let unusable = |fault: StoreError| {
        Failure::because(&format!("{} is not a readable SQLite database", from.display()), &fault)
    };
    if let Err(fault) = File::open(from) {
        return Err(Failure::because(&format!("cannot open {}", from.display()), &fault));
    }
    let mut file = DatabaseFile::open(from).await.map_err(unusable)?;
    if !file.holds_chat().await.map_err(unusable)? {
        return Err(Failure::hindrance(format!("{} is not a ChatAPI database", from.display())));
    }
    file.copy_to(to).await.map_err(unusable)?;
    file.close().await.map_err(unusable)
}

/// Whether anybody uses a database: whoever has opened one holds a lock on it for as long.
enum Lock {
    /// Somebody does.
    Held,
    /// Nobody does, and nobody can while this lives.
    Ours(#[expect(dead_code, reason = "the lock is held while this lives")] File),
    /// There is no such file.
    NoFile,
}

fn lock(database: &Path) -> io::Result<Lock> {
    let file = match OpenOptions::new().read(true).write(true).open(database) {
        Err(fault) if fault.kind() == ErrorKind::NotFound => return Ok(Lock::NoFile),
        file => file?,
    };
    match fcntl_lock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(Lock::Ours(file)),
        Err(Errno::AGAIN | Errno::ACCESS) => Ok(Lock::Held),
        Err(fault) => Err(fault.into()),
    }
}

/// Keeps a database beside its place, whole: with its write-ahead log, which must not meet another database.
fn put_aside(database: &Path) -> io::Result<Option<PathBuf>> {
    if !database.exists() {
        return Ok(None);
    }
    let kept = (1..).map(|number| with_suffix(database, &format!(".replaced-{number}")));
    let kept = kept.into_iter().find(|kept| fs::symlink_metadata(kept).is_err());
    let kept = kept.ok_or(ErrorKind::AlreadyExists)?;
    fs::hard_link(database, &kept)?;
    match fs::hard_link(with_suffix(database, "-wal"), with_suffix(&kept, "-wal")) {
        Err(fault) if fault.kind() != ErrorKind::NotFound => return Err(fault),
        _ => sync_folder(database)?,
    }
    for suffix in ["-wal", "-shm"] {
        match fs::remove_file(with_suffix(database, suffix)) {
            Err(fault) if fault.kind() != ErrorKind::NotFound => return Err(fault),
            _ => {}
        }
    }
    sync_folder(database)?;
    Ok(Some(kept))
}

/// Puts the generated key that the backup's tokens were signed with in the place of the one in the data folder.
fn restore_key(settings: &Settings, key: &str) -> io::Result<()> {
    let place = settings.data_folder.join(secret::NAME);
    if secret::read(&place)?.as_deref() == Some(key) {
        return Ok(());
    }
    put_aside(&place)?;
    let draft = Draft::beside(&place)?;
    fs::write(&draft.0, format!("{key}\n"))?;
    draft.replace(&place)
}

/// A file in the making, which is gone when it is dropped.
struct Draft(PathBuf);

impl Draft {
    fn beside(place: &Path) -> io::Result<Self> {
        let draft = with_suffix(place, &format!(".{}", hex(&SystemRandom, 8)));
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
        Ok(Self(draft))
    }

    /// Gives it a name that nothing has.
    fn publish(&self, place: &Path) -> io::Result<()> {
        File::open(&self.0)?.sync_all()?;
        fs::hard_link(&self.0, place)?;
        sync_folder(place)
    }

    /// Puts it in the place of what has the name.
    fn replace(&self, place: &Path) -> io::Result<()> {
        File::open(&self.0)?.sync_all()?;
        fs::rename(&self.0, place)?;
        sync_folder(place)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        for suffix in ["", "-wal", "-shm", "-journal"] {
            let _ = fs::remove_file(with_suffix(&self.0, suffix));
        }
    }
}

fn with_suffix(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// A name is as safe from a crash as what it names.
fn sync_folder(file: &Path) -> io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}
