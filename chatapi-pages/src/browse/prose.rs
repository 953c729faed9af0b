//! Descriptions as HTML: paragraphs, and code between backticks. What else CommonMark has, descriptions do without.

use std::fmt::Write as _;

/// Appends a text with everything escaped that HTML takes for its own.
pub(super) fn escape(text: &str, out: &mut String) {
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            letter => out.push(letter),
        }
    }
}

pub(super) fn html(text: &str) -> String {
    let mut out = String::new();
    for paragraph in text.split("\n\n").filter(|paragraph| !paragraph.trim().is_empty()) {
        let mut inside = String::new();
        for (at, part) in paragraph.split('`').enumerate() {
            let is_code = at % 2 == 1;
            inside.push_str(if is_code { "<code>" } else { "" });
            escape(part, &mut inside);
            inside.push_str(if is_code { "</code>" } else { "" });
        }
        // Writing into a text does not fail.
        let _ = write!(out, "<p>{inside}</p>");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_becomes_paragraphs_with_code_in_them() {
        let text = "Ask `a < b` & go.\n\nNext.";
        assert_eq!(html(text), "<p>Ask <code>a &lt; b</code> &amp; go.</p><p>Next.</p>");
        assert_eq!(html(""), "");
    }
}
