//! Messages: their types and use-cases.

use serde::Serialize;

use crate::search::SearchTerms;
use crate::text::Text;
use crate::{MessageId, RoomId, Timestamp, UserId};

/// A message, as the documented API shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// Its text, as it was sent, trimmed.
    pub content: String,
    /// When it was sent.
    pub created_at: Timestamp,
    /// When it was last changed; when it was sent, if never.
    pub updated_at: Timestamp,
    /// Its author.
    pub user: UserId,
    /// Its room.
    pub room: RoomId,
}

/// A message to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMessage {
    /// Its room.
    pub room: RoomId,
    /// Its author.
    pub user: UserId,
    /// Its text.
    pub text: Text,
    /// When it is sent.
    pub at: Timestamp,
}

/// Which messages are wanted: those in rooms that the reader is in, less what the rest leaves out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageFilter {
    /// Who reads.
    pub reader: UserId,
    /// Of this room alone.
    pub room: Option<RoomId>,
    /// By this author alone.
    pub user: Option<UserId>,
    /// With all of these terms.
    pub search: SearchTerms,
}

impl MessageFilter {
    /// Every message that `reader` may read.
    pub fn all(reader: UserId) -> Self {
        Self { reader, room: None, user: None, search: SearchTerms::default() }
    }
}
