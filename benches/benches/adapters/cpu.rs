//! Which core a process runs on, and how long it did.

use std::fs;

use rustix::thread::{CpuSet, sched_setaffinity};

/// Keeps this process, with the threads that it starts from now on, to one core.
pub(crate) fn pin(core: usize) {
    let mut cores = CpuSet::new();
    cores.set(core);
    sched_setaffinity(None, &cores).unwrap();
}

/// The time on the processor of a process and its kernel's work for it, in seconds: fields 14 and 15 of proc(5)'s `stat`.
pub(crate) fn time_of(process: u32) -> f64 {
    const TICKS_A_SECOND: f64 = 100.0;
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let (_, after_name) = stat.rsplit_once(')').unwrap();
    let ticks = after_name.split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<f64>().unwrap());
    ticks.sum::<f64>() / TICKS_A_SECOND
}
