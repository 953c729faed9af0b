//! The keys that verify tokens, and where they come from.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use aws_lc_rs::signature::{self, RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey};
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey};

use crate::Timestamp;
use crate::store::Cause;

/// Gives the keys that an issuer signs with. One key and a list of keys are the simplest sources.
#[async_trait]
pub trait KeySource: Send + Sync + fmt::Debug {
    /// The keys that may verify a token. `now` is the present moment by the chat's clock; `key_id` is what the token's header
    /// calls its key (`kid`, RFC 7515, section 4.1.4): a forged token may call it anything, so look for news of a key that
    /// is not known only so often.
    ///
    /// # Errors
    /// Where the keys cannot be had: the request is answered with 503.
    async fn keys(&self, now: Timestamp, key_id: Option<&str>) -> Result<Vec<VerifyingKey>, Cause>;
}

#[async_trait]
impl KeySource for VerifyingKey {
    async fn keys(&self, _now: Timestamp, _key_id: Option<&str>) -> Result<Vec<VerifyingKey>, Cause> {
        Ok(vec![self.clone()])
    }
}

#[async_trait]
impl KeySource for Vec<VerifyingKey> {
    async fn keys(&self, _now: Timestamp, _key_id: Option<&str>) -> Result<Vec<VerifyingKey>, Cause> {
        Ok(self.clone())
    }
}

/// A public key that verifies tokens: RSA of 2048 to 8192 bits, ECDSA on P-256 or P-384, or Ed25519. A clone is cheap.
///
/// An RSA key verifies `RS256`, `RS384`, `RS512`, `PS256`, `PS384` and `PS512`, a P-256 key `ES256`, a P-384 key `ES384`, an
/// Ed25519 key `EdDSA` (RFC 7518, section 3.1, and RFC 8037), unless it says which one of these alone.
#[derive(Clone)]
pub struct VerifyingKey {
    id: Option<Arc<str>>,
    key: Arc<PublicKey>,
    algorithms: &'static [Algorithm],
    /// The one that it says that it is for.
    only: Option<Algorithm>,
}

enum PublicKey {
    /// The modulus and the exponent.
    Rsa(RsaPublicKeyComponents<Vec<u8>>),
    /// A point on the curve that the algorithm names.
    Point(Vec<u8>),
}

/// Why a key cannot be taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The text is no public key in PEM form of a kind that is taken.
    #[error("invalid PEM key: expected a public key of RSA, P-256, P-384 or Ed25519")]
    BadPem,
    /// The text is no JSON Web Key, or no set of them.
    #[error("invalid JSON Web Key")]
    BadJson(#[source] serde_json::Error),
    /// The JSON Web Key is none that verifies signatures, or of a kind that is not taken.
    #[error("unsupported JSON Web Key: expected a signing key of RSA, P-256, P-384 or Ed25519")]
    BadJwk,
    /// The RSA key is too short to be safe, or too long to be handled.
    #[error("an RSA key must have 2048 to 8192 bits")]
    BadLength,
    /// No key of the set can be taken.
    #[error("the JWK set has no signing key of RSA, P-256, P-384 or Ed25519")]
    NoKeys,
}

const RSA: &[Algorithm] = &[
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
];

/// The algorithm of this name, where it is one that is taken.
pub(super) fn algorithm(name: &str) -> Option<Algorithm> {
    let algorithm = match name {
        // Its newer name (RFC 9864).
        "Ed25519" => Algorithm::EdDSA,
        name => name.parse().ok()?,
    };
    (algorithm.family() != AlgorithmFamily::Hmac).then_some(algorithm)
}

impl VerifyingKey {
    /// A key in PEM form: `-----BEGIN PUBLIC KEY-----`, or `-----BEGIN RSA PUBLIC KEY-----`. Not a certificate.
    ///
    /// # Errors
    /// [`KeyError::BadPem`] and [`KeyError::BadLength`].
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        let pem = pem.trim_start();
        if !["-----BEGIN PUBLIC KEY-----", "-----BEGIN RSA PUBLIC KEY-----"]
            .iter()
            .any(|begin| pem.starts_with(begin))
        {
            return Err(KeyError::BadPem);
        }
        if let Ok(key) = DecodingKey::from_ed_pem(pem.as_bytes()) {
            return Self::ed25519(key.try_get_as_bytes().unwrap_or_default()).ok_or(KeyError::BadPem);
        }
        if let Ok(key) = DecodingKey::from_ec_pem(pem.as_bytes()) {
            return Self::ec(key.try_get_as_bytes().unwrap_or_default()).ok_or(KeyError::BadPem);
        }
        let key = DecodingKey::from_rsa_pem(pem.as_bytes()).map_err(|_| KeyError::BadPem)?;
        let der = key.try_get_as_bytes().unwrap_or_default();
        let key = aws_lc_rs::rsa::PublicKey::from_der(der).map_err(|_| KeyError::BadPem)?;
        let RsaPublicKeyComponents { n, e } = RsaPublicKeyComponents::<Vec<u8>>::from(&key);
        Self::rsa(&n, &e)
    }

    /// The key by its name, `kid` in the header of tokens. A key without a name is tried on every token.
    #[must_use]
    pub fn named(self, id: impl Into<Arc<str>>) -> Self {
        Self { id: Some(id.into()), ..self }
    }

    /// Its name.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    pub(super) fn rsa(modulus: &[u8], exponent: &[u8]) -> Result<Self, KeyError> {
        let zeros = modulus.iter().take_while(|byte| **byte == 0).count();
        let modulus = &modulus[zeros..];
        let bits = 8 * modulus.len() - modulus.first().map_or(0, |byte| byte.leading_zeros() as usize);
        if !(2048..=8192).contains(&bits) {
            return Err(KeyError::BadLength);
        }
        let key = RsaPublicKeyComponents { n: modulus.to_vec(), e: exponent.to_vec() };
        Ok(Self::new(PublicKey::Rsa(key), RSA))
    }

    /// A key on P-256 or P-384 by its point, uncompressed; its length tells which.
    pub(super) fn ec(point: &[u8]) -> Option<Self> {
        let algorithms: &[Algorithm] = match (point.len(), point.first()) {
            (65, Some(4)) => &[Algorithm::ES256],
            (97, Some(4)) => &[Algorithm::ES384],
            _ => return None,
        };
        Some(Self::new(PublicKey::Point(point.to_vec()), algorithms))
    }

    pub(super) fn ed25519(point: &[u8]) -> Option<Self> {
        (point.len() == 32).then(|| Self::new(PublicKey::Point(point.to_vec()), &[Algorithm::EdDSA]))
    }

    fn new(key: PublicKey, algorithms: &'static [Algorithm]) -> Self {
        Self { id: None, key: Arc::new(key), algorithms, only: None }
    }

    /// For this algorithm alone; `None` where it is none of the key's.
    pub(super) fn for_only(self, algorithm: Algorithm) -> Option<Self> {
        self.takes(algorithm).then_some(Self { only: Some(algorithm), ..self })
    }

    /// Whether it may be the key that a token calls by this name.
    pub(super) fn may_be(&self, id: Option<&str>) -> bool {
        id.is_none() || self.id.is_none() || self.id() == id
    }

    fn takes(&self, algorithm: Algorithm) -> bool {
        self.algorithms.contains(&algorithm) && self.only.is_none_or(|only| only == algorithm)
    }

    /// Whether this is its signature of the message, by an algorithm of the key's.
    pub(super) fn verifies(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        // By AWS-LC itself: the provider that `jsonwebtoken` has in this process is the host's to choose.
        self.takes(algorithm)
            && match &*self.key {
                PublicKey::Rsa(key) => {
                    rsa_parameters(algorithm).is_some_and(|by| key.verify(by, message, signature).is_ok())
                }
                PublicKey::Point(point) => curve(algorithm).is_some_and(|curve| {
                    UnparsedPublicKey::new(curve, point).verify(message, signature).is_ok()
                }),
            }
    }
}

fn rsa_parameters(algorithm: Algorithm) -> Option<&'static RsaParameters> {
    match algorithm {
        Algorithm::RS256 => Some(&signature::RSA_PKCS1_2048_8192_SHA256),
        Algorithm::RS384 => Some(&signature::RSA_PKCS1_2048_8192_SHA384),
        Algorithm::RS512 => Some(&signature::RSA_PKCS1_2048_8192_SHA512),
        Algorithm::PS256 => Some(&signature::RSA_PSS_2048_8192_SHA256),
        Algorithm::PS384 => Some(&signature::RSA_PSS_2048_8192_SHA384),
        Algorithm::PS512 => Some(&signature::RSA_PSS_2048_8192_SHA512),
        _ => None,
    }
}

fn curve(algorithm: Algorithm) -> Option<&'static dyn signature::VerificationAlgorithm> {
    match algorithm {
        Algorithm::ES256 => Some(&signature::ECDSA_P256_SHA256_FIXED),
        Algorithm::ES384 => Some(&signature::ECDSA_P384_SHA384_FIXED),
        Algorithm::EdDSA => Some(&signature::ED25519),
        _ => None,
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("VerifyingKey");
        shown.field("id", &self.id);
        match &self.only {
            Some(only) => shown.field("algorithm", only),
            None => shown.field("algorithms", &self.algorithms),
        };
        shown.finish_non_exhaustive()
    }
}
