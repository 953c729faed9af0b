//! The API's document, as a tester takes it at its word.

use std::process::Command;

use crate::site::{BOSS, Site};
use crate::support::api::PASSWORD;
use crate::support::postgres::setting;
use crate::support::run;

/// What answers are held to: no failure of the server's, and nothing that the document does not say.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_headers_conformance,response_schema_conformance";

#[test]
fn no_answer_is_outside_of_the_document() {
    let site = Site::start();
    let boss = serde_json::json!({"username": BOSS, "password": PASSWORD});
    let token = site.api().post("/auth/jwt/create/", &boss).body["access"].clone();
    let room = site.api().log_in(BOSS, PASSWORD).room();
    let sent = serde_json::json!({"room": room, "content": "Earl Grey?"});
    assert_eq!(site.api().log_in(BOSS, PASSWORD).post("/messages/", &sent).status, 201);
    let folder = tempfile::tempdir().unwrap();
    let mut tester = Command::new(setting("CHATAPI_TEST_SCHEMATHESIS"));
    tester.current_dir(folder.path()).arg("run").arg(format!("{}/schema/openapi.json", site.url()));
    tester.args(["--header", &format!("Authorization: Bearer {}", token.as_str().unwrap())]);
    tester.args(["--checks", CHECKS, "--phases", "examples,coverage,fuzzing", "--max-examples", "10"]);
    tester.args(["--seed", "1", "--generation-database", "none", "--no-shrink", "--no-color"]);
    tester.args(["--warnings", "off", "--request-timeout", "30"]);
    let tested = run(&mut tester);
    let said = String::from_utf8_lossy(&tested.stdout);
    assert!(tested.status.success(), "{said}\n{}", String::from_utf8_lossy(&tested.stderr));
}
