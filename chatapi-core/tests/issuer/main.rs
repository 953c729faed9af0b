//! Tokens that another issuer signed are taken where they are good, and no others.
#![cfg(feature = "jwt-issuers")]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot be set up ends in a panic that says why"
)]

mod claims;
#[cfg(feature = "jwks")]
mod jwks;
mod keys;
mod signatures;
mod support;
mod users;
