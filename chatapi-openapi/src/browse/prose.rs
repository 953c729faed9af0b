//! Descriptions as HTML: paragraphs, and code between backticks. What else CommonMark has, descriptions do without.

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
    let paragraphs = text.split("\n\n").filter(|paragraph| !paragraph.trim().is_empty());
    paragraphs.map(|paragraph| format!("<p>{}</p>", inline(paragraph))).collect()
}

/// One paragraph, without its tag.
pub(super) fn inline(text: &str) -> String {
    let mut out = String::new();
    for (at, part) in text.split('`').enumerate() {
        let is_code = at % 2 == 1;
        out.push_str(if is_code { "<code>" } else { "" });
        escape(part, &mut out);
        out.push_str(if is_code { "</code>" } else { "" });
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
