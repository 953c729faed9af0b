//! Users.

use chatapi_core::permission::may_change_account;
use chatapi_core::users::{Administration, User};
use chatapi_core::{Error, Result, UserId};

use super::listing::BOUND;
use crate::desk::Desk;
use crate::store::{Counted, Kind, MessageList, Slice};
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
    if may_change_account(desk.level()?, user.is_staff, user.is_superuser) {
        Ok(user)
    } else {
        Err(Error::forbidden())
    }
}

/// Whether somebody is about to lock themselves out.
fn is_oneself(desk: &Desk, user: UserId) -> Result<bool> {
    Ok(desk.visitor()?.user.id == user)
}

/// Does to an account what the visitor may, which the log tells of.
async fn administer(desk: &Desk, action: Administration) -> Result<User> {
    desk.api.administer(&desk.actor()?, action).await
}

async fn remove(desk: &Desk, user: &User) -> Result<()> {
    if is_oneself(desk, user.id)? {
        return Err(Error::Conflict("You cannot delete the account that you are using.".into()));
    }
    let delete = Administration::Delete { account: user.id, revision: user.revision };
    administer(desk, delete).await.map(drop)
}

/// What goes with a user.
async fn consequences(desk: &Desk, user: UserId) -> Result<Vec<String>> {
    let slice = Slice { descending: true, from: None, size: 0, search: Default::default() };
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
        consequences.push(format!("{} will be left without an admin", number_of(rooms, BOUND, "room")));
    }
    Ok(consequences)
}
