//! The suites that prove a store or an adapter: for tests alone.

#[cfg(feature = "postgres")]
pub mod postgres;
pub mod http_suite;
pub mod store_suite;
