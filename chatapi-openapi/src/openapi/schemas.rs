//! Shapes and fields as JSON Schemas, and values that they let through.

use chatapi_core::http::{Field, Record, Shape};

use crate::tree::Tree;

/// The schemas that have names, as they are met.
#[derive(Debug)]
pub(super) struct Schemas(Tree);

impl Default for Schemas {
    fn default() -> Self {
        Self(Tree::object())
    }
}

impl Schemas {
    /// The schema of a shape. Those of records are kept, and referred to.
    pub(super) fn of(&mut self, shape: &Shape) -> Tree {
        let typed = |kind: &'static str| Tree::object().with("type", kind);
        let text = |format: &'static str| typed("string").with("format", format);
        match shape {
            Shape::Boolean => typed("boolean"),
            Shape::Integer => typed("integer").with("format", "int64"),
            Shape::Within { least, most } => typed("integer")
                .with("format", "int64")
                .with("minimum", *least)
                .with_some("maximum", (*most < i64::MAX).then_some(*most)),
            Shape::Text | Shape::Prose => typed("string"),
            Shape::Secret => text("password"),
            Shape::Email => text("email"),
            Shape::Url => text("uri"),
            Shape::Moment => text("date-time"),
            Shape::Choice(words) => typed("string").with("enum", Tree::from_iter(words.iter().copied())),
            Shape::Nullable(shape) => nullable(self.of(shape)),
            Shape::List(shape) => typed("array").with("items", self.of(shape)),
            Shape::Map(shape) => typed("object").with("additionalProperties", self.of(shape)),
            Shape::Record(record) => {
                let schema = self.record(record);
                self.named(record.name, schema)
            }
            Shape::Either(shapes) => either(shapes.iter().map(|shape| self.of(shape))),
            Shape::Schema(schema) => Tree::from(schema()),
            _ => Tree::object(),
        }
    }

    /// The schema of a body with these fields.
    pub(super) fn body(&mut self, fields: &[Field], is_partial: bool) -> Tree {
        let sent = || fields.iter().filter(|field| !field.is_read_only());
        let mut properties = Tree::object();
        for field in sent() {
            // Texts may not be blank, but for an address that may be left out.
            let (shape, is_filled) = match field.shape() {
                Shape::Email if !field.is_required() => (Shape::Text, false),
                shape => (shape, matches!(shape, Shape::Text | Shape::Prose | Shape::Secret | Shape::Email)),
            };
            let schema = self
                .of(&shape)
                .with_some("minLength", is_filled.then_some(1usize))
                .with_some("minItems", matches!(shape, Shape::List(_)).then_some(1usize))
                .with("title", field.label())
                .with_text("description", field.help_text().unwrap_or_default())
                .with_some("maxLength", field.max_length())
                .with_some("examples", Tree::parse(field.sample()).map(|sample| Tree::from_iter([sample])));
            properties = properties.with(field.name(), schema);
        }
        let required: Vec<_> =
            sent().filter(|field| field.is_required() && !is_partial).map(Field::name).collect();
        Tree::object()
            .with("type", "object")
            .with("properties", properties)
            .with_some("required", (!required.is_empty()).then(|| Tree::from_iter(required)))
    }

    /// Keeps a schema under a name, and refers to it.
    pub(super) fn named(&mut self, name: impl Into<String>, schema: Tree) -> Tree {
        let name = name.into();
        let reference = Tree::object().with("$ref", format!("#/components/schemas/{name}"));
        self.0.set(name, schema);
        reference
    }

    pub(super) fn into_tree(self) -> Tree {
        self.0
    }

    fn record(&mut self, record: &Record) -> Tree {
        let mut properties = Tree::object();
        for property in record.properties {
            let schema = self.of(&property.shape).with_text("description", property.about);
            let example = Tree::parse(property.example).map(|example| Tree::from_iter([example]));
            properties = properties.with(property.name, schema.with_some("examples", example));
        }
        let required: Vec<_> = record
            .properties
            .iter()
            .filter(|property| property.is_required)
            .map(|property| property.name)
            .collect();
        Tree::object()
            .with("type", "object")
            .with_text("description", record.about)
            .with("properties", properties)
            .with_some("required", (!required.is_empty()).then(|| Tree::from_iter(required)))
            .with("additionalProperties", false)
    }
}

/// That, or null. Generators read a list of types better than alternatives.
fn nullable(schema: Tree) -> Tree {
    match schema.get("type").cloned() {
        Some(kind @ Tree::Text(_)) => schema.with("type", Tree::from_iter([kind, Tree::from("null")])),
        _ => either([schema, Tree::object().with("type", "null")]),
    }
}

fn either(schemas: impl IntoIterator<Item = Tree>) -> Tree {
    Tree::object().with("anyOf", Tree::from_iter(schemas))
}

/// A value of a shape, made of the examples of its parts; `None` where they have none.
pub(super) fn example(shape: &Shape) -> Option<Tree> {
    match shape {
        Shape::List(shape) => Some(Tree::from_iter(example(shape))),
        Shape::Nullable(shape) => example(shape),
        // Those that are asked for by parameters come first.
        Shape::Either(shapes) => shapes.iter().rev().find_map(example),
        Shape::Choice(words) => words.first().copied().map(Tree::from),
        Shape::Record(record) => Some(
            record
                .properties
                .iter()
                // What is there now and then is shown by its schema.
                .filter(|property| property.is_required)
                .filter_map(|property| {
                    let value = Tree::parse(property.example).or_else(|| example(&property.shape))?;
                    Some((property.name, value))
                })
                .fold(Tree::object(), |all, (name, value)| all.with(name, value)),
        ),
        _ => None,
    }
}

/// A body with these fields, of their examples.
pub(super) fn body_example(fields: &[Field]) -> Tree {
    let sent = fields.iter().filter(|field| !field.is_read_only());
    let values = sent.filter_map(|field| Some((field.name(), Tree::parse(field.sample())?)));
    values.fold(Tree::object(), |all, (name, value)| all.with(name, value))
}
