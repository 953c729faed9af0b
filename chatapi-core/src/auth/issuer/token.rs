//! A token, as RFC 7515 and RFC 7519 have it, and what is asked of it.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::Algorithm;
use serde::Deserialize;
use serde_json::Value;

use super::Claims;
use super::keys::{VerifyingKey, algorithm};
use crate::Timestamp;

/// A token whose signature is yet to be verified.
pub(super) struct Signed<'a> {
    algorithm: Algorithm,
    key_id: Option<String>,
    /// What the signature is over.
    message: &'a str,
    claims: &'a str,
    signature: Vec<u8>,
}

/// What of a token's header matters (RFC 7515, section 4.1). It may name keys and addresses to fetch keys from: whoever made
/// the token chose those, so they are not looked at.
#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    crit: Option<Value>,
}

impl<'a> Signed<'a> {
    /// Reads the header. `None` where this is no signed token, or one whose algorithm is never taken.
    pub(super) fn read(token: &'a str) -> Option<Self> {
        let (message, signature) = token.rsplit_once('.')?;
        let (header, claims) = message.split_once('.')?;
        let header: Header = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).ok()?).ok()?;
        // Extensions that must be understood: none is.
        if header.crit.is_some() {
            return None;
        }
        Some(Self {
            algorithm: algorithm(&header.alg)?,
            key_id: header.kid,
            message,
            claims,
            signature: URL_SAFE_NO_PAD.decode(signature).ok()?,
        })
    }

    /// The name of the key that is said to have signed it.
    pub(super) fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    /// What the token says, where one of the keys verifies it.
    pub(super) fn claims(&self, keys: &[VerifyingKey]) -> Option<Claims> {
        let verifies = |key: &VerifyingKey| {
            key.may_be(self.key_id())
                && key.verifies(self.algorithm, self.message.as_bytes(), &self.signature)
        };
        if !keys.iter().any(verifies) {
            return None;
        }
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(self.claims).ok()?).ok()
    }
}

/// Who must have issued a token, and for whom.
#[derive(Debug)]
pub(super) struct Expected {
    pub(super) issuer: String,
    pub(super) audience: String,
}

impl Expected {
    /// Whether the claims (RFC 7519, section 4.1) are those of a token that is good for this chat now.
    pub(super) fn is_met(&self, claims: &Claims, now: Timestamp, leeway: Duration) -> bool {
        #[expect(
            clippy::cast_precision_loss,
            reason = "seconds since 1970 stay exact for longer than this is kept"
        )]
        let now = now.as_micros() as f64 / 1e6;
        let leeway = leeway.as_secs_f64();
        let is_current = claims.get("exp").and_then(Value::as_f64).is_some_and(|end| now < end + leeway);
        let has_begun = match claims.get("nbf") {
            Some(begin) => begin.as_f64().is_some_and(|begin| begin - leeway <= now),
            None => true,
        };
        let is_for_us = match claims.get("aud") {
            Some(Value::Array(all)) => all.iter().any(|one| *one == *self.audience),
            Some(one) => *one == *self.audience,
            None => false,
        };
        is_current
            && has_begun
            && is_for_us
            && claims.get("iss").is_some_and(|issuer| *issuer == *self.issuer)
    }
}
