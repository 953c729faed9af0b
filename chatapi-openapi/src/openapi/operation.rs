//! An endpoint as an operation of the document.

use chatapi_core::http::{Endpoint, Field, Method, Parameter, Route, Shape, StatusCode};

use super::refusals::{self, Refusals};
use super::schemas::{Schemas, body_example, example};
use super::{Security, security};
use crate::tree::Tree;

pub(super) fn operation(
    route: &Route,
    endpoint: &Endpoint,
    by: Option<&Security>,
    schemas: &mut Schemas,
    refusals: &mut Refusals,
) -> Tree {
    let doc = endpoint.doc();
    let id = id(route, endpoint);
    let summary = if doc.summary.is_empty() { route.name().to_owned() } else { doc.summary.to_owned() };
    let about = if doc.about.is_empty() { route.description().to_owned() } else { doc.about.to_owned() };
    let parameters = path_parameters(route, schemas)
        .into_iter()
        .chain(doc.query.iter().map(|query| parameter(query, "query", schemas)));
    let parameters: Vec<Tree> = parameters.collect();
    Tree::object()
        .with("tags", Tree::from_iter([tag(route)]))
        .with_text("summary", summary)
        .with_text("description", about)
        .with("operationId", id.clone())
        .with_some("parameters", (!parameters.is_empty()).then_some(Tree::List(parameters)))
        .with_some("requestBody", body(route, endpoint, &id, schemas))
        .with("responses", responses(route, endpoint, &id, schemas, refusals))
        .with_some("security", security(endpoint.access(), by))
}

/// The heading that a route stands under: its own, or the beginning of its path.
pub(super) fn tag(route: &Route) -> String {
    if !route.tag().is_empty() {
        return route.tag().to_owned();
    }
    capitalised(route.path().split('/').find(|part| !part.is_empty()).unwrap_or("root"))
}

/// The name of an endpoint for programs: its own, or one made of its method and its path.
fn id(route: &Route, endpoint: &Endpoint) -> String {
    if !endpoint.doc().id.is_empty() {
        return endpoint.doc().id.to_owned();
    }
    let parts = route.path().split(|letter: char| !letter.is_alphanumeric()).filter(|part| !part.is_empty());
    let method = endpoint.method().as_str().to_ascii_lowercase();
    parts.fold(method, |id, part| id + "_" + part)
}

fn path_parameters(route: &Route, schemas: &mut Schemas) -> Vec<Tree> {
    let names = route.path().split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let described = |name: &str| route.parameters().iter().find(|known| known.name == name);
    names
        .map(|name| match described(name) {
            Some(known) => parameter(known, "path", schemas),
            None => Tree::object()
                .with("name", name.to_owned())
                .with("in", "path")
                .with("required", true)
                .with("schema", schemas.of(&Shape::Text)),
        })
        .collect()
}

fn parameter(parameter: &Parameter, place: &'static str, schemas: &mut Schemas) -> Tree {
    // An example of the parameter's own would be filled in by Swagger UI; of the schema's it is shown alone.
    let example = Tree::parse(parameter.example);
    let (own, shown) = if place == "path" { (example, None) } else { (None, example) };
    let schema = schemas.of(&parameter.shape);
    Tree::object()
        .with("name", parameter.name)
        .with("in", place)
        // Said where it is false as well: some programs that read the document want it.
        .with("required", place == "path")
        .with_text("description", parameter.about)
        .with("schema", schema.with_some("examples", shown.map(|example| Tree::from_iter([example]))))
        .with_some("example", own)
}

fn body(route: &Route, endpoint: &Endpoint, id: &str, schemas: &mut Schemas) -> Option<Tree> {
    let fields = route.fields_of(endpoint);
    if fields.is_empty() {
        return None;
    }
    let is_partial = endpoint.method() == Method::PATCH;
    let is_needed = !is_partial && fields.iter().any(Field::is_required);
    let schema = schemas.body(fields, is_partial);
    let schema = schemas.named(camel(id) + "Body", schema);
    let media = Tree::object().with("schema", schema).with("example", body_example(fields));
    // Forms say the same, as the description of the whole has it. Generators make one parameter of each type that is named
    // here, and some send all of them at once.
    let content = Tree::object().with("application/json", media);
    Some(Tree::object().with("required", is_needed).with("content", content))
}

fn responses(
    route: &Route,
    endpoint: &Endpoint,
    id: &str,
    schemas: &mut Schemas,
    refusals: &mut Refusals,
) -> Tree {
    let mut responses = Tree::object();
    responses = match endpoint.doc().answer {
        Some((status, shape)) => responses.with(status.as_str().to_owned(), answer(shape, endpoint, schemas)),
        None => responses.with("2XX", Tree::object().with("description", "The operation succeeded.")),
    };
    for status in route.refusals_of(endpoint) {
        // A response with a content promises one.
        let refusal = if status == StatusCode::BAD_REQUEST && !endpoint.doc().wordless.contains(&status) {
            refusals.invalid(route, endpoint, &camel(id), schemas)
        } else if endpoint.doc().wordless.contains(&status) {
            Tree::object().with("description", refusals::description(status))
        } else {
            refusals.refer_to(status)
        };
        responses = responses.with(status.as_str().to_owned(), refusal);
    }
    if endpoint.doc().asks_hooks {
        return responses.with("4XX", refusals.refer_to_the_house());
    }
    responses
}

fn answer(shape: Option<Shape>, endpoint: &Endpoint, schemas: &mut Schemas) -> Tree {
    let description = match shape {
        None => "The operation succeeded; the response has no body.".to_owned(),
        Some(shape) => described(&shape).unwrap_or_else(|| "The operation succeeded.".to_owned()),
    };
    let is_counted = endpoint.doc().query.iter().any(|parameter| parameter.name == "count");
    let estimate = Tree::object()
        .with("description", "Present if the count is an estimate.")
        .with("schema", Tree::object().with("type", "string").with("const", "estimate"));
    let content = shape.map(|shape| {
        let media = Tree::object().with("schema", schemas.of(&shape)).with_some("example", example(&shape));
        Tree::object().with("application/json", media)
    });
    Tree::object()
        .with("description", description)
        .with_some("headers", is_counted.then(|| Tree::object().with("X-Count", estimate)))
        .with_some("content", content)
}

/// What a response holds, in words.
fn described(shape: &Shape) -> Option<String> {
    match shape {
        Shape::Record(record) => Some(record.about.to_owned()),
        Shape::Either(shapes) => {
            let parts: Vec<_> = shapes.iter().rev().filter_map(described).collect();
            (!parts.is_empty()).then(|| parts.join(" Or: "))
        }
        _ => None,
    }
}

/// `create_room` as the beginning of a name: `CreateRoom`.
pub(super) fn camel(id: &str) -> String {
    id.split('_').map(capitalised).collect()
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
