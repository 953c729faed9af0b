//! Keys in the form that issuers publish: JSON Web Keys (RFC 7517), their members as RFC 7518, section 6, and RFC 8037 have
//! them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::Value;

use super::keys::{KeyError, VerifyingKey, algorithm};

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    #[serde(rename = "use")]
    usage: Option<String>,
    key_ops: Option<Vec<String>>,
    alg: Option<String>,
    kid: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

#[derive(Deserialize)]
struct JwkSet {
    keys: Vec<Value>,
}

impl VerifyingKey {
    /// A JSON Web Key (RFC 7517): `{"kty":"OKP","crv":"Ed25519","x":"…","kid":"…"}`. Its `kid` is its name; where it has an
    /// `alg`, it verifies by that alone.
    ///
    /// # Errors
    /// [`KeyError::BadJson`], [`KeyError::BadJwk`] and [`KeyError::BadLength`].
    pub fn from_jwk(json: &str) -> Result<Self, KeyError> {
        read(serde_json::from_str(json).map_err(KeyError::BadJson)?)
    }

    /// The keys of a set (RFC 7517, section 5): `{"keys":[…]}`. Those that cannot be taken are left out, as the RFC demands:
    /// a set may have keys of other kinds and for other uses.
    ///
    /// # Errors
    /// [`KeyError::BadJson`], and [`KeyError::NoKeys`] where none can be taken.
    pub fn from_jwk_set(json: &str) -> Result<Vec<Self>, KeyError> {
        let set: JwkSet = serde_json::from_str(json).map_err(KeyError::BadJson)?;
        let keys = set.keys.into_iter().filter_map(|key| read(serde_json::from_value(key).ok()?).ok());
        let keys: Vec<Self> = keys.collect();
        if keys.is_empty() { Err(KeyError::NoKeys) } else { Ok(keys) }
    }
}

fn read(jwk: Jwk) -> Result<VerifyingKey, KeyError> {
    let verifies = jwk.usage.as_ref().is_none_or(|usage| usage == "sig")
        && jwk.key_ops.as_ref().is_none_or(|ops| ops.iter().any(|op| op == "verify"));
    if !verifies {
        return Err(KeyError::BadJwk);
    }
    let key = match (&*jwk.kty, jwk.crv.as_deref()) {
        ("RSA", _) => VerifyingKey::rsa(&bytes(jwk.n)?, &bytes(jwk.e)?)?,
        ("EC", Some("P-256")) => ec(32, &bytes(jwk.x)?, &bytes(jwk.y)?)?,
        ("EC", Some("P-384")) => ec(48, &bytes(jwk.x)?, &bytes(jwk.y)?)?,
        ("OKP", Some("Ed25519")) => VerifyingKey::ed25519(&bytes(jwk.x)?).ok_or(KeyError::BadJwk)?,
        _ => return Err(KeyError::BadJwk),
    };
    let key = match jwk.alg {
        Some(name) => algorithm(&name).and_then(|only| key.for_only(only)).ok_or(KeyError::BadJwk)?,
        None => key,
    };
    Ok(match jwk.kid {
        Some(id) => key.named(id),
        None => key,
    })
}

fn ec(length: usize, x: &[u8], y: &[u8]) -> Result<VerifyingKey, KeyError> {
    if x.len() != length || y.len() != length {
        return Err(KeyError::BadJwk);
    }
    VerifyingKey::ec(&[&[4], x, y].concat()).ok_or(KeyError::BadJwk)
}

fn bytes(text: Option<String>) -> Result<Vec<u8>, KeyError> {
    text.and_then(|text| URL_SAFE_NO_PAD.decode(text).ok()).ok_or(KeyError::BadJwk)
}
