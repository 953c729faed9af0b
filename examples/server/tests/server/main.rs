//! Drives the program as people do: by its command line, its signals and real sockets.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on ends in a panic that says why"
)]

mod admin;
mod instances;
mod outage;
mod readme;
mod requests;
mod settings;
mod starts;
mod stops;
mod superuser;
mod support;
