//! Ctrl-C and `kill` end the program that is running; the command then cleans up as after any failure.
//!
//! Programs run in a process group of their own, so that a signal reaches all they have started, and so
//! that a Ctrl-C does not reach PostgreSQL before the tests that use it have ended.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::{io, thread};

use rustix::process::{Pid, Signal, kill_process_group};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::failure::{Failure, Result};

static STATE: Mutex<State> = Mutex::new(State { received: None, group: None });

pub(crate) struct State {
    received: Option<i32>,
    /// The group of the program that is running now.
    pub(crate) group: Option<Pid>,
}

pub(crate) fn listen() -> io::Result<()> {
    let mut signals = Signals::new([SIGHUP, SIGINT, SIGTERM])?;
    thread::spawn(move || signals.forever().for_each(receive));
    Ok(())
}

/// Who asks a second time no longer wants to wait.
fn receive(number: i32) {
    let mut state = lock();
    let again = state.received.replace(number).is_some();
    if let Some(group) = state.group {
        // A group that has just ended by itself is as good as stopped.
        let _ = kill_process_group(group, if again { Signal::KILL } else { Signal::TERM });
    }
}

/// Holding the lock while a program starts leaves no moment in which a signal would miss it.
pub(crate) fn lock() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) fn check() -> Result<()> {
    lock().check()
}

impl State {
    pub(crate) fn check(&self) -> Result<()> {
        match self.received {
            Some(number) => Err(Failure::Signal(u8::try_from(number).unwrap_or(u8::MAX))),
            None => Ok(()),
        }
    }
}
