//! What a host says of its API as a whole.

use chatapi_core::ChatApi;
use serde_json::Value;

use crate::tree::Tree;

/// What a host says of its API as a whole, where the document would say something else by itself.
///
/// ```
/// use chatapi_openapi::{About, Security};
///
/// let about = About::default()
///     .title("Chat of the shop")
///     .server("https://shop.example.org/chat")
///     .security(Security::cookie("session").described("The shop's own log-in."));
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct About {
    title: Option<String>,
    description: Option<String>,
    servers: Vec<String>,
    security: Option<Security>,
}

impl About {
    /// The title, in place of the site's name.
    pub fn title(self, title: impl Into<String>) -> Self {
        Self { title: Some(title.into()), ..self }
    }

    /// The description in CommonMark, in place of what the document says of this API.
    pub fn description(self, description: impl Into<String>) -> Self {
        Self { description: Some(description.into()), ..self }
    }

    /// A URL that the paths begin at. Where none is named it is the one that the document itself was found below.
    pub fn server(mut self, url: impl Into<String>) -> Self {
        self.servers.push(url.into());
        self
    }

    /// How requests prove who asks. Where nothing is said it is by the access tokens of this chat's log-in; a chat without
    /// accounts says nothing.
    pub fn security(self, security: Security) -> Self {
        Self { security: Some(security), ..self }
    }

    pub(super) fn info(&self, api: &ChatApi) -> Tree {
        let title = self.title.clone().unwrap_or_else(|| api.config().accounts.site_name.clone());
        let description = self.description.clone().unwrap_or_else(|| description_of(api));
        Tree::object()
            .with("title", title)
            .with("version", env!("CARGO_PKG_VERSION"))
            .with("description", description)
    }

    /// The servers that were named, or else `found`.
    pub(super) fn servers(&self, found: &str) -> Tree {
        let url = |url: &str| Tree::object().with("url", url.to_owned());
        if self.servers.is_empty() {
            return Tree::from_iter([url(found)]);
        }
        self.servers.iter().map(|named| url(named)).collect()
    }

    pub(super) fn security_of(&self, api: &ChatApi) -> Option<Security> {
        let own = || {
            has_log_in(api).then(|| Security::bearer().described("The access token that a login returns."))
        };
        self.security.clone().or_else(own)
    }
}

/// How requests prove who asks: a security scheme of OpenAPI.
#[derive(Clone, Debug)]
#[must_use]
pub struct Security {
    pub(super) name: String,
    pub(super) scheme: Tree,
}

impl Security {
    /// By a token: `Authorization: Bearer …`.
    pub fn bearer() -> Self {
        let scheme = Tree::object().with("type", "http").with("scheme", "bearer").with("bearerFormat", "JWT");
        Self { name: "bearer".into(), scheme }
    }

    /// By a cookie of this name.
    pub fn cookie(name: impl Into<String>) -> Self {
        Self::api_key("cookie", name)
    }

    /// By a header of this name.
    pub fn header(name: impl Into<String>) -> Self {
        Self::api_key("header", name)
    }

    /// By another scheme, under a name: what OpenAPI calls a Security Scheme Object.
    pub fn other(name: impl Into<String>, scheme: Value) -> Self {
        Self { name: name.into(), scheme: scheme.into() }
    }

    /// What there is to know of it, in CommonMark.
    pub fn described(self, description: impl Into<String>) -> Self {
        Self { scheme: self.scheme.with("description", description.into()), ..self }
    }

    fn api_key(place: &'static str, name: impl Into<String>) -> Self {
        let scheme = Tree::object().with("type", "apiKey").with("in", place).with("name", name.into());
        Self { name: place.into(), scheme }
    }
}

fn has_log_in(api: &ChatApi) -> bool {
    api.routes().any(|route| route.path() == LOG_IN)
}

const LOG_IN: &str = "/auth/jwt/create/";

fn description_of(api: &ChatApi) -> String {
    let begin = if has_log_in(api) { WITH_ACCOUNTS } else { WITHOUT_ACCOUNTS };
    format!("{begin}{CONVENTIONS}")
}

const WITH_ACCOUNTS: &str = "Rooms, messages, accounts and tokens.

Log in at `/auth/jwt/create/`, and send the access token that it returns in the header `Authorization: Bearer …`.
";

const WITHOUT_ACCOUNTS: &str = "Rooms and messages.
";

const CONVENTIONS: &str = "
- Trailing slashes are optional.
- Every path supports `OPTIONS`, which returns its name and fields, and supports `HEAD` if it supports `GET`.
- Request bodies are JSON; the same fields may be sent as `application/x-www-form-urlencoded` or `multipart/form-data`. The \
    server respects the `charset` of a body. Responses are JSON; `Accept: application/json; indent=2` indents them, and \
    `?format=json` selects JSON in a browser.
- Lists ignore unknown parameters.
- Errors are `{\"detail\": \"…\"}`, or `{\"field\": [\"…\"]}` for each invalid field.
- Responses with status 429 and 503 have a `Retry-After` header with the number of seconds to wait.
";
