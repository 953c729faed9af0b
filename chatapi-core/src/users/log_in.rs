//! Log-in, and the tokens that come of it.

use std::net::IpAddr;

use serde::Serialize;

use super::{User, UserChange};
use crate::ChatApi;
use crate::auth::jwt::{BadToken, Claims, TokenType};
use crate::auth::password::{PasswordError, PasswordHasher, Verdict};
use crate::error::{Error, Result, Unauthenticated};
use crate::text::nfkc;

/// What a log-in gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TokenPair {
    /// For the next access token.
    pub refresh: String,
    /// For requests.
    pub access: String,
}

impl ChatApi {
    /// Exchanges a name and a password for tokens. It takes as long for a name that nobody has.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] where the name or the password is wrong, or the user is inactive: it is not said which.
    /// [`Error::TooManyRequests`] where too many have failed by this name.
    pub async fn log_in(&self, username: &str, password: &str) -> Result<TokenPair> {
        self.log_in_from(None, username, password).await
    }

    /// Like [`log_in`](Self::log_in), from this address: who has logged in from there before is let in by it, however many
    /// others fail by this name.
    ///
    /// # Errors
    /// As for [`log_in`](Self::log_in).
    pub async fn log_in_from(
        &self,
        address: Option<IpAddr>,
        username: &str,
        password: &str,
    ) -> Result<TokenPair> {
        let user = self.prove(address, username, password).await?;
        Ok(TokenPair {
            refresh: self.tokens()?.issue(TokenType::Refresh, &user)?,
            access: self.tokens()?.issue(TokenType::Access, &user)?,
        })
    }

    /// The active user of this name, where this is its password: for a host's own way to log in, as by a cookie.
    ///
    /// # Errors
    /// As for [`log_in`](Self::log_in).
    pub async fn prove(&self, address: Option<IpAddr>, username: &str, password: &str) -> Result<User> {
        let username = nfkc(username);
        let passwords = match address {
            Some(address) => self.passwords().on_behalf_of(address),
            None => self.passwords(),
        };
        self.guess(&username, address, self.user_of_password(&passwords, &username, password)).await
    }

    async fn user_of_password(
        &self,
        passwords: &PasswordHasher,
        username: &str,
        password: &str,
    ) -> Result<User> {
        let Some(user) = self.user_named(username).await? else {
            passwords.verify_nobody(password).await?;
            return Err(Unauthenticated::NoActiveAccount.into());
        };
        let verdict = passwords.verify(password, &user.password).await?;
        if verdict == Verdict::Wrong || !user.is_active {
            return Err(Unauthenticated::NoActiveAccount.into());
        }
        if verdict == Verdict::RightButOutdated {
            self.upgrade_hash(&user, password).await?;
        }
        Ok(user)
    }

    /// Exchanges a refresh token for a new access token, which has the claims that a host added to it.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] where the token is not, or no longer, good for that.
    pub async fn refresh(&self, token: &str) -> Result<String> {
        let claims = self.tokens()?.read(token).map_err(|BadToken| Unauthenticated::BadToken)?;
        if claims.token_type != TokenType::Refresh {
            return Err(Unauthenticated::BadTokenType.into());
        }
        let user = self.holder(&claims).await?;
        let custom = self.tokens()?.custom_claims(token).map_err(|BadToken| Unauthenticated::BadToken)?;
        self.tokens()?.issue_with(custom, TokenType::Access, &user)
    }

    /// Whether a token, of either type, is good.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] where it is not.
    pub async fn verify(&self, token: &str) -> Result<()> {
        let claims = self.tokens()?.read(token).map_err(|BadToken| Unauthenticated::BadToken)?;
        self.holder(&claims).await.map(drop)
    }

    /// The user whom a token was issued to, while it is theirs.
    async fn holder(&self, claims: &Claims) -> Result<User> {
        let user = match claims.user {
            Some(id) => self.store().user(id).await?,
            None => None,
        };
        let user = user.filter(|user| user.is_active && user.revision == claims.revision);
        user.ok_or_else(|| Unauthenticated::BadToken.into())
    }

    /// Replaces an old form of hash, now that the password is known. Where there is no time for it, the next log-in will.
    async fn upgrade_hash(&self, user: &User, password: &str) -> Result<()> {
        let to = match self.passwords().hash(password).await {
            Err(PasswordError::Busy) => return Ok(()),
            hash => hash?,
        };
        let change = UserChange::Rehash { from: user.password.clone(), to };
        self.change_user(user.id, change).await?;
        Ok(())
    }
}

impl From<PasswordError> for Error {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Busy => Self::Unavailable(error.into()),
            other => Self::Internal(other.into()),
        }
    }
}
