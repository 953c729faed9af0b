//! A panic is a fault of ours: the log gets the reason, and the server goes on.

use std::panic;

use tracing::error;

/// Logs panics like other faults, with the id of the request that they happened in. The client gets 500.
pub(crate) fn log() {
    panic::set_hook(Box::new(|panic| {
        error!(place = panic.location().map(ToString::to_string), "{panic}");
    }));
}
