//! Answers, and the headers that each carries.

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER, VARY, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use serde::Serialize;

use super::highlights::Highlighted;
use super::negotiate::Style;
use super::{Body, Call, Response};
use crate::error::{Error, Result};
use crate::page::{Count, Page};

/// An answer in JSON.
///
/// # Errors
/// 500 where `body` has no JSON form.
pub fn json(status: StatusCode, body: &(impl Serialize + ?Sized)) -> Result<Response> {
    let text = serde_json::to_vec(body).map_err(|fault| Error::Internal(fault.into()))?;
    let mut response = empty(status);
    *response.body_mut() = Body::Full(escape_line_separators(text).into());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}

/// 200: here it is.
pub(super) fn ok(body: &(impl Serialize + ?Sized)) -> Result<Response> {
    json(StatusCode::OK, body)
}

/// 201: it was made.
pub(super) fn created(body: &(impl Serialize + ?Sized)) -> Result<Response> {
    json(StatusCode::CREATED, body)
}

/// 204: it was done.
pub(super) fn no_content() -> Result<Response> {
    Ok(empty(StatusCode::NO_CONTENT))
}

/// An answer without a body.
pub(super) fn empty(status: StatusCode) -> Response {
    let mut response = Response::new(Body::Full(Bytes::new()));
    *response.status_mut() = status;
    // Room for those that every answer carries: a map that grows moves what it has.
    *response.headers_mut() = HeaderMap::with_capacity(2 * ALWAYS.len());
    response
}

/// 200: a page, with the links to those around it.
pub(super) fn page<T: Serialize>(call: &Call, page: &Page<T>) -> Result<Response> {
    highlighted(call, page, None)
}

/// 200: a page, with the links to those around it, and what was found in its messages where that was asked for.
pub(super) fn highlighted<T: Serialize>(
    call: &Call,
    page: &Page<T>,
    highlights: Option<Vec<Highlighted>>,
) -> Result<Response> {
    #[derive(Serialize)]
    struct Shown<'a, T> {
        count: Count,
        next: Option<String>,
        previous: Option<String>,
        results: &'a [T],
        #[serde(skip_serializing_if = "Option::is_none")]
        highlights: Option<Vec<Highlighted>>,
    }
    let (previous, next) = call.page_links(page);
    let shown = Shown { count: page.count, next, previous, results: &page.results, highlights };
    counted(page.count, &shown)
}

/// 200: part of a list, with a header where its count is an estimate.
pub(super) fn counted(count: Count, body: &impl Serialize) -> Result<Response> {
    let mut response = ok(body)?;
    if let Count::Estimate(_) = count {
        response.headers_mut().insert(X_COUNT, HeaderValue::from_static("estimate"));
    }
    Ok(response)
}

/// Says that a count is an estimate. Where it is exact, the answer has the documented headers alone.
const X_COUNT: HeaderName = HeaderName::from_static("x-count");

/// What went wrong.
pub(super) fn error(error: &Error, challenge: Option<&'static str>) -> Response {
    let mut response = json(error.status(), &error.body()).unwrap_or_else(|_| empty(error.status()));
    if let Some(challenge) = challenge {
        response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
    }
    if let Some(seconds) = error.retry_after() {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    response
}

/// Names the methods that the path has.
pub(super) fn allow(response: &mut Response, methods: HeaderValue) {
    response.headers_mut().insert(ALLOW, methods);
}

/// The headers that the documented deployment gives every answer.
const ALWAYS: [(HeaderName, HeaderValue); 5] = [
    (VARY, HeaderValue::from_static("Accept")),
    (HeaderName::from_static("x-frame-options"), HeaderValue::from_static("DENY")),
    (HeaderName::from_static("x-content-type-options"), HeaderValue::from_static("nosniff")),
    (HeaderName::from_static("referrer-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
];

/// The last touches: layout, headers, and no body where the client asked for the head alone.
pub(super) fn finish(mut response: Response, method: &Method, style: Style) -> Response {
    for (name, value) in ALWAYS {
        response.headers_mut().entry(name).or_insert(value);
    }
    if let Body::Full(bytes) = response.body_mut() {
        if let Some(indent) = style.indent {
            *bytes = indented(bytes, indent).into();
        }
        let length = bytes.len();
        if *method == Method::HEAD {
            bytes.clear();
        }
        // RFC 9110, section 8.6: not with 204, and with 304 only the length that the client has already.
        if ![StatusCode::NO_CONTENT, StatusCode::NOT_MODIFIED].contains(&response.status()) {
            response.headers_mut().insert(CONTENT_LENGTH, length.into());
        }
    }
    response
}

/// JavaScript once took these two for line ends within strings, so the documented API escapes them.
fn escape_line_separators(text: Vec<u8>) -> Vec<u8> {
    if !text.windows(3).any(|three| matches!(three, [0xe2, 0x80, 0xa8 | 0xa9])) {
        return text;
    }
    match String::from_utf8(text) {
        Ok(text) => text.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029").into_bytes(),
        Err(odd) => odd.into_bytes(),
    }
}

/// JSON without blanks, laid out over lines.
fn indented(compact: &[u8], indent: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(compact.len() * 2);
    let mut depth = 0;
    let mut in_string = false;
    let mut escaped = false;
    let new_line = |out: &mut Vec<u8>, depth: usize| {
        out.push(b'\n');
        out.resize(out.len() + depth * indent, b' ');
    };
    for (at, &byte) in compact.iter().enumerate() {
        if in_string {
            out.push(byte);
            in_string = escaped || byte != b'"';
            escaped = !escaped && byte == b'\\';
            continue;
        }
        let empty = matches!(compact.get(at + 1), Some(b']' | b'}'));
        match byte {
            b'[' | b'{' => {
                out.push(byte);
                depth += 1;
                if !empty {
                    new_line(&mut out, depth);
                }
            }
            b']' | b'}' => {
                depth = depth.saturating_sub(1);
                if !matches!(compact.get(at.wrapping_sub(1)), Some(b'[' | b'{')) {
                    new_line(&mut out, depth);
                }
                out.push(byte);
            }
            b',' => {
                out.push(byte);
                new_line(&mut out, depth);
            }
            b':' => out.extend(b": "),
            byte => {
                in_string = byte == b'"';
                out.push(byte);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_laid_out_over_lines() {
        let compact = br#"{"a":[1,{"b":"x\",{y"}],"c":[],"d":{}}"#;
        let laid_out = "{\n  \"a\": [\n    1,\n    {\n      \"b\": \"x\\\",{y\"\n    }\n  ],\n  \"c\": [],\n  \"d\": {}\n}";
        assert_eq!(String::from_utf8(indented(compact, 2)).unwrap(), laid_out);
    }

    #[test]
    fn line_separators_are_escaped() {
        let response = json(StatusCode::OK, &"a\u{2028}b").unwrap();
        let Body::Full(body) = response.into_body() else { panic!("a stream") };
        assert_eq!(body, "\"a\\u2028b\"".as_bytes());
    }
}
