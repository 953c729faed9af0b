//! Replays a recorded conversation and tells where an answer differs.
//!
//! In a step and in what it expects, `{{run}}` is a suffix of names, `{{base}}` the server's address, and `{{x}}` the id
//! that an earlier step saved. In an expected body `<time>` is a moment, `<jwt>` a token, `<id>` an id that was not saved,
//! and `<any>` anything.

use std::collections::BTreeMap;

use http::Method;
use serde::Deserialize;

use super::ask::Answer;
use super::chat::{Chat, Person};
use super::json::Json;

mod mask;

use mask::Known;

#[derive(Deserialize)]
struct Conversation {
    steps: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    name: String,
    method: String,
    path: String,
    #[serde(rename = "as")]
    by: Option<String>,
    authorization: Option<String>,
    body: Option<Json>,
    form: Option<BTreeMap<String, Json>>,
    raw: Option<String>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    /// For each name: what kind of thing is saved, and where it stands in the answer.
    #[serde(default)]
    save: BTreeMap<String, (String, String)>,
    expect: Expected,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    status: u16,
    /// Absent where there is none.
    body: Option<Json>,
    /// Absent where the reference answered in HTML: this project answers in JSON.
    headers: Option<BTreeMap<String, String>>,
}

/// Replays a file of `recorded/`; gives the number of steps.
///
/// # Panics
/// With every step that differs.
pub(super) async fn replay(chat: &Chat, recorded: &str, run: &str, admin: &Person) -> usize {
    let conversation: Conversation = serde_json::from_str(recorded).unwrap();
    let mut known = Known::new(chat.base(), run, &admin.access);
    let mut differences = Vec::new();
    for (number, step) in (1..).zip(&conversation.steps) {
        let answer = send(chat, step, &known).await;
        let json: Option<Json> = serde_json::from_str(&answer.body).ok();
        for (name, (kind, path)) in &step.save {
            match json.as_ref().and_then(|json| json.at(path)) {
                Some(found) => known.save(name, kind, found),
                None => differences.push(format!("step {number}, {}: no {path} to save", step.name)),
            }
        }
        let found = compare(&step.expect, &answer, json.as_ref(), &known);
        differences
            .extend(found.iter().map(|what| format!("step {number}, {}: {}: {what}", step.name, answer.to)));
    }
    assert!(differences.is_empty(), "{} differences:\n  {}", differences.len(), differences.join("\n  "));
    conversation.steps.len()
}

async fn send(chat: &Chat, step: &Step, known: &Known) -> Answer {
    let method: Method = step.method.parse().unwrap();
    let mut ask = chat.ask(method, known.fill_text(&step.path));
    if let Some(body) = &step.body {
        ask = ask.json(known.fill(body));
    } else if let Some(form) = &step.form {
        ask = ask.form(known.fill_form(form));
    } else if let Some(raw) = &step.raw {
        let content_type = step.headers.get("Content-Type").map_or("application/json", String::as_str);
        ask = ask.body(content_type, known.fill_text(raw));
    }
    if let Some(accept) = step.headers.get("Accept") {
        ask = ask.header("accept", accept);
    }
    if let Some(name) = &step.by {
        ask = ask.bearer(known.token(name));
    }
    if let Some(authorization) = &step.authorization {
        ask = ask.header("authorization", known.fill_text(authorization));
    }
    ask.await
}

fn compare(expected: &Expected, answer: &Answer, json: Option<&Json>, known: &Known) -> Vec<String> {
    let mut differences = Vec::new();
    if answer.status != expected.status {
        differences.push(format!("status {}, expected {}", answer.status, expected.status));
    }
    match (&expected.body, json) {
        (None, _) if answer.body.is_empty() => {}
        (None, _) => differences.push(format!("body {}, expected none", answer.body)),
        (Some(Json::Text(any)), _) if any == "<any>" => {}
        (Some(body), None) => differences.push(format!("body {:?}, expected {body}", answer.body)),
        (Some(body), Some(json)) => {
            let masked = known.mask(json);
            if !mask::same(body, &masked) {
                differences.push(format!("body {masked}\n      expected {body}"));
            }
            // Parsed, blanks and escapes no longer show: here they do.
            if json.to_string() != answer.body {
                differences.push(format!("body {:?}, expected {json}", answer.body));
            }
        }
    }
    if let Some(headers) = &expected.headers {
        for name in ["content-type", "allow", "www-authenticate", "location"] {
            let expected = headers.get(name).map(|value| sorted(name, value));
            let found = answer.header(name).map(|value| sorted(name, value));
            if found != expected {
                differences.push(format!("{name} {found:?}, expected {expected:?}"));
            }
        }
    }
    differences
}

/// The recording kept the methods of `Allow` in alphabetical order; their own order is a fact of its own.
fn sorted(name: &str, value: &str) -> String {
    if name != "allow" {
        return value.to_owned();
    }
    let mut methods: Vec<&str> = value.split(", ").collect();
    methods.sort_unstable();
    methods.join(", ")
}
