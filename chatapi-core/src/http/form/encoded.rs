//! `application/x-www-form-urlencoded`, in whatever encoding it is.

use std::borrow::Cow;

use indexmap::IndexMap;
use percent_encoding::percent_decode_str;

use super::charset::Charset;
use super::parts::{CHARSET, unsupported};
use super::value::{Text, Value};
use crate::error::{Error, Result};

/// The fields of a form, `declared` being its encoding, if that was said; the field `_charset_` may say it instead. As in
/// Django, percent-encoded bytes that the encoding does not have become U+FFFD, and a body that is not sound in it as a whole
/// is taken for ISO-8859-1.
pub(super) fn fields(
    media_type: &str,
    declared: Option<Charset>,
    body: &[u8],
) -> Result<IndexMap<String, Vec<Value>>> {
    let charset = match declared {
        Some(charset) => charset,
        None => said(media_type, body)?.unwrap_or(Charset::UTF_8),
    };
    if !charset.separates_forms() {
        return Err(Error::UnsupportedMediaType(media_type.to_owned()));
    }
    let mut fields: IndexMap<String, Vec<Value>> = IndexMap::new();
    for (name, value) in pairs(body, charset) {
        fields.entry(name).or_default().push(Value::Text(Text::Sound(value)));
    }
    Ok(fields)
}

/// The encoding that the form names itself.
fn said(media_type: &str, body: &[u8]) -> Result<Option<Charset>> {
    if !body.windows(CHARSET.len()).any(|bytes| bytes == CHARSET.as_bytes()) {
        return Ok(None);
    }
    let said =
        pairs(body, Charset::UTF_8).filter(|(name, label)| name == CHARSET && !label.trim().is_empty());
    let named =
        |label: String| Charset::named(&label).ok_or_else(|| unsupported(media_type, CHARSET, &label));
    said.last().map(|(_, label)| named(label)).transpose()
}

fn pairs(body: &[u8], charset: Charset) -> impl Iterator<Item = (String, String)> {
    let text = charset.strict(body).unwrap_or_else(|| encoding_rs::mem::decode_latin1(body));
    let pairs = text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decoded(name, charset), decoded(value, charset))
    });
    pairs.collect::<Vec<_>>().into_iter()
}

/// A name or a value: what is percent-encoded is bytes of the encoding, what is not is text already.
fn decoded(text: &str, charset: Charset) -> String {
    let text = text.replace('+', " ");
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let ascii = rest.find(|letter: char| !letter.is_ascii()).unwrap_or(rest.len());
        let (encoded, after) = rest.split_at(ascii);
        let plain = after.find(|letter: char| letter.is_ascii()).unwrap_or(after.len());
        let bytes: Cow<'_, [u8]> = percent_decode_str(encoded).into();
        decoded.push_str(&charset.lossy(&bytes));
        decoded.push_str(&after[..plain]);
        rest = &after[plain..];
    }
    decoded
}
