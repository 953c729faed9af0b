//! What is measured of ChatAPI: the data, the questions that are asked of it, and the report. `cargo xtask bench` runs it all.

pub mod data;
pub mod load;
pub mod questions;

pub mod chat;
pub mod client;
pub mod server;

pub mod rates;
pub mod series;
pub mod statements;
pub mod warm;

pub mod report;
pub mod run;

/// What goes wrong in a bench: it is shown to whoever runs it, and the bench ends.
pub type Result<T, E = Box<dyn std::error::Error + Send + Sync>> = std::result::Result<T, E>;
