//! What there is to say of an endpoint beside what its row of the table says by itself: the API's document, its pages and the
//! tests read it.

use std::collections::BTreeSet;

use http::{Method, StatusCode};

use crate::error::NON_FIELD;

use super::{Access, Endpoint, Field, Route};

mod shape;

pub use shape::{Property, Record, Shape};

/// What an endpoint does, takes and gives.
///
/// ```
/// use chatapi_core::http::{Doc, Shape, StatusCode};
///
/// const HELLO: Doc = Doc::new("hello", "Greets you by your name").answers(StatusCode::OK, Shape::Text);
/// assert_eq!(HELLO.summary, "Greets you by your name");
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Doc {
    /// What programs call it: `list_rooms`. Empty where nothing was said.
    pub id: &'static str,
    /// What it does, in a line.
    pub summary: &'static str,
    /// What else there is to know, in CommonMark.
    pub about: &'static str,
    /// What its query may have.
    pub query: &'static [Parameter],
    /// What its body has, where that is not what `OPTIONS` tells.
    pub fields: Option<&'static [Field]>,
    /// What it answers when all is well.
    pub answer: Option<(StatusCode, Option<Shape>)>,
    /// How it may refuse, beside what every endpoint of its kind may say.
    pub refusals: &'static [StatusCode],
    /// Of its refusals those that may have no body.
    pub wordless: &'static [StatusCode],
    /// Whether the host's hooks are asked, who may refuse with any status from 400 to 499.
    pub asks_hooks: bool,
}

impl Doc {
    /// What it is called by programs, and what it does.
    pub const fn new(id: &'static str, summary: &'static str) -> Self {
        Self {
            id,
            summary,
            about: "",
            query: &[],
            fields: None,
            answer: None,
            refusals: &[],
            wordless: &[],
            asks_hooks: false,
        }
    }

    /// What else there is to know, in CommonMark.
    pub const fn about(self, about: &'static str) -> Self {
        Self { about, ..self }
    }

    /// What its query may have.
    pub const fn query(self, query: &'static [Parameter]) -> Self {
        Self { query, ..self }
    }

    /// What its body has, where that is not what `OPTIONS` tells.
    pub const fn takes(self, fields: &'static [Field]) -> Self {
        Self { fields: Some(fields), ..self }
    }

    /// Its status and its body when all is well.
    pub const fn answers(self, status: StatusCode, shape: Shape) -> Self {
        Self { answer: Some((status, Some(shape))), ..self }
    }

    /// It says that all is well, and nothing else.
    pub const fn answers_nothing(self) -> Self {
        Self { answer: Some((StatusCode::NO_CONTENT, None)), ..self }
    }

    /// How it may refuse, beside what every endpoint of its kind may say.
    pub const fn refuses(self, refusals: &'static [StatusCode]) -> Self {
        Self { refusals, ..self }
    }

    /// Which refusals may have no body.
    pub const fn wordless(self, wordless: &'static [StatusCode]) -> Self {
        Self { wordless, ..self }
    }

    /// The host's hooks are asked, who may refuse with any status from 400 to 499.
    pub const fn asks_hooks(self) -> Self {
        Self { asks_hooks: true, ..self }
    }
}

/// A parameter of a query.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What its value is like.
    pub shape: Shape,
    /// What it does.
    pub about: &'static str,
    /// A value, in JSON; empty where there is none to show.
    pub example: &'static str,
}

impl Parameter {
    /// A parameter, which may be left out.
    pub const fn new(name: &'static str, shape: Shape, about: &'static str) -> Self {
        Self { name, shape, about, example: "" }
    }

    /// A value, in JSON.
    pub const fn example(self, example: &'static str) -> Self {
        Self { example, ..self }
    }
}

/// What any endpoint may say: the client asks for a form that there is none of, the server has too much to do, or fails.
const ANYWHERE: [StatusCode; 5] = [
    StatusCode::NOT_FOUND,
    StatusCode::NOT_ACCEPTABLE,
    StatusCode::TOO_MANY_REQUESTS,
    StatusCode::INTERNAL_SERVER_ERROR,
    StatusCode::SERVICE_UNAVAILABLE,
];

/// What is said of a body that is wrong.
const OF_BODIES: [StatusCode; 3] =
    [StatusCode::BAD_REQUEST, StatusCode::PAYLOAD_TOO_LARGE, StatusCode::UNSUPPORTED_MEDIA_TYPE];

impl Route {
    /// What the body of one of its endpoints has; nothing where it takes none.
    pub fn fields_of(&self, endpoint: &Endpoint) -> &'static [Field] {
        let told = || self.form_of(endpoint.method()).map(|form| form.fields);
        endpoint.doc().fields.or_else(told).unwrap_or_default()
    }

    /// What a 400 of one of its endpoints may name: the fields of its body, or else the parameters of its query.
    pub fn invalid_names(&self, endpoint: &Endpoint) -> Vec<&'static str> {
        let sent = self.fields_of(endpoint).iter().filter(|field| !field.is_read_only()).map(Field::name);
        let fields: Vec<_> = sent.collect();
        if fields.is_empty() {
            return endpoint.doc().query.iter().map(|parameter| parameter.name).collect();
        }
        fields.into_iter().chain([NON_FIELD]).collect()
    }

    /// The statuses by which one of its endpoints may refuse or fail.
    pub fn refusals_of(&self, endpoint: &Endpoint) -> BTreeSet<StatusCode> {
        let doc = endpoint.doc();
        let mut refusals: BTreeSet<_> = ANYWHERE.iter().chain(doc.refusals).copied().collect();
        if endpoint.access() != Access::Public {
            refusals.insert(StatusCode::UNAUTHORIZED);
            // A page of another site sent it, for a user whom a cookie names.
            if !endpoint.method().is_safe() {
                refusals.insert(StatusCode::FORBIDDEN);
            }
        }
        if !self.fields_of(endpoint).is_empty() {
            refusals.extend(OF_BODIES);
        }
        refusals
    }

    /// The form that a method is filled in by. `OPTIONS` tells of `PUT` where it means `PATCH` as well.
    pub(super) fn form_of(&self, method: &Method) -> Option<&super::route::Form> {
        let method = if *method == Method::PATCH { &Method::PUT } else { method };
        self.forms.iter().find(|form| form.method == *method)
    }
}
