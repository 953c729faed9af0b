use argon2::{Algorithm, Argon2, Params, PasswordHash, Version};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::Sha256;
use subtle::ConstantTimeEq;

use super::PasswordConfig;

/// A stored hash, read: what to compute of a password, and what must come out.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    work: Work,
    salt: Vec<u8>,
    digest: Vec<u8>,
    is_django: bool,
}

/// A way to compute a digest, and by that what it costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Work {
    Argon2 { algorithm: Algorithm, version: Version, params: Params },
    Pbkdf2 { iterations: u32 },
}

impl Stored {
    /// Reads a stored hash; `None` where it has no known form or would cost more than is allowed.
    pub(super) fn read(stored: &str, config: &PasswordConfig) -> Option<Self> {
        if let Some(parts) = stored.strip_prefix("pbkdf2_sha256$") {
            return Self::read_pbkdf2(parts, config);
        }
        // Django puts the name of its hasher in front: `argon2$argon2id$v=19$…`.
        let django = stored.strip_prefix("argon2").filter(|rest| rest.starts_with("$argon2"));
        let read = Self::read_argon2(django.unwrap_or(stored), config)?;
        Some(Self { is_django: django.is_some(), ..read })
    }

    /// What no password fits, at the price of a current hash.
    pub(super) fn nobody(current: &Params) -> Self {
        Self {
            work: Work::current(current),
            salt: vec![0; 16],
            digest: vec![0; PasswordConfig::DIGEST_LENGTH],
            is_django: false,
        }
    }

    /// Computes the digest of the password, and tells whether it is the stored one.
    pub(super) fn fits(&self, password: &str) -> Result<bool, argon2::Error> {
        let digest = self.work.digest(password, &self.salt, self.digest.len())?;
        Ok(digest.ct_eq(&self.digest).into())
    }

    /// Whether the hash is written as new ones are, and costs at least as much.
    pub(super) fn is_current(&self, current: &Params) -> bool {
        let Work::Argon2 { algorithm: Algorithm::Argon2id, version: Version::V0x13, params } = &self.work
        else {
            return false;
        };
        !self.is_django
            && params.m_cost() >= current.m_cost()
            && params.t_cost() >= current.t_cost()
            && params.p_cost() >= current.p_cost()
            && self.digest.len() >= PasswordConfig::DIGEST_LENGTH
    }

    #[cfg(test)]
    pub(super) fn work(&self) -> &Work {
        &self.work
    }

    /// `$argon2id$v=19$m=19456,t=2,p=1$salt$digest`
    fn read_argon2(stored: &str, config: &PasswordConfig) -> Option<Self> {
        let hash = PasswordHash::new(stored).ok()?;
        let algorithm = Algorithm::new(hash.algorithm.as_str()).ok()?;
        // Before there was version 19, no version was written.
        let version = hash.version.map_or(Ok(Version::V0x10), Version::try_from).ok()?;
        let params = Params::try_from(&hash).ok()?;
        let (salt, digest) = (hash.salt?.to_vec(), hash.hash?.as_bytes().to_vec());

        if params.m_cost() > config.max_memory_kib {
            tracing::warn!(
                memory_kib = params.m_cost(),
                max_memory_kib = config.max_memory_kib,
                "a stored password hash exceeds the memory limit and is rejected"
            );
            return None;
        }
        if params.t_cost() > config.max_passes {
            tracing::warn!(
                passes = params.t_cost(),
                max_passes = config.max_passes,
                "a stored password hash exceeds the limit of passes and is rejected"
            );
            return None;
        }
        Some(Self { work: Work::Argon2 { algorithm, version, params }, salt, digest, is_django: false })
    }

    /// `720000$salt$digest`, the digest in base64; the salt is taken as it is written.
    fn read_pbkdf2(parts: &str, config: &PasswordConfig) -> Option<Self> {
        let (iterations, rest) = parts.split_once('$')?;
        let (salt, digest) = rest.split_once('$')?;
        let iterations: u64 = iterations.parse().ok()?;
        let digest = STANDARD.decode(digest).ok()?;
        if iterations == 0 || salt.is_empty() || digest.len() != 32 {
            return None;
        }

        let Some(iterations) = u32::try_from(iterations).ok().filter(|n| *n <= config.max_pbkdf2_iterations)
        else {
            tracing::warn!(
                iterations,
                max_pbkdf2_iterations = config.max_pbkdf2_iterations,
                "a stored password hash exceeds the limit of iterations and is rejected"
            );
            return None;
        };
        Some(Self { work: Work::Pbkdf2 { iterations }, salt: salt.into(), digest, is_django: true })
    }
}

impl Work {
    /// What a new hash takes.
    pub(super) fn current(params: &Params) -> Self {
        Self::Argon2 { algorithm: Algorithm::Argon2id, version: Version::V0x13, params: params.clone() }
    }

    /// The password's digest, of `length` bytes.
    fn digest(&self, password: &str, salt: &[u8], length: usize) -> Result<Vec<u8>, argon2::Error> {
        let mut digest = vec![0; length];
        match self {
            Self::Argon2 { algorithm, version, params } => Argon2::new(*algorithm, *version, params.clone())
                .hash_password_into(password.as_bytes(), salt, &mut digest)?,
            Self::Pbkdf2 { iterations } => {
                pbkdf2::pbkdf2_hmac::<Sha256>(password.as_bytes(), salt, *iterations, &mut digest);
            }
        }
        Ok(digest)
    }
}
