//! A query string, and the query strings of links.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// The pairs of a query string, decoded, in their order.
#[derive(Clone, Debug, Default)]
pub(super) struct Query(Vec<(String, String)>);

/// What links leave as it is, beside letters and digits.
const LEFT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'_').remove(b'.').remove(b'-').remove(b'~');

impl Query {
    pub(super) fn parse(text: &str) -> Self {
        Self(form_urlencoded::parse(text.as_bytes()).into_owned().collect())
    }

    /// The last value of this name.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The query string of another page of a list. Page 1 goes without a number.
    pub(super) fn with_page(&self, number: u64) -> String {
        let number = number.to_string();
        let numbered = [("page", number.as_str())];
        self.with(&["page"], if number == "1" { &[] } else { &numbered })
    }

    /// This query string without the parameters `less`, and with those in `more`: names in alphabetical order, the values
    /// of one name in theirs.
    pub(super) fn with(&self, less: &[&str], more: &[(&str, &str)]) -> String {
        let mut pairs: Vec<(&str, &str)> =
            self.0.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        pairs.retain(|(name, _)| !less.contains(name));
        pairs.extend(more);
        pairs.sort_by_key(|(name, _)| *name);
        let pairs: Vec<_> =
            pairs.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
        pairs.join("&")
    }
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, LEFT).to_string().replace("%20", "+")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_names_its_parameters_in_alphabetical_order() {
        let query = Query::parse("search=gr%C3%BC%C3%9Fe+aus&room=2&page=3&a~b=*&a=2&a=1&blank=");
        assert_eq!(query.with_page(4), "a=2&a=1&a~b=%2A&blank=&page=4&room=2&search=gr%C3%BC%C3%9Fe+aus");
        assert_eq!(query.with_page(1), "a=2&a=1&a~b=%2A&blank=&room=2&search=gr%C3%BC%C3%9Fe+aus");
    }

    #[test]
    fn the_last_value_of_a_name_counts() {
        assert_eq!(Query::parse("room=1&room=2").get("room"), Some("2"));
    }
}
