//! The program under test, as a process.

use std::fs;
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Condvar, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

pub(crate) mod api;
pub(crate) mod django;
pub(crate) mod postgres;
pub(crate) mod senders;

pub(crate) use api::Api;

/// How long anything may take that a test waits for; far more than it does take.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(60);

/// The program, in a folder of its own, with no settings but a free port, and no limits: tests ask more than people do.
pub(crate) fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chatapi-server"));
    command
        .env_clear()
        .env("BIND", "127.0.0.1:0")
        .env("CHATAPI_LIMITS", "off")
        .current_dir(folder)
        .stdin(Stdio::null());
    command
}

/// The program, started by a shell that does this first.
pub(crate) fn after(first: &str, program: &Command) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("{first}; exec \"$0\" \"$@\"")]);
    shell.arg(program.get_program()).args(program.get_args());
    shell.env_clear().envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell.current_dir(program.get_current_dir().unwrap()).stdin(Stdio::null());
    shell
}

/// Checks a case of the program as each web framework serves it that it was built with, each in a folder of its own.
pub(crate) fn on_each_framework(case: impl Fn(&dyn Fn() -> Command)) {
    let built = [
        ("axum", cfg!(feature = "axum")),
        ("actix", cfg!(feature = "actix")),
        ("poem", cfg!(feature = "poem")),
    ];
    for (framework, _) in built.into_iter().filter(|(_, is_built)| *is_built) {
        let folder = tempfile::tempdir().unwrap();
        case(&|| {
            let mut program = program(folder.path());
            program.args(["--framework", framework]);
            program
        });
    }
}

/// Runs a command to its end.
pub(crate) fn run(command: &mut Command) -> Output {
    command.output().unwrap()
}

/// What a command wrote to standard error, line by line.
pub(crate) fn complaints(output: &Output) -> Vec<String> {
    String::from_utf8_lossy(&output.stderr).lines().map(str::to_owned).collect()
}

/// Waits until a condition holds.
#[track_caller]
pub(crate) fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + TIMEOUT;
    while !holds() {
        assert!(Instant::now() < deadline, "in vain: {what}");
        thread::park_timeout(Duration::from_millis(5));
    }
}

/// Sends these very bytes and reads until the other side ends: the status, 0 where there is none, and all of the answer.
pub(crate) fn exchange(address: &str, request: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(TIMEOUT)).unwrap();
    let mut answer = Vec::new();
    // Who is refused may find the connection closed.
    let _ = stream.write_all(request.as_bytes()).and_then(|()| stream.read_to_end(&mut answer));
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
    (status.unwrap_or_default(), answer)
}

/// A server that runs. Dropping it kills it.
pub(crate) struct Server {
    process: Child,
    url: String,
    greeting: mpsc::Receiver<String>,
    log: Arc<Log>,
}

impl Server {
    /// Starts a server and waits until it listens.
    #[track_caller]
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut server = Self::launch(command);
        server.wait_until_it_listens();
        server
    }

    /// Starts a server and does not wait.
    pub(crate) fn launch(command: &mut Command) -> Self {
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (sender, greeting) = mpsc::channel();
        let stdout = process.stdout.take().unwrap();
        for_each_line(stdout, move |line| drop(sender.send(line)));
        let log = Arc::new(Log::default());
        let stderr = process.stderr.take().unwrap();
        let written = log.clone();
        for_each_line(stderr, move |line| written.write(&line));
        Self { process, url: String::new(), greeting, log }
    }

    #[track_caller]
    pub(crate) fn wait_until_it_listens(&mut self) {
        let Ok(line) = self.greeting.recv_timeout(TIMEOUT) else { panic!("no start:\n{}", self.log()) };
        let url = line.strip_prefix("ChatAPI is listening on ").and_then(|rest| rest.strip_suffix('/'));
        self.url = url.unwrap_or_else(|| panic!("an odd first line: {line}")).to_owned();
    }

    /// What it printed after the first line.
    pub(crate) fn greeting(&self) -> Vec<String> {
        let lines = std::iter::from_fn(|| self.greeting.recv_timeout(TIMEOUT).ok());
        let mut lines: Vec<String> = lines.take_while(|line| !line.contains("createsuperuser")).collect();
        lines.retain(|line| !line.is_empty());
        lines
    }

    /// `http://127.0.0.1:port`
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// `127.0.0.1:port`
    pub(crate) fn address(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    /// A client that is not logged in.
    pub(crate) fn api(&self) -> Api {
        Api::new(&self.url)
    }

    /// The memory that it takes now (`VmRSS`), or took at most (`VmHWM`), in bytes.
    pub(crate) fn memory(&self, kind: &str) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id().as_raw_pid())).unwrap();
        let line = status.lines().find(|line| line.starts_with(kind)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
    }

    pub(crate) fn tell(&self, signal: Signal) {
        kill_process(self.id(), signal).unwrap();
    }

    pub(crate) fn id(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.process.id()).unwrap()).unwrap()
    }

    /// Asks it to end and waits until it has.
    pub(crate) fn stop(mut self) -> ExitStatus {
        self.tell(Signal::TERM);
        self.wait()
    }

    pub(crate) fn wait(&mut self) -> ExitStatus {
        let mut status = None;
        eventually("the server ends", || {
            status = self.process.try_wait().unwrap();
            status.is_some()
        });
        status.unwrap()
    }

    /// What it has logged.
    pub(crate) fn log(&self) -> String {
        self.log.text.lock().unwrap().clone()
    }

    #[track_caller]
    pub(crate) fn wait_for_log(&self, text: &str) {
        let log = self.log.text.lock().unwrap();
        let waited = self.log.grew.wait_timeout_while(log, TIMEOUT, |log| !log.contains(text)).unwrap();
        assert!(!waited.1.timed_out(), "not in the log: {text}\n{}", waited.0);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[derive(Default)]
struct Log {
    text: Mutex<String>,
    grew: Condvar,
}

impl Log {
    fn write(&self, line: &str) {
        let mut text = self.text.lock().unwrap();
        text.push_str(line);
        text.push('\n');
        self.grew.notify_all();
    }
}

fn for_each_line(output: impl Read + Send + 'static, each: impl FnMut(String) + Send + 'static) {
    thread::spawn(move || {
        BufReader::new(output).lines().map_while(Result::ok).for_each(each);
    });
}
