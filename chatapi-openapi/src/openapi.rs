//! The API's document in OpenAPI 3.1, made of the table of routes.

use chatapi_core::ChatApi;
use chatapi_core::http::Access;
use indexmap::{IndexMap, IndexSet};

use crate::tree::Tree;

mod about;
mod operation;
mod refusals;
mod schemas;

pub use about::{About, Security};
use operation::operation;
use refusals::Refusals;
use schemas::Schemas;

/// What the API's document says: every route that is a part of the API, with all that its row of the table says.
#[derive(Clone, Debug)]
pub struct Document(Tree);

impl Document {
    /// The document of a chat whose paths begin at `server`: `https://chat.example.org/chat`, or `/` for wherever the
    /// document itself was found.
    pub fn new(api: &ChatApi, server: &str) -> Self {
        Self::with(api, server, &About::default())
    }

    /// The same, with what the host says of it.
    pub fn with(api: &ChatApi, server: &str, about: &About) -> Self {
        let security = about.security_of(api);
        let mut schemas = Schemas::default();
        let mut refusals = Refusals::new(api);
        let mut paths: IndexMap<String, Tree> = IndexMap::new();
        let mut tags = IndexSet::new();
        for route in api.routes().filter(|route| route.is_listed()) {
            tags.insert(operation::tag(route));
            let path = paths.entry(route.path().to_owned()).or_insert_with(Tree::object);
            for endpoint in route.endpoints() {
                let operation = operation(route, endpoint, security.as_ref(), &mut schemas, &mut refusals);
                path.set(endpoint.method().as_str().to_ascii_lowercase(), operation);
            }
        }
        let paths = paths.into_iter().fold(Tree::object(), |all, (path, item)| all.with(path, item));
        let tags: Tree = tags.into_iter().map(|tag| Tree::object().with("name", tag)).collect();
        let components = Tree::object()
            .with("schemas", refusals.schemas(schemas).into_tree())
            .with("responses", refusals.into_tree())
            .with_some(
                "securitySchemes",
                security.as_ref().map(|by| Tree::object().with(by.name.clone(), by.scheme.clone())),
            );
        Self(
            Tree::object()
                .with("openapi", "3.1.0")
                .with("info", about.info(api))
                .with("servers", about.servers(server))
                .with("tags", tags)
                .with_some("security", security.as_ref().map(|by| Tree::from_iter([required(by)])))
                .with("paths", paths)
                .with("components", components),
        )
    }

    /// The document in JSON.
    ///
    /// # Errors
    /// None that is known of.
    pub fn to_json(&self) -> chatapi_core::Result<String> {
        serde_json::to_string_pretty(&self.0).map_err(|fault| chatapi_core::Error::Internal(fault.into()))
    }

    /// The document in YAML.
    ///
    /// # Errors
    /// None that is known of.
    pub fn to_yaml(&self) -> chatapi_core::Result<String> {
        serde_saphyr::to_string(&self.0).map_err(|fault| chatapi_core::Error::Internal(fault.into()))
    }
}

/// What an operation asks for, where that is not what the document says of all: a proof or none, or not even that one is
/// looked at.
fn security(access: Access, by: Option<&Security>) -> Option<Tree> {
    match access {
        Access::Users => None,
        Access::Anyone => by.map(|by| Tree::from_iter([Tree::object(), required(by)])),
        Access::Public => by.map(|_| Tree::List(Vec::new())),
    }
}

fn required(by: &Security) -> Tree {
    Tree::object().with(by.name.clone(), Tree::List(Vec::new()))
}
