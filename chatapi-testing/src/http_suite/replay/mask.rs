//! What a conversation knows by now: it fills the gaps of a request, and masks what differs from run to run in an answer.

use std::collections::BTreeMap;

use form_urlencoded::Serializer;

use super::super::json::Json;

pub(super) struct Known {
    base: String,
    run: String,
    tokens: BTreeMap<String, String>,
    /// In the order in which they were saved.
    ids: Vec<Id>,
}

struct Id {
    name: String,
    kind: String,
    value: i64,
}

impl Known {
    pub(super) fn new(base: String, run: &str, admin: &str) -> Self {
        let tokens = BTreeMap::from([("admin".to_owned(), admin.to_owned())]);
        Self { base, run: run.to_owned(), tokens, ids: Vec::new() }
    }

    pub(super) fn token(&self, name: &str) -> &str {
        self.tokens.get(name).unwrap_or_else(|| panic!("nobody has the token {name}"))
    }

    pub(super) fn save(&mut self, name: &str, kind: &str, found: &Json) {
        if kind == "token" {
            self.tokens.insert(name.to_owned(), found.as_str().unwrap_or_default().to_owned());
            return;
        }
        let id = Id { name: name.to_owned(), kind: kind.to_owned(), value: found.as_i64().unwrap() };
        match self.ids.iter_mut().find(|known| known.name == name) {
            Some(known) => *known = id,
            None => self.ids.push(id),
        }
    }

    pub(super) fn fill_text(&self, text: &str) -> String {
        let mut text = text.replace("{{run}}", &self.run).replace("{{base}}", &self.base);
        for (name, token) in &self.tokens {
            if self.ids.iter().all(|id| id.name != *name) {
                text = text.replace(&gap(name), token);
            }
        }
        for id in &self.ids {
            text = text.replace(&gap(&id.name), &id.value.to_string());
        }
        text
    }

    /// A text that is one gap alone becomes what fills it: a number.
    pub(super) fn fill(&self, value: &Json) -> Json {
        match value {
            Json::Text(text) => match self.ids.iter().find(|id| gap(&id.name) == *text) {
                Some(id) => Json::Number(id.value.into()),
                None => Json::Text(self.fill_text(text)),
            },
            Json::List(items) => Json::List(items.iter().map(|item| self.fill(item)).collect()),
            Json::Object(fields) => {
                Json::Object(fields.iter().map(|(name, value)| (name.clone(), self.fill(value))).collect())
            }
            other => other.clone(),
        }
    }

    pub(super) fn fill_form(&self, form: &BTreeMap<String, Json>) -> String {
        let mut pairs = Serializer::new(String::new());
        for (name, value) in form {
            let values =
                if let Json::List(items) = value { items.as_slice() } else { std::slice::from_ref(value) };
            for value in values {
                let filled = self.fill(value);
                pairs.append_pair(name, &filled.as_str().map_or_else(|| filled.to_string(), str::to_owned));
            }
        }
        pairs.finish()
    }

    /// Ids become the names that they were saved under, moments and tokens become marks.
    pub(super) fn mask(&self, value: &Json) -> Json {
        self.mask_field(value, "", None)
    }

    fn mask_field(&self, value: &Json, field: &str, parent: Option<&Json>) -> Json {
        match value {
            Json::Object(fields) => {
                let masked = |(name, inner): &(String, Json)| {
                    (name.clone(), self.mask_field(inner, name, Some(value)))
                };
                Json::Object(fields.iter().map(masked).collect())
            }
            Json::List(items) => {
                Json::List(items.iter().map(|item| self.mask_field(item, field, parent)).collect())
            }
            Json::Number(_) => self.mask_id(value, field, parent),
            Json::Text(text) => Json::Text(self.mask_text(text)),
            Json::Null | Json::Bool(_) => value.clone(),
        }
    }

    fn mask_id(&self, value: &Json, field: &str, parent: Option<&Json>) -> Json {
        let has = |name| parent.is_some_and(|parent| parent.at(name).is_some());
        let kind = match field {
            "user" | "admin" | "users" => "user",
            "room" => "room",
            "id" if has("username") => "user",
            "id" if has("content") => "message",
            "id" if has("name") => "room",
            _ => return value.clone(),
        };
        let saved = self.ids.iter().find(|id| id.kind == kind && value.as_i64() == Some(id.value));
        match saved {
            Some(id) => Json::Text(gap(&id.name)),
            None if field == "id" => Json::Text("<id>".to_owned()),
            None => value.clone(),
        }
    }

    fn mask_text(&self, text: &str) -> String {
        if is_moment(text) {
            return "<time>".to_owned();
        }
        if is_token(text) {
            return "<jwt>".to_owned();
        }
        let text = match text.split_once('?') {
            Some((path, query)) => {
                let pairs: Vec<String> = query.split('&').map(|pair| self.mask_pair(pair)).collect();
                format!("{path}?{}", pairs.join("&"))
            }
            None => text.to_owned(),
        };
        let mut text = text.replace(&self.base, "{{base}}").replace(&self.run, "{{run}}");
        for id in self.ids.iter().filter(|id| id.kind == "user") {
            text = text.replace(&format!("\"{}\"", id.value), &format!("\"{}\"", gap(&id.name)));
        }
        text
    }

    /// `room=5` of a link, as `room={{tea}}`.
    fn mask_pair(&self, pair: &str) -> String {
        let saved = self.ids.iter().find(|id| pair == format!("{}={}", id.kind, id.value));
        match saved {
            Some(id) if id.kind != "message" => format!("{}={}", id.kind, gap(&id.name)),
            _ => pair.to_owned(),
        }
    }
}

/// Equal but for `<any>`; the order of fields counts.
pub(super) fn same(expected: &Json, found: &Json) -> bool {
    match (expected, found) {
        (Json::Text(any), _) if any == "<any>" => true,
        (Json::Object(expected), Json::Object(found)) => {
            let same_field = |((name, one), (other_name, other)): (&(String, Json), &(String, Json))| {
                name == other_name && same(one, other)
            };
            expected.len() == found.len() && expected.iter().zip(found).all(same_field)
        }
        (Json::List(expected), Json::List(found)) => {
            expected.len() == found.len() && expected.iter().zip(found).all(|(one, other)| same(one, other))
        }
        _ => expected == found,
    }
}

fn gap(name: &str) -> String {
    format!("{{{{{name}}}}}")
}

/// `2026-11-22T09:11:47.809284Z`, or without a fraction.
fn is_moment(text: &str) -> bool {
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    ["0000-00-00T00:00:00Z", "0000-00-00T00:00:00.000000Z"].contains(&shape.as_str())
}

fn is_token(text: &str) -> bool {
    let parts: Vec<&str> = text.split('.').collect();
    let symbols = |part: &&str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
    };
    text.len() > 60 && parts.len() == 3 && parts.iter().all(symbols)
}
