//! Search in another language than before.

use serde_json::json;

use crate::support::{Server, eventually, program};

#[test]
fn old_messages_are_found_in_the_language_that_a_server_is_started_with() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&mut program(folder.path()));
    let ada = server.api().sign_up("ada");
    let room = ada.room();
    // More than the index leaves to be looked through one by one, and one that it does.
    let texts = (0..140).map(|n| format!("message {n}"));
    for text in ["ein Haus".to_owned()].into_iter().chain(texts).chain(["Häuser".to_owned()]) {
        assert_eq!(ada.post("/messages/", &json!({"room": room, "content": text})).status, 201);
    }
    assert!(server.stop().success());

    let in_german = || {
        let mut program = program(folder.path());
        program.env("CHATAPI_SEARCH_LANGUAGE", "german");
        Server::start(&mut program)
    };
    let server = in_german();
    let found = |server: &Server| ada.at(server.url()).get("/messages/?q=H%C3%A4usern").body["count"].clone();
    eventually("old messages are read in German", || found(&server) == 2);
    server.wait_for_log("rewriting the search index");
    assert!(!server.log().contains(" WARN "), "{}", server.log());
    assert!(server.stop().success());

    let again = in_german();
    assert_eq!(found(&again), 2);
    assert!(again.stop().success());
}
