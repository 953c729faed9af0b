//! The README's conversation, pasted.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::{Server, program, run};

#[test]
fn the_first_conversation_of_the_readme_can_be_pasted_and_works() {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md");
    let readme = fs::read_to_string(readme).unwrap();
    let (_, after) = readme.split_once("<!-- conversation -->\n```sh\n").unwrap();
    let (script, _) = after.split_once("```").unwrap();

    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&mut program(folder.path()));
    let address = server.url().trim_end_matches('/');
    assert!(script.contains("CHAT=http://127.0.0.1:8000\n"), "the README names the default address");
    let script = script.replace("http://127.0.0.1:8000", address);
    let pasted = run(Command::new("bash").args(["-euo", "pipefail", "-c", &script]));

    assert!(pasted.status.success(), "{pasted:?}");
    let said = String::from_utf8(pasted.stdout).unwrap();
    let answers: Vec<_> = said.split_inclusive('}').collect();
    assert!(answers[0].starts_with("{\"email\":\"\",\"username\":\"alice\",\"id\":"), "{said}");
    assert!(answers[1].contains("\"content\":\"Hello, tea drinkers\""), "{said}");
    assert!(answers[2].starts_with("{\"count\":1,\"next\":null,\"previous\":null,\"results\":[{"), "{said}");
    assert!(answers[2].contains("\"content\":\"Hello, tea drinkers\""), "{said}");
}
