//! Where the index is evaluated, and how much a search may take: what takes long leaves the threads that serve everybody.

use std::collections::HashMap;
use std::error::Error;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::Result;
use crate::index::blocks::Block;
use crate::store::StoreError;

/// How long a search may take, waiting included: as long as a statement on PostgreSQL. Searches that people make take a
/// hundredth of it.
const TIMEOUT: Duration = Duration::from_secs(4);

/// How many bytes of blocks are evaluated where they were read. It takes about a tenth of a millisecond; to move the work to
/// another thread takes a tenth of that.
const AT_ONCE: usize = 64 * 1024;

/// How many KiB of blocks all large evaluations hold together, those that wait for their turn included.
const HELD: usize = 256 * 1024;

/// What bounds searches: their time, and the memory and the threads of those that evaluate much of the index.
#[derive(Clone, Debug)]
pub(in crate::store::sql) struct Evaluations {
    timeout: Duration,
    /// One permit for each evaluation that may run at a time.
    turns: Arc<Semaphore>,
    /// One permit for each KiB of blocks that may be held.
    held: Arc<Semaphore>,
}

impl Default for Evaluations {
    /// As many at a time as there are processors, so that the rest of the machine's blocking threads stay free for others.
    fn default() -> Self {
        let processors = available_parallelism().map_or(1, NonZeroUsize::get);
        Self::new(TIMEOUT, processors, HELD)
    }
}

impl Evaluations {
    fn new(timeout: Duration, at_a_time: usize, held: usize) -> Self {
        Self { timeout, turns: Arc::new(Semaphore::new(at_a_time)), held: Arc::new(Semaphore::new(held)) }
    }

    pub(in crate::store::sql) fn with_timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// Runs a whole search, or ends it when its time is over.
    pub(super) async fn search<T>(&self, search: impl Future<Output = Result<T>>) -> Result<T> {
        match timeout(self.timeout, search).await {
            Ok(found) => found,
            Err(elapsed) => Err(StoreError::Unavailable(elapsed.into())),
        }
    }

    /// Runs a computation that takes time in proportion to `bytes`: where they are many, on a thread that may be kept busy,
    /// when it is its turn. [`StoreError::Unavailable`] where those that wait hold too much already.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        bytes: usize,
        computation: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        if bytes <= AT_ONCE {
            return computation();
        }
        let kib = u32::try_from((bytes / 1024).min(HELD)).unwrap_or(u32::MAX);
        let held = self.held.clone().try_acquire_many_owned(kib);
        let held = held.map_err(|_| StoreError::Unavailable("too many large searches are waiting".into()))?;
        let turn = self.turns.clone().acquire_owned().await.map_err(backend)?;
        let run = move || {
            // A client that leaves does not end what was begun: the turn is over when it has ended.
            let _permits = (held, turn);
            computation()
        };
        tokio::task::spawn_blocking(run).await.map_err(backend)?
    }
}

fn backend(fault: impl Error + Send + Sync + 'static) -> StoreError {
    StoreError::Backend(fault.into())
}

/// How many bytes blocks have.
pub(super) fn bytes_of(blocks: &HashMap<i64, Vec<Block>>) -> usize {
    blocks.values().flatten().map(|page| page.data.len()).sum()
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use futures_util::poll;

    use super::*;

    const LARGE: usize = 128 * 1024;

    #[tokio::test]
    async fn a_large_evaluation_is_refused_while_those_that_wait_hold_too_much() {
        let evaluations = Evaluations::new(TIMEOUT, 0, 256);
        let mut one = Box::pin(evaluations.run(LARGE, || Ok(1)));
        let mut other = Box::pin(evaluations.run(LARGE, || Ok(2)));
        assert!(poll!(&mut one).is_pending());
        assert!(poll!(&mut other).is_pending());
        assert!(matches!(evaluations.run(LARGE, || Ok(3)).await, Err(StoreError::Unavailable(_))));
        assert_eq!(evaluations.run(AT_ONCE, || Ok(4)).await.unwrap(), 4);
        drop((one, other));
        evaluations.turns.add_permits(1);
        assert_eq!(evaluations.run(LARGE, || Ok(5)).await.unwrap(), 5);
    }

    #[tokio::test(start_paused = true)]
    async fn a_search_ends_when_its_time_is_over() {
        let evaluations = Evaluations::default();
        let ended = evaluations.search(pending::<Result<()>>()).await;
        assert!(matches!(ended, Err(StoreError::Unavailable(_))));
    }
}
