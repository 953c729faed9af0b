//! `/schema/`: the API's document, in JSON or in YAML.

use chatapi_core::http::{Access, Body, Call, HeaderMap, HeaderValue, Response, Route};
use chatapi_core::{ChatApi, Error, Result};
use http::header::{ACCEPT, CONTENT_TYPE};

use crate::openapi::Document;
use crate::place;

pub(crate) fn routes() -> Vec<Route> {
    let open = |path: &'static str| Route::new(path).named("Schema").access(Access::Public).unlisted();
    vec![open("/schema/").get(document), open("/schema/{file}/").get(file)]
}

/// How the document is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Json,
    Yaml,
}

async fn document(api: ChatApi, call: Call) -> Result<Response> {
    let form = match call.query("format") {
        Some("json") => Form::Json,
        Some("yaml") => Form::Yaml,
        Some(_) => return Err(Error::not_found()),
        None => accepted(&call.head().headers),
    };
    write(&api, &place::server(&call, 1), form)
}

async fn file(api: ChatApi, call: Call) -> Result<Response> {
    let form = match call.param("file") {
        Some("openapi.json") => Form::Json,
        Some("openapi.yaml") => Form::Yaml,
        _ => return Err(Error::not_found()),
    };
    write(&api, &place::server(&call, 2), form)
}

/// JSON, unless YAML is named first.
fn accepted(headers: &HeaderMap) -> Form {
    let lists = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let mut named = lists.flat_map(|list| list.split(',')).filter_map(|kind| {
        match kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
            "application/yaml" | "application/x-yaml" | "text/yaml" | "application/vnd.oai.openapi" => {
                Some(Form::Yaml)
            }
            "application/json" | "application/vnd.oai.openapi+json" | "*/*" => Some(Form::Json),
            _ => None,
        }
    });
    named.next().unwrap_or(Form::Json)
}

fn write(api: &ChatApi, server: &str, form: Form) -> Result<Response> {
    let document = Document::new(api, server);
    let (text, kind) = match form {
        Form::Json => (document.to_json()?, "application/json"),
        Form::Yaml => (document.to_yaml()?, "application/yaml"),
    };
    let mut response = Response::new(Body::Full(text.into()));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    Ok(response)
}
