//! Tokens as SimpleJWT has them: HS256, an access token for requests and a refresh token for the next access token.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{Authenticator, CurrentUser};
use crate::clock::Clock;
use crate::config::Config;
use crate::error::{Error, Result, Unauthenticated};
use crate::random::{Random, hex};
use crate::users::User;
use crate::{ChatApi, UserId};

mod hs256;

use self::hs256::{Hs256, Signed};

/// The two kinds of token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenType {
    /// For requests.
    Access,
    /// For the next access token.
    Refresh,
}

/// A key that signs tokens.
#[derive(Clone)]
pub struct SigningKey {
    /// Its name in a token's header (`kid`, RFC 7515, section 4.1.4).
    pub id: Option<String>,
    /// The shared secret.
    pub secret: Vec<u8>,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKey").field("id", &self.id).finish_non_exhaustive()
    }
}

/// What a valid token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Claims {
    pub(crate) token_type: TokenType,
    /// `None` where the token names no user.
    pub(crate) user: Option<UserId>,
    pub(crate) revision: i64,
}

/// This chat issues and takes no tokens of its own: see [`ChatApi::builder_without_accounts`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot issue tokens without a secret: build the chat with ChatApi::builder(store, secret)")]
pub(crate) struct MissingSecret;

impl From<MissingSecret> for Error {
    fn from(fault: MissingSecret) -> Self {
        Self::Internal(fault.into())
    }
}

/// Why a token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BadToken;

/// Makes and reads tokens.
pub(crate) struct Tokens {
    /// The first signs; all verify.
    keys: Vec<Key>,
    access_lifetime: Duration,
    refresh_lifetime: Duration,
    leeway: Duration,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

struct Key {
    id: Option<String>,
    hmac: Hs256,
}

/// The claims in the order that SimpleJWT writes them. `revision` is this project's own: it ends a user's tokens.
#[derive(Serialize)]
struct WrittenClaims {
    token_type: TokenType,
    exp: i64,
    iat: i64,
    jti: String,
    user_id: UserId,
    revision: i64,
    #[serde(flatten)]
    custom: CustomClaims,
}

/// Claims that the chat does not know: a host adds them to the refresh tokens that it signs with the chat's key.
pub(crate) type CustomClaims = BTreeMap<String, serde_json::Value>;

/// The claims that the chat writes itself.
const OWN_CLAIMS: [&str; 6] = ["token_type", "exp", "iat", "jti", "user_id", "revision"];

#[derive(Deserialize)]
struct ReadClaims {
    token_type: TokenType,
    exp: f64,
    /// When the token was issued, and the moment before which it is not good (RFC 7519, section 4.1).
    iat: Option<f64>,
    nbf: Option<f64>,
    #[serde(rename = "jti")]
    _jti: String,
    user_id: Option<IdClaim>,
    /// Absent in tokens that another implementation made with the same secret: those end with the first change of password.
    #[serde(default)]
    revision: i64,
}

/// Later releases of SimpleJWT write the id as a string.
#[derive(Deserialize)]
#[serde(untagged)]
enum IdClaim {
    Number(i64),
    Text(String),
}

impl Tokens {
    /// Tokens that `signing` signs and that it or one of `former` verifies.
    pub(crate) fn new(
        signing: &SigningKey,
        former: &[SigningKey],
        config: &Config,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Self {
        let keys = [signing].into_iter().chain(former);
        let keys = keys.map(|key| Key { id: key.id.clone(), hmac: Hs256::new(&key.secret) });
        Self {
            keys: keys.collect(),
            access_lifetime: config.access_lifetime,
            refresh_lifetime: config.refresh_lifetime,
            leeway: config.leeway,
            clock,
            random,
        }
    }

    /// A new token of this user's.
    pub(crate) fn issue(&self, token_type: TokenType, user: &User) -> Result<String> {
        self.issue_with(CustomClaims::new(), token_type, user)
    }

    /// A new token of this user's with these claims beside the chat's own.
    pub(crate) fn issue_with(
        &self,
        custom: CustomClaims,
        token_type: TokenType,
        user: &User,
    ) -> Result<String> {
        let now = self.clock.now();
        let lifetime = match token_type {
            TokenType::Access => self.access_lifetime,
            TokenType::Refresh => self.refresh_lifetime,
        };
        let claims = WrittenClaims {
            token_type,
            exp: now.plus(lifetime).as_secs(),
            iat: now.as_secs(),
            jti: hex(&*self.random, 16),
            user_id: user.id,
            revision: user.revision,
            custom,
        };
        let key = &self.keys[0];
        key.hmac.sign(key.id.clone(), &claims).map_err(|fault| Error::Internal(fault.into()))
    }

    /// What a token says beside the chat's own claims, where one of our keys signed it.
    pub(crate) fn custom_claims(&self, token: &str) -> Result<CustomClaims, BadToken> {
        let mut claims: CustomClaims = self.verified(token).ok_or(BadToken)?;
        claims.retain(|name, _| !OWN_CLAIMS.contains(&name.as_str()));
        Ok(claims)
    }

    /// What a token says, where one of our keys signed it.
    fn verified<T: DeserializeOwned>(&self, token: &str) -> Option<T> {
        let token = Signed::read(token)?;
        let named = |key: &&Key| token.key_id.is_none() || key.id.is_none() || key.id == token.key_id;
        self.keys.iter().filter(named).find_map(|key| key.hmac.verify(&token))
    }

    /// What a token says, where one of our keys signed it, it has not expired and is good already.
    pub(crate) fn read(&self, token: &str) -> Result<Claims, BadToken> {
        let claims: ReadClaims = self.verified(token).ok_or(BadToken)?;
        #[expect(
            clippy::cast_precision_loss,
            reason = "seconds since 1970 stay exact for longer than this is kept"
        )]
        let now = self.clock.now().as_micros() as f64 / 1e6;
        let leeway = self.leeway.as_secs_f64();
        let is_early = |from: f64| from > now + leeway;
        if claims.exp + leeway <= now || claims.iat.is_some_and(is_early) || claims.nbf.is_some_and(is_early)
        {
            return Err(BadToken);
        }
        let user = match claims.user_id {
            Some(IdClaim::Number(id)) => Some(UserId(id)),
            Some(IdClaim::Text(id)) => id.parse().ok().map(UserId),
            None => None,
        };
        Ok(Claims { token_type: claims.token_type, user, revision: claims.revision })
    }
}

/// What `WWW-Authenticate` says where a token is wanted.
pub(super) const CHALLENGE: &str = "Bearer realm=\"api\"";

/// `Authorization: Bearer`, followed by an access token that this chat issued.
#[derive(Clone, Copy, Debug, Default)]
pub struct JwtAuthenticator;

#[async_trait]
impl Authenticator for JwtAuthenticator {
    async fn authenticate(&self, api: &ChatApi, headers: &::http::HeaderMap) -> Result<Option<CurrentUser>> {
        let Some(token) = bearer(headers)? else {
            return Ok(None);
        };
        let user = api.bearer_of(token).await?;
        Ok(Some(CurrentUser::from(&*user)))
    }

    fn challenge(&self) -> &'static str {
        CHALLENGE
    }
}

impl ChatApi {
    /// The user whom an access token was issued to, as it was no longer than
    /// [`Config::user_cache`](crate::Config::user_cache) ago.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] where the token is not, or no longer, good for that.
    pub async fn user_of_access_token(&self, token: &str) -> Result<User> {
        self.bearer_of(token).await.map(Arc::unwrap_or_clone)
    }

    async fn bearer_of(&self, token: &str) -> Result<Arc<User>> {
        let tokens = self.tokens().map_err(|MissingSecret| Unauthenticated::BadAccessToken)?;
        let claims = tokens.read(token).map_err(|BadToken| Unauthenticated::BadAccessToken)?;
        if claims.token_type != TokenType::Access {
            return Err(Unauthenticated::WrongTokenType.into());
        }
        let id = claims.user.ok_or(Unauthenticated::NoUserInToken)?;
        let good = |user: &User| user.is_active && user.revision == claims.revision;
        let user = self.known_user(id, good).await?.ok_or(Unauthenticated::UserNotFound)?;
        if !user.is_active {
            return Err(Unauthenticated::UserInactive.into());
        }
        if user.revision != claims.revision {
            return Err(Unauthenticated::BadAccessToken.into());
        }
        Ok(user)
    }
}

/// The token of an `Authorization: Bearer` header; `None` where there is no header or it is of another scheme.
pub(super) fn bearer(headers: &::http::HeaderMap) -> Result<Option<&str>> {
    let mut sent = headers.get_all(::http::header::AUTHORIZATION).iter();
    let Some(header) = sent.next() else {
        return Ok(None);
    };
    if sent.next().is_some() {
        return Err(Unauthenticated::BadHeader.into());
    }
    let mut words = header.as_bytes().split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    if words.next() != Some(b"Bearer") {
        return Ok(None);
    }
    let (Some(token), None) = (words.next(), words.next()) else {
        return Err(Unauthenticated::BadHeader.into());
    };
    let token = std::str::from_utf8(token).map_err(|_| Unauthenticated::BadAccessToken)?;
    Ok(Some(token))
}
