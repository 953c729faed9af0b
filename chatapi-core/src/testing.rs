//! The suites that prove a store or an adapter: for tests alone.

mod facts;
pub mod http_suite;
#[cfg(feature = "postgres")]
pub mod postgres;
pub mod store_suite;
