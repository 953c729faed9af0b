//! Passwords: how they are hashed and verified ([`PasswordHasher`]), and which are refused ([`PasswordRules`]).
//!
//! New hashes are Argon2id in PHC form, `$argon2id$v=19$m=19456,t=2,p=1$salt$digest`. Hashes that Django wrote verify
//! too, and [`Verdict::RightButOutdated`] says when to replace one, so a moved database upgrades itself log-in by log-in.

mod common;
mod config;
mod hasher;
mod queue;
mod rules;
mod similarity;
mod stored;
pub(crate) mod unicode;

pub use config::{PasswordConfig, PasswordConfigError};
pub use hasher::{PasswordError, PasswordHasher, Verdict};
pub use rules::PasswordRules;

use self::stored::Stored;
use crate::random::Random;

/// Whether any password can fit the stored hash.
///
/// As with Django, a hash that begins with `!` stands for an account without a password; so does the empty text.
pub fn is_usable(stored: &str) -> bool {
    !stored.is_empty() && !stored.starts_with('!')
}

/// Whether a password can be verified against the stored hash: it is in one of the forms that are read, and asks for no
/// more than the config allows.
pub fn is_verifiable(stored: &str, config: &PasswordConfig) -> bool {
    Stored::read(stored, config).is_some()
}

/// What to store for an account that nobody may log in to by password: `!` and 40 random letters and digits.
///
/// It is random so that whatever is derived from the stored hash, such as a token in a mail, cannot be foretold.
pub fn unusable(random: &dyn Random) -> String {
    const SYMBOLS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut drawn = [0; 4 * 40];
    random.fill(&mut drawn);
    let (numbers, _) = drawn.as_chunks::<4>();
    let symbols = numbers.iter().map(|bytes| char::from(SYMBOLS[u32::from_le_bytes(*bytes) as usize % 62]));
    std::iter::once('!').chain(symbols).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Counting;

    impl Random for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            for (byte, number) in bytes.iter_mut().zip(0..) {
                *byte = number;
            }
        }
    }

    #[test]
    fn an_unusable_hash_is_an_exclamation_mark_and_forty_letters_and_digits() {
        let made = unusable(&Counting);
        assert_eq!(made.len(), 41);
        assert!(made[1..].chars().all(|symbol| symbol.is_ascii_alphanumeric()), "{made}");
        assert!(!is_usable(&made));
    }

    #[test]
    fn only_what_is_empty_or_begins_with_an_exclamation_mark_is_unusable() {
        assert!(!is_usable(""));
        assert!(!is_usable("!"));
        assert!(is_usable("pbkdf2_sha256$1$salt$"));
        assert!(is_usable("$argon2id$!"));
    }
}
