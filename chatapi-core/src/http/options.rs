//! What `OPTIONS` tells of a path, in the form of the documented API.

use http::Method;
use indexmap::IndexMap;
use serde::{Serialize, Serializer};

use super::call::Call;
use super::doc::Shape;
use super::route::{Form, Route};
use super::{Response, response};
use crate::ChatApi;
use crate::error::Result;

/// A field that a method takes or an answer has.
#[derive(Clone, Copy, Debug, Serialize)]
#[non_exhaustive]
pub struct Field {
    #[serde(skip)]
    pub(crate) name: &'static str,
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    pub(crate) required: bool,
    pub(crate) read_only: bool,
    pub(crate) label: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) help_text: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_length: Option<usize>,
    #[serde(skip)]
    pub(crate) shape: Option<Shape>,
    #[serde(skip)]
    pub(crate) example: &'static str,
}

impl Field {
    /// A field that may be left out. `kind` is one of the documented API's: `string`, `integer`, `email`, `datetime`, `field`.
    pub const fn optional(name: &'static str, kind: &'static str, label: &'static str) -> Self {
        Self {
            name,
            kind,
            required: false,
            read_only: false,
            label,
            help_text: None,
            max_length: None,
            shape: None,
            example: "",
        }
    }

    /// A field that must be there.
    pub const fn required(name: &'static str, kind: &'static str, label: &'static str) -> Self {
        Self { required: true, ..Self::optional(name, kind, label) }
    }

    /// A field of the answer alone.
    pub const fn read_only(name: &'static str, kind: &'static str, label: &'static str) -> Self {
        Self { read_only: true, ..Self::optional(name, kind, label) }
    }

    /// At most this many characters.
    pub const fn at_most(self, max_length: usize) -> Self {
        Self { max_length: Some(max_length), ..self }
    }

    /// What to write into it.
    pub const fn help(self, help_text: &'static str) -> Self {
        Self { help_text: Some(help_text), ..self }
    }

    /// What its value looks like, where its kind does not tell.
    pub const fn shaped(self, shape: Shape) -> Self {
        Self { shape: Some(shape), ..self }
    }

    /// A value, in JSON.
    pub const fn example(self, example: &'static str) -> Self {
        Self { example, ..self }
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Whether it must be there.
    pub fn is_required(&self) -> bool {
        self.required
    }

    /// Whether answers alone have it.
    pub fn is_read_only(&self) -> bool {
        self.read_only
    }

    /// What people call it.
    pub fn label(&self) -> &'static str {
        self.label
    }

    /// What to write into it.
    pub fn help_text(&self) -> Option<&'static str> {
        self.help_text
    }

    /// How many characters it may have.
    pub fn max_length(&self) -> Option<usize> {
        self.max_length
    }

    /// What its value looks like.
    pub fn shape(&self) -> Shape {
        self.shape.unwrap_or(match self.kind {
            "integer" | "field" => Shape::Integer,
            "boolean" => Shape::Boolean,
            "email" => Shape::Email,
            "datetime" => Shape::Moment,
            _ => Shape::Text,
        })
    }

    /// A value, in JSON; empty where there is none to show.
    pub fn sample(&self) -> &'static str {
        self.example
    }
}

#[derive(Serialize)]
struct Described<'a> {
    name: &'a str,
    description: &'a str,
    renders: [&'static str; 2],
    parses: [&'static str; 3],
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    actions: IndexMap<&'static str, Fields>,
}

struct Fields(&'static [Field]);

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|field| (field.name, field)))
    }
}

impl Form {
    /// Whether it is told to whoever calls.
    pub(super) async fn is_for(&self, api: &ChatApi, call: &Call) -> bool {
        match &self.guard {
            None => true,
            Some(guard) => guard.handle(api.clone(), call.clone()).await.is_ok(),
        }
    }
}

/// Tells name, description, media types, and the fields of those methods that the user may use.
pub(super) async fn describe(api: &ChatApi, route: &Route, call: Call) -> Result<Response> {
    let mut actions = IndexMap::new();
    for form in &route.forms {
        let method = if form.method == Method::PUT { "PUT" } else { "POST" };
        if form.is_for(api, &call).await {
            actions.insert(method, Fields(form.fields));
        }
    }
    response::ok(&Described {
        name: route.name(),
        description: route.description(),
        renders: ["application/json", "text/html"],
        parses: ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"],
        actions,
    })
}
