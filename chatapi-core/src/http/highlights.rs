//! `?highlight=true`: where in the messages of a page a search matched.

use serde::Serialize;

use super::Call;
use crate::MessageId;
use crate::error::{Error, Result};
use crate::messages::Message;
use crate::search::Highlight;

/// What matched in a message.
#[derive(Serialize)]
pub(super) struct Highlighted {
    id: MessageId,
    ranges: Vec<Highlight>,
}

/// How many bytes of contents are searched where they were read; more leave the threads that serve everybody.
const AT_ONCE: usize = 16 * 1024;

/// What `find` finds in the contents of messages, in their order; `None` where the query does not ask for it.
pub(super) async fn of(
    call: &Call,
    messages: &[Message],
    find: impl Fn(&str) -> Vec<Highlight> + Send + 'static,
) -> Result<Option<Vec<Highlighted>>> {
    if call.query("highlight") != Some("true") {
        return Ok(None);
    }
    let contents = messages.iter().map(|message| (message.id, message.content.clone()));
    let contents: Vec<(MessageId, String)> = contents.collect();
    let bytes: usize = contents.iter().map(|(_, content)| content.len()).sum();
    let find_all = move || {
        let each = contents.iter().map(|(id, content)| Highlighted { id: *id, ranges: find(content) });
        each.collect()
    };
    if bytes <= AT_ONCE {
        return Ok(Some(find_all()));
    }
    let found = tokio::task::spawn_blocking(find_all).await;
    found.map(Some).map_err(|fault| Error::Internal(fault.into()))
}
