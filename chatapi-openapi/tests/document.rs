//! What the API's document says.

use std::collections::BTreeSet;

use chatapi_core::ChatApi;
use chatapi_core::http::{
    Access, Call, Doc, Parameter, Property, Record, Response, Route, Shape, StatusCode, json,
};
use chatapi_openapi::{About, Security};
use chatapi_testing::TestChat;
use serde_json::{Value, json};
use utoipa::openapi::{Info, OpenApi, Paths};

async fn document(chat: &TestChat) -> Value {
    chat.get("/schema/").await.json()
}

fn chat() -> TestChat {
    TestChat::new(chatapi_openapi::add)
}

#[tokio::test]
async fn every_route_stands_in_the_document_with_each_of_its_methods_and_nothing_else_does() {
    let chat = chat();
    let document = document(&chat).await;
    let mut known = 0;
    for route in chat.api().routes().filter(|route| route.is_listed()) {
        let path = &document["paths"][route.path()];
        let said: BTreeSet<_> =
            path.as_object().unwrap().keys().map(|method| method.to_uppercase()).collect();
        let has: BTreeSet<_> =
            route.endpoints().iter().map(|endpoint| endpoint.method().to_string()).collect();
        assert_eq!(said, has, "{}", route.path());
        known += 1;
    }
    assert_eq!(document["paths"].as_object().unwrap().len(), known);
    assert_eq!(known, 19);
}

#[tokio::test]
async fn every_operation_says_what_it_does_takes_gives_and_refuses() {
    let chat = chat();
    let document = document(&chat).await;
    let mut ids = BTreeSet::new();
    for route in chat.api().routes().filter(|route| route.is_listed()) {
        for endpoint in route.endpoints() {
            let at = format!("{} {}", endpoint.method(), route.path());
            let method = endpoint.method().as_str().to_lowercase();
            let operation = &document["paths"][route.path()][method.as_str()];
            assert!(operation["summary"].as_str().is_some_and(|summary| !summary.is_empty()), "{at}");
            assert!(ids.insert(operation["operationId"].to_string()), "{at}");
            for status in route.refusals_of(endpoint) {
                assert!(operation["responses"][status.as_str()].is_object(), "{at}: {status}");
            }
            let (status, shape) = endpoint.doc().answer.unwrap();
            let answer = &operation["responses"][status.as_str()];
            assert_eq!(answer["content"]["application/json"]["schema"].is_object(), shape.is_some(), "{at}");
            let sent = route.fields_of(endpoint).iter().filter(|field| !field.is_read_only());
            let example = &operation["requestBody"]["content"]["application/json"]["example"];
            for field in sent {
                assert!(example.get(field.name()).is_some(), "{at}: an example of {}", field.name());
            }
            let named = operation["parameters"].as_array().into_iter().flatten();
            let named: BTreeSet<_> = named.filter_map(|parameter| parameter["name"].as_str()).collect();
            assert!(endpoint.doc().query.iter().all(|parameter| named.contains(parameter.name)), "{at}");
            assert_eq!(named.contains("id"), route.path().contains("{id}"), "{at}");
        }
    }
    let log_in = &document["paths"]["/auth/jwt/create/"]["post"];
    assert_eq!(log_in["security"], json!([]));
    assert_eq!(document["paths"]["/auth/users/"]["post"]["security"], json!([{}, { "bearer": [] }]));
}

#[tokio::test]
async fn fields_have_the_bounds_that_the_server_keeps() {
    let document = document(&chat()).await;
    let field =
        |schema: &str, field: &str| document["components"]["schemas"][schema]["properties"][field].clone();
    for (body, name) in
        [("CreateRoomBody", "name"), ("SendMessageBody", "content"), ("CreateUserBody", "username")]
    {
        assert_eq!(field(body, name)["minLength"], 1, "{body}.{name}");
    }
    assert_eq!(field("UpdateRoomBody", "users")["minItems"], 1);
    // An address may be empty where it may be left out.
    let optional = field("CreateUserBody", "email");
    assert!(optional.get("format").is_none() && optional.get("minLength").is_none(), "{optional}");
    assert_eq!((&optional["type"], &optional["maxLength"]), (&json!("string"), &json!(254)));
    assert_eq!(field("ResetPasswordBody", "email")["format"], "email");
    for (schema, kind) in [
        ("PageOfRooms", json!(["integer", "null"])),
        ("PageOfMessages", json!(["integer", "null"])),
        ("CursorPageOfMessages", json!("integer")),
    ] {
        let count = field(schema, "count");
        assert_eq!((&count["type"], &count["minimum"]), (&kind, &json!(0)), "{schema}");
    }
}

#[tokio::test]
async fn each_operation_says_which_names_its_400_has() {
    let document = document(&chat()).await;
    let schema_of = |path: &str, method: &str| {
        document["paths"][path][method]["responses"]["400"]["content"]["application/json"]["schema"].clone()
    };
    assert_eq!(schema_of("/rooms/", "post"), json!({ "$ref": "#/components/schemas/CreateRoomErrors" }));
    let named = document["components"]["schemas"]["CreateRoomErrors"]["properties"].as_object().unwrap();
    let named: Vec<_> = named.keys().map(String::as_str).collect();
    assert_eq!(
        BTreeSet::from_iter(named),
        BTreeSet::from(["name", "admin", "users", "non_field_errors", "detail"])
    );
    // A search may be refused with a bare list.
    let alternatives = schema_of("/messages/", "get")["anyOf"].clone();
    assert_eq!(alternatives[0], json!({ "$ref": "#/components/schemas/ListMessagesErrors" }));
    assert_eq!(alternatives[1], json!({ "$ref": "#/components/schemas/Faults" }));
    for (path, method) in [("/rooms/", "get"), ("/auth/users/", "get"), ("/rooms/{id}/", "delete")] {
        assert!(document["paths"][path][method]["responses"].get("400").is_none(), "{method} {path}");
    }
}

#[tokio::test]
async fn the_answer_that_has_more_comes_first() {
    let document = document(&chat()).await;
    let messages = &document["paths"]["/messages/"]["get"];
    let answer = &messages["responses"]["200"]["content"]["application/json"];
    let names = ["CursorPageOfMessages", "PageOfMessages"];
    let references = names.map(|name| json!({ "$ref": format!("#/components/schemas/{name}") }));
    assert_eq!(answer["schema"]["anyOf"], json!(references));
    assert!(answer["example"].get("has_more_before").is_none());
    let users = document["paths"]["/auth/users/"]["get"]["parameters"].as_array().unwrap();
    assert!(users.iter().any(|parameter| parameter["name"] == "username"));
}

#[tokio::test]
async fn every_reference_leads_to_something() {
    fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
        match value {
            Value::Object(fields) => {
                found.extend(fields.get("$ref").and_then(Value::as_str));
                fields.values().for_each(|value| references(value, found));
            }
            Value::Array(items) => items.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }
    let document = document(&chat()).await;
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > 100);
    for reference in found {
        assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
    }
}

#[tokio::test]
async fn the_document_is_json_or_yaml_as_it_is_asked_for() {
    let chat = chat();
    let json = chat.get("/schema/").await;
    let yaml = chat.get("/schema/?format=yaml").await;
    assert!(
        json.body.starts_with("{\n  \"openapi\": \"3.1.0\",")
            && yaml.body.starts_with("openapi: \"3.1.0\"\n")
    );
    let kind =
        |answer: &chatapi_testing::TestAnswer| answer.headers["content-type"].to_str().unwrap().to_owned();
    assert_eq!((kind(&json), kind(&yaml)), ("application/json".to_owned(), "application/yaml".to_owned()));
    let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    for (path, accept, expected) in [
        ("/schema/", "application/yaml", &yaml),
        ("/schema/", "application/vnd.oai.openapi", &yaml),
        ("/schema/", "application/vnd.oai.openapi+json", &json),
        ("/schema/", "text/yaml, application/json", &yaml),
        ("/schema", browser, &json),
        ("/schema/?format=json", "application/yaml", &json),
        ("/schema/openapi.json", "*/*", &json),
        ("/schema/openapi.yaml", "application/json", &yaml),
    ] {
        let answer = chat.get(path).header("accept", accept).await;
        assert_eq!((answer.status, &answer.body), (200, &expected.body), "{path} {accept}");
    }
    for missing in ["/schema/?format=xml", "/schema/openapi.xml"] {
        assert_eq!(chat.get(missing).await.status, 404);
    }
}

#[tokio::test]
async fn a_hosts_own_endpoint_stands_in_it_as_it_says_of_itself() {
    const STATS: Record = Record::new(
        "Stats",
        "A room by its numbers.",
        &[Property::new("members", Shape::Integer, "How many are in it.").example("2")],
    );
    const READ: Doc = Doc::new("room_stats", "Count a room")
        .query(&[Parameter::new("since", Shape::Moment, "From then on.")])
        .answers(StatusCode::OK, Shape::Record(&STATS))
        .refuses(&[StatusCode::FORBIDDEN]);
    async fn stats(_: ChatApi, _: Call) -> chatapi_core::Result<Response> {
        json(StatusCode::OK, &json!({ "members": 2 }))
    }
    let chat = TestChat::new(|builder| {
        let stats_route = Route::new("/rooms/{room}/stats/").named("Room Stats").get(stats).documented(READ);
        let silent =
            Route::new("/tea/{leaf}/").named("Tea").described("Of tea.").access(Access::Public).post(stats);
        let page = Route::new("/about/").unlisted().get(stats);
        chatapi_openapi::add(builder.route(stats_route).route(silent).route(page))
    });
    let document = document(&chat).await;
    let said = &document["paths"]["/rooms/{room}/stats/"]["get"];
    assert_eq!((&said["operationId"], &said["tags"]), (&json!("room_stats"), &json!(["Rooms"])));
    assert_eq!(said["parameters"][0]["name"], "room");
    assert_eq!(said["parameters"][1]["schema"], json!({ "type": "string", "format": "date-time" }));
    assert_eq!(said["responses"]["200"]["content"]["application/json"]["example"], json!({ "members": 2 }));
    assert_eq!(said["responses"]["403"]["$ref"], "#/components/responses/Forbidden");
    let silent = &document["paths"]["/tea/{leaf}/"]["post"];
    assert_eq!((&silent["operationId"], &silent["summary"]), (&json!("post_tea_leaf"), &json!("Tea")));
    assert_eq!((&silent["description"], &silent["security"]), (&json!("Of tea."), &json!([])));
    assert!(document["paths"].get("/about/").is_none());
}

#[tokio::test]
async fn its_server_is_where_the_client_found_it() {
    let chat = chat();
    let (route, params) = chat.api().find("/schema/").unwrap();
    let mut request = chatapi_core::http::Request::default();
    *request.uri_mut() = "/chat/schema/".parse().unwrap();
    request.headers_mut().insert("host", "chat.example.org".parse().unwrap());
    let answer = chat.api().call(route, request, params).await;
    let chatapi_core::http::Body::Full(body) = answer.into_body() else { panic!("a stream") };
    let document: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(document["servers"][0]["url"], "http://chat.example.org/chat");
}

#[tokio::test]
async fn a_host_without_accounts_is_not_said_to_have_a_log_in() {
    let chat = TestChat::new(|builder| chatapi_openapi::add(builder.without_accounts()));
    let document = document(&chat).await;
    let text = document.to_string();
    for wrong in ["/auth/", "Log in", "log-in", "bearer", "Bearer"] {
        assert!(!text.contains(wrong), "{wrong}");
    }
    assert!(document.get("security").is_none() && document["components"].get("securitySchemes").is_none());
    assert!(document["info"]["description"].as_str().unwrap().starts_with("Rooms and messages.\n"));
}

#[tokio::test]
async fn a_host_says_what_its_api_is_called_where_it_is_and_how_users_prove_who_they_are() {
    for (security, name, scheme) in [
        (
            Security::cookie("session").described("Ours."),
            "cookie",
            json!({ "type": "apiKey", "in": "cookie", "name": "session", "description": "Ours." }),
        ),
        (Security::header("X-Key"), "header", json!({ "type": "apiKey", "in": "header", "name": "X-Key" })),
        (Security::bearer(), "bearer", json!({ "type": "http", "scheme": "bearer", "bearerFormat": "JWT" })),
        (Security::other("mtls", json!({ "type": "mutualTLS" })), "mtls", json!({ "type": "mutualTLS" })),
    ] {
        async fn open(_: ChatApi, _: Call) -> chatapi_core::Result<Response> {
            json(StatusCode::OK, "open")
        }
        let chat = TestChat::new(|builder| {
            let about = About::default().title("The shop's").description("Of tea.");
            let about =
                about.server("https://a.example/chat").server("https://b.example/chat").security(security);
            let open = Route::new("/open/").get(open).open();
            chatapi_openapi::add_with(builder.without_accounts().route(open), about)
        });
        let document = document(&chat).await;
        assert_eq!(document["info"]["title"], "The shop's");
        assert_eq!(document["info"]["description"], "Of tea.");
        assert_eq!(
            document["servers"],
            json!([{ "url": "https://a.example/chat" }, { "url": "https://b.example/chat" }])
        );
        assert_eq!(document["components"]["securitySchemes"], json!({ name: scheme }));
        assert_eq!(document["security"], json!([{ name: [] }]));
        assert_eq!(document["paths"]["/open/"]["get"]["security"], json!([{}, { name: [] }]));
        // In each of its forms.
        let file: Value = chat.get("/schema/openapi.json").await.json();
        assert_eq!(file, document);
    }
}

#[tokio::test]
async fn utoipa_reads_the_document_and_nests_it_into_a_hosts_own() {
    let chats = [chat(), TestChat::new(|builder| chatapi_openapi::add(builder.without_accounts()))];
    for chat in chats {
        let document = document(&chat).await;
        let read: OpenApi = serde_json::from_value(document.clone()).unwrap();
        assert_eq!(read.paths.paths.len(), document["paths"].as_object().unwrap().len());
        let hosts = OpenApi::new(Info::new("The shop's", "1"), Paths::new()).nest("/chat", read);
        let nested = serde_json::to_value(hosts).unwrap();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let nested = &nested["paths"][format!("/chat{path}")][method];
                assert_eq!(nested["operationId"], operation["operationId"], "{method} {path}");
            }
        }
        let parameters = |operation: &Value| operation["parameters"].as_array().cloned().unwrap_or_default();
        for operation in document["paths"]
            .as_object()
            .unwrap()
            .values()
            .flat_map(|item| item.as_object().unwrap().values())
        {
            for parameter in parameters(operation) {
                assert_eq!(parameter["required"], parameter["in"] == "path", "{parameter}");
            }
        }
    }
}
