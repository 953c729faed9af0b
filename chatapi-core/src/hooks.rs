//! The host's own code around what is written: before a message is, and after anything was.

use std::fmt;

use async_trait::async_trait;

use crate::error::Result;
use crate::messages::Message;
use crate::rooms::Room;
use crate::{CurrentUser, RoomId, UserId};

mod events;

pub(crate) use events::Events;

/// What a host does before a message is written and after something was.
/// [`ChatApiBuilder::hooks`](crate::ChatApiBuilder::hooks) sets it; without, nothing is called and nothing is queued. The [crate's documentation](crate) has an example.
#[async_trait]
pub trait Hooks: Send + Sync + fmt::Debug {
    /// Looks at a message that somebody is about to send, or at the new text of one that is about to be changed. A change
    /// that names no text is not asked about.
    ///
    /// The order is: the policy, the text's own rules (not blank, not too long, no NUL characters), this, the statement.
    /// What this writes instead is put to the text's own rules again. Whether the author is a member of the room is asked
    /// in the statement that sends: a text that this allowed may still be refused. The answer waits for it, and so
    /// does the host's own transaction (`ChatApi::within`), with all that it holds.
    ///
    /// # Errors
    /// To refuse: a [`Refusal`](crate::error::Refusal), or any other [`Error`](crate::Error), such as
    /// [`TooManyRequests`](crate::Error::TooManyRequests). Nothing is written then.
    async fn before_send(&self, draft: &Draft<'_>) -> Result<Verdict>;

    /// Hears of something that was committed; never of what was not.
    ///
    /// Events come one at a time, in the order in which this process learnt that they were committed: what was answered
    /// before another request began comes before what that request did. No answer waits for this, the next event does;
    /// [`ChatApi::shutdown`](crate::ChatApi::shutdown) waits for all. A panic is logged, and the next event comes.
    ///
    /// An event comes **at most once**: a process that dies between the commit and this call takes it along, and other
    /// processes on the same store do not hear of it. What must not be missed is to be read from the store, or to be
    /// written in the same transaction.
    async fn after_commit(&self, event: &Event);
}

/// A text that somebody wants to be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Draft<'a> {
    /// Who writes.
    pub user: &'a CurrentUser,
    /// The message's room.
    pub room: RoomId,
    /// The text: trimmed, not blank, not too long.
    pub text: &'a str,
    /// What it is for.
    pub purpose: Purpose<'a>,
}

/// What a text is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose<'a> {
    /// A new message.
    Send,
    /// Another text for this message, which is given as it was read.
    Edit(&'a Message),
}

/// What becomes of a text that is not refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is kept as it is.
    Allow,
    /// This one is kept in its place, if the rules for texts allow it.
    Rewrite(String),
}

/// Something that was committed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A message was sent, by its author.
    MessageSent {
        /// The message.
        message: Message,
    },
    /// A message has another text, or another time alone.
    MessageChanged {
        /// The message, as it is now.
        message: Message,
        /// Who changed it.
        by: UserId,
    },
    /// A message was deleted by itself. Those that go with their room or their author have no event of their own.
    MessageDeleted {
        /// The message, as it was last read.
        message: Message,
        /// Who deleted it.
        by: UserId,
    },
    /// A room was made, by its admin.
    RoomCreated {
        /// The room.
        room: Room,
    },
    /// A room has another name, another admin or other members.
    RoomChanged {
        /// The room, as it is now.
        room: Room,
        /// Who changed it.
        by: UserId,
    },
    /// A room was deleted, and its messages with it.
    RoomDeleted {
        /// The room, as it was last read.
        room: Room,
        /// Who deleted it.
        by: UserId,
    },
    /// Somebody registered.
    UserCreated {
        /// The user's id.
        user: UserId,
    },
    /// An account was deleted, and with it the messages that it sent and its memberships.
    UserDeleted {
        /// The user's id.
        user: UserId,
    },
}
