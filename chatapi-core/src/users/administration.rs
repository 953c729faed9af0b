//! Accounts that staff add, change and delete: the site's forms and the API's endpoints alike.

use super::emails::normalized;
use super::{NewUser, User};
use crate::error::{Error, Result};
use crate::hooks::Event;
use crate::permission::may_administer;
use crate::store::{self, StoreError};
use crate::text::nfkc;
use crate::{ChatApi, CurrentUser, Timestamp, UserId};

/// What a member of the staff does to an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Administration {
    /// Adds one.
    Add(NewUser),
    /// Changes one.
    Change {
        /// Whose account.
        account: UserId,
        /// What is changed.
        edit: UserEdit,
    },
    /// Gives one another password, where its revision is still the one given: every token ends.
    SetPassword {
        /// Whose account.
        account: UserId,
        /// The new hash.
        hash: String,
        /// The revision that must hold.
        revision: i64,
    },
    /// Deletes one, where its revision is still the one given.
    Delete {
        /// Whose account.
        account: UserId,
        /// The revision that must hold.
        revision: i64,
    },
}

/// What is changed about an account; `None` leaves a thing as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserEdit {
    /// A new name.
    pub username: Option<String>,
    /// A new address.
    pub email: Option<String>,
    /// Whether an active user awaits its activation until the new address is proved.
    pub must_prove_email: bool,
    /// Active, or deactivated: then neither a mailed link nor a token from before works, now or later.
    pub is_active: Option<bool>,
    /// See [`User::is_staff`].
    pub is_staff: Option<bool>,
    /// See [`User::is_superuser`].
    pub is_superuser: Option<bool>,
    /// See [`User::is_viewer`].
    pub is_viewer: Option<bool>,
}

/// What a member of the staff did to an account, as the log has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// By whom: its id, and its name then.
    pub actor: (UserId, String),
    /// What: `Added`, `Changed`, `Deleted`.
    pub action: String,
    /// Whose account.
    pub account: UserId,
    /// What it was called then.
    pub username: String,
    /// What about it, or nothing.
    pub detail: String,
}

impl Administration {
    /// Whose account it is about; nobody's yet, where it adds one.
    pub fn account(&self) -> Option<UserId> {
        match self {
            Self::Add(_) => None,
            Self::Change { account, .. }
            | Self::SetPassword { account, .. }
            | Self::Delete { account, .. } => Some(*account),
        }
    }

    /// Whether it makes somebody staff, superuser or viewer, or takes that from them.
    pub(crate) fn changes_roles(&self, account: Option<&User>) -> bool {
        match (self, account) {
            (Self::Add(user), _) => user.is_staff || user.is_superuser || user.is_viewer,
            (Self::Change { edit, .. }, Some(account)) => roles(&edit.applied_to(account)) != roles(account),
            _ => false,
        }
    }

    /// What is to be written, by the rows of the actor, of the account and of every superuser, which nobody else changes until
    /// it is written. `None` where the account is gone, or its revision is another.
    pub(crate) fn decide(self, held: &[User], actor: UserId) -> store::Result<Option<Write>> {
        let level = held.iter().find(|user| user.id == actor).and_then(User::level);
        let account = self.account().map(|id| held.iter().find(|user| user.id == id));
        let Some(account) = account.map_or(Some(None), |found| found.map(Some)) else { return Ok(None) };
        if !level.is_some_and(|level| may_administer(level, &self, account)) {
            return Err(StoreError::Forbidden);
        }
        let write = match (self, account) {
            (Self::Add(user), _) => Write::Add(user),
            (Self::Change { edit, .. }, Some(account)) => {
                Write::Change { after: edit.applied_to(account), before: account.clone() }
            }
            (Self::SetPassword { hash, revision, .. }, Some(account)) if account.revision == revision => {
                let after = User { password: hash, revision: revision + 1, ..account.clone() };
                Write::Change { after, before: account.clone() }
            }
            (Self::Delete { revision, .. }, Some(account)) if account.revision == revision => {
                Write::Delete(account.clone())
            }
            _ => return Ok(None),
        };
        match &write {
            Write::Add(_) => {}
            Write::Change { before, after } => keep_a_superuser(held, before.id, Some(after))?,
            Write::Delete(account) => keep_a_superuser(held, account.id, None)?,
        }
        Ok(Some(write))
    }
}

/// What is written where staff may do what they want to.
#[derive(Clone, Debug)]
pub(crate) enum Write {
    Add(NewUser),
    Change { before: User, after: User },
    Delete(User),
}

impl Write {
    /// What the log has of it; nothing where nothing changes.
    pub(crate) fn entry(&self, account: &User, actor: (UserId, String), at: Timestamp) -> Option<AuditEntry> {
        let (action, detail) = match self {
            Self::Add(_) => ("Added", String::new()),
            Self::Change { before, after } => ("Changed", differences(before, after)),
            Self::Delete(_) => ("Deleted", String::new()),
        };
        (action != "Changed" || !detail.is_empty()).then(|| AuditEntry {
            at,
            actor,
            action: action.to_owned(),
            account: account.id,
            username: account.username.clone(),
            detail,
        })
    }
}

/// Fails where the account is the last active superuser of those that are `held`, and is none afterwards.
pub(crate) fn keep_a_superuser(held: &[User], account: UserId, after: Option<&User>) -> store::Result<()> {
    let is_superuser = |user: &User| user.level() == Some(crate::permission::Level::Superuser);
    let (account, others): (Vec<&User>, Vec<&User>) = held.iter().partition(|user| user.id == account);
    let is_lost = account.iter().any(|user| is_superuser(user)) && !after.is_some_and(is_superuser);
    if is_lost && !others.iter().any(|user| is_superuser(user)) {
        return Err(StoreError::LastSuperuser);
    }
    Ok(())
}

impl UserEdit {
    /// The account as the edit leaves it.
    fn applied_to(&self, user: &User) -> User {
        let mut after = user.clone();
        if let Some(username) = &self.username {
            username.clone_into(&mut after.username);
        }
        if let Some(email) = &self.email {
            email.clone_into(&mut after.email);
            if self.must_prove_email && *email != user.email {
                after.await_activation();
            }
        }
        if let Some(is_active) = self.is_active {
            (after.is_active, after.awaits_activation) = (is_active, false);
        }
        after.is_staff = self.is_staff.unwrap_or(after.is_staff);
        after.is_superuser = self.is_superuser.unwrap_or(after.is_superuser);
        after.is_viewer = self.is_viewer.unwrap_or(after.is_viewer);
        after.end_tokens_if_less_than(user);
        after
    }
}

impl User {
    /// Whether staff deactivated it.
    pub fn is_deactivated(&self) -> bool {
        !self.is_active && !self.awaits_activation
    }

    /// An active user awaits its activation; who was deactivated stays so.
    pub(crate) fn await_activation(&mut self) {
        self.awaits_activation |= self.is_active;
        self.is_active = false;
    }

    /// Ends what carries the revision of before, where the account was deactivated or demoted since, or is active again
    /// after a deactivation.
    pub(crate) fn end_tokens_if_less_than(&mut self, before: &Self) {
        let is_demoted = (before.is_staff && !self.is_staff)
            || (before.is_superuser && !self.is_superuser)
            || (!before.is_viewer && self.is_viewer);
        if is_demoted || before.is_deactivated() != self.is_deactivated() {
            self.revision += 1;
        }
    }
}

fn roles(user: &User) -> [bool; 3] {
    [user.is_staff, user.is_superuser, user.is_viewer]
}

/// What differs, as the log tells it.
fn differences(before: &User, after: &User) -> String {
    let mut names = Vec::new();
    if after.username != before.username {
        names.push(format!("Username (was {})", before.username));
    }
    if after.email != before.email {
        names.push("Email address".to_owned());
    }
    if after.password != before.password {
        names.push("Password".to_owned());
    }
    for (label, now, then) in [
        ("Active", after.is_active, before.is_active),
        ("Awaits activation", after.awaits_activation, before.awaits_activation),
        ("Staff", after.is_staff, before.is_staff),
        ("View only", after.is_viewer, before.is_viewer),
        ("Superuser", after.is_superuser, before.is_superuser),
    ] {
        if now != then {
            names.push(format!("{label}: {}", if now { "yes" } else { "no" }));
        }
    }
    names.join(", ")
}

impl ChatApi {
    /// Does to an account what `actor` wants, where [`may_administer`] lets it, and logs it. Names and addresses are brought
    /// into the form that is kept, and must have been looked at; no mail says so. Gives the account as it is then, or as it
    /// was deleted.
    ///
    /// # Errors
    /// [`Error::Forbidden`] where it may not; [`Error::NotFound`] where there is no such account; [`Error::Conflict`] where
    /// its password was changed meanwhile, or nobody would be left who may do everything; [`Error::Invalid`] where the name is
    /// taken.
    pub async fn administer(&self, actor: &CurrentUser, action: Administration) -> Result<User> {
        let action = self.normalized(action);
        let (actor, at) = (actor.id, self.now());
        let changing = action.account().map(|account| self.changing(account));
        let needs_revision =
            matches!(action, Administration::SetPassword { .. } | Administration::Delete { .. });
        let (adds, deletes) =
            (matches!(action, Administration::Add(_)), matches!(action, Administration::Delete { .. }));
        let written = self.write(
            move |store| async move {
                let _changing = changing;
                store.administer(actor, action, at).await
            },
            move |account| match account {
                Some(account) if adds => Some(Event::UserCreated { user: account.id }),
                Some(account) if deletes => Some(Event::UserDeleted { user: account.id }),
                _ => None,
            },
        );
        match written.await {
            Ok(Some(account)) => Ok(account),
            Ok(None) if needs_revision => Err(super::accounts::changed_meanwhile()),
            Ok(None) => Err(Error::no_such("User")),
            Err(StoreError::LastSuperuser) => Err(Error::Conflict(
                "This is the last active superuser; make another user a superuser first.".into(),
            )),
            Err(error) => Err(super::usernames::taken(error, "username")),
        }
    }

    fn normalized(&self, action: Administration) -> Administration {
        match action {
            Administration::Add(user) => Administration::Add(self.normalized_user(user)),
            Administration::Change { account, edit } => {
                let username = edit.username.as_deref().map(nfkc);
                let email = edit.email.as_deref().map(normalized);
                Administration::Change { account, edit: UserEdit { username, email, ..edit } }
            }
            other => other,
        }
    }
}
