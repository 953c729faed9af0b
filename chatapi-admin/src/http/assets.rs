//! What pages are painted and moved by: part of the program, under names that change with it, so that browsers keep it.

use std::sync::LazyLock;

use chatapi_core::http::{Body, Response};
use chatapi_core::{Error, Result};
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use sha2::{Digest as _, Sha256};

use crate::request::AdminRequest;

struct Asset {
    name: LazyLock<String>,
    kind: &'static str,
    text: &'static str,
}

macro_rules! asset {
    ($file:literal, $extension:literal, $kind:literal) => {{
        const TEXT: &str = include_str!(concat!("../../assets/", $file, ".", $extension));
        Asset { name: LazyLock::new(|| named($file, $extension, TEXT)), kind: $kind, text: TEXT }
    }};
}

static STYLE: Asset = asset!("admin", "css", "text/css; charset=utf-8");
static SCRIPT: Asset = asset!("admin", "js", "text/javascript; charset=utf-8");
static ICON: Asset = asset!("icon", "svg", "image/svg+xml");

fn named(file: &str, extension: &str, text: &str) -> String {
    let hash = Sha256::digest(text.as_bytes());
    let hash: String = hash.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    format!("{file}-{hash}.{extension}")
}

pub(crate) fn style() -> &'static str {
    &STYLE.name
}

pub(crate) fn script() -> &'static str {
    &SCRIPT.name
}

pub(crate) fn icon() -> &'static str {
    &ICON.name
}

pub(super) async fn serve(request: AdminRequest) -> Result<Response> {
    let name = request.call.param("file").unwrap_or_default();
    let asset = [&STYLE, &SCRIPT, &ICON].into_iter().find(|asset| *asset.name == name);
    let asset = asset.ok_or_else(Error::not_found)?;
    let mut response = Response::new(Body::Full(asset.text.into()));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(asset.kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    Ok(response)
}
