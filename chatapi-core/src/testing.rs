//! For tests alone: a chat for those who embed one, and the suites that prove a store or an adapter.

#[cfg(feature = "suites")]
mod cases;
#[cfg(feature = "suites")]
mod harness;
#[cfg(feature = "suites")]
pub mod http_suite;
#[cfg(all(feature = "suites", feature = "postgres"))]
pub mod postgres;
#[cfg(feature = "suites")]
pub mod store_suite;
mod test_chat;

pub use test_chat::{TestAnswer, TestChat, TestRequest};
