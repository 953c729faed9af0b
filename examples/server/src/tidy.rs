//! Has the search index take in what was loaded by the thousand.

use chatapi_core::search::Words;
use chatapi_core::store::Store;

use crate::failure::Failure;

/// Goes through every room that has something to do; `watch` hears how many are done, of how many. It may be broken off: the
/// server does the rest when it runs.
pub(crate) async fn tidy(
    store: &dyn Store,
    words: Words,
    mut watch: impl FnMut(usize, usize),
) -> Result<(), Failure> {
    let failed = |fault| {
        let what = "all data is loaded, but searches stay slow until the server's indexer has run";
        Failure::because(what, &fault)
    };
    let rooms = store.untidy_rooms().await.map_err(failed)?;
    for (done, room) in (1..).zip(&rooms) {
        store.tidy(*room, words).await.map_err(failed)?;
        watch(done, rooms.len());
    }
    Ok(())
}
