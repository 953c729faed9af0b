#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod api;
pub mod config;
pub mod error;
pub mod ids;
pub mod rate_limit;

pub mod messages;
pub mod rooms;
pub mod users;

pub mod page;
pub mod permission;
pub mod search;
pub mod text;

#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub(crate) mod index;

pub mod auth;
pub mod health;
pub mod hooks;
pub mod mail;
pub mod observer;
pub mod stats;

pub mod clock;
pub mod random;

pub mod http;
mod indexer;
pub mod store;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub mod transaction;

pub use api::{ChatApi, ChatApiBuilder};
pub use auth::{Authenticator, CurrentUser};
pub use clock::{Clock, Timestamp};
pub use config::Config;
pub use error::{Error, Result};
pub use hooks::Hooks;
pub use ids::{MessageId, RoomId, UserId};
pub use observer::Observer;
pub use rate_limit::Limiter;
pub use store::Store;
