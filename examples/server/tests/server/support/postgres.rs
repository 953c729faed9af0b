//! Databases for the tests: on the PostgreSQL that all tests share, or on one of a test's own.

use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, process};

use tempfile::TempDir;

use super::{eventually, run};

/// A place that `cargo xtask test` names.
pub(crate) fn setting(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run cargo xtask test"))
}

pub(crate) fn postgres_program(name: &str) -> PathBuf {
    PathBuf::from(setting("CHATAPI_TEST_PG_BIN")).join(name)
}

/// An empty database on the shared PostgreSQL. Dropping it deletes it.
pub(crate) struct Database {
    name: String,
    url: String,
}

impl Database {
    pub(crate) fn create() -> Self {
        Self::create_with("")
    }

    /// A database with options of `create database`.
    pub(crate) fn create_with(options: &str) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("chatapi_server_test_{}_{number}", process::id());
        let maintenance = setting("CHATAPI_TEST_POSTGRES");
        query(&maintenance, &format!("create database {name} {options}"));
        let (server, _) = maintenance.rsplit_once('/').unwrap();
        let url = format!("{server}/{name}");
        Self { name, url }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// What a statement gives, columns separated by `|`.
    pub(crate) fn query(&self, statement: &str) -> String {
        query(&self.url, statement)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        query(&setting("CHATAPI_TEST_POSTGRES"), &format!("drop database {} with (force)", self.name));
    }
}

fn query(url: &str, statement: &str) -> String {
    let output = run(Command::new(postgres_program("psql")).args([url, "-XAtqc", statement]));
    assert!(output.status.success(), "{statement}: {output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// A PostgreSQL of the test's own, which it may stop and start.
pub(crate) struct OwnPostgres {
    folder: TempDir,
    port: u16,
    process: Option<Child>,
}

impl OwnPostgres {
    /// One that is made but does not run yet.
    pub(crate) fn create() -> Self {
        let folder = tempfile::tempdir().unwrap();
        hand_over(folder.path());
        let own = Self { folder, port: free_port(), process: None };
        let mut initdb = own.command("initdb");
        initdb.args([
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ]);
        let made = run(initdb.arg("-D").arg(own.data()));
        assert!(made.status.success(), "{made:?}");
        own
    }

    pub(crate) fn start(&mut self) {
        let log = File::options().create(true).append(true).open(self.folder.path().join("log")).unwrap();
        let mut command = self.command("postgres");
        command.arg("-D").arg(self.data()).args(["-h", "127.0.0.1", "-p", &self.port.to_string()]);
        command.args(["-c", "unix_socket_directories=", "-c", "fsync=off"]);
        command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        self.process = Some(command.spawn().unwrap());
        let mut is_ready = Command::new(postgres_program("pg_isready"));
        is_ready.args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()]);
        eventually("PostgreSQL is ready", || {
            let ended = self.process.as_mut().unwrap().try_wait().unwrap();
            assert!(ended.is_none(), "PostgreSQL does not start");
            run(&mut is_ready).status.success()
        });
    }

    /// Stops it as a crash would.
    pub(crate) fn crash(&mut self) {
        let stopped = run(self.command("pg_ctl").args(["stop", "-m", "immediate", "-D"]).arg(self.data()));
        assert!(stopped.status.success(), "{stopped:?}");
        if let Some(mut process) = self.process.take() {
            process.wait().unwrap();
        }
    }

    /// Has it start as a standby next time, which may only be read.
    pub(crate) fn demote(&self) {
        let signal = self.data().join("standby.signal");
        File::create(&signal).unwrap();
        hand_over(&signal);
    }

    /// Makes a standby that runs take writes.
    pub(crate) fn promote(&self) {
        let promoted = run(self.command("pg_ctl").args(["promote", "-D"]).arg(self.data()));
        assert!(promoted.status.success(), "{promoted:?}");
    }

    /// What a statement gives, columns separated by `|`.
    pub(crate) fn query(&self, statement: &str) -> String {
        query(&self.url(), statement)
    }

    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn command(&self, name: &str) -> Command {
        let mut command = as_nobody_special(&postgres_program(name));
        command.current_dir(self.folder.path());
        command
    }
}

/// PostgreSQL and PgBouncer refuse to run as root, so root runs them as somebody else.
pub(crate) fn as_nobody_special(program: &Path) -> Command {
    let account = setting("CHATAPI_TEST_PG_USER");
    if account.is_empty() {
        return Command::new(program);
    }
    let group = String::from_utf8(run(Command::new("id").args(["-g", &account])).stdout).unwrap();
    let mut command = Command::new("setpriv");
    command.arg(format!("--reuid={account}")).arg(format!("--regid={}", group.trim()));
    // It does not outlive a test that is killed.
    command.args(["--clear-groups", "--pdeathsig=QUIT", "--"]).arg(program);
    command
}

/// Gives what a test made to the account that those programs run as.
pub(crate) fn hand_over(place: &Path) {
    let account = setting("CHATAPI_TEST_PG_USER");
    if !account.is_empty() {
        assert!(run(Command::new("chown").arg(account).arg(place)).status.success());
    }
}

impl Drop for OwnPostgres {
    fn drop(&mut self) {
        let mut stop = self.command("pg_ctl");
        stop.args(["stop", "-m", "immediate", "-D"]).arg(self.data());
        if let Some(process) = &mut self.process {
            run(&mut stop);
            let _ = process.wait();
        }
    }
}

/// A port outside the range from which the system takes those that nobody asked for: while PostgreSQL is down, no other
/// test may happen to get it.
pub(crate) fn free_port() -> u16 {
    static TRIED: AtomicU32 = AtomicU32::new(0);
    let is_free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
    let mut ports = std::iter::repeat_with(|| process::id() % 10_000 + TRIED.fetch_add(1, Ordering::Relaxed));
    ports.find_map(|number| u16::try_from(20_000 + number % 12_000).ok().filter(is_free)).unwrap()
}
