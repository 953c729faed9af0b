//! A fact, and how it is checked.

use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::task::JoinError;
use tokio::time::timeout;

use super::chat::Suite;

/// How long a fact may take before the server counts as stuck. No fact comes near it.
const LIMIT: Duration = Duration::from_secs(120);

/// Something that is true of the API, whatever serves it.
#[derive(Clone, Copy)]
pub(super) struct Fact {
    pub(super) name: &'static str,
    pub(super) run: fn(Suite) -> BoxFuture<'static, ()>,
}

impl Fact {
    /// What the fact says.
    pub(super) fn sentence(&self) -> String {
        self.name.replace('_', " ")
    }

    /// Why the fact does not hold, where it does not. It runs on a task of its own, so that its panic ends nothing else.
    pub(super) async fn check(&self, suite: Suite) -> Result<(), String> {
        let mut run = tokio::spawn((self.run)(suite));
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
        Err(panic) => panic
            .downcast_ref::<&str>()
            .map_or("it panicked", |message| message)
            .to_owned(),
    }
}

/// Lists a module's facts: async functions that take a [`Suite`] and whose names are sentences.
macro_rules! facts {
    ($($name:ident,)+) => {
        pub(super) fn facts() -> Vec<$crate::testing::http_suite::fact::Fact> {
            vec![$($crate::testing::http_suite::fact::Fact {
                name: stringify!($name),
                run: |suite| Box::pin($name(suite)),
            }),+]
        }
    };
}
pub(super) use facts;
