//! The styles and scripts of the pages, which are embedded in the program.

use std::hash::{DefaultHasher, Hasher as _};
use std::sync::LazyLock;

use chatapi_core::http::{Access, Body, Call, HeaderValue, Response, Route};
use chatapi_core::{ChatApi, Error, Result};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

/// A file that is embedded.
struct Asset {
    name: &'static str,
    kind: &'static str,
    bytes: &'static [u8],
}

const CSS: &str = "text/css; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

static ASSETS: &[Asset] = &[
    Asset { name: "pages.css", kind: CSS, bytes: include_bytes!("../assets/pages.css") },
    #[cfg(feature = "browse")]
    Asset { name: "browse.css", kind: CSS, bytes: include_bytes!("../assets/browse.css") },
    #[cfg(feature = "browse")]
    Asset { name: "browse.js", kind: JAVASCRIPT, bytes: include_bytes!("../assets/browse.js") },
    #[cfg(feature = "docs")]
    Asset { name: "docs.css", kind: CSS, bytes: include_bytes!("../assets/docs.css") },
    #[cfg(feature = "docs")]
    Asset { name: "docs.js", kind: JAVASCRIPT, bytes: include_bytes!("../assets/docs.js") },
    #[cfg(feature = "docs")]
    Asset { name: "swagger-ui.css", kind: CSS, bytes: include_bytes!("../assets/swagger-ui/swagger-ui.css") },
    #[cfg(feature = "docs")]
    Asset {
        name: "swagger-ui.js",
        kind: JAVASCRIPT,
        bytes: include_bytes!("../assets/swagger-ui/swagger-ui-bundle.js"),
    },
];

/// What tells one edition of the assets from another.
static EDITION: LazyLock<String> = LazyLock::new(|| {
    let mut hasher = DefaultHasher::new();
    ASSETS.iter().for_each(|asset| hasher.write(asset.bytes));
    format!("{:016x}", hasher.finish())
});

/// Where an asset is, as seen from where the chat's paths begin. Its name changes with what it says, so that browsers may
/// keep it.
pub(crate) fn url(name: &str) -> String {
    format!("pages/{name}?v={}", *EDITION)
}

pub(crate) fn route() -> Route {
    Route::new("/pages/{file}/").named("Asset").access(Access::Public).unlisted().get(read)
}

async fn read(_: ChatApi, call: Call) -> Result<Response> {
    let name = call.param("file").unwrap_or_default();
    let asset = ASSETS.iter().find(|asset| asset.name == name).ok_or_else(Error::not_found)?;
    let mut response = Response::new(Body::Full(asset.bytes.into()));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(asset.kind));
    let lasting = if call.query("v") == Some(&EDITION) { FOR_EVER } else { "no-cache" };
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(lasting));
    Ok(response)
}

const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// What pages may load and do: their own styles and scripts, and requests to where they come from. Nothing inline.
pub(crate) const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
);
