//! Where the index is evaluated: what takes long leaves the threads that serve everybody.

use std::collections::HashMap;

use super::Result;
use crate::index::pages::Page;
use crate::store::StoreError;

/// How many bytes of pages are evaluated where they were read. It takes about a tenth of a millisecond; to move the work to
/// another thread takes a tenth of that.
const AT_ONCE: usize = 64 * 1024;

/// Runs a computation that takes time in proportion to `bytes`: on a thread that may be kept busy, where they are many.
pub(super) async fn compute<T: Send + 'static>(
    bytes: usize,
    computation: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    if bytes <= AT_ONCE {
        return computation();
    }
    let computed = tokio::task::spawn_blocking(computation).await;
    computed.map_err(|fault| StoreError::Backend(fault.into()))?
}

/// How many bytes pages have.
pub(super) fn bytes_of(pages: &HashMap<i64, Vec<Page>>) -> usize {
    pages.values().flatten().map(|page| page.data.len()).sum()
}
