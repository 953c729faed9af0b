//! Messages.

use chatapi_core::messages::Message;
use chatapi_core::{Error, MessageId, Result};

use crate::request::{AdminRequest, shortened};
use crate::store::Kind;
use chatapi_core::permission::may_change;

pub(super) mod delete;
pub(super) mod form;
pub(super) mod list;
mod search;

/// The message that the path names.
async fn named(request: &AdminRequest) -> Result<Message> {
    request.api.message(&request.actor()?, MessageId(request.id(Kind::Message)?)).await
}

/// 403 for those who may only look.
fn require_change(request: &AdminRequest) -> Result<()> {
    if may_change(request.level()?) { Ok(()) } else { Err(Error::forbidden()) }
}

/// A message in so many words.
fn title(content: &str) -> String {
    let line = content.split_whitespace().collect::<Vec<_>>().join(" ");
    shortened(&line, 60).into_owned()
}
