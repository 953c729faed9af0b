//! The tokens in the links of mails: good for one purpose, one user, and until what they change has changed.
//!
//! The shape is that of Django's `PasswordResetTokenGenerator`: a time, and a keyed hash over it and over the user's state.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::UserId;
use crate::clock::Clock;
use crate::users::User;

/// What a link in a mail is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Log in for the first time.
    Activation,
    /// Set a new password.
    PasswordReset,
    /// Set a new name.
    UsernameReset,
}

/// Makes and checks the tokens.
pub(crate) struct MailTokens {
    key: Hmac<Sha256>,
    lifetime: Duration,
    clock: Arc<dyn Clock>,
}

impl MailTokens {
    pub(crate) fn new(secret: &[u8], lifetime: Duration, clock: Arc<dyn Clock>) -> Self {
        // A key of its own, so that these tokens and those of requests cannot be taken for one another.
        #[expect(clippy::expect_used, reason = "HMAC takes keys of any length (RFC 2104, section 2)")]
        let derived = Hmac::<Sha256>::new_from_slice(secret)
            .expect("HMAC takes keys of any length")
            .chain_update("chatapi mail tokens");
        #[expect(clippy::expect_used, reason = "HMAC takes keys of any length (RFC 2104, section 2)")]
        let key =
            Hmac::new_from_slice(&derived.finalize().into_bytes()).expect("HMAC takes keys of any length");
        Self { key, lifetime, clock }
    }

    pub(crate) fn issue(&self, purpose: Purpose, user: &User) -> String {
        let at = self.clock.now().as_secs();
        let tag = self.tag(purpose, user, at).finalize().into_bytes();
        format!("{at:x}-{}", URL_SAFE_NO_PAD.encode(tag))
    }

    pub(crate) fn check(&self, purpose: Purpose, user: &User, token: &str) -> bool {
        let Some((at, tag)) = token.split_once('-') else {
            return false;
        };
        let Ok(at) = i64::from_str_radix(at, 16) else {
            return false;
        };
        let Ok(tag) = URL_SAFE_NO_PAD.decode(tag) else {
            return false;
        };
        let age = self.clock.now().as_secs().saturating_sub(at);
        let fresh = u64::try_from(age).is_ok_and(|age| age <= self.lifetime.as_secs());
        fresh && self.tag(purpose, user, at).verify_slice(&tag).is_ok()
    }

    /// What stands for a network that a user logged in from: nobody reads its address from it without the key.
    pub(crate) fn seal_network(&self, user: UserId, network: &str) -> String {
        let mut tag = self.key.clone();
        for part in ["network", &user.to_string(), network] {
            tag.update(&part.len().to_be_bytes());
            tag.update(part.as_bytes());
        }
        URL_SAFE_NO_PAD.encode(&tag.finalize().into_bytes()[..16])
    }

    /// Covers what the token's use changes, so that it works once; but for activation, where a second use is told apart
    /// from a false token.
    fn tag(&self, purpose: Purpose, user: &User, at: i64) -> Hmac<Sha256> {
        let (name, state) = match purpose {
            Purpose::Activation => ("activation", user.email.as_str()),
            Purpose::PasswordReset => ("password", user.email.as_str()),
            Purpose::UsernameReset => ("username", user.username.as_str()),
        };
        let mut tag = self.key.clone();
        // A link that somebody got for a user of no rank is no way to the rank that the user has got since.
        let rank = (user.is_staff || user.is_superuser).then_some("staff");
        let (id, revision, at) = (user.id.to_string(), user.revision.to_string(), at.to_string());
        for part in [name, &id, &revision, &at, state].into_iter().chain(rank) {
            tag.update(&part.len().to_be_bytes());
            tag.update(part.as_bytes());
        }
        tag
    }
}

impl fmt::Debug for MailTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MailTokens").field("lifetime", &self.lifetime).finish_non_exhaustive()
    }
}

/// The `uid` of a link, as Django writes it: the id's digits in URL-safe base 64.
pub(crate) fn write_uid(user: UserId) -> String {
    URL_SAFE_NO_PAD.encode(user.to_string())
}

/// The user whom a `uid` names.
pub(crate) fn read_uid(uid: &str) -> Option<UserId> {
    let digits = URL_SAFE_NO_PAD.decode(uid.trim_end_matches('=')).ok()?;
    std::str::from_utf8(&digits).ok()?.parse().ok().map(UserId)
}
