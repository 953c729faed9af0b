#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "suites")]
mod cases;
#[cfg(feature = "suites")]
mod harness;
#[cfg(feature = "suites")]
pub mod http_suite;
#[cfg(feature = "postgres")]
pub mod postgres;
#[cfg(feature = "suites")]
pub mod store_suite;
mod test_chat;

pub use test_chat::{TestAnswer, TestChat, TestRequest};
