//! Whether an answer is one that the document promises.

use chatapi_core::http::{Endpoint, Record, Route, Shape};
use http::{Method, StatusCode};
use serde_json::Value;

/// What an answer says that its endpoint's documentation does not.
pub(super) fn surprise(route: &Route, method: &Method, status: u16, body: &str) -> Option<String> {
    let endpoint = route.endpoint(method).filter(|_| *method != Method::OPTIONS)?;
    let doc = endpoint.doc();
    let (good, shape) = doc.answer?;
    let status = StatusCode::from_u16(status).unwrap();
    if status != good {
        let is_known =
            route.refusals_of(endpoint).contains(&status) || (doc.asks_hooks && status.is_client_error());
        if !is_known {
            return Some(format!("the status {status}"));
        }
        return if status == StatusCode::BAD_REQUEST { unnamed(route, endpoint, body) } else { None };
    }
    match shape {
        Some(_) if *method == Method::HEAD => None,
        Some(shape) => differs(&shape, &serde_json::from_str(body).ok()?, "it"),
        None => (!body.is_empty()).then(|| format!("the body {body}")),
    }
}

/// What a 400 names that the endpoint does not take.
fn unnamed(route: &Route, endpoint: &Endpoint, body: &str) -> Option<String> {
    let body: Value = serde_json::from_str(body).ok()?;
    let known = route.invalid_names(endpoint);
    let is_known = |name: &str| known.contains(&name) || ["detail", "code"].contains(&name);
    let odd = body.as_object()?.keys().find(|name| !known.is_empty() && !is_known(name))?;
    Some(format!("the name {odd}"))
}

fn differs(shape: &Shape, value: &Value, at: &str) -> Option<String> {
    let fits = match shape {
        Shape::Anything | Shape::Schema(_) => true,
        Shape::Boolean => value.is_boolean(),
        Shape::Integer => value.is_i64(),
        Shape::Within { least, most } => {
            value.as_i64().is_some_and(|number| (*least..=*most).contains(&number))
        }
        Shape::Text | Shape::Prose | Shape::Secret | Shape::Email | Shape::Moment => value.is_string(),
        Shape::Url => value.as_str().is_some_and(|url| url.starts_with("http")),
        Shape::Choice(words) => value.as_str().is_some_and(|word| words.contains(&word)),
        Shape::Nullable(_) if value.is_null() => true,
        Shape::Nullable(shape) => return differs(shape, value, at),
        Shape::List(shape) => match value.as_array() {
            Some(items) => return items.iter().find_map(|item| differs(shape, item, &format!("{at}[]"))),
            None => false,
        },
        Shape::Map(shape) => match value.as_object() {
            Some(fields) => return fields.values().find_map(|item| differs(shape, item, &format!("{at}.*"))),
            None => false,
        },
        Shape::Record(record) => match value.as_object() {
            Some(fields) => return record_differs(record, fields, at),
            None => false,
        },
        Shape::Either(shapes) => shapes.iter().any(|shape| differs(shape, value, at).is_none()),
        unknown => return Some(format!("the suite does not know the shape {unknown:?} of {at}")),
    };
    (!fits).then(|| format!("{at} is {value}"))
}

fn record_differs(record: &Record, fields: &serde_json::Map<String, Value>, at: &str) -> Option<String> {
    let odd = fields.keys().find(|name| !record.properties.iter().any(|known| known.name == **name));
    if let Some(odd) = odd {
        return Some(format!("{at}.{odd}"));
    }
    record.properties.iter().find_map(|known| match fields.get(known.name) {
        Some(value) => differs(&known.shape, value, &format!("{at}.{}", known.name)),
        None => known.is_required.then(|| format!("no {at}.{}", known.name)),
    })
}
