//! The API's document in OpenAPI 3.1, made of the table of routes.

use chatapi_core::ChatApi;
use chatapi_core::http::Access;
use indexmap::{IndexMap, IndexSet};

use crate::tree::Tree;

mod operation;
mod refusals;
mod schemas;

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
        let mut schemas = Schemas::default();
        let mut refusals = Refusals::new(api);
        let mut paths: IndexMap<String, Tree> = IndexMap::new();
        let mut tags = IndexSet::new();
        for route in api.routes().filter(|route| route.is_listed()) {
            tags.insert(operation::tag(route));
            let path = paths.entry(route.path().to_owned()).or_insert_with(Tree::object);
            for endpoint in route.endpoints() {
                let operation = operation(route, endpoint, &mut schemas, &mut refusals);
                path.set(endpoint.method().as_str().to_ascii_lowercase(), operation);
            }
        }
        let bearer = Tree::object()
            .with("type", "http")
            .with("scheme", "bearer")
            .with("bearerFormat", "JWT")
            .with("description", "The access token that a log-in gives.");
        let paths = paths.into_iter().fold(Tree::object(), |all, (path, item)| all.with(path, item));
        let tags: Tree = tags.into_iter().map(|tag| Tree::object().with("name", tag)).collect();
        let components = Tree::object()
            .with("schemas", refusals.schemas(schemas).into_tree())
            .with("responses", refusals.into_tree())
            .with("securitySchemes", Tree::object().with("bearer", bearer));
        Self(
            Tree::object()
                .with("openapi", "3.1.0")
                .with("info", info(api))
                .with("servers", Tree::from_iter([Tree::object().with("url", server.to_owned())]))
                .with("tags", tags)
                .with("security", Tree::from_iter([required()]))
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

fn info(api: &ChatApi) -> Tree {
    Tree::object()
        .with("title", api.config().accounts.site_name.clone())
        .with("version", env!("CARGO_PKG_VERSION"))
        .with("description", DESCRIPTION)
}

const DESCRIPTION: &str = "Rooms, messages, accounts and tokens.

Log in at `/auth/jwt/create/`; the access token that it gives goes along as `Authorization: Bearer …`.

- Slashes at the end may be left out.
- Every path answers `OPTIONS` with its name and its fields, and `HEAD` where it answers `GET`.
- Bodies may be JSON, forms, or forms in parts. Answers are JSON; `Accept: application/json; indent=2` has it laid out, and \
    `?format=json` asks for it in a browser's address bar.
- What is wrong is told as `{\"detail\": \"…\"}`, or as `{\"field\": [\"…\"]}` for each field that is wrong.
- 429 and 503 say in `Retry-After` how many seconds to wait.
";

/// What an operation asks for: a token, one or none, or not even that one is looked at.
fn security(access: Access) -> Option<Tree> {
    match access {
        Access::Users => None,
        Access::Anyone => Some(Tree::from_iter([Tree::object(), required()])),
        Access::Public => Some(Tree::List(Vec::new())),
    }
}

fn required() -> Tree {
    Tree::object().with("bearer", Tree::List(Vec::new()))
}
