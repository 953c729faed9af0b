//! Has the search index take in what was loaded by the thousand.

use chatapi_core::search::Analyzer;
use chatapi_core::store::Store;

use crate::failure::Failure;

/// Goes through every room that has something to do; `watch` hears how many are done, of how many. It may be broken off: the
/// server does the rest when it runs.
pub(crate) async fn index_all(
    store: &dyn Store,
    analyzer: Analyzer,
    mut watch: impl FnMut(usize, usize),
) -> Result<(), Failure> {
    let failed = |fault| {
        let what = "all data is loaded, but searches stay slow until the server's indexer has run";
        Failure::because(what, &fault)
    };
    let rooms = store.rooms_to_index().await.map_err(failed)?;
    for (done, room) in (1..).zip(&rooms) {
        store.index_room(*room, analyzer).await.map_err(failed)?;
        watch(done, rooms.len());
    }
    Ok(())
}
