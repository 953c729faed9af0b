//! JSON as the documented API sees it: numbers by their digits, so that none is too long to be named in an error, and texts
//! that may hold lone surrogates, so that these can be told from broken JSON.

use std::fmt;

use indexmap::IndexMap;
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::error::{Error, Result};

/// A field's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Null,
    Bool,
    /// By its digits, as they were sent.
    Number(String),
    Text(Text),
    List(Vec<Value>),
    Object,
    /// A file, in a form in parts.
    File,
}

/// A text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Text {
    Sound(String),
    /// It holds half of a surrogate pair, which no encoding of Unicode allows (The Unicode Standard, section 3.9).
    Surrogate(u16),
}

impl Value {
    /// The name that Python has for the type: errors give it.
    pub(super) fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "NoneType",
            Self::Bool => "bool",
            Self::Number(digits) if is_whole(digits) => "int",
            Self::Number(_) => "float",
            Self::Text(_) => "str",
            Self::List(_) => "list",
            Self::Object => "dict",
            Self::File => "InMemoryUploadedFile",
        }
    }

    fn of(raw: &RawValue) -> serde_json::Result<Self> {
        let text = raw.get();
        Ok(match text.as_bytes().first() {
            Some(b'n') => Self::Null,
            Some(b't' | b'f') => Self::Bool,
            Some(b'"') => Self::Text(serde_json::from_str(text)?),
            Some(b'[') => {
                let items: Vec<&RawValue> = serde_json::from_str(text)?;
                // Lists hold keys; what is nested deeper is wrong, whatever it is.
                Self::List(items.into_iter().map(Self::flat).collect::<serde_json::Result<_>>()?)
            }
            Some(b'{') => Self::Object,
            _ => Self::Number(text.to_owned()),
        })
    }

    fn flat(raw: &RawValue) -> serde_json::Result<Self> {
        if raw.get().starts_with('[') { Ok(Self::List(Vec::new())) } else { Self::of(raw) }
    }
}

fn is_whole(digits: &str) -> bool {
    !digits.contains(['.', 'e', 'E'])
}

/// A number as the text that Python makes of it.
pub(super) fn number_text(digits: &str) -> String {
    let float = match digits.parse::<f64>() {
        Ok(float) if !is_whole(digits) => format!("{float:?}"),
        _ => return digits.to_owned(),
    };
    match float.split_once('e') {
        Some((digits, power)) if power.starts_with('-') => format!("{digits}e-{:0>2}", &power[1..]),
        Some((digits, power)) => format!("{digits}e+{power:0>2}"),
        None => float,
    }
}

/// The fields of a JSON object. Of a field that is given twice, the last counts.
pub(super) fn object(body: &[u8]) -> Result<IndexMap<String, Vec<Value>>> {
    let unreadable = |fault: serde_json::Error| Error::unreadable(format!("JSON parse error - {fault}"));
    let whole: &RawValue = serde_json::from_slice(body).map_err(unreadable)?;
    let fields: IndexMap<String, &RawValue> = match Value::of(whole).map_err(unreadable)? {
        Value::Object => serde_json::from_str(whole.get()).map_err(unreadable)?,
        Value::Null => return Err(Error::non_field("No data provided")),
        other => {
            let got = other.type_name();
            return Err(Error::non_field(format!("Invalid data. Expected a dictionary, but got {got}.")));
        }
    };
    fields.into_iter().map(|(name, raw)| Ok((name, vec![Value::of(raw).map_err(unreadable)?]))).collect()
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Wtf8;
        impl Visitor<'_> for Wtf8 {
            type Value = Text;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Text, E> {
                Ok(Text::Sound(text.to_owned()))
            }

            fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Text, E> {
                match std::str::from_utf8(bytes) {
                    Ok(text) => Ok(Text::Sound(text.to_owned())),
                    Err(broken) => surrogate(&bytes[broken.valid_up_to()..])
                        .map(Text::Surrogate)
                        .ok_or_else(|| E::custom("invalid unicode code point")),
                }
            }
        }
        // Asked for bytes, the parser hands lone surrogates over in the form of WTF-8.
        deserializer.deserialize_bytes(Wtf8)
    }
}

/// The surrogate that three bytes of WTF-8 stand for.
fn surrogate(bytes: &[u8]) -> Option<u16> {
    let [0xed, middle @ 0xa0..=0xbf, last @ 0x80..=0xbf, ..] = bytes else {
        return None;
    };
    Some(0xd000 | (u16::from(middle & 0x3f) << 6) | u16::from(last & 0x3f))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lone_surrogates_are_told_from_broken_json() {
        let fields = object(br#"{"a": "\ud800", "b": "x\udfffy", "c": "\ud83d\ude80"}"#).unwrap();
        assert_eq!(fields["a"], [Value::Text(Text::Surrogate(0xd800))]);
        assert_eq!(fields["b"], [Value::Text(Text::Surrogate(0xdfff))]);
        assert_eq!(fields["c"], [Value::Text(Text::Sound("🚀".into()))]);
        assert!(object(br#"{"a": "\u12"}"#).is_err());
        assert!(object(b"{\"a\": \"\xff\"}").is_err());
    }

    #[test]
    fn numbers_keep_their_digits() {
        let fields = object(br#"{"a": 123456789012345678901234567890, "b": 1.50}"#).unwrap();
        assert_eq!(fields["a"], [Value::Number("123456789012345678901234567890".into())]);
        assert_eq!(fields["b"], [Value::Number("1.50".into())]);
    }

    #[test]
    fn numbers_as_texts_are_written_as_python_writes_them() {
        for (sent, text) in [
            ("7", "7"),
            ("1.50", "1.5"),
            ("1e22", "1e+22"),
            ("1E-7", "1e-07"),
            ("0.0001", "0.0001"),
            ("1e400", "inf"),
        ] {
            assert_eq!(number_text(sent), text);
        }
    }

    #[test]
    fn of_a_field_that_is_given_twice_the_last_counts() {
        assert_eq!(object(br#"{"a": 1, "b": 2, "a": 3}"#).unwrap()["a"], [Value::Number("3".into())]);
    }

    #[test]
    fn nesting_without_end_is_an_error_and_no_crash() {
        let deep = format!("{{\"users\": {}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(object(deep.as_bytes()).is_ok_and(|fields| matches!(&fields["users"][0], Value::List(_))));
        assert!(object("[".repeat(100_000).as_bytes()).is_err());
    }
}
