//! Why a command of ours ended early, and what it then exits with.

use std::io;
use std::process::{Command, ExitCode};

pub(crate) type Result<T> = std::result::Result<T, Failure>;

#[derive(Debug)]
pub(crate) enum Failure {
    /// The command line was wrong.
    Usage(String),
    /// One line for the person who ran the command.
    Reason(String),
    /// A program said what went wrong, and exited with this.
    Exit(u8),
    /// Somebody stopped us.
    Signal(u8),
}

impl Failure {
    pub(crate) fn to_start(program: &Command, error: &io::Error) -> Self {
        Self::Reason(format!("{} does not start: {error}", program.get_program().display()))
    }

    pub(crate) fn report(&self) -> ExitCode {
        match self {
            Self::Usage(line) => {
                eprintln!("xtask: {line}");
                ExitCode::from(2)
            }
            Self::Reason(line) => {
                eprintln!("xtask: {line}");
                ExitCode::FAILURE
            }
            Self::Exit(code) => ExitCode::from(*code),
            Self::Signal(number) => {
                eprintln!("xtask: stopped by signal {number}");
                ExitCode::from(number.saturating_add(128))
            }
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Reason(error.to_string())
    }
}
