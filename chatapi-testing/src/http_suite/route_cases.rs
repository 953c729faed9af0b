//! Cases about paths and methods.

use chatapi_core::http::Route;
use http::Method;

use super::ask::raw;
use super::case::cases;
use super::chat::{Chat, Person, Suite, ids};
use super::coverage::methods;

cases! {
    every_path_answers_options_with_its_name_and_methods,
    head_has_the_headers_of_get_and_no_body,
    a_method_that_a_path_lacks_is_refused_with_those_it_has,
    both_forms_of_every_path_answer_alike,
    a_path_without_its_slash_takes_what_changes_things,
    an_id_that_is_no_number_is_not_found_by_any_method,
    an_id_is_a_number_however_it_is_written,
    an_id_past_64_bits_names_nothing,
    accounts_are_there_with_the_suffix_of_a_format,
    every_path_of_the_accounts_has_both_forms_of_its_suffix,
    the_root_of_the_accounts_names_paths_of_its_own_format,
    links_keep_the_suffix_of_a_format,
    a_request_that_names_no_host_or_two_is_refused,
}

const METHODS: [Method; 7] =
    [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::HEAD, Method::OPTIONS];

async fn every_path_answers_options_with_its_name_and_methods(suite: Suite) {
    let (chat, ann) = inhabited(&suite).await;
    let routes: Vec<_> = chat.api().routes().cloned().collect();
    for route in routes {
        let path = filled(&route, ann.id);
        let answer = chat.ask(Method::OPTIONS, path).by(&ann).await;
        assert_eq!(answer.status(200).text("name"), route.name(), "{}", answer.to);
        let known = ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"];
        let parses: Vec<_> =
            answer.at("parses").items().iter().filter_map(|kind| kind.as_str().map(str::to_owned)).collect();
        assert_eq!(parses, known, "{}", answer.to);
        let allow = answer.header("allow").map(str::to_owned);
        assert_eq!(allow, Some(methods(&route).iter().map(Method::as_str).collect::<Vec<_>>().join(", ")));
    }
}

async fn head_has_the_headers_of_get_and_no_body(suite: Suite) {
    let (chat, ann) = inhabited(&suite).await;
    let routes: Vec<_> =
        chat.api().routes().filter(|route| methods(route).contains(&Method::GET)).cloned().collect();
    assert!(routes.len() >= 7);
    for route in routes {
        for path in [filled(&route, ann.id), filled(&route, 999_999)] {
            let get = chat.get(&path).by(&ann).await;
            let head = chat.ask(Method::HEAD, &path).by(&ann).await;
            head.is(get.status, "");
            let (mut said_by_get, mut said_by_head) = (get.headers.clone(), head.headers.clone());
            said_by_get.remove("date");
            said_by_head.remove("date");
            assert_eq!(said_by_head, said_by_get, "{path}");
            assert_eq!(head.header("content-length"), Some(get.body.len().to_string().as_str()), "{path}");
        }
        let head = chat.ask(Method::HEAD, filled(&route, ann.id)).await;
        head.is(401, "");
    }
}

async fn a_method_that_a_path_lacks_is_refused_with_those_it_has(suite: Suite) {
    let (chat, ann) = inhabited(&suite).await;
    let routes: Vec<_> = chat.api().routes().cloned().collect();
    let odd = Method::from_bytes(b"BREW").unwrap();
    for route in routes {
        for method in METHODS.iter().chain([&odd]).filter(|method| !methods(&route).contains(method)) {
            let answer = chat.ask(method.clone(), filled(&route, ann.id)).by(&ann).json("{").await;
            if *method == Method::HEAD {
                answer.is(405, "");
            } else {
                answer.detail(405, &format!("Method \"{method}\" not allowed."));
            }
        }
    }
}

async fn both_forms_of_every_path_answer_alike(suite: Suite) {
    let (chat, ann) = inhabited(&suite).await;
    let routes: Vec<_> = chat.api().routes().cloned().collect();
    for route in routes {
        // Nobody has this id, and nothing comes of `{}`: what is asked for the second time is as it was.
        let path = filled(&route, 999_999);
        let short = path.trim_end_matches('/');
        for method in METHODS {
            for person in [None, Some(&ann)] {
                let ask = |path: &str| {
                    let ask = chat.ask(method.clone(), path).json("{}");
                    match person {
                        Some(person) => ask.by(person),
                        None => ask,
                    }
                };
                let (long, short) = (ask(&path).await, ask(short).await);
                assert_eq!(short.status, long.status, "{method} {path}");
                assert_eq!(
                    short.body.replace(&format!("{}?", short.to), &format!("{}?", long.to)),
                    long.body,
                    "{method} {path}"
                );
                let (mut long, mut short) = (long.headers, short.headers);
                long.remove("date");
                short.remove("date");
                assert_eq!(short, long, "{method} {path}");
            }
        }
    }
}

async fn a_path_without_its_slash_takes_what_changes_things(suite: Suite) {
    let chat = suite.chat().await;
    let body = r#"{"username":"ann","password":"zaq123wsx!Q"}"#;
    chat.post("/auth/users").json(body).await.status(201);
    let answer = chat.post("/auth/jwt/create").json(body).await;
    let token = answer.status(200).text("access");
    let me = chat.get("/auth/users/me").bearer(&token).await.id();
    let room =
        chat.post("/rooms").bearer(&token).json(format!(r#"{{"name":"tea","users":[{me}]}}"#)).await.id();
    chat.patch(format!("/rooms/{room}")).bearer(&token).json(r#"{"name":"x"}"#).await.status(200);
    let sent =
        chat.post("/messages").bearer(&token).json(format!(r#"{{"room":{room},"content":"hi"}}"#)).await;
    let message = sent.status(201).id();
    let change = format!(r#"{{"room":{room},"content":"ho"}}"#);
    chat.put(format!("/messages/{message}")).bearer(&token).json(change).await.status(200);
    chat.get(format!("/messages?room={room}")).bearer(&token).await.status(200);
    chat.delete(format!("/messages/{message}")).bearer(&token).await.is(204, "");
    chat.delete(format!("/rooms/{room}")).bearer(&token).await.is(204, "");
}

async fn an_id_that_is_no_number_is_not_found_by_any_method(suite: Suite) {
    let (chat, ann) = inhabited(&suite).await;
    for id in ["abc", "-1", "+1", "1.0", "1a", "%D9%A1", "%20", "1%2F", "%FF"] {
        for kind in ["rooms", "messages"] {
            for method in METHODS.into_iter().filter(|method| *method != Method::HEAD) {
                for slash in ["/", ""] {
                    let path = format!("/{kind}/{id}{slash}");
                    chat.ask(method.clone(), &path).await.detail(404, "Not found.");
                    chat.ask(method.clone(), &path).by(&ann).json("{").await.detail(404, "Not found.");
                }
            }
        }
    }
    let answer = chat.get("/rooms/abc/").await;
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("vary"), Some("Accept"));
    assert_eq!(answer.header("allow"), None);
}

async fn an_id_is_a_number_however_it_is_written(suite: Suite) {
    let (chat, ann) = inhabited(&suite).await;
    let plain = chat.get("/rooms/1/").by(&ann).await;
    for path in ["/rooms/01/", "/rooms/0000000000000000000000000000001/", "/rooms/%31/", "/rooms/%31"] {
        chat.get(path).by(&ann).await.is(200, &plain.body);
    }
}

async fn an_id_past_64_bits_names_nothing(suite: Suite) {
    let (chat, ann) = inhabited(&suite).await;
    for id in ["9223372036854775807", "9223372036854775808", "99999999999999999999999"] {
        chat.get(format!("/rooms/{id}/")).by(&ann).await.detail(404, "No Room matches the given query.");
        chat.delete(format!("/rooms/{id}/")).by(&ann).await.detail(404, "No Room matches the given query.");
        chat.get(format!("/messages/{id}/"))
            .by(&ann)
            .await
            .detail(404, "No Message matches the given query.");
        chat.get(format!("/auth/users/{id}/")).by(&ann).await.status(404);
    }
}

async fn accounts_are_there_with_the_suffix_of_a_format(suite: Suite) {
    let (chat, ann) = inhabited(&suite).await;
    for path in ["/auth/users", "/auth/users/1", "/auth/users/me"] {
        let plain = chat.get(format!("{path}/")).by(&ann).await;
        for suffix in [".json", ".json/"] {
            let suffixed = chat.get(format!("{path}{suffix}")).by(&ann).await;
            suffixed.is(200, &plain.body);
            assert_eq!(suffixed.header("allow"), plain.header("allow"));
            let nobody = chat.get(format!("{path}{suffix}")).await;
            nobody.detail(401, "Authentication credentials were not provided.");
            let patched = chat.patch(format!("{path}{suffix}")).by(&ann).json(r#"{"email":"x"}"#).await;
            patched.status(if path == "/auth/users" { 405 } else { 400 });
            // The suffix comes before the format that the query names.
            chat.get(format!("{path}{suffix}?format=xml")).by(&ann).await.is(200, &plain.body);
            let refused = chat.get(format!("{path}{suffix}")).by(&ann).header("accept", "text/plain").await;
            refused.detail(406, "Could not satisfy the request Accept header.");
        }
        for suffix in [".xml", ".xml/", ".JSON", ".json.json", ".", "/.json"] {
            chat.get(format!("{path}{suffix}")).by(&ann).await.status(404);
        }
        // There are no pages here.
        chat.get(format!("{path}.api")).by(&ann).await.detail(404, "Not found.");
    }
    chat.get("/auth/users/1.xml").await.detail(404, "Not found.");
    let required =
        r#"{"new_password":["This field is required."],"current_password":["This field is required."]}"#;
    for suffix in [".json", ".json/"] {
        chat.post(format!("/auth/users/set_password{suffix}")).by(&ann).json("{}").await.is(400, required);
    }
    for path in ["/rooms", "/rooms/1", "/messages", "/messages/1", "/auth/jwt/create"] {
        for suffix in [".json", ".json/"] {
            chat.get(format!("{path}{suffix}")).by(&ann).await.status(404);
        }
    }
}

async fn every_path_of_the_accounts_has_both_forms_of_its_suffix(suite: Suite) {
    let (chat, ann) = inhabited(&suite).await;
    let routes: Vec<_> = chat.api().routes().cloned().collect();
    let accounts = |route: &&std::sync::Arc<Route>| route.path().starts_with("/auth/users/");
    for route in routes.iter().filter(accounts) {
        let path = filled(route, ann.id);
        let short = path.trim_end_matches('/');
        for method in [Method::OPTIONS, Method::GET, Method::HEAD, Method::POST, Method::PUT] {
            let ask = |path: &str| chat.ask(method.clone(), path).by(&ann).json("{}");
            let plain = ask(&path).await;
            for suffix in [".json", ".json/"] {
                ask(&format!("{short}{suffix}")).await.is(plain.status, &plain.body);
            }
        }
    }
}

async fn the_root_of_the_accounts_names_paths_of_its_own_format(suite: Suite) {
    let (chat, ann) = inhabited(&suite).await;
    for path in ["/auth/.json", "/auth/.json/"] {
        let root = chat.get(path).by(&ann).await;
        root.is(200, format!(r#"{{"users":"{}"}}"#, chat.url("/auth/users.json")));
        chat.get(path).await.detail(401, "Authentication credentials were not provided.");
    }
    chat.get("/auth.json").by(&ann).await.status(404);
}

async fn links_keep_the_suffix_of_a_format(suite: Suite) {
    let chat = suite.chat_with(|config| config.page_size = 1).await;
    chat.people(["ann", "bob"]).await;
    let root = chat.superuser("root").await;
    for path in ["/auth/users.json", "/auth/users.json/"] {
        let page = chat.get(path).by(&root).await;
        assert_eq!(page.text("next"), chat.url(&format!("{path}?page=2")));
    }
}

async fn a_request_that_names_no_host_or_two_is_refused(suite: Suite) {
    let chat = suite.chat().await;
    for (version, hosts) in [
        ("1.1", ""),
        ("1.0", ""),
        ("1.1", "host: chat.example\r\nhost: chat.example\r\n"),
        ("1.1", "host: a.example\r\nHOST: b.example\r\n"),
        ("1.1", "host:\r\n"),
        ("1.1", "host: chat.example/path\r\n"),
        ("1.1", "host: chat.example,evil.example\r\n"),
        ("1.1", "host: user@chat.example\r\n"),
        ("1.1", "host: chat.example:port\r\n"),
    ] {
        for line in ["GET /rooms/", "POST /auth/jwt/create/", "GET http://chat.example/rooms/"] {
            let request =
                format!("{line} HTTP/{version}\r\nconnection: close\r\n{hosts}content-length: 0\r\n\r\n");
            let answer = raw(&chat, request.into_bytes()).await;
            assert_eq!(answer.status, 400, "{line} with {hosts:?}: {}", answer.body);
        }
    }
    for host in ["chat.example", "chat.example:8443", "[::1]:80", "10.0.0.1"] {
        let request = format!("GET /rooms/ HTTP/1.1\r\nconnection: close\r\nhost: {host}\r\n\r\n");
        raw(&chat, request.into_bytes()).await.status(401);
    }
}

/// A chat with one user, who has a room with a message: all of them have the id 1.
async fn inhabited(suite: &Suite) -> (Chat, Person) {
    let chat = suite.chat().await;
    let ann = chat.person("ann").await;
    let room = chat.room(&ann, &[]).await;
    let message = chat.say(&ann, room, "hello").await;
    assert_eq!(format!("{} {room} {message}", ids([&ann])), "[1] 1 1", "ids begin with 1");
    (chat, ann)
}

fn filled(route: &Route, id: i64) -> String {
    route.path().replace("{id}", &id.to_string())
}
