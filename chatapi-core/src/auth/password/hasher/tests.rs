use std::pin::pin;
use std::sync::{Mutex, mpsc};
use std::task::{Context, Waker};

use super::super::stored::Work;
use super::*;

/// Made by Django 5.0.6 and argon2-cffi of the password `correct horse`.
mod hashes {
    pub(super) const PASSWORD: &str = "correct horse";
    pub(super) const PBKDF2: &str =
        "pbkdf2_sha256$1000$tQxYy9sUtnDcQ0hWvJ2Z1b$jEKTTSSATMwhGd0jiRsFWBzr63F4K7EI0W6ArqTp0RM=";
    pub(super) const DJANGO_ARGON2: &str = "argon2$argon2id$v=19$m=102400,t=2,p=8$dFF4WXk5c1V0bkRjUTBoV3ZKMloxYg$/vvao7w+1PBJFNHLsy/L4YyNnZ2P2X/yW3xhOq7y8CY";
    pub(super) const DJANGO_ARGON2_SMALL: &str = "argon2$argon2id$v=19$m=64,t=2,p=2$dFF4WXk5c1V0bkRjUTBoV3ZKMloxYg$mJk664jxdVHXEWP+1XU4DQj2rMC36L5bbbjGmD3Vba8";
    pub(super) const ARGON2ID: &str =
        "$argon2id$v=19$m=64,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$dPtrHTEawLtMiR9+/XloAkXZ+EtyrY+bvmHIbiufhk0";
    pub(super) const ARGON2I: &str =
        "$argon2i$v=19$m=64,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$+ZM6qIHKWUY4ZEkMSTQpzAefvkLMgPC7fLokalwJpuI";
    pub(super) const ARGON2D: &str =
        "$argon2d$v=19$m=64,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$8lhcvhjSIY6fPoLaURksQi2UXOTKBgu3qS4cG5SkmjA";
    pub(super) const ARGON2I_VERSION_16: &str =
        "$argon2i$v=16$m=64,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$5UIo77LDgbv5O+UdBR1fnnduzjsy4skDtBlCu+8VAzk";
    pub(super) const ARGON2I_NO_VERSION: &str =
        "$argon2i$m=64,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$5UIo77LDgbv5O+UdBR1fnnduzjsy4skDtBlCu+8VAzk";
    pub(super) const ARGON2ID_DEFAULT: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$rk2Mi3E4dgRMg0fHaYaptWVZRKqs//6b6k3/nntqGJk";
}
use hashes::*;

/// `0123456789abcdef`, again and again: the salt of the hashes above.
#[derive(Debug)]
struct SameSalt;

impl Random for SameSalt {
    fn fill(&self, bytes: &mut [u8]) {
        for (byte, symbol) in bytes.iter_mut().zip(b"0123456789abcdef".iter().cycle()) {
            *byte = *symbol;
        }
    }
}

fn small() -> PasswordConfig {
    PasswordConfig { memory_kib: 64, passes: 2, lanes: 1, ..PasswordConfig::default() }
}

fn hasher(config: PasswordConfig) -> PasswordHasher {
    PasswordHasher::new(config, Arc::new(SameSalt)).unwrap()
}

#[tokio::test]
async fn a_hash_is_what_the_reference_implementation_makes() {
    assert_eq!(hasher(small()).hash(PASSWORD).await.unwrap(), ARGON2ID);
    assert_eq!(hasher(PasswordConfig::default()).hash(PASSWORD).await.unwrap(), ARGON2ID_DEFAULT);
    assert!(ARGON2ID_DEFAULT.len() < 100);
}

#[tokio::test]
async fn every_known_form_fits_its_password_and_no_other() {
    let hasher = hasher(small());
    for (stored, verdict) in [
        (ARGON2ID, Verdict::Right),
        (ARGON2ID_DEFAULT, Verdict::Right),
        (ARGON2I, Verdict::RightButOutdated),
        (ARGON2D, Verdict::RightButOutdated),
        (ARGON2I_VERSION_16, Verdict::RightButOutdated),
        (ARGON2I_NO_VERSION, Verdict::RightButOutdated),
        (DJANGO_ARGON2, Verdict::RightButOutdated),
        (DJANGO_ARGON2_SMALL, Verdict::RightButOutdated),
        (PBKDF2, Verdict::RightButOutdated),
    ] {
        assert_eq!(hasher.verify(PASSWORD, stored).await.unwrap(), verdict, "{stored}");
        assert_eq!(hasher.verify("correct horsf", stored).await.unwrap(), Verdict::Wrong, "{stored}");
        assert_eq!(hasher.verify("", stored).await.unwrap(), Verdict::Wrong, "{stored}");
    }
}

#[tokio::test]
async fn passwords_and_salts_count_as_utf_8() {
    let hasher = hasher(small());
    let pbkdf2 = "pbkdf2_sha256$7$söl$pQhUo7S1YrtlaSDNqQ5bJq9/5XunKdCJP/xyc+VYuus=";
    let argon2 =
        "$argon2id$v=19$m=64,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$jDOzSlZ4AmjtmLurog+JM91fp12MoJT2OmhtadblDKk";
    assert_eq!(hasher.verify("пароль é🔑", pbkdf2).await.unwrap(), Verdict::RightButOutdated);
    assert_eq!(hasher.verify("пароль é🔑", argon2).await.unwrap(), Verdict::Right);
}

#[tokio::test]
async fn a_hash_that_costs_less_than_configured_is_outdated() {
    for config in [
        PasswordConfig { memory_kib: 65, ..small() },
        PasswordConfig { passes: 3, ..small() },
        PasswordConfig { lanes: 2, ..small() },
    ] {
        let verdict = hasher(config).verify(PASSWORD, ARGON2ID).await.unwrap();
        assert_eq!(verdict, Verdict::RightButOutdated);
    }
}

#[tokio::test]
async fn a_hash_beyond_a_limit_is_wrong_even_with_the_right_password() {
    let at_the_limits =
        PasswordConfig { max_pbkdf2_iterations: 1000, max_memory_kib: 64, max_passes: 2, ..small() };
    let found = hasher(at_the_limits.clone());
    assert_eq!(found.verify(PASSWORD, PBKDF2).await.unwrap(), Verdict::RightButOutdated);
    assert_eq!(found.verify(PASSWORD, ARGON2ID).await.unwrap(), Verdict::Right);

    for (stored, limited) in [
        (PBKDF2, PasswordConfig { max_pbkdf2_iterations: 999, ..at_the_limits.clone() }),
        (ARGON2ID, PasswordConfig { memory_kib: 63, max_memory_kib: 63, ..at_the_limits.clone() }),
        (DJANGO_ARGON2_SMALL, PasswordConfig { memory_kib: 63, max_memory_kib: 63, ..at_the_limits.clone() }),
        (ARGON2ID, PasswordConfig { passes: 1, max_passes: 1, ..at_the_limits }),
    ] {
        assert_eq!(hasher(limited).verify(PASSWORD, stored).await.unwrap(), Verdict::Wrong, "{stored}");
    }
}

/// What no password fits.
const UNFIT: [&str; 20] = [
    "",
    "!",
    "!nc84uEmXwxzdGTSSrFJH7pliWDr3KatYIACUljTa",
    "correct horse",
    "$",
    "$$$$$",
    "bcrypt_sha256$$2b$12$dNVKDQmzGkpvd3wLMqZhaO",
    "pbkdf2_sha1$1000$salt$fLvsZ0QhwVHWsrjLsRqbPCJxbaE=",
    "pbkdf2_sha256$",
    "pbkdf2_sha256$1000$salt",
    "pbkdf2_sha256$1000$salt$",
    "pbkdf2_sha256$1000$salt$not base64",
    "pbkdf2_sha256$1000$salt$c2hvcnQ=",
    "pbkdf2_sha256$0$tQxYy9sUtnDcQ0hWvJ2Z1b$jEKTTSSATMwhGd0jiRsFWBzr63F4K7EI0W6ArqTp0RM=",
    "pbkdf2_sha256$-1$tQxYy9sUtnDcQ0hWvJ2Z1b$jEKTTSSATMwhGd0jiRsFWBzr63F4K7EI0W6ArqTp0RM=",
    "pbkdf2_sha256$5000001$tQxYy9sUtnDcQ0hWvJ2Z1b$jEKTTSSATMwhGd0jiRsFWBzr63F4K7EI0W6ArqTp0RM=",
    "pbkdf2_sha256$4294967297$tQxYy9sUtnDcQ0hWvJ2Z1b$jEKTTSSATMwhGd0jiRsFWBzr63F4K7EI0W6ArqTp0RM=",
    "$argon2id$v=19$m=4294967295,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$dPtrHTEawLtMiR9+/XloAkXZ+EtyrY+bvmHIbiufhk0",
    "$argon2id$v=19$m=64,t=4294967295,p=1$MDEyMzQ1Njc4OWFiY2RlZg$dPtrHTEawLtMiR9+/XloAkXZ+EtyrY+bvmHIbiufhk0",
    "$argon2id$v=19$m=64,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg",
];

#[tokio::test]
async fn what_no_password_fits_is_wrong() {
    let hasher = hasher(small());
    for stored in UNFIT {
        assert_eq!(hasher.verify(PASSWORD, stored).await.unwrap(), Verdict::Wrong, "{stored}");
    }
}

#[test]
fn what_no_password_fits_costs_what_a_current_hash_costs() {
    let hasher = hasher(small());
    let current = Work::current(&hasher.shared.current);
    assert_eq!(hasher.read(ARGON2ID).0.work(), &current);
    assert_eq!(hasher.shared.nobody.work(), &current);
    for stored in UNFIT {
        assert_eq!(hasher.read(stored).0.work(), &current, "{stored}");
    }
}

#[tokio::test]
async fn every_answer_takes_a_computation() {
    let hasher = hasher(PasswordConfig { concurrent: 1, queued: 0, ..small() });
    let turn = hasher.shared.queue.enter(None).await.unwrap();
    for stored in UNFIT.into_iter().chain([ARGON2ID, PBKDF2]) {
        assert!(matches!(hasher.verify(PASSWORD, stored).await, Err(PasswordError::Busy)), "{stored}");
    }
    assert!(matches!(hasher.verify_nobody(PASSWORD).await, Err(PasswordError::Busy)));
    assert!(matches!(hasher.hash(PASSWORD).await, Err(PasswordError::Busy)));

    drop(turn);
    assert!(hasher.verify_nobody(PASSWORD).await.is_ok());
    assert_eq!(hasher.verify(PASSWORD, ARGON2ID).await.unwrap(), Verdict::Right);
}

#[tokio::test]
async fn clones_share_the_bound() {
    let hasher = hasher(PasswordConfig { concurrent: 1, queued: 0, ..small() });
    let _turn = hasher.shared.queue.enter(None).await.unwrap();
    assert!(matches!(hasher.clone().hash(PASSWORD).await, Err(PasswordError::Busy)));
}

/// Randomness that comes when the test lets it: until then the computation stands still.
#[derive(Debug)]
struct Held(Mutex<mpsc::Receiver<()>>);

impl Random for Held {
    fn fill(&self, _bytes: &mut [u8]) {
        self.0.lock().unwrap().recv().unwrap();
    }
}

#[tokio::test]
async fn a_cancelled_request_keeps_its_turn_until_its_computation_ends() {
    let (let_go, held) = mpsc::channel();
    let config = PasswordConfig { concurrent: 1, queued: 0, ..small() };
    let hasher = PasswordHasher::new(config, Arc::new(Held(Mutex::new(held)))).unwrap();
    {
        let mut cancelled = pin!(hasher.hash(PASSWORD));
        assert!(cancelled.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }
    assert!(matches!(hasher.verify_nobody(PASSWORD).await, Err(PasswordError::Busy)));

    let_go.send(()).unwrap();
    while hasher.verify_nobody(PASSWORD).await.is_err() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_computation_that_panics_is_an_internal_error_and_frees_its_turn() {
    let (let_go, held) = mpsc::channel();
    drop(let_go);
    let config = PasswordConfig { concurrent: 1, queued: 0, ..small() };
    let hasher = PasswordHasher::new(config, Arc::new(Held(Mutex::new(held)))).unwrap();
    assert!(matches!(hasher.hash(PASSWORD).await, Err(PasswordError::Internal(_))));
    assert!(hasher.verify_nobody(PASSWORD).await.is_ok());
}

#[test]
fn a_hasher_is_not_made_of_a_config_that_cannot_work() {
    let config = PasswordConfig { passes: 0, ..PasswordConfig::default() };
    assert!(PasswordHasher::new(config, Arc::new(SameSalt)).is_err());
}
