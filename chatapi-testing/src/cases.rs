//! A case, and how it is checked.

use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::task::JoinError;
use tokio::time::timeout;

/// How long a case may take before what it is about counts as stuck. No case comes near it.
const LIMIT: Duration = Duration::from_secs(120);

/// Something that is true of every `S`.
#[derive(Clone, Copy)]
pub(super) struct Case<S> {
    pub(super) name: &'static str,
    pub(super) run: fn(S) -> BoxFuture<'static, ()>,
}

impl<S: 'static> Case<S> {
    /// Why the case does not hold, where it does not. It runs on a task of its own, so that its panic ends nothing else.
    pub(super) async fn check(&self, subject: S) -> Result<(), String> {
        let mut run = tokio::spawn((self.run)(subject));
        match timeout(LIMIT, &mut run).await {
            Ok(end) => end.map_err(why),
            Err(_) => {
                run.abort();
                Err(format!("it took more than {} seconds", LIMIT.as_secs()))
            }
        }
    }
}

fn why(end: JoinError) -> String {
    let Ok(panic) = end.try_into_panic() else {
        return "it was cancelled".to_owned();
    };
    match panic.downcast::<String>() {
        Ok(message) => *message,
        Err(panic) => panic.downcast_ref::<&str>().map_or("it panicked", |message| message).to_owned(),
    }
}
