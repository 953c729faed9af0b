//! Users: their types, and the accounts' use-cases.

use crate::{Timestamp, UserId};

/// A user, as the store keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// Its name: unique, letters of either case being different.
    pub username: String,
    /// Its address, or nothing. Several users may have the same.
    pub email: String,
    /// The hash of its password: Argon2id, or one of Django's until the next log-in.
    pub password: String,
    /// Whether it may log in.
    pub is_active: bool,
    /// Whether a mailed link makes it active. An account that is inactive and awaits no activation was deactivated: only staff
    /// make it active again.
    pub awaits_activation: bool,
    /// Whether it may use the admin site and read every account.
    pub is_staff: bool,
    /// Whether it may do everything on the admin site, where it is staff.
    pub is_superuser: bool,
    /// Whether it may only look, where it is staff and no superuser.
    pub is_viewer: bool,
    /// When it was made.
    pub date_joined: Timestamp,
    /// Tokens, admin sessions and mailed links carry it; it grows when they must end: with a new password, a deactivation and
    /// a demotion. It starts at a random number, so that a token from before a restore names no newer user.
    pub revision: i64,
    /// What the host calls it, where it is a user of the host's: see [`ExternalUser`]. Unique.
    pub external_id: Option<String>,
}

/// A user to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewUser {
    /// See [`User::username`].
    pub username: String,
    /// See [`User::email`].
    pub email: String,
    /// The hash of its password.
    pub password: String,
    /// See [`User::is_active`].
    pub is_active: bool,
    /// See [`User::awaits_activation`].
    pub awaits_activation: bool,
    /// See [`User::is_staff`].
    pub is_staff: bool,
    /// See [`User::is_superuser`].
    pub is_superuser: bool,
    /// See [`User::is_viewer`].
    pub is_viewer: bool,
    /// When it is made.
    pub date_joined: Timestamp,
    /// See [`User::revision`]. [`ChatApi::add_user`](crate::ChatApi::add_user) draws it.
    pub revision: i64,
}

impl NewUser {
    /// The user that it becomes.
    pub(crate) fn with_id(self, id: UserId, external_id: Option<&str>) -> User {
        User {
            id,
            username: self.username,
            email: self.email,
            password: self.password,
            is_active: self.is_active,
            awaits_activation: self.awaits_activation,
            is_staff: self.is_staff,
            is_superuser: self.is_superuser,
            is_viewer: self.is_viewer,
            date_joined: self.date_joined,
            revision: self.revision,
            external_id: external_id.map(str::to_owned),
        }
    }
}

/// What is changed about a user, and on what condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserChange {
    /// A new address.
    Email(String),
    /// A new address, and an active user awaits its activation until the address is proved.
    UnprovedEmail(String),
    /// A new name, where the revision is still the one given.
    Username {
        /// The new name.
        username: String,
        /// The revision that must hold.
        revision: i64,
    },
    /// A new password, where the revision is still the one given: every token of the user's ends.
    Password {
        /// The new hash.
        hash: String,
        /// The revision that must hold.
        revision: i64,
    },
    /// A better hash of the same password, where the old hash still stands: tokens stay.
    Rehash {
        /// The hash that must stand.
        from: String,
        /// The new hash.
        to: String,
    },
    /// The user may log in, where it awaits its activation.
    Activate,
    /// What the host says of its user now; what is `None` stays as it is.
    External {
        /// The new name.
        username: Option<String>,
        /// The new address.
        email: Option<String>,
        /// Whether it is staff now.
        is_staff: Option<bool>,
    },
}

impl UserChange {
    /// The user as the change leaves it.
    pub(crate) fn applied_to(self, user: &User) -> User {
        let mut after = user.clone();
        match self {
            Self::Email(email) => after.email = email,
            Self::UnprovedEmail(email) => {
                after.email = email;
                after.await_activation();
            }
            Self::Username { username, .. } => after.username = username,
            Self::Password { hash, .. } => {
                after.password = hash;
                after.revision += 1;
            }
            Self::Rehash { to, .. } => after.password = to,
            Self::Activate => (after.is_active, after.awaits_activation) = (true, false),
            Self::External { username, email, is_staff } => {
                after.username = username.unwrap_or(after.username);
                after.email = email.unwrap_or(after.email);
                after.is_staff = is_staff.unwrap_or(after.is_staff);
                after.end_tokens_if_less_than(user);
            }
        }
        after
    }
}

mod account_mails;
mod accounts;
mod administration;
pub(crate) mod emails;
mod external;
mod log_in;
mod login_throttle;
mod passwords;
mod user_cache;
mod user_lookup;
mod usernames;

pub(crate) use accounts::BAD_PASSWORD;
pub use accounts::EMAIL_LIMIT;
pub use accounts::NewAccount;
pub use accounts::first_revision;
pub use administration::{Administration, AuditEntry, UserEdit};
pub(crate) use administration::{Write, keep_a_superuser};
pub use emails::{is_address, normalized};
pub use external::ExternalUser;
pub use log_in::TokenPair;
pub(crate) use login_throttle::TrustedNetworks;
pub(crate) use user_cache::KnownUsers;
pub(crate) use usernames::USERNAME_LIMIT;
