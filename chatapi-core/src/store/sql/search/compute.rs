//! Where the index is evaluated: what takes long leaves the threads that serve everybody.

use std::collections::HashMap;
use std::error::Error;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread::available_parallelism;

use tokio::sync::Semaphore;

use super::Result;
use crate::index::pages::Page;
use crate::store::StoreError;
use crate::store::engine::Engine;
use crate::store::sql::SqlStore;

/// How many bytes of pages are evaluated where they were read. It takes about a tenth of a millisecond; to move the work to
/// another thread takes a tenth of that.
const AT_ONCE: usize = 64 * 1024;

/// How many large evaluations run at once: one for each processor, so that the rest of the machine's blocking threads stay
/// free for others.
pub(in crate::store::sql) fn slots() -> Arc<Semaphore> {
    Arc::new(Semaphore::new(available_parallelism().map_or(1, NonZeroUsize::get)))
}

impl<E: Engine> SqlStore<E> {
    /// Runs a computation that takes time in proportion to `bytes`: where they are many, on a thread that may be kept busy,
    /// when it is its turn.
    pub(super) async fn compute<T: Send + 'static>(
        &self,
        bytes: usize,
        computation: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        if bytes <= AT_ONCE {
            return computation();
        }
        let slot = self.evaluations.clone().acquire_owned().await.map_err(backend)?;
        let run = move || {
            // A client that leaves does not end what was begun: the slot is free when it has ended.
            let _slot = slot;
            computation()
        };
        tokio::task::spawn_blocking(run).await.map_err(backend)?
    }
}

fn backend(fault: impl Error + Send + Sync + 'static) -> StoreError {
    StoreError::Backend(fault.into())
}

/// How many bytes pages have.
pub(super) fn bytes_of(pages: &HashMap<i64, Vec<Page>>) -> usize {
    pages.values().flatten().map(|page| page.data.len()).sum()
}
