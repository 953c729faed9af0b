//! Users.

use chatapi_core::users::User;
use chatapi_core::{Error, Result, UserId};

use super::listing::BOUND;
use crate::desk::Desk;
use crate::permission::may_change_user;
use crate::store::{Counted, Edited, Kind, MessageList, Slice, UserEdit};
use crate::view::number_of;

pub(super) mod bulk;
pub(super) mod delete;
pub(super) mod form;
pub(super) mod list;
pub(super) mod password;

/// The user that the path names.
async fn named(desk: &Desk) -> Result<User> {
    let id = UserId(desk.id(Kind::User)?);
    desk.api.store().user(id).await?.ok_or_else(|| Error::no_such("User"))
}

/// The user that the path names, for somebody who may change it.
async fn to_change(desk: &Desk) -> Result<User> {
    let user = named(desk).await?;
    if may_change_user(desk.level()?, user.is_staff, user.is_superuser) {
        Ok(user)
    } else {
        Err(Error::forbidden())
    }
}

/// Whether somebody is about to lock themselves out.
fn is_oneself(desk: &Desk, user: UserId) -> Result<bool> {
    Ok(desk.visitor()?.user.id == user)
}

/// Changes a user as far as the visitor may; the chat reads it anew at once.
async fn edit(desk: &Desk, id: UserId, edit: UserEdit) -> Result<Edited> {
    let edit = UserEdit { even_staff: may_change_user(desk.level()?, true, true), ..edit };
    let edited = desk.store().change_user(id, edit).await;
    desk.api.forget_user(id);
    Ok(edited?)
}

/// What an edit came to, where no form has to say it.
fn done(edited: Edited) -> Result<()> {
    match edited {
        Edited::Done => Ok(()),
        Edited::Gone => Err(Error::no_such("User")),
        Edited::Protected => Err(Error::forbidden()),
        Edited::LastSuperuser => Err(Error::Conflict(LAST_SUPERUSER.into())),
    }
}

const LAST_SUPERUSER: &str = "This is the last active superuser: make somebody else one first.";

/// Deletes a user. First it is shut out, in the statement that knows whether it may be; what follows can fail and be done again.
async fn remove(desk: &Desk, user: &User) -> Result<()> {
    if is_oneself(desk, user.id)? {
        return Err(Error::Conflict("You cannot delete the account that you are using.".into()));
    }
    let shut_out = UserEdit { is_active: Some(false), is_superuser: Some(false), ..UserEdit::default() };
    done(edit(desk, user.id, shut_out).await?)?;
    desk.api.remove_account(user).await?;
    desk.note("Deleted", Kind::User, user.id.0, &user.username, "").await
}

/// What goes with a user.
async fn consequences(desk: &Desk, user: UserId) -> Result<Vec<String>> {
    let slice = Slice { descending: true, from: None, size: 0, search: Vec::new() };
    let messages = MessageList { room: None, author: Some(user), since: None, slice };
    let messages = desk.store().count(Counted::Messages(messages), BOUND).await?;
    let memberships = desk.store().count(Counted::Memberships(user), BOUND).await?;
    let rooms = desk.store().count(Counted::RoomsOfAdmin(user), BOUND).await?;
    let mut consequences = Vec::new();
    if messages > 0 {
        consequences.push(format!("{} will be deleted", number_of(messages, BOUND, "message")));
    }
    if memberships > 0 {
        consequences.push(format!("{} will lose a member", number_of(memberships, BOUND, "room")));
    }
    if rooms > 0 {
        consequences.push(format!("{} will stay without an admin", number_of(rooms, BOUND, "room")));
    }
    Ok(consequences)
}
