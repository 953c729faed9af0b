#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(any(feature = "browse", feature = "docs"))]
mod assets;
#[cfg(feature = "browse")]
mod browse;
#[cfg(feature = "docs")]
mod docs;
mod openapi;
mod place;
mod schema;
mod tree;

use chatapi_core::ChatApiBuilder;

pub use openapi::{About, Document, Security};

/// Adds the pages to a chat: `/schema/`, and with the features of those names `/docs/` and what browsers get from endpoints.
///
/// The paths are `/schema/`, `/schema/{file}` with `openapi.json` and `openapi.yaml`, `/docs/`, and `/pages/{file}`, where
/// their styles and scripts are.
pub fn add(builder: ChatApiBuilder) -> ChatApiBuilder {
    add_with(builder, About::default())
}

/// The same, with what the host says of its API as a whole.
pub fn add_with(builder: ChatApiBuilder, about: About) -> ChatApiBuilder {
    let builder = schema::routes(about).into_iter().fold(builder, ChatApiBuilder::route);
    #[cfg(any(feature = "browse", feature = "docs"))]
    let builder = builder.route(assets::route());
    #[cfg(feature = "docs")]
    let builder = builder.route(docs::route());
    #[cfg(feature = "browse")]
    let builder = builder.pages(browse::Browsable);
    builder
}
