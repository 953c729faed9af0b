//! Users.

use chatapi_core::permission::may_change_account;
use chatapi_core::users::{Administration, User};
use chatapi_core::{Error, Result, UserId};

use super::listing::BOUND;
use crate::request::AdminRequest;
use crate::store::{Counted, Kind, ListWindow, MessageList};
use crate::view::number_of;

pub(super) mod bulk;
pub(super) mod delete;
pub(super) mod form;
pub(super) mod list;
pub(super) mod password;

/// The user that the path names.
async fn named(request: &AdminRequest) -> Result<User> {
    let id = UserId(request.id(Kind::User)?);
    request.api.store().user(id).await?.ok_or_else(|| Error::no_such("User"))
}

/// The user that the path names, for somebody who may change it.
async fn to_change(request: &AdminRequest) -> Result<User> {
    let user = named(request).await?;
    if may_change_account(request.level()?, user.is_staff, user.is_superuser) {
        Ok(user)
    } else {
        Err(Error::forbidden())
    }
}

/// Whether somebody is about to lock themselves out.
fn is_oneself(request: &AdminRequest, user: UserId) -> Result<bool> {
    Ok(request.visitor()?.user.id == user)
}

/// Does to an account what the visitor may, which the log tells of.
async fn administer(request: &AdminRequest, action: Administration) -> Result<User> {
    request.api.administer(&request.actor()?, action).await
}

async fn remove(request: &AdminRequest, user: &User) -> Result<()> {
    if is_oneself(request, user.id)? {
        return Err(Error::Conflict("You cannot delete the account that you are using.".into()));
    }
    let delete = Administration::Delete { account: user.id, revision: user.revision };
    administer(request, delete).await.map(drop)
}

/// What goes with a user.
async fn consequences(request: &AdminRequest, user: UserId) -> Result<Vec<String>> {
    let window = ListWindow { descending: true, from: None, size: 0, search: Default::default() };
    let messages = MessageList { room: None, author: Some(user), since: None, window };
    let messages = request.store().count(Counted::Messages(messages), BOUND).await?;
    let memberships = request.store().count(Counted::Memberships(user), BOUND).await?;
    let rooms = request.store().count(Counted::RoomsOfAdmin(user), BOUND).await?;
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
