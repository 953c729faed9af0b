//! How many files the process may have open, its connections among them.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tracing::warn;

/// What the process has open beside connections: the database's files and connections, the log, mails under way.
const OTHERS: usize = 128;

/// Raises the soft limit of open files to the hard one, and gives how many connections they leave of those that are `wanted`.
/// The soft limit is 1,024 on most systems, for the sake of programs that call `select`.
pub(crate) fn raise(wanted: usize) -> usize {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let needed = wanted.saturating_add(OTHERS);
    let is_enough = |limit: Option<u64>| limit.is_none_or(|limit| limit >= needed as u64);
    if is_enough(current) {
        return wanted;
    }
    let raised = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
    let current = getrlimit(Resource::Nofile).current;
    if is_enough(current) {
        return wanted;
    }
    let files = current.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
    let connections = files.saturating_sub(OTHERS).max(1);
    let fault = raised.err().map(tracing::field::display);
    warn!(files, connections, fault, "the limit on open files allows fewer connections than configured");
    connections
}
