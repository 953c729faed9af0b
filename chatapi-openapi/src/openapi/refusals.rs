//! How endpoints refuse and fail. The texts are those of the errors themselves.

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use chatapi_core::error::Unauthenticated;
use chatapi_core::http::{Endpoint, Route, StatusCode};
use chatapi_core::{ChatApi, Error};

use super::schemas::Schemas;
use crate::tree::Tree;

/// The refusals that operations refer to, by their status.
#[derive(Debug)]
pub(super) struct Refusals {
    body_limit: usize,
    met: BTreeMap<StatusCode, Tree>,
    house: Option<Tree>,
}

impl Refusals {
    pub(super) fn new(api: &ChatApi) -> Self {
        Self { body_limit: api.config().body_limit, met: BTreeMap::new(), house: None }
    }

    /// Refers to the refusal of this status.
    pub(super) fn refer_to(&mut self, status: StatusCode) -> Tree {
        let reference = format!("#/components/responses/{}", name(status));
        self.met.entry(status).or_insert_with(|| refusal(status, self.body_limit));
        Tree::object().with("$ref", reference)
    }

    /// 400 of an endpoint: faults of what it takes, by name, in a schema named after it. Where it takes nothing, the refusal of
    /// any endpoint.
    pub(super) fn invalid(
        &mut self,
        route: &Route,
        endpoint: &Endpoint,
        name: &str,
        schemas: &mut Schemas,
    ) -> Tree {
        let status = StatusCode::BAD_REQUEST;
        let names = route.invalid_names(endpoint);
        if names.is_empty() {
            return self.refer_to(status);
        }
        let takes_body = !route.fields_of(endpoint).is_empty();
        let text = |about: &'static str| Tree::object().with("type", "string").with("description", about);
        let mut faults = Tree::object();
        for name in names {
            let texts =
                Tree::object().with("type", "array").with("items", Tree::object().with("type", "string"));
            faults.set(name, texts);
        }
        faults.set("detail", text("The error, if the whole request is invalid."));
        if endpoint.doc().asks_hooks {
            faults
                .set("code", text("A machine-readable code, if the service's own rules reject the request."));
        }
        let schema = Tree::object()
            .with("type", "object")
            .with("description", "The errors of each field.")
            .with("properties", faults)
            .with("additionalProperties", false);
        let by_name = schemas.named(format!("{name}Errors"), schema);
        let schema = if takes_body {
            by_name
        } else {
            let whole = Tree::object().with("$ref", "#/components/schemas/Faults");
            Tree::object().with("anyOf", Tree::from_iter([by_name, whole]))
        };
        let media = Tree::object().with("schema", schema);
        Tree::object()
            .with("description", description(status))
            .with("content", Tree::object().with("application/json", media))
    }

    /// Refers to what the host's own rules say.
    pub(super) fn refer_to_the_house(&mut self) -> Tree {
        self.house.get_or_insert_with(|| {
            let schema = Tree::object().with("$ref", "#/components/schemas/Detail");
            let media = Tree::object().with("schema", schema);
            Tree::object()
                .with("description", "The rules of this service reject the request.")
                .with("content", Tree::object().with("application/json", media))
        });
        Tree::object().with("$ref", "#/components/responses/HouseRules")
    }

    /// The refusals that were referred to.
    pub(super) fn into_tree(self) -> Tree {
        let named = self.met.into_iter().map(|(status, refusal)| (name(status), refusal));
        let named = named.chain(self.house.map(|house| ("HouseRules".to_owned(), house)));
        named.fold(Tree::object(), |all, (name, refusal)| all.with(name, refusal))
    }

    /// The schemas, and those of what refusals say.
    pub(super) fn schemas(&self, mut schemas: Schemas) -> Schemas {
        let text = || Tree::object().with("type", "string");
        let texts = || Tree::object().with("type", "array").with("items", text());
        let tried = ["token_class", "token_type", "message"];
        let tried = tried.into_iter().fold(Tree::object(), |all, name| all.with(name, text()));
        let tried = Tree::object().with("type", "object").with("properties", tried);
        let detail = Tree::object()
            .with("type", "object")
            .with("description", "An error that concerns the whole request.")
            .with(
                "properties",
                Tree::object()
                    .with("detail", text().with("description", "A human-readable message."))
                    .with(
                        "code",
                        text().with(
                            "description",
                            "A machine-readable code; present if clients need to distinguish errors.",
                        ),
                    )
                    .with("messages", Tree::object().with("type", "array").with("items", tried)),
            )
            .with("required", Tree::from_iter(["detail"]));
        schemas.named("Detail", detail);
        let faults = Tree::object()
            .with("type", "object")
            .with(
                "description",
                "The errors of each field; errors that concern several fields are in `non_field_errors`.",
            )
            .with("additionalProperties", texts());
        schemas.named("FieldErrors", faults);
        schemas.named("Faults", texts().with("description", "The errors of a single value."));
        schemas
    }
}

/// `NotFound`
fn name(status: StatusCode) -> String {
    let reason = status.canonical_reason().map_or_else(|| status.as_str().to_owned(), str::to_owned);
    reason.split(' ').collect()
}

fn refusal(status: StatusCode, body_limit: usize) -> Tree {
    let shapes: &[&str] = match status {
        StatusCode::BAD_REQUEST => &["FieldErrors", "Detail", "Faults"],
        _ => &["Detail"],
    };
    let mut schemas =
        shapes.iter().map(|shape| Tree::object().with("$ref", format!("#/components/schemas/{shape}")));
    let schema = match (schemas.next(), schemas.len()) {
        (Some(only), 0) => only,
        (first, _) => Tree::object().with("anyOf", Tree::from_iter(first.into_iter().chain(schemas))),
    };
    let examples = examples(status, body_limit).into_iter().fold(Tree::object(), |all, (name, error)| {
        let body = serde_json::to_value(error.body()).unwrap_or_default();
        all.with(name, Tree::object().with("value", body))
    });
    let media = Tree::object().with("schema", schema).with("examples", examples);
    Tree::object()
        .with("description", description(status))
        .with_some("headers", headers(status))
        .with("content", Tree::object().with("application/json", media))
}

pub(super) fn description(status: StatusCode) -> String {
    let known = match status {
        StatusCode::BAD_REQUEST => "The request is invalid; the body contains the errors of each field.",
        StatusCode::UNAUTHORIZED => "Credentials are missing, invalid or expired.",
        StatusCode::FORBIDDEN => "The user is not allowed to do this.",
        StatusCode::NOT_FOUND => "The object does not exist, or the user may not see it.",
        StatusCode::NOT_ACCEPTABLE => {
            "No media type in `Accept` is available: the server offers JSON, and HTML if it has pages."
        }
        StatusCode::CONFLICT => "Another request changed the object; read it again.",
        StatusCode::PAYLOAD_TOO_LARGE => "The request body is too large.",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            "The type or the encoding of the request body is not supported."
        }
        StatusCode::TOO_MANY_REQUESTS => "The rate limit was exceeded.",
        StatusCode::INTERNAL_SERVER_ERROR => "The server failed; the cause is in its log.",
        StatusCode::SERVICE_UNAVAILABLE => {
            "The server is temporarily unavailable; a write may have happened."
        }
        _ => return status.canonical_reason().unwrap_or("The request was rejected.").to_owned(),
    };
    known.to_owned()
}

/// An error of each kind that the status stands for.
fn examples(status: StatusCode, limit: usize) -> Vec<(&'static str, Error)> {
    let cause = || io::Error::other("").into();
    match status {
        StatusCode::BAD_REQUEST => vec![
            ("field", Error::required("name")),
            ("several_fields", Error::non_field("Admin must be a user in the room.")),
            ("unreadable", Error::unreadable("JSON parse error - expected value at line 1 column 1")),
        ],
        StatusCode::UNAUTHORIZED => vec![
            ("missing", Unauthenticated::Missing.into()),
            ("bad_token", Unauthenticated::BadAccessToken.into()),
            ("bad_log_in", Unauthenticated::NoActiveAccount.into()),
        ],
        StatusCode::FORBIDDEN => vec![("forbidden", Error::forbidden())],
        StatusCode::NOT_FOUND => vec![
            ("not_found", Error::not_found()),
            ("no_such_thing", Error::no_such("Room")),
            ("no_such_page", Error::no_such_page()),
        ],
        StatusCode::NOT_ACCEPTABLE => vec![("not_acceptable", Error::NotAcceptable)],
        StatusCode::CONFLICT => {
            vec![("conflict", Error::Conflict("Other requests are changing the room; try again.".into()))]
        }
        StatusCode::PAYLOAD_TOO_LARGE => vec![("too_large", Error::TooLarge { limit })],
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            vec![("unsupported", Error::UnsupportedMediaType("text/plain".into()))]
        }
        StatusCode::TOO_MANY_REQUESTS => {
            vec![("throttled", Error::TooManyRequests { retry_after: Duration::from_secs(5) })]
        }
        StatusCode::INTERNAL_SERVER_ERROR => vec![("failed", Error::Internal(cause()))],
        StatusCode::SERVICE_UNAVAILABLE => vec![("unavailable", Error::Unavailable(cause()))],
        _ => Vec::new(),
    }
}

fn headers(status: StatusCode) -> Option<Tree> {
    let header = |name: &'static str, about: &'static str, kind: &'static str| {
        let schema = Tree::object().with("type", kind);
        Tree::object().with(name, Tree::object().with("description", about).with("schema", schema))
    };
    match status {
        StatusCode::UNAUTHORIZED => Some(header("WWW-Authenticate", "The authentication scheme.", "string")),
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
            Some(header("Retry-After", "The number of seconds to wait.", "integer"))
        }
        _ => None,
    }
}
