//! Who is asking.

use std::fmt;

use async_trait::async_trait;

use crate::error::Result;
use crate::users::User;
use crate::{ChatApi, UserId};

#[cfg(feature = "jwt-issuers")]
pub mod issuer;
pub mod jwt;
pub mod mail_token;
pub mod password;

/// The user that a request comes from.
///
/// An [`Authenticator`] finds it, or the host's own middleware puts it into the request's extensions. What it may change of
/// other accounts, the store decides by the user's row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CurrentUser {
    /// The user's id.
    pub id: UserId,
    /// The user's name.
    pub username: String,
    /// Whether it may use the admin site and read every account.
    pub is_staff: bool,
    /// Whether it may do everything on the admin site, where it is staff.
    pub is_superuser: bool,
    /// Whether it may only look, where it is staff and no superuser.
    pub is_viewer: bool,
}

impl CurrentUser {
    /// A user like most: no staff.
    pub fn new(id: UserId, username: impl Into<String>) -> Self {
        Self { id, username: username.into(), is_staff: false, is_superuser: false, is_viewer: false }
    }
}

impl From<&User> for CurrentUser {
    fn from(user: &User) -> Self {
        Self {
            id: user.id,
            username: user.username.clone(),
            is_staff: user.is_staff,
            is_superuser: user.is_superuser,
            is_viewer: user.is_viewer,
        }
    }
}

/// Finds the user that a request comes from. [`jwt::JwtAuthenticator`] is the documented one.
#[async_trait]
pub trait Authenticator: Send + Sync + fmt::Debug {
    /// The user whom the request's headers name; `None` where they name none.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`](crate::Error::Unauthenticated) where they name one and fail to prove it.
    async fn authenticate(&self, api: &ChatApi, headers: &::http::HeaderMap) -> Result<Option<CurrentUser>>;

    /// What `WWW-Authenticate` says on a 401.
    fn challenge(&self) -> &'static str;
}
