#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

use chatapi_core::http::Route;

pub mod options;
pub mod store;

mod csrf;
mod fields;
mod http;
mod policy;
mod request;
mod session;
mod site;
mod throttle;
mod view;

pub use chatapi_core::permission::Level;
pub use options::Options;
pub use store::AdminStore;

/// The site's pages as rows of the chat's table: `builder.routes(chatapi_admin::routes(store, Options::default()))`. Have the
/// store's [`AdminStore::migrate`] done after the chat's own, before the first request.
pub fn routes(store: impl AdminStore + 'static, options: Options) -> Vec<Route> {
    http::routes(&site::Site::new(store, options))
}
