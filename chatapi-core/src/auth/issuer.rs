//! Tokens that another issuer signed: the host's own, or those of the service that its users log in to.
//!
//! An [`IssuerAuthenticator`] takes JSON Web Tokens (RFC 7519) with a signature (RFC 7515) by RSA, ECDSA or Ed25519, which
//! anybody can check and the issuer alone can make. Shared secrets (`HS256` and the like) and `none` are never taken: who
//! has the public key could forge the one, and anybody the other.

use std::fmt;

use async_trait::async_trait;
use serde_json::Value;

use self::token::{Expected, Signed};
use super::jwt::{CHALLENGE, bearer};
use super::{Authenticator, CurrentUser};
use crate::ChatApi;
use crate::error::{Error, Result, Unauthenticated};
use crate::users::{ExternalUser, User};

mod jwk;
#[cfg(feature = "jwks")]
pub mod jwks;
mod keys;
mod token;

pub use keys::{KeyError, KeySource, VerifyingKey};

/// What a token says: the members of its JSON object (RFC 7519, section 4).
pub type Claims = serde_json::Map<String, Value>;

/// `Authorization: Bearer`, followed by a token that another issuer signed for this chat.
///
/// The token's `iss` must be the issuer, its `aud` must be or have in it the audience, its `exp` must be to come, and its
/// `nbf`, where it has one, must be past; by the chat's clock, with the config's leeway. The key decides which algorithms
/// are taken, not the token.
///
/// The user is the one whom the token's `sub` names, made at first sight: see [`ChatApi::user_of_host`]. Its name is
/// `preferred_username`, or else `name`; its address is `email`, unless `email_verified` is false (OpenID Connect Core,
/// section 5.1). [`user_from`](Self::user_from) reads something else in the claims.
///
/// Such a chat takes no tokens of its own: [`without_accounts`](crate::ChatApiBuilder::without_accounts) leaves log-in out.
pub struct IssuerAuthenticator {
    expected: Expected,
    keys: Box<dyn KeySource>,
    user_from: Box<UserFrom>,
}

type UserFrom = dyn Fn(&Claims) -> Result<ExternalUser> + Send + Sync;

impl IssuerAuthenticator {
    /// Takes the tokens of this issuer, by its name in `iss`, for this audience, by its name in `aud`, that one of these
    /// keys verifies: a [`VerifyingKey`], several, or whatever gives them.
    pub fn new(
        issuer: impl Into<String>,
        audience: impl Into<String>,
        keys: impl KeySource + 'static,
    ) -> Self {
        Self {
            expected: Expected { issuer: issuer.into(), audience: audience.into() },
            keys: Box::new(keys),
            user_from: Box::new(user_of_claims),
        }
    }

    /// Reads the user in the claims in another way. They are verified when `read` sees them; it may refuse them, as with
    /// [`Unauthenticated::BadAccessToken`] or [`Error::forbidden`].
    ///
    /// A subject is unique within its issuer alone: where users of several come together, let the id name the issuer too.
    #[must_use]
    pub fn user_from(self, read: impl Fn(&Claims) -> Result<ExternalUser> + Send + Sync + 'static) -> Self {
        Self { user_from: Box::new(read), ..self }
    }

    /// The user whom a token was issued to.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] where the token is not good for that, [`Error::Unavailable`] where the keys cannot be had;
    /// otherwise as for [`ChatApi::user_of_host`].
    pub async fn user_of_token(&self, api: &ChatApi, token: &str) -> Result<User> {
        let signed = Signed::read(token).ok_or(Unauthenticated::BadAccessToken)?;
        let now = api.now();
        let keys = self.keys.keys(now, signed.key_id()).await.map_err(Error::Unavailable)?;
        let claims = signed.claims(&keys).ok_or(Unauthenticated::BadAccessToken)?;
        if !self.expected.is_met(&claims, now, api.config().leeway) {
            return Err(Unauthenticated::BadAccessToken.into());
        }
        let said = (self.user_from)(&claims)?;
        if said.id_fault().is_some() {
            return Err(Unauthenticated::NoUserInToken.into());
        }
        api.user_of_host(&said).await
    }
}

impl fmt::Debug for IssuerAuthenticator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IssuerAuthenticator")
            .field("expected", &self.expected)
            .field("keys", &self.keys)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Authenticator for IssuerAuthenticator {
    async fn authenticate(&self, api: &ChatApi, headers: &::http::HeaderMap) -> Result<Option<CurrentUser>> {
        let Some(token) = bearer(headers)? else {
            return Ok(None);
        };
        let user = self.user_of_token(api, token).await?;
        Ok(Some(CurrentUser::from(&user)))
    }

    fn challenge(&self) -> &'static str {
        CHALLENGE
    }
}

/// The user as the standard claims have it.
fn user_of_claims(claims: &Claims) -> Result<ExternalUser> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let user = ExternalUser::new(text("sub").ok_or(Unauthenticated::NoUserInToken)?);
    let is_unverified = claims.get("email_verified") == Some(&Value::Bool(false));
    Ok(ExternalUser {
        username: text("preferred_username").or_else(|| text("name")).map(str::to_owned),
        email: text("email").filter(|_| !is_unverified).map(str::to_owned),
        ..user
    })
}
