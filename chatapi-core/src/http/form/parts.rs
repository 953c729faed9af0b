//! `multipart/form-data` (RFC 7578), in whatever encodings its parts are.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::stream;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use indexmap::IndexMap;

use super::charset::Charset;
use super::value::{Text, Value};
use crate::error::{Error, Result};

/// The field that names the encoding of the parts that do not name their own (RFC 7578, section 4.6).
pub(super) const CHARSET: &str = "_charset_";

/// A part, before it is known what encoding the form has.
struct Part {
    name: String,
    bytes: Bytes,
    charset: Option<Charset>,
    is_file: bool,
}

/// The fields of a form in parts, `declared` being the encoding of the whole, if that was said.
pub(super) async fn fields(
    media_type: &str,
    declared: Option<Charset>,
    body: &Bytes,
) -> Result<IndexMap<String, Vec<Value>>> {
    let unreadable =
        |fault: multer::Error| Error::unreadable(format!("Multipart form parse error - {fault}"));
    let boundary = multer::parse_boundary(media_type).map_err(unreadable)?;
    let body = body.clone();
    let mut form = multer::Multipart::new(stream::once(async { Ok::<_, std::io::Error>(body) }), boundary);
    let mut parts = Vec::new();
    while let Some(part) = form.next_field().await.map_err(unreadable)? {
        let Some(name) = part.name().map(str::to_owned) else {
            continue;
        };
        let is_file = part.file_name().is_some_and(|name| !name.is_empty());
        let charset = if is_file { None } else { charset_of(part.headers())? };
        let is_base64 = is_base64(part.headers())?;
        let bytes = part.bytes().await.map_err(unreadable)?;
        let bytes = if is_base64 { from_base64(bytes) } else { bytes };
        parts.push(Part { name, bytes, charset, is_file });
    }
    let said = parts.iter().rfind(|part| part.name == CHARSET).map(|part| Charset::UTF_8.lossy(&part.bytes));
    let charset = match said.filter(|label| !label.trim().is_empty()) {
        Some(label) => Charset::named(&label).ok_or_else(|| unsupported(media_type, CHARSET, &label))?,
        None => declared.unwrap_or(Charset::UTF_8),
    };
    let mut fields: IndexMap<String, Vec<Value>> = IndexMap::new();
    for Part { name, bytes, charset: own, is_file } in parts {
        let text = || own.unwrap_or(charset).lossy(&bytes).into_owned();
        let value = if is_file { Value::File } else { Value::Text(Text::Sound(text())) };
        fields.entry(name).or_default().push(value);
    }
    Ok(fields)
}

fn charset_of(headers: &HeaderMap) -> Result<Option<Charset>> {
    let Some(media_type) = headers.get(CONTENT_TYPE) else { return Ok(None) };
    let media_type = String::from_utf8_lossy(media_type.as_bytes());
    let charset = Charset::of(&media_type).transpose();
    charset.map_err(|()| Error::UnsupportedMediaType(media_type.into_owned()))
}

/// Whether a part is in base64, as Django reads it still (RFC 7578, section 4.7, has done away with it).
fn is_base64(headers: &HeaderMap) -> Result<bool> {
    const NAME: &str = "content-transfer-encoding";
    let Some(coding) = headers.get(NAME) else { return Ok(false) };
    let coding = String::from_utf8_lossy(coding.as_bytes()).trim().to_ascii_lowercase();
    match coding.as_str() {
        "" | "7bit" | "8bit" | "binary" => Ok(false),
        "base64" => Ok(true),
        _ => Err(unsupported("multipart/form-data", NAME, &coding)),
    }
}

/// What base64 stands for; what is none stays as it is, as in Django.
fn from_base64(bytes: Bytes) -> Bytes {
    let kept: Vec<u8> = bytes.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    STANDARD.decode(kept).map_or(bytes, Bytes::from)
}

/// 415 for an encoding that is declared outside of the media type.
pub(super) fn unsupported(media_type: &str, name: &str, value: &str) -> Error {
    Error::UnsupportedMediaType(format!("{media_type}; {name}={value}"))
}
