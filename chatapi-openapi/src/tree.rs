//! JSON whose objects keep their order: a document is read from its beginning.

use std::borrow::Cow;

use indexmap::IndexMap;
use serde::Serialize;
use serde_json::{Number, Value};

/// A JSON value.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub(crate) enum Tree {
    Null,
    Boolean(bool),
    Number(Number),
    Text(Cow<'static, str>),
    List(Vec<Tree>),
    Object(IndexMap<Cow<'static, str>, Tree>),
}

impl Tree {
    /// An object with nothing in it.
    pub(crate) fn object() -> Self {
        Self::Object(IndexMap::new())
    }

    /// The object, and in it this, last.
    pub(crate) fn with(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<Tree>) -> Self {
        self.set(name, value);
        self
    }

    /// Puts this into the object, last.
    pub(crate) fn set(&mut self, name: impl Into<Cow<'static, str>>, value: impl Into<Tree>) {
        if let Self::Object(fields) = self {
            fields.insert(name.into(), value.into());
        }
    }

    /// What the object has under this name.
    pub(crate) fn get(&self, name: &str) -> Option<&Tree> {
        match self {
            Self::Object(fields) => fields.get(name),
            _ => None,
        }
    }

    /// The same, where there is such a value.
    pub(crate) fn with_some(self, name: &'static str, value: Option<impl Into<Tree>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// The same, where there is a text.
    pub(crate) fn with_text(self, name: &'static str, text: impl Into<Cow<'static, str>>) -> Self {
        let text = text.into();
        self.with_some(name, (!text.is_empty()).then_some(text))
    }

    /// A value that is written in JSON.
    pub(crate) fn parse(json: &str) -> Option<Self> {
        serde_json::from_str::<Value>(json).ok().map(Self::from)
    }
}

impl From<Value> for Tree {
    fn from(value: Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(is) => Self::Boolean(is),
            Value::Number(number) => Self::Number(number),
            Value::String(text) => Self::Text(text.into()),
            Value::Array(items) => items.into_iter().collect(),
            Value::Object(fields) => {
                Self::Object(fields.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
            }
        }
    }
}

impl From<bool> for Tree {
    fn from(is: bool) -> Self {
        Self::Boolean(is)
    }
}

impl From<i64> for Tree {
    fn from(number: i64) -> Self {
        Self::Number(number.into())
    }
}

impl From<usize> for Tree {
    fn from(number: usize) -> Self {
        Self::Number(number.into())
    }
}

impl From<&'static str> for Tree {
    fn from(text: &'static str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Tree {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<Cow<'static, str>> for Tree {
    fn from(text: Cow<'static, str>) -> Self {
        Self::Text(text)
    }
}

impl<T: Into<Tree>> FromIterator<T> for Tree {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self::List(items.into_iter().map(Into::into).collect())
    }
}
