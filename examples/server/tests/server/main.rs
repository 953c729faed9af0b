//! Drives the program as people do: by its command line, its signals and real sockets.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on ends in a panic that says why"
)]

mod admin;
mod backups;
mod chat_page;
mod compression;
mod connections;
mod example;
mod health;
mod import_django;
mod instances;
mod limits;
mod logs;
mod metrics;
mod missing;
mod outage;
mod outage_writes;
mod pgbouncer;
mod postman;
mod readme;
mod requests;
mod rooms;
mod search;
mod seed;
mod settings;
mod starts;
mod stops;
mod superuser;
mod support;
#[cfg(feature = "otlp")]
mod traces;
