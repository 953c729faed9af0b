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
    /// Whether it may use the admin site and read every account.
    pub is_staff: bool,
    /// Whether it may do everything on the admin site.
    pub is_superuser: bool,
    /// When it was made.
    pub date_joined: Timestamp,
    /// Tokens carry it; it grows when they must end, as after a change of password.
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
    /// See [`User::is_staff`].
    pub is_staff: bool,
    /// See [`User::is_superuser`].
    pub is_superuser: bool,
    /// When it is made.
    pub date_joined: Timestamp,
}

/// What is changed about a user, and on what condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserChange {
    /// A new address.
    Email(String),
    /// A new address, and the user is inactive until it is proved.
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
    /// The user may log in, where it might not.
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

mod accounts;
pub(crate) mod emails;
mod external;
mod find;
mod guesses;
mod known;
mod letters;
mod log_in;
mod passwords;

pub(crate) use accounts::BAD_PASSWORD;
pub use accounts::EMAIL_LIMIT;
pub use accounts::NewAccount;
pub(crate) use accounts::USERNAME_LIMIT;
pub use emails::{is_address, normalized};
pub use external::ExternalUser;
pub(crate) use guesses::Familiar;
pub(crate) use known::KnownUsers;
pub use log_in::TokenPair;
