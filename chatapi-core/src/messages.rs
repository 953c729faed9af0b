//! Messages: their types and use-cases.

use serde::Serialize;

use crate::error::{BLANK, Error, ErrorDetail, NUL, Result, no_such_key, too_long};
use crate::hooks::{Draft, Event, Purpose, Verdict};
use crate::page::{Page, PageRequest};
use crate::permission::{AccessScope, Action};
use crate::search::SearchTerms;
use crate::text::Text;
use crate::{ChatApi, CurrentUser, MessageId, RoomId, Timestamp, UserId};

mod cursor;
mod ranked;

pub use cursor::{Anchor, AnchorRequest, Cursor, CursorPage, CursorPageRequest, Position, Window, Windows};
pub use ranked::{RankedSearch, Sort};

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

impl Message {
    /// Where it stands among the others: by time and then id.
    pub fn cursor(&self) -> Cursor {
        Cursor { created_at: self.created_at, id: self.id }
    }
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

/// Which messages are wanted: those within a scope, less what the rest leaves out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageFilter {
    /// The rooms whose messages are wanted.
    pub scope: AccessScope,
    /// Of this room alone.
    pub room: Option<RoomId>,
    /// By this author alone.
    pub user: Option<UserId>,
    /// With all of these terms.
    pub search: SearchTerms,
}

impl MessageFilter {
    /// Every message of the rooms that `reader` is in.
    pub fn all(reader: UserId) -> Self {
        Self::within(AccessScope::RoomsOf(reader))
    }

    /// Every message within a scope. Whoever passes another than a reader's own rooms has to know that the reader may read
    /// them.
    pub fn within(scope: AccessScope) -> Self {
        Self { scope, room: None, user: None, search: SearchTerms::default() }
    }
}

/// What is changed about a message; `None` leaves a thing as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MessageChange {
    /// A new text.
    pub content: Option<String>,
    /// A room that must exist and that the user must be in. The message stays where it is: the documented API has this
    /// field, checks it, and leaves it at that.
    pub room: Option<RoomId>,
}

impl ChatApi {
    /// Sends a message to a room that the user is in.
    ///
    /// # Errors
    /// [`Error::Invalid`] where the text is blank or too long, or the room does not exist or is not the user's; whatever
    /// the host's [hooks](crate::hooks) refuse it with.
    pub async fn send_message(&self, user: &CurrentUser, room: RoomId, content: &str) -> Result<Message> {
        let message = self.new_message(user, room, content).await?;
        let sent = self.write(
            |store| async move { store.create_message(message).await },
            |sent| sent.clone().map(|message| Event::MessageSent { message }),
        );
        match sent.await? {
            Some(message) => {
                self.index_after_send(&message);
                Ok(message)
            }
            None if self.store().room_exists(room).await? => Err(not_in_room()),
            None => Err(no_such_room(room)),
        }
    }

    /// A message that is ready to be kept, if its author is in the room.
    pub(crate) async fn new_message(
        &self,
        user: &CurrentUser,
        room: RoomId,
        content: &str,
    ) -> Result<NewMessage> {
        let text = self.reworded(user, room, self.checked_text(content)?, Purpose::Send).await?;
        Ok(NewMessage { room, user: user.id, text, at: self.now() })
    }

    /// The messages of the rooms that a user is in, by time, less what the filter leaves out.
    ///
    /// # Errors
    /// [`Error::Invalid`] where the filter names a room or a user that does not exist; [`Error::NotFound`] where there is no such
    /// page.
    pub async fn messages(&self, filter: &MessageFilter, page: PageRequest) -> Result<Page<Message>> {
        let listing = self.store().messages(filter, page);
        let found = if filter.search.is_empty() { listing.await } else { self.timed_search(listing).await }?;
        // Where there are rows, what the filter names is there too, and need not be asked for.
        if found.as_ref().is_none_or(|page| page.results.is_empty()) {
            self.check_choices(filter.room, filter.user).await?;
        }
        found.ok_or_else(Error::no_such_page)
    }

    /// The messages of the rooms that a user is in, less what the filter leaves out, by their places: at any depth a page
    /// costs what the first one does, and messages that come and go meanwhile make it miss none and show none twice.
    ///
    /// # Errors
    /// [`Error::Invalid`] as for [`messages`](Self::messages).
    pub async fn cursor_page(
        &self,
        filter: &MessageFilter,
        request: &CursorPageRequest,
    ) -> Result<CursorPage> {
        let listing = self.store().cursor_page(filter, request);
        let found = if filter.search.is_empty() { listing.await } else { self.timed_search(listing).await }?;
        if found.results.is_empty() {
            self.check_choices(filter.room, filter.user).await?;
        }
        Ok(found)
    }

    /// A page as [`cursor_page`](Self::cursor_page) gives it, beside a message of the rooms that the user is in, and the message's
    /// cursor. `None` where there is no such message.
    ///
    /// # Errors
    /// [`Error::Invalid`] as for [`messages`](Self::messages).
    pub async fn cursor_page_at(
        &self,
        filter: &MessageFilter,
        request: &AnchorRequest,
    ) -> Result<Option<(Cursor, CursorPage)>> {
        let listing = self.store().cursor_page_at(filter, request);
        let found = if filter.search.is_empty() { listing.await } else { self.timed_search(listing).await }?;
        if found.as_ref().is_some_and(|(_, page)| page.results.is_empty()) {
            self.check_choices(filter.room, filter.user).await?;
        }
        Ok(found)
    }

    /// A message in a room that the user is in, or in any where the policy lets the user reach every room.
    ///
    /// # Errors
    /// [`Error::NotFound`] where there is none; [`Error::Forbidden`] where the policy says so.
    pub async fn message(&self, user: &CurrentUser, id: MessageId) -> Result<Message> {
        self.message_for(user, id, Action::Read).await
    }

    /// A message, for somebody who may do this to it; otherwise like [`message`](Self::message).
    pub(crate) async fn message_for(
        &self,
        user: &CurrentUser,
        id: MessageId,
        action: Action,
    ) -> Result<Message> {
        let message =
            self.store().message(id, self.reach(user)).await?.ok_or_else(|| Error::no_such("Message"))?;
        self.allow_message(user, action, &message)?;
        Ok(message)
    }

    /// Changes a message, as it was read.
    ///
    /// # Errors
    /// [`Error::Forbidden`] where the user may not, [`Error::Invalid`] as for [`send_message`](Self::send_message),
    /// [`Error::NotFound`] where the message is gone, or no longer within the user's reach; whatever the host's
    /// [hooks](crate::hooks) refuse the new text with.
    pub async fn update_message(
        &self,
        user: &CurrentUser,
        message: &Message,
        change: MessageChange,
    ) -> Result<Message> {
        self.allow_message(user, Action::Change, message)?;
        let mut text = change.content.as_deref().map(|content| self.checked_text(content)).transpose()?;
        if let Some(room) = change.room.filter(|room| *room != message.room) {
            match self.store().is_member(room, user.id).await? {
                Some(true) => {}
                Some(false) => return Err(not_in_room()),
                None => return Err(no_such_room(room)),
            }
        }
        if let Some(checked) = text {
            text = Some(self.reworded(user, message.room, checked, Purpose::Edit(message)).await?);
        }
        let (id, reach, by, at) = (message.id, self.reach(user), user.id, self.now());
        let changed = self.write(
            move |store| async move { store.update_message(id, reach, text.as_ref(), at).await },
            move |changed| changed.clone().map(|message| Event::MessageChanged { message, by }),
        );
        let changed = changed.await?.ok_or_else(|| Error::no_such("Message"))?;
        self.index_after_change(&changed);
        Ok(changed)
    }

    /// Deletes a message, as it was read.
    ///
    /// # Errors
    /// As for [`update_message`](Self::update_message).
    pub async fn delete_message(&self, user: &CurrentUser, message: &Message) -> Result<()> {
        self.allow_message(user, Action::Delete, message)?;
        let (id, reach) = (message.id, self.reach(user));
        let gone = Event::MessageDeleted { message: message.clone(), by: user.id };
        let deleted = self.write(
            move |store| async move { store.delete_message(id, reach).await },
            |deleted| deleted.then_some(gone),
        );
        if !deleted.await? {
            return Err(Error::no_such("Message"));
        }
        self.index_after_change(message);
        Ok(())
    }

    fn reach(&self, user: &CurrentUser) -> AccessScope {
        if self.policy().reaches_every_room(user) {
            AccessScope::EveryRoom
        } else {
            AccessScope::RoomsOf(user.id)
        }
    }

    fn allow_message(&self, user: &CurrentUser, action: Action, message: &Message) -> Result<()> {
        if self.policy().allows_message(user, action, message) { Ok(()) } else { Err(Error::forbidden()) }
    }

    async fn check_choices(&self, room: Option<RoomId>, user: Option<UserId>) -> Result<()> {
        let mut errors = crate::error::FieldErrors::default();
        if let Some(room) = room
            && !self.store().room_exists(room).await?
        {
            errors.add("room", no_choice());
        }
        if let Some(user) = user
            && self.store().existing_users(&[user]).await?.is_empty()
        {
            errors.add("user", no_choice());
        }
        errors.into_result()
    }

    /// A checked text as the host's hooks want it.
    async fn reworded(
        &self,
        user: &CurrentUser,
        room: RoomId,
        text: Text,
        purpose: Purpose<'_>,
    ) -> Result<Text> {
        let Some(events) = self.events() else {
            return Ok(text);
        };
        let draft = Draft { user, room, text: text.as_str(), purpose };
        match events.hooks().before_send(&draft).await? {
            Verdict::Allow => Ok(text),
            Verdict::Rewrite(instead) => self.checked_text(&instead),
        }
    }

    fn checked_text(&self, content: &str) -> Result<Text> {
        let limit = self.config().message_limit;
        if content.contains('\0') {
            return Err(Error::field("content", NUL));
        }
        let text = Text::new(content, self.analyzer()).ok_or_else(|| Error::field("content", BLANK))?;
        if text.as_str().chars().count() > limit {
            return Err(Error::field("content", too_long(limit)));
        }
        Ok(text)
    }
}

/// What a filter says that names nothing.
fn no_choice() -> ErrorDetail {
    ErrorDetail::new(
        "invalid_choice",
        "Select a valid choice. That choice is not one of the available choices.",
    )
}

pub(crate) fn not_in_room() -> Error {
    Error::non_field(ErrorDetail::new("not_a_member", "User must be part of the room to create a message."))
}

pub(crate) fn no_such_room(room: RoomId) -> Error {
    Error::field("room", no_such_key("no_such_room", room))
}
