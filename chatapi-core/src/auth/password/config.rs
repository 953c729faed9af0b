use std::thread::available_parallelism;

use argon2::Params;

/// What a new hash costs, how many are computed at once, and what a stored hash may ask for.
///
/// The defaults are those that OWASP recommends: 19 MiB, two passes, one lane. One hash then takes some
/// tens of milliseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PasswordConfig {
    /// The memory that a new hash takes while it is computed, in KiB; at least 8 a lane. 19 456 by default.
    pub memory_kib: u32,
    /// How often a new hash goes through its memory; at least 1. 2 by default.
    pub passes: u32,
    /// How many lanes the memory of a new hash is divided into; they are computed one after the other. 1 by default.
    pub lanes: u32,
    /// How many hashes may be computed at once; at least 1. Half the processor's cores by default.
    pub concurrent: usize,
    /// How many requests may wait for their turn; any further one is refused at once. 1000 by default.
    pub queued: usize,
    /// The most memory a stored Argon2 hash may ask for, in KiB. 256 MiB by default; Django's own take 100 MiB.
    pub max_memory_kib: u32,
    /// The most passes a stored Argon2 hash may ask for. 32 by default.
    pub max_passes: u32,
    /// The most iterations a stored PBKDF2 hash may ask for. 5 000 000 by default; those of Django 5.0 take 720 000.
    pub max_pbkdf2_iterations: u32,
}

impl Default for PasswordConfig {
    fn default() -> Self {
        Self {
            memory_kib: 19 * 1024,
            passes: 2,
            lanes: 1,
            concurrent: available_parallelism().map_or(1, |cores| (cores.get() / 2).max(1)),
            queued: 1000,
            max_memory_kib: 256 * 1024,
            max_passes: 32,
            max_pbkdf2_iterations: 5_000_000,
        }
    }
}

/// A [`PasswordConfig`] that cannot be worked with; its text says why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid configuration of password hashing: {0}")]
pub struct PasswordConfigError(&'static str);

impl PasswordConfig {
    /// The length of a new hash's digest, in bytes.
    pub(super) const DIGEST_LENGTH: usize = Params::DEFAULT_OUTPUT_LEN;

    /// What Argon2 is to be run with for a new hash.
    pub(super) fn argon2(&self) -> Result<Params, PasswordConfigError> {
        if self.concurrent == 0 {
            return Err(PasswordConfigError("`concurrent` must be at least 1"));
        }
        // Beyond its own limits it would refuse the very hashes it makes.
        if self.memory_kib > self.max_memory_kib {
            return Err(PasswordConfigError("`memory_kib` must not exceed `max_memory_kib`"));
        }
        if self.passes > self.max_passes {
            return Err(PasswordConfigError("`passes` must not exceed `max_passes`"));
        }
        Params::new(self.memory_kib, self.passes, self.lanes, Some(Self::DIGEST_LENGTH)).map_err(|fault| {
            PasswordConfigError(match fault {
                argon2::Error::MemoryTooLittle => "`memory_kib` must be at least 8 times `lanes`",
                argon2::Error::TimeTooSmall => "`passes` must be at least 1",
                argon2::Error::ThreadsTooFew => "`lanes` must be at least 1",
                argon2::Error::ThreadsTooMany => "`lanes` must be at most 16 777 215",
                _ => "Argon2 refuses `memory_kib`, `passes` and `lanes`",
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_accepted() {
        let config = PasswordConfig::default();
        assert!(config.argon2().is_ok());
        assert!(config.concurrent >= 1);
    }

    #[test]
    fn a_config_that_cannot_work_is_refused_with_the_reason() {
        let refused = |change: fn(&mut PasswordConfig)| {
            let mut config = PasswordConfig::default();
            change(&mut config);
            config.argon2().map(drop).map_err(|error| error.to_string())
        };
        let because = |reason| Err(format!("invalid configuration of password hashing: {reason}"));

        assert_eq!(refused(|config| config.passes = 0), because("`passes` must be at least 1"));
        assert_eq!(refused(|config| config.lanes = 0), because("`lanes` must be at least 1"));
        assert_eq!(refused(|config| config.lanes = u32::MAX), because("`lanes` must be at most 16 777 215"));
        assert_eq!(
            refused(|config| config.memory_kib = 7),
            because("`memory_kib` must be at least 8 times `lanes`")
        );
        assert_eq!(refused(|config| config.concurrent = 0), because("`concurrent` must be at least 1"));
        assert_eq!(
            refused(|config| config.max_memory_kib = 1024),
            because("`memory_kib` must not exceed `max_memory_kib`")
        );
        assert_eq!(refused(|config| config.max_passes = 1), because("`passes` must not exceed `max_passes`"));
    }
}
