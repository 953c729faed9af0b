//! Each program is started as its first line says, and what it says to try is pasted.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up ends in a panic that says why")]

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read as _, Seek as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};
use tempfile::{NamedTempFile, TempDir};

/// What must be among what a program and its answers say, in this order.
const PROGRAMS: [(&str, &[&str]); 11] = [
    ("actix", CONVERSATION),
    ("axum", CONVERSATION),
    (
        "direct",
        &[
            "bob is not a member yet: refused\n",
            "ann: Which tea is it to be?\nbob: Earl Grey, hot.\n",
            "1 of 2\n",
        ],
    ),
    (
        "endpoints",
        &[
            r#"{"members":1,"messages":1,"latest":"Hello, tea drinkers"}"#,
            r#"{"detail":"No Room matches the given query."}"#,
            r#"{"detail":"Authentication credentials were not provided."}"#,
            r#""Hello, stranger""#,
        ],
    ),
    ("poem", CONVERSATION),
    (
        "pool",
        &[
            r#"{"name":"Earl Grey","room":1,"questions":[]}"#,
            r#""content":"Is it organic?""#,
            r#"{"name":"Earl Grey","room":1,"questions":["Is it organic?"]}"#,
        ],
    ),
    (
        "rules",
        &[
            r#"{"detail":"This is a tea house.","code":"no_coffee"} 422"#,
            r#""content":"No, **** it""#,
            r#"{"detail":"You do not have permission to perform this action."} 403"#,
            "204",
            "user 2 wrote: Hello, tea drinkers\nuser 2 wrote: No, **** it\nuser 1 deleted: No, **** it\n",
        ],
    ),
    (
        "tokens",
        &[
            r#"{"keys":[{"#,
            r#""kid":"made-at-the-start""#,
            r#""content":"Hello, host""#,
            r#""users":[{"id":1,"username":"ann","email":"ann@example.org"}]"#,
            r#""message":"Token is invalid or expired"}]} 401"#,
        ],
    ),
    ("tower", CONVERSATION),
    (
        "transaction",
        &[
            "Order 1 is on its way.\n",
            r#"{"detail":"The card was declined."} 402"#,
            r#"{"orders":["Earl Grey"],"messages":["Order 1: Earl Grey"]}"#,
        ],
    ),
    (
        "users",
        &[
            r#"{"detail":"Authentication credentials were not provided."} 401"#,
            r#""content":"Hello, Ann""#,
            r#""users":[{"id":1,"username":"ann","email":"ann@example.org"},{"id":2,"username":"bob","email":""}]"#,
            r#"{"detail":"Cross-site request refused."#,
        ],
    ),
];

/// The host's own route, and a chat under `/chat`.
const CONVERSATION: &[&str] = &[
    "Hello, World!\n",
    r#"{"email":"","username":"alice","id":1}"#,
    r#""content":"Hello, tea drinkers""#,
    r#"{"count":1,"next":null,"previous":null,"results":[{"#,
    r#""content":"Hello, tea drinkers""#,
];

/// How long anything may take that is waited for; far more than it does take.
const TIMEOUT: Duration = Duration::from_secs(60);

/// The last line that a program prints before it serves.
const READY: &str = "Press Ctrl-C to stop.";

fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The names of the files in `src/bin`.
fn programs() -> BTreeSet<String> {
    let files = fs::read_dir(folder().join("src/bin")).unwrap();
    files.map(|file| file.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned()).collect()
}

/// What the first line of a program says to type.
fn command(program: &str) -> String {
    let source = fs::read_to_string(folder().join(format!("src/bin/{program}.rs"))).unwrap();
    source.lines().next().and_then(|line| line.strip_prefix("//! ")).unwrap_or_default().to_owned()
}

#[test]
fn every_program_is_tried_and_no_other() {
    let tried = PROGRAMS.iter().map(|(program, _)| (*program).to_owned());
    assert_eq!(tried.collect::<BTreeSet<_>>(), programs());
}

#[test]
fn the_readme_lists_every_program_with_its_command() {
    let readme = fs::read_to_string(folder().join("README.md")).unwrap();
    for program in programs() {
        let row = format!("\n| [{program}](src/bin/{program}.rs) | ");
        let row = readme.split_once(&row).map(|(_, rest)| rest.lines().next().unwrap_or_default());
        let command = format!(" | `{}` |", command(&program));
        assert!(row.is_some_and(|row| row.ends_with(&command)), "{program}");
    }
}

#[test]
fn every_program_runs_as_its_first_line_says_and_what_it_says_to_try_works() {
    // Once for all, so that each starts at once.
    let build = shell("cargo build --quiet -p chatapi-embed --bins").status().unwrap();
    assert!(build.success());
    let faults = PROGRAMS.iter().filter_map(|(program, expected)| {
        let fault = try_out(program, expected).err()?;
        Some(format!("{program}: {fault}\n"))
    });
    let faults: String = faults.collect();
    assert!(faults.is_empty(), "{faults}");
}

/// Runs a program, pastes what it says to try, and ends it; says what differs from what was expected.
fn try_out(program: &str, expected: &[&str]) -> Result<(), String> {
    let command = command(program);
    if command != format!("cargo run -p chatapi-embed --bin {program}") {
        return Err(format!("its first line is no command that starts it: {command}"));
    }
    let mut running = Running::start(&command);
    let greeting = running.lines_up_to(READY)?;
    let lines: Vec<&str> = greeting.iter().filter_map(|line| line.strip_prefix("  ")).collect();
    let mut said = if lines.is_empty() { greeting.join("\n") + "\n" } else { paste(&lines.join("\n"))? };
    said += &running.end()?;

    let mut rest = said.as_str();
    for text in expected {
        rest = rest.split_once(text).ok_or_else(|| format!("it lacks {text}\nin {said}"))?.1;
    }
    Ok(())
}

/// What a shell says to these lines, each of which must succeed.
fn paste(lines: &str) -> Result<String, String> {
    // Nothing of the user's own settings, no proxy, and no waiting for ever.
    let settings = TempDir::new().unwrap();
    fs::write(settings.path().join(".curlrc"), "noproxy = \"*\"\nmax-time = 60\nshow-error\n").unwrap();
    let pasted = Command::new("sh").args(["-euc", lines]).env("CURL_HOME", settings.path()).output().unwrap();
    let said = String::from_utf8_lossy(&pasted.stdout).into_owned();
    if pasted.status.success() && pasted.stderr.is_empty() {
        return Ok(said);
    }
    Err(format!("what it says to try fails: {said}{}", String::from_utf8_lossy(&pasted.stderr)))
}

/// A line for the shell, typed at the root of the workspace.
fn shell(line: &str) -> Command {
    let target = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let mut shell = Command::new("sh");
    shell.args(["-c", line]).current_dir(folder().join("../..")).stdin(Stdio::null());
    shell.env("CARGO_TARGET_DIR", target.parent().unwrap()).env("CARGO_TERM_QUIET", "true");
    shell
}

/// A program that runs. Dropping it kills it, with whatever it has started.
struct Running {
    process: Child,
    guard: Child,
    lines: Receiver<String>,
    complaints: File,
}

impl Running {
    fn start(command: &str) -> Self {
        let complaints = NamedTempFile::new().unwrap();
        // Without `exec` the shell would stay, end by Ctrl-C itself, and keep the program's status from us.
        let mut shell = shell(&format!("exec {command}"));
        shell.env("PORT", "0").process_group(0);
        shell.stdout(Stdio::piped()).stderr(complaints.reopen().unwrap());
        let mut process = shell.spawn().unwrap();
        let stdout = BufReader::new(process.stdout.take().unwrap());
        let guard = guard(&process);
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Self { process, guard, lines, complaints: complaints.into_file() }
    }

    /// The lines up to this one, or up to the end where it never comes.
    fn lines_up_to(&mut self, last: &str) -> Result<Vec<String>, String> {
        let deadline = Instant::now() + TIMEOUT;
        let mut lines = Vec::new();
        loop {
            match self.lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(line) if line == last => return Ok(lines),
                Ok(line) => lines.push(line),
                Err(RecvTimeoutError::Disconnected) => return Ok(lines),
                Err(RecvTimeoutError::Timeout) => {
                    return Err(format!("no end after {lines:?}\n{}", self.complaints()));
                }
            }
        }
    }

    /// Presses Ctrl-C, and waits for a good end; gives what it says until then.
    fn end(&mut self) -> Result<String, String> {
        // It may have ended by itself.
        let _ = kill_process_group(self.group(), Signal::INT);
        let rest = self.lines_up_to("")?;
        let status = self.process.wait().unwrap();
        if !status.success() {
            return Err(format!("it ends with {status}\n{}", self.complaints()));
        }
        Ok(rest.into_iter().map(|line| line + "\n").collect())
    }

    fn group(&self) -> Pid {
        Pid::from_child(&self.process)
    }

    fn complaints(&mut self) -> String {
        let mut said = String::new();
        self.complaints.rewind().unwrap();
        self.complaints.read_to_string(&mut said).unwrap();
        said
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = kill_process_group(self.group(), Signal::KILL);
        let _ = self.process.wait();
        let _ = self.guard.wait();
    }
}

/// Kills a program, with whatever it has started, where this test ends before it, however that comes about: nobody holds
/// the other end of the guard's input then.
fn guard(program: &Child) -> Child {
    let mut guard = Command::new("sh");
    guard.args(["-c", "read line; kill -KILL 0"]).process_group(i32::try_from(program.id()).unwrap());
    guard.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}
