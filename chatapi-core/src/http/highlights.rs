//! `?highlight=true`: where in the messages of a page a search matched.

use serde::Serialize;

use super::Call;
use crate::MessageId;
use crate::messages::Message;
use crate::search::Highlight;

/// What matched in a message.
#[derive(Serialize)]
pub(super) struct Highlighted {
    id: MessageId,
    ranges: Vec<Highlight>,
}

/// What `find` finds in the contents of messages, in their order; `None` where the query does not ask for it.
pub(super) fn of(
    call: &Call,
    messages: &[Message],
    find: impl Fn(&str) -> Vec<Highlight>,
) -> Option<Vec<Highlighted>> {
    let highlighted = |message: &Message| Highlighted { id: message.id, ranges: find(&message.content) };
    (call.query("highlight") == Some("true")).then(|| messages.iter().map(highlighted).collect())
}
