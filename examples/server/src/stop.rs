//! Signals that ask the server to end.

use std::io;
use std::time::Duration;

use chatapi_core::ChatApi;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::{Instant, sleep_until};
use tracing::info;

/// Hears `SIGTERM` and `SIGINT`. The first process of a container ignores both unless it listens.
pub(crate) struct Stop {
    terminate: Signal,
    interrupt: Signal,
    draining: Option<Draining>,
}

/// Who says for a while that the server is about to end, before it does.
struct Draining {
    api: ChatApi,
    delay: Duration,
    until: Option<Instant>,
}

impl Stop {
    /// From now on the two signals no longer kill.
    pub(crate) fn listen() -> io::Result<Self> {
        let (terminate, interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        Ok(Self { terminate, interrupt, draining: None })
    }

    /// The first signal counts only so long after it has come. Meanwhile `api` says that it is not ready.
    pub(crate) fn drain(&mut self, api: ChatApi, delay: Duration) {
        self.draining = Some(Draining { api, delay, until: None });
    }

    /// Waits for the next of them. Whoever gives up waiting goes on with the next call.
    pub(crate) async fn asked(&mut self) {
        if let Some(Draining { until: None, .. }) = &self.draining {
            self.signal().await;
        }
        if let Some(Draining { api, delay, until }) = &mut self.draining {
            let until = *until.get_or_insert_with(|| {
                api.drain();
                info!(seconds = delay.as_secs(), "stop signal received: /readyz fails from now on");
                Instant::now() + *delay
            });
            // A second signal ends the delay.
            tokio::select! {
                () = sleep_until(until) => {}
                _ = self.terminate.recv() => {}
                _ = self.interrupt.recv() => {}
            }
            self.draining = None;
        } else {
            self.signal().await;
        }
    }

    async fn signal(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
