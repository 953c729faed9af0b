use std::error::Error;
use std::sync::Arc;

use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, Version};

use super::queue::Queue;
use super::stored::Stored;
use super::{PasswordConfig, PasswordConfigError};
use crate::random::Random;
use crate::rate_limit::Key;

/// Hashes passwords and verifies them, a bounded number at once, on threads where that holds up nobody else.
///
/// Clones are cheap and share the bound.
#[derive(Clone, Debug)]
pub struct PasswordHasher {
    shared: Arc<Shared>,
    network: Option<Key>,
}

#[derive(Debug)]
struct Shared {
    config: PasswordConfig,
    current: Params,
    nobody: Arc<Stored>,
    random: Arc<dyn Random>,
    queue: Queue,
}

/// What [`PasswordHasher::verify`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Verdict {
    /// The password is not the one that was hashed, or the stored hash fits no password at all.
    Wrong,
    /// The password is right.
    Right,
    /// The password is right, and its hash should be replaced by one of [`PasswordHasher::hash`]: it has Django's form,
    /// is another kind than Argon2id, or has a lower cost than configured.
    RightButOutdated,
}

/// Why a password was neither hashed nor verified.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PasswordError {
    /// More requests wait than [`PasswordConfig::queued`] allows. Another try, later, may succeed.
    #[error("too many passwords are waiting to be hashed")]
    Busy,
    /// The computation failed, as for lack of memory.
    #[error("cannot hash the password")]
    Internal(#[source] Box<dyn Error + Send + Sync>),
}

impl PasswordError {
    pub(super) fn internal(cause: impl Error + Send + Sync + 'static) -> Self {
        Self::Internal(Box::new(cause))
    }
}

impl PasswordHasher {
    /// A hasher that draws its salts from `random`.
    ///
    /// # Errors
    /// [`PasswordConfigError`] where the config cannot be worked with.
    pub fn new(config: PasswordConfig, random: Arc<dyn Random>) -> Result<Self, PasswordConfigError> {
        let current = config.argon2()?;
        Ok(Self {
            shared: Arc::new(Shared {
                nobody: Arc::new(Stored::nobody(&current)),
                queue: Queue::new(config.concurrent, config.queued),
                config,
                current,
                random,
            }),
            network: None,
        })
    }

    /// The same hasher, in a request from this network: networks have their turns one after the other.
    #[must_use]
    pub fn on_behalf_of(&self, network: impl Into<Key>) -> Self {
        Self { shared: self.shared.clone(), network: Some(network.into()) }
    }

    /// How many passwords are being hashed, and how many wait for it.
    pub fn queue(&self) -> (usize, usize) {
        self.shared.queue.lengths()
    }

    /// What to store for an account without a password: see [`unusable`](super::unusable).
    pub fn unusable(&self) -> String {
        super::unusable(&*self.shared.random)
    }

    /// The hash to store for a password: Argon2id in PHC form, under 100 ASCII characters as configured by default.
    ///
    /// # Errors
    /// [`PasswordError::Busy`], or [`PasswordError::Internal`] where the computation failed.
    pub async fn hash(&self, password: &str) -> Result<String, PasswordError> {
        let password = password.to_owned();
        self.compute(move |shared| {
            let mut salt = [0; 16];
            shared.random.fill(&mut salt);
            let hash = Argon2::new(Algorithm::Argon2id, Version::V0x13, shared.current.clone())
                .hash_password_with_salt(password.as_bytes(), &salt)
                .map_err(PasswordError::internal)?;
            Ok(hash.to_string())
        })
        .await
    }

    /// Whether the password is the one that `stored` was made of.
    ///
    /// `stored` may be Argon2 in PHC form, or either of Django's `argon2$argon2id$…` and
    /// `pbkdf2_sha256$iterations$salt$digest`. Anything else is [`Verdict::Wrong`], and takes as long as a hash of
    /// today's; so do hashes beyond the limits in [`PasswordConfig`], which are logged besides.
    ///
    /// # Errors
    /// [`PasswordError::Busy`], or [`PasswordError::Internal`] where the computation failed.
    pub async fn verify(&self, password: &str, stored: &str) -> Result<Verdict, PasswordError> {
        let (stored, if_it_fits) = self.read(stored);
        Ok(if self.fits(password, stored).await? { if_it_fits } else { Verdict::Wrong })
    }

    /// Takes as long as [`Self::verify`] does for a hash of today's.
    ///
    /// It is for names that do not exist: if their answer came sooner, it would tell which names do.
    ///
    /// # Errors
    /// [`PasswordError::Busy`], or [`PasswordError::Internal`] where the computation failed.
    pub async fn verify_nobody(&self, password: &str) -> Result<(), PasswordError> {
        self.fits(password, Arc::clone(&self.shared.nobody)).await.map(drop)
    }

    /// What to compute for a stored hash, and the verdict where that fits.
    ///
    /// There is something to compute for every one, so that no quick answer tells an account without a password.
    fn read(&self, stored: &str) -> (Arc<Stored>, Verdict) {
        match Stored::read(stored, &self.shared.config) {
            None => (Arc::clone(&self.shared.nobody), Verdict::Wrong),
            Some(stored) if stored.is_current(&self.shared.current) => (Arc::new(stored), Verdict::Right),
            Some(stored) => (Arc::new(stored), Verdict::RightButOutdated),
        }
    }

    async fn fits(&self, password: &str, stored: Arc<Stored>) -> Result<bool, PasswordError> {
        let password = password.to_owned();
        self.compute(move |_| stored.fits(&password).map_err(PasswordError::internal)).await
    }

    /// Runs one computation when its turn has come.
    ///
    /// The computation holds its own turn: it runs to its end even where the request that wanted it is given up.
    async fn compute<T: Send + 'static>(
        &self,
        computation: impl FnOnce(&Shared) -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let shared = Arc::clone(&self.shared);
        let turn = shared.queue.enter(self.network.clone()).await?;
        tokio::task::spawn_blocking(move || {
            let _turn = turn;
            computation(&shared)
        })
        .await
        .map_err(PasswordError::internal)?
    }
}

#[cfg(test)]
mod tests;
