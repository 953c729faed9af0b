//! Tokens signed by HMAC with SHA-256 (`HS256`, RFC 7518, section 3.2).
//!
//! `jsonwebtoken` takes its cryptography from one provider a process, which is the host's to choose. These tokens are signed
//! and verified without it, by the two hashes that this crate needs anyway.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::{Algorithm, Header, decode_header};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::Sha256;

/// A key that signs and verifies.
pub(super) struct Hs256(Hmac<Sha256>);

/// A token that is yet to be verified.
pub(super) struct Signed<'a> {
    /// The name of the key that is said to have signed it.
    pub(super) key_id: Option<String>,
    message: &'a str,
    claims: &'a str,
    signature: Vec<u8>,
}

impl Hs256 {
    pub(super) fn new(secret: &[u8]) -> Self {
        #[expect(clippy::expect_used, reason = "HMAC takes keys of any length (RFC 2104, section 2)")]
        Self(Hmac::new_from_slice(secret).expect("HMAC takes keys of any length"))
    }

    /// A token with these claims. `key_id` is the name of this key, where it has one.
    pub(super) fn sign(
        &self,
        key_id: Option<String>,
        claims: &impl Serialize,
    ) -> Result<String, serde_json::Error> {
        let header = Header { kid: key_id, ..Header::new(Algorithm::HS256) };
        let part = |json: Vec<u8>| URL_SAFE_NO_PAD.encode(json);
        let message = format!("{}.{}", part(serde_json::to_vec(&header)?), part(serde_json::to_vec(claims)?));
        let signature = self.over(&message).finalize().into_bytes();
        Ok(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    /// What a token says, where this key signed it.
    pub(super) fn verify<Claims: DeserializeOwned>(&self, token: &Signed<'_>) -> Option<Claims> {
        self.over(token.message).verify_slice(&token.signature).ok()?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.claims).ok()?).ok()
    }

    fn over(&self, message: &str) -> Hmac<Sha256> {
        self.0.clone().chain_update(message)
    }
}

impl<'a> Signed<'a> {
    /// Reads a token's header. `None` where this is no token, or one of another algorithm.
    pub(super) fn read(token: &'a str) -> Option<Self> {
        let header = decode_header(token).ok().filter(|header| header.alg == Algorithm::HS256)?;
        let (message, signature) = token.rsplit_once('.')?;
        let (_, claims) = message.split_once('.')?;
        Some(Self { key_id: header.kid, message, claims, signature: URL_SAFE_NO_PAD.decode(signature).ok()? })
    }
}
