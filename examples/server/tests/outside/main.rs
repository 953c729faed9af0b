//! Drives the server with what people drive it with: a browser, Postman's runner, a tester of OpenAPI documents, and proxies.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on ends in a panic that says why"
)]

#[path = "../server"]
mod server {
    #[expect(dead_code, reason = "the other tests use what these do not")]
    pub(crate) mod support;
}

mod admin;
mod browser;
mod chat;
mod collection;
mod generators;
mod pages;
mod proxies;
mod schema;
mod site;

use server::support;
