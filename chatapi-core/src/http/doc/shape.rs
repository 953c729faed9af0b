//! What JSON values look like, as data: the API's document shows it, and the tests hold every answer to it.

/// What a JSON value looks like.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Shape {
    /// Whatever it is.
    Anything,
    /// True or false.
    Boolean,
    /// A whole number of 64 bits.
    Integer,
    /// A whole number within bounds.
    Within {
        /// The least that it may be.
        least: i64,
        /// The most that it may be.
        most: i64,
    },
    /// A text of one line.
    Text,
    /// A text of any number of lines.
    Prose,
    /// A text that is not shown where it is typed in.
    Secret,
    /// A mail address.
    Email,
    /// An absolute URL.
    Url,
    /// A moment, as RFC 3339 writes it.
    Moment,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// That, or null.
    Nullable(&'static Shape),
    /// Any number of those.
    List(&'static Shape),
    /// An object of any names, with that for each.
    Map(&'static Shape),
    /// An object of known names.
    Record(&'static Record),
    /// One of these.
    Either(&'static [Shape]),
    /// What a JSON Schema (draft 2020-12) of the host's says, such as one that `schemars` made of a type. It holds all that
    /// it needs: `#/$defs` would be looked for in the whole document.
    Schema(fn() -> serde_json::Value),
}

/// An object of known names.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Record {
    /// What the document calls it: `Room`. No two that differ may have one name.
    pub name: &'static str,
    /// What it is.
    pub about: &'static str,
    /// What it has, in its order.
    pub properties: &'static [Property],
}

impl Record {
    /// An object of this name.
    pub const fn new(name: &'static str, about: &'static str, properties: &'static [Property]) -> Self {
        Self { name, about, properties }
    }
}

/// What an object has.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Property {
    /// Its name.
    pub name: &'static str,
    /// What its value looks like.
    pub shape: Shape,
    /// What it is.
    pub about: &'static str,
    /// A value, in JSON; empty where the shape's own parts have theirs.
    pub example: &'static str,
    /// Whether it is always there.
    pub is_required: bool,
}

impl Property {
    /// What is always there.
    pub const fn new(name: &'static str, shape: Shape, about: &'static str) -> Self {
        Self { name, shape, about, example: "", is_required: true }
    }

    /// It is there now and then.
    pub const fn now_and_then(self) -> Self {
        Self { is_required: false, ..self }
    }

    /// A value, in JSON.
    pub const fn example(self, example: &'static str) -> Self {
        Self { example, ..self }
    }
}
