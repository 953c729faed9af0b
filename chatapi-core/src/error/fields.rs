//! What is wrong with the fields of a request, in texts for people and codes for programs.

use std::borrow::Cow;
use std::fmt;

use indexmap::IndexMap;
use serde::Serialize;

use super::Result;

/// What is wrong with a value: the text that a client is shown, and the code that programs tell it by.
///
/// Bodies hold the text alone, as documented. Codes are those of [Django REST Framework] where it has one.
///
/// [Django REST Framework]: https://www.django-rest-framework.org/api-guide/exceptions/
///
/// ```
/// use chatapi_core::error::ErrorDetail;
///
/// let detail = ErrorDetail::new("no_rivals", "Rivals may not be named.");
/// assert_eq!((detail.code(), detail.text()), ("no_rivals", "Rivals may not be named."));
/// assert_eq!(ErrorDetail::from("Something is wrong.").code(), "invalid");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct ErrorDetail {
    text: Cow<'static, str>,
    #[serde(skip)]
    code: &'static str,
}

impl ErrorDetail {
    /// A detail with a code of its own.
    pub fn new(code: &'static str, text: impl Into<Cow<'static, str>>) -> Self {
        Self { text: text.into(), code }
    }

    const fn fixed(code: &'static str, text: &'static str) -> Self {
        Self { text: Cow::Borrowed(text), code }
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The code. It stays the same from release to release.
    pub fn code(&self) -> &'static str {
        self.code
    }
}

impl fmt::Display for ErrorDetail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Compares the text.
impl PartialEq<&str> for ErrorDetail {
    fn eq(&self, text: &&str) -> bool {
        self.text == *text
    }
}

/// The code is `invalid`.
impl From<&'static str> for ErrorDetail {
    fn from(text: &'static str) -> Self {
        Self::new("invalid", text)
    }
}

/// The code is `invalid`.
impl From<String> for ErrorDetail {
    fn from(text: String) -> Self {
        Self::new("invalid", text)
    }
}

/// The faults of each field, in the order in which they were found. What concerns no single field stands under
/// [`NON_FIELD`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct FieldErrors(IndexMap<Cow<'static, str>, Vec<ErrorDetail>>);

/// The key of faults that concern no single field.
pub const NON_FIELD: &str = "non_field_errors";

impl FieldErrors {
    /// Adds a fault.
    pub fn add(&mut self, field: impl Into<Cow<'static, str>>, fault: impl Into<ErrorDetail>) {
        self.0.entry(field.into()).or_default().push(fault.into());
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text of each fault, with the field that it is of.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.details().map(|(field, detail)| (field, detail.text()))
    }

    /// Each fault with the field that it is of.
    pub fn details(&self) -> impl Iterator<Item = (&str, &ErrorDetail)> {
        self.0.iter().flat_map(|(field, faults)| faults.iter().map(|fault| (&**field, fault)))
    }

    /// Sorts the fields by a key of their names; those of one key stay in their order.
    pub(crate) fn sort_by_key<K: Ord>(&mut self, key: impl Fn(&str) -> K) {
        self.0.sort_by(|one, _, other, _| key(one).cmp(&key(other)));
    }

    /// Nothing, where there is none.
    ///
    /// # Errors
    /// 400 with all of them.
    pub fn into_result(self) -> Result<()> {
        if self.is_empty() { Ok(()) } else { Err(self.into()) }
    }

    /// Whether this field has none.
    pub fn is_sound(&self, field: &str) -> bool {
        !self.0.contains_key(field)
    }
}

pub(crate) const REQUIRED: ErrorDetail = ErrorDetail::fixed("required", "This field is required.");
pub(crate) const BLANK: ErrorDetail = ErrorDetail::fixed("blank", "This field may not be blank.");
pub(crate) const NULL: ErrorDetail = ErrorDetail::fixed("null", "This field may not be null.");
pub(crate) const NUL: ErrorDetail =
    ErrorDetail::fixed("null_characters_not_allowed", "Null characters are not allowed.");
pub(crate) const NO_ADDRESS: ErrorDetail = ErrorDetail::fixed("invalid", "Enter a valid email address.");

/// What is said of a text of more than so many characters.
pub(crate) fn too_long(limit: usize) -> ErrorDetail {
    ErrorDetail::new("max_length", format!("Ensure this field has no more than {limit} characters."))
}

/// `May not be combined with "x".`
pub(crate) fn not_combined_with(name: &str) -> ErrorDetail {
    ErrorDetail::new("not_combinable", format!("May not be combined with \"{name}\"."))
}

/// `Invalid pk "7" - object does not exist.`
pub(crate) fn no_such_key(code: &'static str, key: impl fmt::Display) -> ErrorDetail {
    ErrorDetail::new(code, format!("Invalid pk \"{key}\" - object does not exist."))
}
