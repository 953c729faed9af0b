//! `/schema/`: the API's document, in JSON or in YAML.

use std::future::ready;

use chatapi_core::http::{Access, Body, Call, HeaderMap, HeaderValue, Response, Route};
use chatapi_core::{ChatApi, Error, Result};
use http::header::{ACCEPT, CONTENT_TYPE};

use crate::openapi::{About, Document};
use crate::place;

pub(crate) fn routes(about: About) -> Vec<Route> {
    let open = |path: &'static str| Route::new(path).named("Schema").access(Access::Public).unlisted();
    let same = about.clone();
    let document = move |api: ChatApi, call: Call| ready(document(&api, &call, &about));
    let file = move |api: ChatApi, call: Call| ready(file(&api, &call, &same));
    vec![open("/schema/").get(document), open("/schema/{file}/").get(file)]
}

/// How the document is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Json,
    Yaml,
}

fn document(api: &ChatApi, call: &Call, about: &About) -> Result<Response> {
    let form = match call.query("format") {
        Some("json") => Form::Json,
        Some("yaml") => Form::Yaml,
        Some(_) => return Err(Error::not_found()),
        None => accepted(&call.head().headers),
    };
    write(&Document::with(api, &place::server(call, 1), about), form)
}

fn file(api: &ChatApi, call: &Call, about: &About) -> Result<Response> {
    let form = match call.param("file") {
        Some("openapi.json") => Form::Json,
        Some("openapi.yaml") => Form::Yaml,
        _ => return Err(Error::not_found()),
    };
    write(&Document::with(api, &place::server(call, 2), about), form)
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

fn write(document: &Document, form: Form) -> Result<Response> {
    let (text, kind) = match form {
        Form::Json => (document.to_json()?, "application/json"),
        Form::Yaml => (document.to_yaml()?, "application/yaml"),
    };
    let mut response = Response::new(Body::Full(text.into()));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    Ok(response)
}
