//! Why the program ends: one line for each reason, and an exit code.

use std::error::Error;
use std::io::{self, Write as _};
use std::process::ExitCode;

use tracing::error;

/// The program cannot go on.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    code: u8,
    lines: Vec<String>,
}

impl Failure {
    /// A setting is wrong: exit code 2, as shells have it for a wrong call.
    pub(crate) fn setting(line: impl Into<String>) -> Self {
        Self { code: 2, lines: vec![line.into()] }
    }

    /// Something else hinders the program: exit code 1.
    pub(crate) fn hindrance(line: impl Into<String>) -> Self {
        Self::hindrances(vec![line.into()])
    }

    /// Several things do.
    pub(crate) fn hindrances(lines: Vec<String>) -> Self {
        Self { code: 1, lines }
    }

    /// An error with everything that led to it.
    pub(crate) fn because(what: &str, error: &dyn Error) -> Self {
        Self::hindrance(format!("{what}: {}", causes(error)))
    }

    /// Logs why, and gives the exit code.
    pub(crate) fn log(self) -> ExitCode {
        for line in self.lines {
            error!("{line}");
        }
        ExitCode::from(self.code)
    }

    /// Says why on standard error, and gives the exit code.
    pub(crate) fn report(self) -> ExitCode {
        let mut stderr = io::stderr().lock();
        for line in self.lines {
            // Where nobody listens there is nothing left to do.
            let _ = writeln!(stderr, "chatapi-server: {}", line.replace(['\r', '\n'], " "));
        }
        ExitCode::from(self.code)
    }
}

/// An error and its causes on one line; what an error already says of its cause is not said again.
pub(crate) fn causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        next = cause.source();
    }
    text
}
