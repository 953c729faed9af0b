//! The secret that signs tokens: the one that was set, or one that is made once and kept.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use chatapi_core::random::{Random, SystemRandom, hex};
use tracing::info;

use crate::database::{self, Opened};
use crate::failure::Failure;
use crate::settings::Settings;

/// What it is called in the data folder, and in a backup.
pub(crate) const NAME: &str = "secret_key";

/// The fewest bytes of a secret.
const SHORTEST: usize = 32;

/// The secret that `.env.example` shows. Whoever has read that could sign tokens.
const EXAMPLE: &str = "this-is-the-example-that-everybody-knows-make-your-own";

/// What is wrong with a secret that somebody chose.
pub(crate) fn fault(secret: &str) -> Option<String> {
    if secret.len() < SHORTEST {
        return Some(format!("expected at least {SHORTEST} bytes"));
    }
    (secret == EXAMPLE)
        .then(|| "this is the publicly known secret of .env.example: generate your own".to_owned())
}

/// The secret that was set; otherwise the one that is kept in the database, where that is PostgreSQL, so that several
/// instances share it, or in the data folder. Where none is kept yet, one is made.
pub(crate) async fn find(settings: &Settings, store: &Opened) -> Result<String, Failure> {
    if let Some(secret) = &settings.secret {
        return Ok(secret.clone());
    }
    let fresh = fresh();
    let (kept, place) = match store {
        Opened::Postgres(_) => {
            let kept = store.store().keep_secret(NAME, &fresh).await;
            (
                kept.map_err(|fault| Failure::because("cannot store the secret key", &fault))?,
                "the database".to_owned(),
            )
        }
        Opened::Sqlite(_) => {
            database::make_folder(&settings.data_folder)?;
            let file = settings.data_folder.join(NAME);
            let kept = keep(&file, &fresh);
            let named = format!("cannot store the secret key in {}", file.display());
            (kept.map_err(|fault| Failure::because(&named, &fault))?, file.display().to_string())
        }
    };
    if kept.len() < SHORTEST {
        return Err(Failure::hindrance(format!("the secret key in {place} has fewer than {SHORTEST} bytes")));
    }
    if kept == fresh {
        info!("SECRET_KEY is not set: generated one and stored it in {place}");
    } else {
        info!("SECRET_KEY is not set: using the one stored in {place}");
    }
    Ok(kept)
}

/// 50 characters of 6 random bits each.
pub(crate) fn fresh() -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut bytes = [0; 50];
    SystemRandom.fill(&mut bytes);
    bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 64)])).collect()
}

/// What `file` holds; `fresh` where it did not exist. Of several processes that come here at once the first one's secret
/// is kept, and nobody reads half of it: the file appears with everything in it, or not at all.
fn keep(file: &Path, fresh: &str) -> io::Result<String> {
    if let Some(kept) = read(file)? {
        return Ok(kept);
    }
    let draft = file.with_extension(hex(&SystemRandom, 8));
    let kept = write_draft(&draft, fresh).and_then(|()| match fs::hard_link(&draft, file) {
        Err(fault) if fault.kind() != ErrorKind::AlreadyExists => Err(fault),
        _ => Ok(()),
    });
    fs::remove_file(&draft).or_else(|fault| if kept.is_err() { Ok(()) } else { Err(fault) })?;
    kept?;
    // The name is as safe from a crash as what it names.
    File::open(file.parent().unwrap_or(Path::new(".")))?.sync_all()?;
    read(file)?.ok_or_else(|| ErrorKind::NotFound.into())
}

/// The secret that is kept in a file, if there is one.
pub(crate) fn read(file: &Path) -> io::Result<Option<String>> {
    match fs::read_to_string(file) {
        Ok(text) => Ok(Some(text.trim().to_owned())),
        Err(fault) if fault.kind() == ErrorKind::NotFound => Ok(None),
        Err(fault) => Err(fault),
    }
}

fn write_draft(draft: &Path, secret: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(draft)?;
    writeln!(file, "{secret}")?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::os::unix::fs::PermissionsExt as _;
    use std::thread;

    use super::*;

    #[test]
    fn of_many_starts_at_once_the_first_secret_wins() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret_key");
        let kept: HashSet<String> = thread::scope(|scope| {
            let starts: Vec<_> = (0..16).map(|_| scope.spawn(|| keep(&file, &fresh()).unwrap())).collect();
            starts.into_iter().map(|start| start.join().unwrap()).collect()
        });
        assert_eq!(kept.len(), 1);
        assert_eq!(kept.iter().next().map(String::len), Some(50));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no draft is left");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_secret_that_is_there_stays() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret_key");
        fs::write(&file, "  somebody's own\n").unwrap();
        assert_eq!(keep(&file, "fresh").unwrap(), "somebody's own");
    }
}
