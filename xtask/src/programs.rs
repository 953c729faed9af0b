//! Finds the programs that the tests drive, and installs the missing ones on a Debian that is ours to change.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use rustix::process::geteuid;

use crate::command;
use crate::failure::{Failure, Result};

const POSTGRES_PROGRAMS: [&str; 7] =
    ["initdb", "pg_ctl", "pg_dump", "pg_isready", "pg_restore", "postgres", "psql"];
const OLDEST_POSTGRES: Version = Version { major: 15, minor: 0 };
const OLDEST_PYTHON: Version = Version { major: 3, minor: 9 };

/// Debian's package reads here what to set up for a new server.
const CLUSTER_SETTINGS: &str = "/etc/postgresql-common/createcluster.d";

/// Finds what the tests need, or says in one line what to install. Gives the folder of PostgreSQL's programs.
pub(crate) fn find_or_install() -> Result<PathBuf> {
    provide(missing)?;
    postgres_folder().ok_or_else(|| Failure::Reason("PostgreSQL is gone again".to_owned()))
}

/// One of Debian's packages.
pub(crate) struct Package {
    pub(crate) name: &'static str,
    /// What the tests need it for, in words that hold on any system.
    pub(crate) program: &'static str,
}

/// Installs what is missing, or says in one line what to install.
pub(crate) fn provide(missing: impl Fn() -> Vec<Package>) -> Result<()> {
    let mut packages = missing();
    if !packages.is_empty() && may_install() {
        install(&packages)?;
        packages = missing();
    }
    match packages.is_empty() {
        true => Ok(()),
        false => Err(Failure::Reason(format!("the tests need {}: please install that", list(&packages)))),
    }
}

fn missing() -> Vec<Package> {
    let mut missing = Vec::new();
    if postgres_folder().is_none() {
        missing
            .push(Package { name: "postgresql", program: "the server programs of PostgreSQL 15 or later" });
    }
    if on_path("curl").is_none() {
        missing.push(Package { name: "curl", program: "curl" });
    }
    if version_of(Path::new("python3")) < Some(OLDEST_PYTHON) {
        missing.push(Package { name: "python3", program: "python3, 3.9 or later" });
    }
    missing
}

fn list(packages: &[Package]) -> String {
    packages.iter().map(|package| package.program).collect::<Vec<_>>().join(" and ")
}

fn may_install() -> bool {
    geteuid().is_root() && Path::new("/etc/debian_version").exists() && on_path("apt-get").is_some()
}

fn install(packages: &[Package]) -> Result<()> {
    eprintln!("xtask: installing {}", list(packages));
    let names = packages.iter().map(|package| package.name);
    let _only_programs = NoCluster::announce()?;
    command::run(&mut apt_get(&["update"]))
        .and_then(|()| command::run(apt_get(&["install", "-y", "--no-install-recommends"]).args(names)))
        .map_err(|failure| match failure {
            Failure::Exit(_) => {
                Failure::Reason(format!("the tests need {}: apt-get could not install that", list(packages)))
            }
            other => other,
        })
}

fn apt_get(arguments: &[&str]) -> Command {
    let mut command = Command::new("apt-get");
    command
        .args(["-q", "-o", "DPkg::Lock::Timeout=300"])
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive")
        // As for a single user: no package starts its service.
        .env("RUNLEVEL", "1");
    command
}

/// While this lives, installing Debian's package starts no PostgreSQL on port 5432.
struct NoCluster(PathBuf);

impl NoCluster {
    fn announce() -> Result<Self> {
        let file = Path::new(CLUSTER_SETTINGS).join("chatapi-tests.conf");
        fs::create_dir_all(CLUSTER_SETTINGS)?;
        fs::write(&file, "create_main_cluster = false\n")?;
        Ok(Self(file))
    }
}

impl Drop for NoCluster {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// The first folder that holds every program of a PostgreSQL new enough.
fn postgres_folder() -> Option<PathBuf> {
    let in_path = on_path("initdb").and_then(|initdb| fs::canonicalize(initdb).ok());
    let in_path = in_path.and_then(|initdb| initdb.parent().map(Path::to_path_buf));
    let configured = Command::new("pg_config").arg("--bindir").output().ok();
    let configured = configured.map(|output| PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    let mut folders = in_path.into_iter().chain(configured).chain(debian_folders());
    folders.find(|folder| {
        POSTGRES_PROGRAMS.iter().all(|program| folder.join(program).is_file())
            && version_of(&folder.join("postgres")) >= Some(OLDEST_POSTGRES)
    })
}

fn debian_folders() -> Vec<PathBuf> {
    let entries = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    newest_first(names).map(|name| Path::new("/usr/lib/postgresql").join(name).join("bin")).collect()
}

/// Versions compare as numbers: 15 is newer than 9.6.
fn newest_first(names: impl Iterator<Item = String>) -> impl Iterator<Item = String> {
    let known: BTreeSet<_> = names.filter_map(|name| Some((Version::find(&name)?, name))).collect();
    known.into_iter().rev().map(|(_, name)| name)
}

pub(crate) fn on_path(program: &str) -> Option<PathBuf> {
    let folders = env::var_os("PATH")?;
    env::split_paths(&folders).map(|folder| folder.join(program)).find(|file| file.is_file())
}

fn version_of(program: &Path) -> Option<Version> {
    let output = Command::new(program).arg("--version").output().ok()?;
    Version::find(&String::from_utf8_lossy(&output.stdout))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Version {
    major: u32,
    minor: u32,
}

impl Version {
    /// The first version in what a program says of itself, such as `postgres (PostgreSQL) 15.18 (Debian …)`.
    fn find(text: &str) -> Option<Self> {
        let word = text.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
        let mut parts = word.split('.').map(leading_number);
        Some(Self { major: parts.next()??, minor: parts.next().flatten().unwrap_or(0) })
    }
}

/// `18` of `18beta1`.
fn leading_number(text: &str) -> Option<u32> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text[..end].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(major: u32, minor: u32) -> Option<Version> {
        Some(Version { major, minor })
    }

    #[test]
    fn a_version_is_read_from_what_a_program_says_of_itself() {
        assert_eq!(Version::find("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), version(15, 18));
        assert_eq!(Version::find("postgres (PostgreSQL) 18beta1"), version(18, 0));
        assert_eq!(Version::find("Python 3.11.7"), version(3, 11));
    }

    #[test]
    fn what_names_no_version_has_none() {
        assert_eq!(Version::find(""), None);
        assert_eq!(Version::find("command not found"), None);
    }

    #[test]
    fn an_absent_program_is_older_than_any_version() {
        assert!(version_of(Path::new("/nowhere/postgres")) < Some(OLDEST_POSTGRES));
    }

    #[test]
    fn the_newest_folder_comes_first() {
        let names = ["9.6", "15", "common", "17", "14"].map(str::to_owned);
        assert_eq!(newest_first(names.into_iter()).collect::<Vec<_>>(), ["17", "15", "14", "9.6"]);
    }
}
