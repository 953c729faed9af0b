//! The sessions of a host whose users are its own.

use chatapi_core::users::ExternalUser;

/// A session of the host's, as its middleware finds it by a request's cookie: `session=ann`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    name: String,
}

impl Session {
    /// The session that a request's `Cookie` header names.
    pub fn of(cookie: &str) -> Option<Self> {
        let name = cookie.strip_prefix("session=")?;
        Some(Self { name: name.to_owned() })
    }

    /// Whose session it is.
    pub fn user(&self) -> ExternalUser {
        ExternalUser::new(format!("host|{}", self.name)).username(&self.name)
    }

    /// The name of its user.
    pub(super) fn name(&self) -> &str {
        &self.name
    }
}
