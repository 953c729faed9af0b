//! What rooms cost, and what they tell of their members.

use serde_json::{Value, json};

use crate::support::{Server, api::PASSWORD, program};

#[test]
fn mail_addresses_of_members_are_for_staff_unless_they_are_to_be_shown() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&mut program(folder.path()));
    for name in ["ada", "ben"] {
        let account = json!({"username": name, "password": PASSWORD, "email": format!("{name}@example.org")});
        assert_eq!(server.api().post("/auth/users/", &account).status, 201);
    }
    let ada = server.api().log_in("ada", PASSWORD);
    let room = ada.post("/rooms/", &json!({"name": "Tea", "users": [1, 2]}));
    let addresses = |users: &Value| -> Vec<Value> {
        users.as_array().unwrap().iter().map(|user| user["email"].clone()).collect()
    };
    assert_eq!(addresses(&room.body["users"]), ["ada@example.org", ""]);
    assert_eq!(addresses(&ada.get("/rooms/").body["results"][0]["users"]), ["ada@example.org", ""]);
    drop(server);

    let server = Server::start(program(folder.path()).env("CHATAPI_SHOW_EMAILS", "members"));
    let ada = ada.at(server.url());
    let both = ["ada@example.org", "ben@example.org"];
    assert_eq!(addresses(&ada.get("/rooms/1/").body["users"]), both);
    assert_eq!(addresses(&ada.get("/rooms/").body["results"][0]["users"]), both);
}

#[test]
fn rooms_and_their_members_have_limits() {
    let folder = tempfile::tempdir().unwrap();
    let limits = [
        ("CHATAPI_LIMIT_ROOM", "3/h"),
        ("CHATAPI_MEMBERS_PER_ROOM", "2"),
        ("CHATAPI_MEMBERS_PER_REQUEST", "3"),
    ];
    let server = Server::start(program(folder.path()).env_remove("CHATAPI_LIMITS").envs(limits));
    let ada = server.api().sign_up("ada");
    for name in ["ben", "cid", "dan"] {
        server.api().sign_up(name);
    }
    let make = |users: Value| ada.post("/rooms/", &json!({"name": "Tea", "users": users}));
    let refused = make(json!([1, 2, 3]));
    assert_eq!(
        (refused.status, &refused.body),
        (400, &json!({"users": ["A room may have at most 2 members."]}))
    );
    let refused = make(json!([1, 2, 3, 4]));
    let fault = json!({"users": ["Ensure this field has no more than 3 elements."]});
    assert_eq!((refused.status, &refused.body), (400, &fault));
    assert_eq!(make(json!([1, 2])).status, 201);
    assert_eq!(make(json!([1, 2])).status, 429);
}
