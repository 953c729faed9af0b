//! A request's fields, from JSON, a form, or a form in parts; read with the texts of the documented API for what is wrong.

use std::borrow::Cow;

use bytes::Bytes;
use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use indexmap::IndexMap;

use super::Field;
use crate::error::{
    BLANK, Error, ErrorDetail, FieldErrors, NO_ADDRESS, NUL, NULL, REQUIRED, Result, no_such_key, too_long,
};
use crate::text::{integer, strip};
use crate::users::is_address;

mod charset;
mod encoded;
mod parts;
mod value;

use charset::Charset;
use value::{Text, Value};

/// The fields of a body, and what is found wrong with them.
pub(super) struct Form {
    fields: IndexMap<String, Vec<Value>>,
    /// Forms cannot tell an empty list from none, nor nothing from an empty text.
    is_html: bool,
    partial: bool,
    errors: FieldErrors,
}

/// What a field that names a thing by its key says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key {
    /// As it was sent: errors repeat it.
    pub(super) sent: String,
    /// `None` where it is past 64 bits: nothing has such a key.
    pub(super) id: Option<i64>,
}

/// A field that may be absent or null.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Given<T> {
    /// It is absent, or wrong.
    Absent,
    /// It is null.
    Null,
    /// It is this.
    Value(T),
}

impl Form {
    /// Reads a body by its content type. Without a body there are no fields, whatever its type is said to be.
    pub(super) async fn read(headers: &HeaderMap, body: &Bytes) -> Result<Self> {
        let media_type = media_type(headers);
        let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let is_html =
            ["application/x-www-form-urlencoded", "multipart/form-data"].contains(&essence.as_str());
        let fields = match essence.as_str() {
            _ if body.is_empty() => IndexMap::new(),
            "application/x-www-form-urlencoded" => {
                encoded::fields(&media_type, declared(headers, &media_type)?, body)?
            }
            "multipart/form-data" => {
                parts::fields(&media_type, declared(headers, &media_type)?, body).await?
            }
            "application/json" => value::object(&json(headers, body)?)?,
            _ => return Err(Error::UnsupportedMediaType(media_type)),
        };
        Ok(Self { fields, is_html, partial: false, errors: FieldErrors::default() })
    }

    /// Fields that are absent stay as they are, as `PATCH` has it.
    pub(super) fn partial(mut self) -> Self {
        self.partial = true;
        self
    }

    /// A text, trimmed, of `limit` characters at most. `None` where it is wrong, or absent from a partial form.
    pub(super) fn text(&mut self, field: &'static str, limit: Option<usize>) -> Option<String> {
        let text = self.any_text(field)?;
        self.is_kept(field, &text, limit).then_some(text)
    }

    /// A text, trimmed and not blank, whatever else it is: somebody else looks at it.
    pub(super) fn any_text(&mut self, field: &'static str) -> Option<String> {
        self.filled(field, "Not a valid string.")
    }

    /// A text that is there and not blank; what is no text is told of as `odd`.
    fn filled(&mut self, field: &'static str, odd: impl Into<ErrorDetail>) -> Option<String> {
        let Some(value) = self.one(field) else {
            self.require(field);
            return None;
        };
        let text = self.characters(field, &value, odd)?;
        if text.is_empty() {
            self.errors.add(field, BLANK);
            return None;
        }
        Some(text)
    }

    /// A mail address, or nothing; the field may be absent. Its host is in lower case afterwards.
    pub(super) fn optional_email(&mut self, field: &'static str, limit: usize) -> Option<String> {
        let value = self.one(field)?;
        let text = self.characters(field, &value, NO_ADDRESS)?;
        if text.is_empty() {
            return Some(text);
        }
        self.address(field, text, Some(limit))
    }

    /// A mail address that must be there.
    pub(super) fn email(&mut self, field: &'static str) -> Option<String> {
        let text = self.filled(field, NO_ADDRESS)?;
        self.address(field, text, None)
    }

    /// The key of a thing, or null.
    pub(super) fn key(&mut self, field: &'static str) -> Given<Key> {
        match self.one(field) {
            None => Given::Absent,
            Some(Value::Null) => Given::Null,
            Some(Value::Text(Text::Sound(text))) if text.is_empty() => Given::Null,
            Some(value) => match key(&value) {
                Ok(key) => Given::Value(key),
                Err(fault) => {
                    self.errors.add(field, fault);
                    Given::Absent
                }
            },
        }
    }

    /// The key of a thing that must be there.
    pub(super) fn required_key(&mut self, field: &'static str) -> Option<Key> {
        let sound = self.errors.is_sound(field);
        match self.key(field) {
            Given::Value(key) => return Some(key),
            Given::Null => self.errors.add(field, NULL),
            Given::Absent if sound && self.errors.is_sound(field) => self.require(field),
            Given::Absent => {}
        }
        None
    }

    /// The keys of things, at least one and up to `limit`; each as far as it could be read. `None` where there is no list.
    pub(super) fn keys(&mut self, field: &'static str, limit: usize) -> Option<Vec<Result<Key, String>>> {
        let items = match self.fields.get(field) {
            None if self.is_html && !self.partial => Vec::new(),
            None => {
                self.require(field);
                return None;
            }
            Some(values) if self.is_html => values.clone(),
            Some(values) => match values.last() {
                Some(Value::List(items)) => items.clone(),
                Some(Value::Null) | None => {
                    self.errors.add(field, NULL);
                    return None;
                }
                Some(other) => {
                    let fault = format!("Expected a list of items but got type \"{}\".", other.type_name());
                    let fault = ErrorDetail::new("not_a_list", fault);
                    self.errors.add(field, fault);
                    return None;
                }
            },
        };
        if items.is_empty() {
            self.errors.add(field, ErrorDetail::new("empty", "This list may not be empty."));
            return None;
        }
        if items.len() > limit {
            self.errors.add(
                field,
                ErrorDetail::new(
                    "max_length",
                    format!("Ensure this field has no more than {limit} elements."),
                ),
            );
            return None;
        }
        Some(items.iter().map(key).collect())
    }

    /// Adds a fault that was found elsewhere.
    pub(super) fn reject(&mut self, field: &'static str, fault: impl Into<ErrorDetail>) {
        self.errors.add(field, fault);
    }

    /// Adds the fault that `key` names nothing.
    pub(super) fn reject_key(&mut self, field: &'static str, key: &Key) {
        self.errors.add(field, no_such_key("does_not_exist", &key.sent));
    }

    /// Whether nothing is wrong so far.
    pub(super) fn is_sound(&self) -> bool {
        self.errors.is_empty()
    }

    /// Ends the reading. Faults stand in the order of `fields`, in whatever order they were found.
    ///
    /// # Errors
    /// 400 with everything that was found wrong.
    pub(super) fn finish_in_order(mut self, fields: &[Field]) -> Result<()> {
        let place = |name: &str| fields.iter().position(|field| field.name() == name);
        self.errors.sort_by_key(|name| place(name).unwrap_or(fields.len()));
        self.finish()
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// 400 with everything that was found wrong.
    pub(super) fn finish(self) -> Result<()> {
        self.errors.into_result()
    }

    /// The value that counts where a field is given more than once: the last.
    fn one(&self, field: &str) -> Option<Value> {
        self.fields.get(field).and_then(|values| values.last()).cloned()
    }

    fn require(&mut self, field: &'static str) {
        if !self.partial {
            self.errors.add(field, REQUIRED);
        }
    }

    /// A value as trimmed text. Numbers count as text, as in the documented API.
    fn characters(
        &mut self,
        field: &'static str,
        value: &Value,
        odd: impl Into<ErrorDetail>,
    ) -> Option<String> {
        let fault = match value {
            Value::Null => NULL,
            Value::Text(Text::Sound(text)) => return Some(strip(text).to_owned()),
            Value::Text(Text::Surrogate(code)) => {
                format!("Surrogate characters are not allowed: U+{code:X}.").into()
            }
            Value::Number(digits) => return Some(value::number_text(digits)),
            _ => odd.into(),
        };
        self.errors.add(field, fault);
        None
    }

    /// Whether a text can be kept: not too long, and without NUL characters.
    fn is_kept(&mut self, field: &'static str, text: &str, limit: Option<usize>) -> bool {
        let is_short = limit.is_none_or(|limit| text.chars().count() <= limit);
        if let (false, Some(limit)) = (is_short, limit) {
            self.errors.add(field, too_long(limit));
        }
        let has_nul = text.contains('\0');
        if has_nul {
            self.errors.add(field, NUL);
        }
        is_short && !has_nul
    }

    fn address(&mut self, field: &'static str, text: String, limit: Option<usize>) -> Option<String> {
        let is_kept = self.is_kept(field, &text, limit);
        if !is_address(&text) {
            self.errors.add(field, NO_ADDRESS);
            return None;
        }
        is_kept.then_some(text)
    }
}

/// A key, or what is wrong with it. Whole floats count as integers.
fn key(value: &Value) -> Result<Key, String> {
    let sent = match value {
        Value::Number(digits) => digits.clone(),
        Value::Text(Text::Sound(text)) => text.clone(),
        _ => String::new(),
    };
    let digits = match value {
        Value::Number(digits) => digits.strip_suffix(".0").unwrap_or(digits),
        _ => &sent,
    };
    match integer(digits) {
        Some(id) => Ok(Key { sent, id }),
        None => Err(format!("Incorrect type. Expected pk value, received {}.", value.type_name())),
    }
}

/// The bytes of a body in JSON as UTF-8, whatever encoding they are declared to be in.
pub(super) fn json<'a>(headers: &HeaderMap, body: &'a [u8]) -> Result<Cow<'a, [u8]>> {
    let charset = declared(headers, &media_type(headers))?.filter(|charset| *charset != Charset::UTF_8);
    // The parser itself says where UTF-8 is broken.
    let Some(charset) = charset else { return Ok(Cow::Borrowed(body)) };
    let text = charset.strict(body);
    let text =
        text.ok_or_else(|| Error::unreadable(format!("JSON parse error - invalid {}", charset.name())))?;
    Ok(Cow::Owned(text.into_owned().into_bytes()))
}

fn media_type(headers: &HeaderMap) -> String {
    let value = headers.get(CONTENT_TYPE).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    value.unwrap_or_default()
}

/// The encoding that a body is declared to be in; `None` where that is not said.
///
/// # Errors
/// 415 where it is not known, or the body is compressed.
fn declared(headers: &HeaderMap, media_type: &str) -> Result<Option<Charset>> {
    for coding in headers.get_all(CONTENT_ENCODING) {
        let coding = String::from_utf8_lossy(coding.as_bytes());
        if !["", "identity"].contains(&coding.trim().to_ascii_lowercase().as_str()) {
            return Err(parts::unsupported(media_type, "content-encoding", &coding));
        }
    }
    let charset = Charset::of(media_type).transpose();
    charset.map_err(|()| Error::UnsupportedMediaType(media_type.to_owned()))
}
