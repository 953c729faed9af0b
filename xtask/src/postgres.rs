//! A PostgreSQL for one run of the tests or the benches: its own folder, port and process, all gone afterwards.

use std::fs::{self, File};
use std::net::TcpListener;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use std::{env, io};

use rustix::process::{Pid, Signal, geteuid, kill_process};
use tempfile::TempDir;

use crate::failure::{Failure, Result};
use crate::signals;

const TIMEOUT: Duration = Duration::from_secs(60);
const BETWEEN_LOOKS: Duration = Duration::from_millis(20);

/// What tests write does not have to survive a crash.
const FOR_TESTS: [&str; 4] =
    ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200"];

/// A running server. Dropping it stops the server, then deletes its folder.
pub(crate) struct Server {
    process: Child,
    port: u16,
    home: Home,
}

impl Server {
    pub(crate) fn for_tests(programs: &Path) -> Result<Self> {
        Self::start(programs, folder_in(&env::temp_dir())?, &FOR_TESTS.map(str::to_owned))
    }

    /// A server with these settings, each like `jit=off`.
    pub(crate) fn start(programs: &Path, folder: TempDir, settings: &[String]) -> Result<Self> {
        let home = Home::create(programs, folder)?;
        home.initialise()?;
        let port = free_port()?;
        let mut server = Self { process: home.launch(port, settings)?, port, home };
        server.wait_until_ready()?;
        Ok(server)
    }

    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// The folder that the server keeps its data in.
    pub(crate) fn data(&self) -> PathBuf {
        self.home.data()
    }

    /// The account that the server programs run as; empty where it is the caller's own.
    pub(crate) fn account(&self) -> &str {
        self.home.account.as_ref().map_or("", |account| &account.name)
    }

    /// A folder for what the tests put aside, deleted with the server's own.
    pub(crate) fn scratch(&self) -> Result<PathBuf> {
        let scratch = self.home.folder.path().join("tests");
        fs::create_dir_all(&scratch)?;
        Ok(scratch)
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let deadline = Instant::now() + TIMEOUT;
        while !self.home.is_ready(self.port)? {
            signals::check()?;
            let ended = self.process.try_wait()?.is_some();
            if ended || Instant::now() > deadline {
                let log = fs::read_to_string(self.home.log()).unwrap_or_default();
                return Err(Failure::Reason(format!("PostgreSQL does not start:\n{log}")));
            }
            thread::sleep(BETWEEN_LOOKS);
        }
        Ok(())
    }

    fn tell(&self, signal: Signal) {
        if let Some(id) = i32::try_from(self.process.id()).ok().and_then(Pid::from_raw) {
            // A server that has just ended by itself is as good as told.
            let _ = kill_process(id, signal);
        }
    }
}

impl Drop for Server {
    /// `SIGINT` ends open connections and then the server; `SIGQUIT` is for one that does not listen.
    fn drop(&mut self) {
        for signal in [Signal::INT, Signal::QUIT, Signal::KILL] {
            self.tell(signal);
            let deadline = Instant::now() + TIMEOUT / 6;
            while Instant::now() < deadline {
                if !matches!(self.process.try_wait(), Ok(None)) {
                    return;
                }
                thread::sleep(BETWEEN_LOOKS);
            }
        }
    }
}

/// The folder of a server, and the account that owns it.
struct Home {
    folder: TempDir,
    account: Option<Account>,
    programs: PathBuf,
}

impl Home {
    fn create(programs: &Path, folder: TempDir) -> Result<Self> {
        let account = if geteuid().is_root() { Some(Account::unprivileged()?) } else { None };
        if let Some(account) = &account {
            chown(folder.path(), Some(account.user), Some(account.group))?;
        }
        Ok(Self { folder, account, programs: programs.to_path_buf() })
    }

    fn initialise(&self) -> Result<()> {
        let mut command = self.command("initdb");
        command.args([
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ]);
        command.arg(self.data());
        let output = command.output().map_err(|error| Failure::to_start(&command, &error))?;
        signals::check()?;
        if output.status.success() {
            return Ok(());
        }
        Err(Failure::Reason(format!("initdb fails:\n{}", String::from_utf8_lossy(&output.stderr))))
    }

    fn launch(&self, port: u16, settings: &[String]) -> Result<Child> {
        let log = File::create(self.log())?;
        let mut command = self.command("postgres");
        command.arg("-D").arg(self.data()).arg("-k").arg(self.folder.path());
        command.args(["-h", "127.0.0.1", "-p", &port.to_string()]);
        for setting in settings {
            command.args(["-c", setting]);
        }
        Ok(command.process_group(0).stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).spawn()?)
    }

    fn is_ready(&self, port: u16) -> Result<bool> {
        let mut command = Command::new(self.programs.join("pg_isready"));
        command.args(["-q", "-h", "127.0.0.1", "-U", "postgres", "-p", &port.to_string()]);
        Ok(command.status()?.success())
    }

    /// PostgreSQL refuses to run as root, so root runs it as somebody else.
    fn command(&self, program: &str) -> Command {
        let program = self.programs.join(program);
        let mut command = match &self.account {
            Some(account) => account.command(&program),
            None => Command::new(program),
        };
        command.current_dir(self.folder.path());
        command
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }
}

/// A new folder that goes away with the server.
pub(crate) fn folder_in(parent: &Path) -> io::Result<TempDir> {
    tempfile::Builder::new().prefix("chatapi-").tempdir_in(parent)
}

/// Free now; that another program takes it before PostgreSQL does is unlikely, and then said plainly.
fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

#[derive(Debug, PartialEq, Eq)]
struct Account {
    name: String,
    user: u32,
    group: u32,
}

impl Account {
    fn unprivileged() -> Result<Self> {
        let accounts = fs::read_to_string("/etc/passwd")?;
        ["postgres", "nobody"].iter().find_map(|name| Self::find(&accounts, name)).ok_or_else(|| {
            Failure::Reason(
                "PostgreSQL does not run as root: it needs an account `postgres` or `nobody`".into(),
            )
        })
    }

    fn find(accounts: &str, name: &str) -> Option<Self> {
        accounts.lines().find_map(|line| {
            let fields: Vec<_> = line.split(':').collect();
            let [found, _, user, group, ..] = fields[..] else {
                return None;
            };
            let account = || {
                Some(Self { name: found.to_owned(), user: user.parse().ok()?, group: group.parse().ok()? })
            };
            if found == name { account() } else { None }
        })
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new("setpriv");
        command.arg(format!("--reuid={}", self.user)).arg(format!("--regid={}", self.group));
        // Should we be killed with no time to clean up, the server does not outlive us.
        command.args(["--clear-groups", "--pdeathsig=INT", "--"]).arg(program);
        command
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNTS: &str = "\
root:x:0:0:root:/root:/bin/bash
postgres-exporter:x:99:99::/:/bin/false
broken
postgres:x:101:104:PostgreSQL administrator,,,:/var/lib/postgresql:/bin/bash
";

    #[test]
    fn an_account_is_found_by_its_whole_name() {
        let account = Account::find(ACCOUNTS, "postgres").unwrap();
        assert_eq!(account, Account { name: "postgres".to_owned(), user: 101, group: 104 });
    }

    #[test]
    fn an_account_that_is_not_there_is_not_found() {
        assert_eq!(Account::find(ACCOUNTS, "nobody"), None);
    }
}
