//! Tokens that the chat did not issue, and what tokens say.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::json::Json;

/// A key that every chat of the suite's takes, as the one that it signed with before.
pub(super) const FORMER_KEY: &[u8] = b"the key that signed before this one did";

/// Where all begins, in seconds since 1970: see [`SetClock`](super::fakes::SetClock).
pub(super) const NOW: i64 = 1_795_338_707;

/// A token with this header and these claims, signed by HMAC with SHA-256.
pub(super) fn token(header: &str, claims: &str, key: &[u8]) -> String {
    let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let mut tag = Hmac::<Sha256>::new_from_slice(key).unwrap();
    tag.update(signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag.finalize().into_bytes()))
}

/// An access token as another implementation would have issued it with [`FORMER_KEY`].
pub(super) fn access(user: i64) -> String {
    token(r#"{"alg":"HS256","typ":"JWT"}"#, &claims("access", NOW + 60, user), FORMER_KEY)
}

/// These claims with those of the chat's own that an issued token has beside SimpleJWT's.
pub(super) fn with_revision_of(issued: &str, claims: &str) -> String {
    let revision = read(issued).1.at("revision").unwrap().as_i64().unwrap();
    format!("{},\"revision\":{revision}}}", claims.strip_suffix('}').unwrap())
}

/// The claims of SimpleJWT.
pub(super) fn claims(token_type: &str, exp: i64, user: i64) -> String {
    format!(r#"{{"token_type":"{token_type}","exp":{exp},"iat":{NOW},"jti":"{:032x}","user_id":{user}}}"#, 7)
}

/// The header and the claims of a token, as they stand in it.
pub(super) fn read(token: &str) -> (Json, Json) {
    let parts: Vec<Json> = token
        .split('.')
        .take(2)
        .map(|part| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap())
        .collect();
    let [header, claims] = parts.try_into().unwrap();
    (header, claims)
}
