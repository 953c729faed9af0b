//! The encodings that a request declares for its text.

use std::borrow::Cow;

use encoding_rs::{Encoding, REPLACEMENT, UTF_8, UTF_16BE, UTF_16LE};

/// How bytes are to be read as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Charset {
    encoding: &'static Encoding,
    /// Whether a byte order mark says in which order the bytes are: it does for `utf-16`, which names none.
    is_marked: bool,
}

impl Charset {
    /// UTF-8: what is meant where nothing is declared.
    pub(super) const UTF_8: Self = Self { encoding: UTF_8, is_marked: false };

    /// The encoding of this name, as the Encoding Standard has them; `None` where it is not known.
    pub(super) fn named(label: &str) -> Option<Self> {
        let label = label.trim();
        let encoding = Encoding::for_label(label.as_bytes()).filter(|encoding| *encoding != REPLACEMENT)?;
        Some(Self { encoding, is_marked: label.eq_ignore_ascii_case("utf-16") })
    }

    /// What the parameter `charset` of a media type names: `None` where there is none, an error where it is not known. Of
    /// several the last counts, as in Django.
    pub(super) fn of(media_type: &str) -> Option<Result<Self, ()>> {
        let label = parameters(media_type).filter(|(name, _)| name.eq_ignore_ascii_case("charset")).last();
        let (_, label) = label.filter(|(_, label)| !label.trim().is_empty())?;
        Some(Self::named(&label).ok_or(()))
    }

    /// Its name in the Encoding Standard.
    pub(super) fn name(self) -> &'static str {
        self.encoding.name()
    }

    /// Whether the separators of a form are what they are in ASCII: those of UTF-16 are not.
    pub(super) fn separates_forms(self) -> bool {
        ![UTF_16LE, UTF_16BE].contains(&self.encoding)
    }

    /// The text of bytes, if they are sound in this encoding.
    pub(super) fn strict(self, bytes: &[u8]) -> Option<Cow<'_, str>> {
        let (encoding, bytes) = self.unmarked(bytes);
        encoding.decode_without_bom_handling_and_without_replacement(bytes)
    }

    /// The text of bytes; what is not sound in this encoding becomes U+FFFD.
    pub(super) fn lossy(self, bytes: &[u8]) -> Cow<'_, str> {
        let (encoding, bytes) = self.unmarked(bytes);
        encoding.decode_without_bom_handling(bytes).0
    }

    /// The encoding of bytes, and the bytes without the mark that says so. UTF-8 has no need of one.
    fn unmarked(self, bytes: &[u8]) -> (&'static Encoding, &[u8]) {
        match Encoding::for_bom(bytes) {
            Some((found, length)) if found == self.encoding && found != UTF_8 => (found, &bytes[length..]),
            Some((found, length)) if self.is_marked && [UTF_16LE, UTF_16BE].contains(&found) => {
                (found, &bytes[length..])
            }
            _ => (self.encoding, bytes),
        }
    }
}

/// The parameters of a media type (RFC 9110, section 5.6.6): names as they were sent, values without their quotes.
fn parameters(media_type: &str) -> impl Iterator<Item = (&str, String)> {
    let mut rest = media_type.split_once(';').map(|(_, parameters)| parameters);
    std::iter::from_fn(move || {
        let text = rest?;
        let (parameter, after) = split_unquoted(text);
        rest = after;
        Some(parameter)
    })
    .filter_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        Some((name.trim(), unquoted(value.trim())))
    })
}

/// A parameter, and what follows its semicolon: one within quotes is no end.
fn split_unquoted(text: &str) -> (&str, Option<&str>) {
    let (mut is_quoted, mut is_escaped) = (false, false);
    for (at, letter) in text.char_indices() {
        match letter {
            ';' if !is_quoted => return (&text[..at], Some(&text[at + 1..])),
            '"' if !is_escaped => is_quoted = !is_quoted,
            _ => {}
        }
        is_escaped = is_quoted && letter == '\\' && !is_escaped;
    }
    (text, None)
}

fn unquoted(value: &str) -> String {
    let Some(inner) = value.strip_prefix('"') else { return value.to_owned() };
    let mut text = String::new();
    let mut letters = inner.strip_suffix('"').unwrap_or(inner).chars();
    while let Some(letter) = letters.next() {
        text.extend(if letter == '\\' { letters.next() } else { Some(letter) });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(media_type: &str) -> Option<Result<&'static str, ()>> {
        Charset::of(media_type).map(|charset| charset.map(|charset| charset.encoding.name()))
    }

    #[test]
    fn a_media_type_declares_its_charset() {
        for (media_type, charset) in [
            ("text/plain", None),
            ("text/plain; boundary=x", None),
            ("text/plain; charset=", None),
            ("text/plain; charset=\"\"", None),
            ("text/plain; charset=utf8", Some(Ok("UTF-8"))),
            ("text/plain;CharSet = \"UTF-8\" ", Some(Ok("UTF-8"))),
            ("text/plain; charset=iso-8859-1; boundary=x", Some(Ok("windows-1252"))),
            ("text/plain; charset=utf-8; charset=koi8-r", Some(Ok("KOI8-R"))),
            ("text/plain; x=\"a;charset=koi8-r\"; charset=big5", Some(Ok("Big5"))),
            ("text/plain; x=\"a\\\";charset=koi8-r\"", None),
            ("text/plain; charset=\"utf\\-8\"", Some(Ok("UTF-8"))),
            ("text/plain; charset=klingon", Some(Err(()))),
            ("text/plain; charset=hz-gb-2312", Some(Err(()))),
            ("text/plain; charset='utf-8'", Some(Err(()))),
        ] {
            assert_eq!(of(media_type), charset, "{media_type}");
        }
    }

    #[test]
    fn a_mark_says_in_which_order_the_bytes_of_utf_16_are() {
        let text = |label, bytes: &[u8]| Charset::named(label).unwrap().strict(bytes).unwrap().into_owned();
        assert_eq!(text("utf-16", b"\xff\xfea\0"), "a");
        assert_eq!(text("UTF-16", b"\xfe\xff\0a"), "a");
        assert_eq!(text("utf-16", b"a\0"), "a");
        assert_eq!(text("utf-16le", b"\xff\xfea\0"), "a");
        assert_eq!(text("utf-16be", b"\0a"), "a");
        assert_eq!(text("utf-8", b"\xef\xbb\xbfa"), "\u{feff}a");
    }
}
