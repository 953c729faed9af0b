//! Runs programs to their end, and ends whatever they leave running.

use std::ffi::{OsStr, OsString};
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::Duration;
use std::{env, thread};

use rustix::process::{Pid, Signal, kill_process_group};

use crate::failure::{Failure, Result};
use crate::signals;
use crate::tally::Tally;

const LAST_WORDS: Duration = Duration::from_secs(10);

/// Runs the command; its exit code is ours when it fails.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = Group::start(command)?.wait()?;
    succeeded(command, status)
}

/// Runs tests, shows what they print, and counts them.
pub(crate) fn run_counting(command: &mut Command) -> Result<Tally> {
    let mut group = Group::start(command.stdout(Stdio::piped()))?;
    let printed = group.child.stdout.take();
    let (sender, counted) = mpsc::channel();
    thread::spawn(move || {
        let tally = printed.map_or(Ok(Tally::default()), |printed| show(BufReader::new(printed)));
        // The receiver is gone when it has waited long enough.
        let _ = sender.send(tally);
    });
    let status = group.wait()?;
    drop(group);
    let tally = counted.recv_timeout(LAST_WORDS);
    succeeded(command, status)?;
    tally.map_err(|_| {
        Failure::Reason("a process outlived the test that started it, and holds its output".into())
    })?
}

/// `cargo`, as if it had not been called by a program that cargo itself runs: build scripts that watch
/// these variables would otherwise run again at every change between `cargo` and `cargo xtask`.
pub(crate) fn cargo<I, S>(arguments: I) -> Command
where
    I: IntoIterator<Item = S>,
    S: AsRef<OsStr>,
{
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")));
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(name);
        }
    }
    command.args(arguments);
    command
}

fn show(mut printed: impl BufRead) -> Result<Tally> {
    let mut tally = Tally::default();
    let mut line = Vec::new();
    while printed.read_until(b'\n', &mut line)? > 0 {
        io::stdout().write_all(&line)?;
        tally.read(&String::from_utf8_lossy(&line));
        line.clear();
    }
    Ok(tally)
}

fn succeeded(program: &Command, status: ExitStatus) -> Result<()> {
    signals::check()?;
    match status.code() {
        Some(0) => Ok(()),
        Some(code) => Err(Failure::Exit(u8::try_from(code).unwrap_or(1))),
        None => Err(Failure::Reason(format!(
            "{} was ended from outside: {status}",
            program.get_program().display()
        ))),
    }
}

/// A program and everything it starts.
struct Group {
    child: Child,
    id: Option<Pid>,
}

impl Group {
    fn start(command: &mut Command) -> Result<Self> {
        let mut state = signals::lock();
        state.check()?;
        let started = command.process_group(0).stdin(Stdio::null()).spawn();
        let child = started.map_err(|error| Failure::to_start(command, &error))?;
        let id = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        state.group = id;
        Ok(Self { child, id })
    }

    fn wait(&mut self) -> Result<ExitStatus> {
        Ok(self.child.wait()?)
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        signals::lock().group = None;
        if let Some(id) = self.id {
            // Mostly nothing is left; what is, no test may rely on.
            let _ = kill_process_group(id, Signal::KILL);
        }
        let _ = self.child.wait();
    }
}
