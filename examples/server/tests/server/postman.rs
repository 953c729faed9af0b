//! The Postman collection keeps up with the table of routes. `newman` runs it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use chatapi_core::ChatApi;
use chatapi_core::store::memory::MemoryStore;
use serde_json::Value;

fn read(name: &str) -> Value {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(name);
    serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap()
}

/// Every request of the collection, those in folders too.
fn requests(item: &Value) -> Vec<&Value> {
    match item["item"].as_array() {
        Some(items) => items.iter().flat_map(requests).collect(),
        None => vec![item],
    }
}

/// `GET /rooms/{id}/`
fn row(request: &Value) -> String {
    let method = request["request"]["method"].as_str().unwrap();
    let path = request["request"]["url"]["raw"].as_str().unwrap();
    let path = path.strip_prefix("{{baseUrl}}").unwrap().split('?').next().unwrap_or_default();
    let parts: Vec<_> =
        path.split('/').map(|part| if part.starts_with("{{") { "{id}" } else { part }).collect();
    format!("{method} {}", parts.join("/"))
}

#[test]
fn every_method_of_every_route_is_in_the_postman_collection() {
    let collection = read("ChatAPI.postman_collection.json");
    let tried: BTreeSet<String> = requests(&collection).into_iter().map(row).collect();
    let api = ChatApi::builder(MemoryStore::new(), [7; 32]).build().unwrap();
    for route in api.routes() {
        for method in route.allow().split(", ") {
            let row = format!("{method} {}", route.path());
            assert!(tried.contains(&row), "the collection lacks {row}");
        }
    }
}

#[test]
fn every_request_of_the_collection_says_what_it_is_for_and_tests_its_status() {
    let collection = read("ChatAPI.postman_collection.json");
    for request in requests(&collection) {
        let name = &request["name"];
        assert!(request["request"]["description"].as_str().is_some_and(|text| !text.is_empty()), "{name}");
        let scripts: Vec<_> = request["event"].as_array().unwrap().iter().map(Value::to_string).collect();
        assert!(scripts.iter().any(|script| script.contains("to.have.status(")), "{name}");
    }
    for folder in collection["item"].as_array().unwrap() {
        assert!(!folder["description"].as_str().unwrap().is_empty(), "{}", folder["name"]);
    }
}

#[test]
fn the_environment_names_the_default_server_and_every_variable_that_is_not_drawn() {
    let environment = read("ChatAPI.postman_environment.json");
    let values = environment["values"].as_array().unwrap();
    let keys: Vec<_> = values.iter().map(|value| value["key"].as_str().unwrap()).collect();
    assert_eq!(keys, ["baseUrl", "password", "newPassword"]);
    assert_eq!(values[0]["value"], "http://localhost:8000");
}
