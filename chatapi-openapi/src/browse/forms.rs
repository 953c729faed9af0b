//! What a page has to fill in: the fields that an endpoint takes, with what is known of their values and their faults.

use chatapi_core::http::{Call, Endpoint, Field, Method, Shape, Shown, StatusCode};
use serde_json::Value;

use super::prose;
use crate::tree::Tree;

/// A form, and the methods that it may be sent by.
pub(super) struct Form {
    pub(super) id: &'static str,
    pub(super) title: String,
    pub(super) methods: Vec<String>,
    pub(super) controls: Vec<Control>,
    /// The same as JSON.
    pub(super) raw: String,
    /// What is wrong with several fields.
    pub(super) errors: Vec<String>,
}

/// Something to fill in.
pub(super) struct Control {
    pub(super) name: &'static str,
    pub(super) label: String,
    /// Already HTML.
    pub(super) help: String,
    pub(super) value: String,
    pub(super) is_required: bool,
    pub(super) max_length: Option<usize>,
    pub(super) errors: Vec<String>,
    pub(super) kind: Kind,
}

/// How something is filled in.
pub(super) enum Kind {
    /// An `input` of this type, whose value is JSON of that kind.
    Input { kind: &'static str, json: &'static str },
    /// A text of many lines.
    Prose,
    /// One of these words.
    Choice { words: &'static [&'static str], json: &'static str },
}

impl Control {
    /// What the value becomes in JSON.
    pub(super) fn json(&self) -> &'static str {
        match self.kind {
            Kind::Input { json, .. } | Kind::Choice { json, .. } => json,
            Kind::Prose => "text",
        }
    }
}

/// What was sent and what came back, as far as forms begin with it.
pub(super) struct Sent<'a> {
    method: Method,
    status: StatusCode,
    /// The body of the request.
    said: Value,
    answer: &'a Value,
}

impl<'a> Sent<'a> {
    pub(super) fn new(call: &Call, status: StatusCode, answer: &'a Value) -> Self {
        let said = serde_json::from_slice(call.body()).unwrap_or_default();
        Self { method: call.head().method.clone(), status, said, answer }
    }

    /// What a field of a form begins with: what was sent in vain, or what the thing has.
    fn value(&self, methods: &[&Method], field: &str) -> Option<&Value> {
        let was_sent = methods.contains(&&self.method);
        let is_of_a_thing = !methods.contains(&&Method::POST) && self.method != Method::OPTIONS;
        match self.status.is_success() {
            false if was_sent => self.said.get(field),
            true if is_of_a_thing => self.answer.get(field),
            _ => None,
        }
    }

    fn errors(&self, methods: &[&Method], field: &str) -> Vec<String> {
        if self.status != StatusCode::BAD_REQUEST || !methods.contains(&&self.method) {
            return Vec::new();
        }
        let faults = self.answer.get(field).and_then(Value::as_array).into_iter().flatten();
        faults.filter_map(|fault| fault.as_str().map(str::to_owned)).collect()
    }
}

/// The forms that make a thing, and that change it.
pub(super) fn forms(shown: &Shown<'_>, sent: &Sent<'_>) -> Vec<Form> {
    let post = form(shown, sent, "post", &[Method::POST]);
    let put = form(shown, sent, "put", &[Method::PUT, Method::PATCH]);
    post.into_iter().chain(put).collect()
}

/// The question before a thing is deleted, and what has to be filled in for it.
pub(super) fn deletion(shown: &Shown<'_>, sent: &Sent<'_>) -> Option<Form> {
    form(shown, sent, "delete", &[Method::DELETE])
}

fn form(shown: &Shown<'_>, sent: &Sent<'_>, id: &'static str, methods: &[Method]) -> Option<Form> {
    let offered = shown.offers.iter().filter(|endpoint| methods.contains(endpoint.method()));
    let offered: Vec<&Endpoint> = offered.copied().collect();
    let first = *offered.first()?;
    let methods: Vec<&Method> = offered.iter().map(|endpoint| endpoint.method()).collect();
    let fields = shown.route.fields_of(first).iter().filter(|field| !field.is_read_only());
    let mut raw = Tree::object();
    let mut controls = Vec::new();
    for field in fields {
        let value = sent.value(&methods, field.name());
        raw = raw.with(field.name(), raw_value(&field.shape(), value));
        controls.push(Control { errors: sent.errors(&methods, field.name()), ..control(field, value) });
    }
    // Of the two that change a thing, the one that may leave things out says what it is about.
    let summary = offered.last().map_or("", |last| last.doc().summary);
    Some(Form {
        id,
        title: if summary.is_empty() { shown.route.name() } else { summary }.to_owned(),
        methods: methods.iter().map(ToString::to_string).collect(),
        controls,
        raw: serde_json::to_string_pretty(&raw).unwrap_or_default(),
        errors: sent.errors(&methods, chatapi_core::error::NON_FIELD),
    })
}

/// What the query of an endpoint may have, with what it has.
pub(super) fn filters(endpoint: &Endpoint, call: &Call) -> Vec<Control> {
    let controls = endpoint.doc().query.iter().map(|parameter| Control {
        name: parameter.name,
        label: parameter.name.to_owned(),
        help: prose::inline(parameter.about),
        value: call.query(parameter.name).unwrap_or_default().to_owned(),
        is_required: false,
        max_length: None,
        errors: Vec::new(),
        kind: kind(&parameter.shape),
    });
    controls.collect()
}

fn control(field: &Field, value: Option<&Value>) -> Control {
    let is_secret = matches!(field.shape(), Shape::Secret);
    Control {
        name: field.name(),
        label: field.label().to_owned(),
        help: prose::inline(field.help_text().unwrap_or_default()),
        value: value.filter(|_| !is_secret).map(text).unwrap_or_default(),
        is_required: field.is_required(),
        max_length: field.max_length(),
        errors: Vec::new(),
        kind: kind(&field.shape()),
    }
}

fn kind(shape: &Shape) -> Kind {
    let input = |kind, json| Kind::Input { kind, json };
    match shape {
        Shape::Integer | Shape::Within { .. } => input("number", "integer"),
        Shape::Prose => Kind::Prose,
        Shape::Secret => input("password", "text"),
        Shape::Email => input("email", "text"),
        Shape::Url => input("url", "text"),
        Shape::Boolean => Kind::Choice { words: &["true", "false"], json: "json" },
        Shape::Choice(words) => Kind::Choice { words, json: "text" },
        Shape::Nullable(shape) => kind(shape),
        Shape::List(Shape::Integer) => input("text", "integers"),
        Shape::List(_) | Shape::Map(_) | Shape::Record(_) | Shape::Anything | Shape::Schema(_) => {
            input("text", "json")
        }
        _ => input("text", "text"),
    }
}

/// A value as it stands in a control. Lists of things are those of their ids.
fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(|item| text(id(item))).collect::<Vec<_>>().join(", "),
        value => value.to_string(),
    }
}

/// What a thing is named by where it is sent: its id.
fn id(value: &Value) -> &Value {
    value.get("id").unwrap_or(value)
}

fn raw_value(shape: &Shape, value: Option<&Value>) -> Tree {
    match (value, shape) {
        (_, Shape::Secret) => "".into(),
        (Some(Value::Array(items)), _) => items.iter().map(|item| id(item).clone()).collect(),
        (Some(value), _) => value.clone().into(),
        (None, Shape::List(_)) => Tree::List(Vec::new()),
        (None, Shape::Text | Shape::Prose | Shape::Email | Shape::Url | Shape::Moment) => "".into(),
        (None, _) => Tree::Null,
    }
}
