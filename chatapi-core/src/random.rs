//! Randomness is an argument: nothing else in the crate draws it.

use std::fmt;

/// A source of randomness. Tests give one that repeats; everything else asks [`SystemRandom`].
pub trait Random: Send + Sync + fmt::Debug {
    /// Fills `bytes` with unpredictable ones.
    fn fill(&self, bytes: &mut [u8]);
}

/// The operating system's randomness.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    #[expect(clippy::panic, reason = "a machine without randomness must not hand out guessable secrets")]
    #[expect(clippy::disallowed_methods, reason = "the one place that draws from the machine")]
    fn fill(&self, bytes: &mut [u8]) {
        if let Err(fault) = getrandom::fill(bytes) {
            panic!("the operating system gives no randomness: {fault}");
        }
    }
}

/// `bytes` random bytes as lower-case hexadecimal digits, two each.
pub fn hex(random: &dyn Random, bytes: usize) -> String {
    let mut drawn = vec![0; bytes];
    random.fill(&mut drawn);
    drawn.iter().map(|byte| format!("{byte:02x}")).collect()
}
