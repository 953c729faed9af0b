//! Runs the cases of a conformance suite as a test program of its own (`harness = false`), under the command line of
//! libtest: `cargo test --test http_suite -- a_part_of_a_name` runs the cases whose names have that part.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test program reports on standard output, and ends where it cannot be set up"
)]

use std::process::ExitCode;

use futures_util::future::BoxFuture;
use libtest_mimic::{Arguments, Failed, Trial};
use tokio::runtime::{Builder, Handle, Runtime};

use super::cases::Case;

/// How many cases run at once: most of what they do is to wait.
const AT_ONCE: usize = 4;

/// What is looked at when every case has run: the reasons why the suite fails all the same.
type Check = Box<dyn FnOnce() -> Vec<String>>;

/// The cases of a test program.
pub(super) struct Harness {
    arguments: Arguments,
    runtime: Runtime,
    trials: Vec<Trial>,
    checks: Vec<Check>,
    ends: Vec<BoxFuture<'static, ()>>,
}

impl Default for Harness {
    /// Reads the command line of this process.
    fn default() -> Self {
        let mut arguments = Arguments::from_args();
        arguments.test_threads.get_or_insert(AT_ONCE);
        let runtime = Builder::new_multi_thread().enable_all().build().unwrap();
        Self { arguments, runtime, trials: Vec::new(), checks: Vec::new(), ends: Vec::new() }
    }
}

impl Harness {
    /// Adds a case, called `group::name`, of a subject that is made when it runs.
    pub(super) fn add<S, M, F>(&mut self, group: &str, case: Case<S>, subject: M)
    where
        S: Send + 'static,
        M: FnOnce() -> F + Send + 'static,
        F: Future<Output = S> + Send + 'static,
    {
        let runtime: Handle = self.runtime.handle().clone();
        let name = format!("{group}::{}", case.name);
        let run = move || runtime.block_on(async { case.check(subject().await).await }).map_err(Failed::from);
        self.trials.push(Trial::test(name, run));
    }

    /// Looks at something when all cases have run and passed; not where the command line chose some.
    pub(super) fn check_at_the_end(&mut self, check: impl FnOnce() -> Vec<String> + 'static) {
        self.checks.push(Box::new(check));
    }

    /// Cleans up when all cases have run, passed or not.
    pub(super) fn clean_up(&mut self, end: impl Future<Output = ()> + Send + 'static) {
        self.ends.push(Box::pin(end));
    }

    /// Runs the cases that the command line chooses, and says how they went.
    pub(super) fn run(self) -> ExitCode {
        let Self { arguments, runtime, trials, checks, ends } = self;
        let chooses = arguments.filter.is_some() || !arguments.skip.is_empty() || arguments.ignored;
        let conclusion = libtest_mimic::run(&arguments, trials);
        for end in ends {
            runtime.block_on(end);
        }
        if conclusion.has_failed() || arguments.list || chooses {
            return conclusion.exit_code();
        }
        let faults: Vec<String> = checks.into_iter().flat_map(|check| check()).collect();
        for fault in &faults {
            println!("{fault}");
        }
        if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}
