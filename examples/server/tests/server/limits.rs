//! How much a client may ask for, and which pages may ask.

use serde_json::json;

use crate::support::{Server, on_each_framework};

#[test]
fn a_client_that_tries_too_often_to_log_in_is_told_to_wait() {
    on_each_framework(|program| {
        let server = Server::start(program().env_remove("CHATAPI_LIMITS").env("CHATAPI_LIMIT_LOGIN", "2/h"));
        let wrong = json!({"username": "ada", "password": "nope"});
        let statuses: Vec<u16> =
            (0..3).map(|_| server.api().post("/auth/jwt/create/", &wrong).status).collect();
        assert_eq!(statuses, [401, 401, 429]);
        let refused = server.api().post("/auth/jwt/create/", &wrong);
        let wait: u32 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((1700..=1800).contains(&wait), "{refused:?}");
        assert_eq!(
            refused.body["detail"],
            format!("Request was throttled. Expected available in {wait} seconds.")
        );
    });
}

#[test]
fn clients_behind_a_trusted_proxy_are_told_apart() {
    on_each_framework(|program| {
        let mut program = program();
        let program = program.env_remove("CHATAPI_LIMITS").env("CHATAPI_LIMIT_MAIL", "1/h");
        let server = Server::start(program.env("CHATAPI_TRUSTED_PROXIES", "127.0.0.1"));
        for (address, mail, status) in [
            ("192.0.2.1", "a@b.example", 204),
            ("192.0.2.1", "c@d.example", 429),
            ("192.0.2.2", "e@f.example", 204),
        ] {
            let body = json!({"email": mail});
            let answer =
                server.api().post_with("/auth/users/reset_password/", &body, "x-forwarded-for", address);
            assert_eq!(answer.status, status, "{address}");
        }
    });
}

#[test]
fn limits_are_on_unless_they_are_switched_off() {
    on_each_framework(|program| {
        let wrong = json!({"username": "ada", "password": "nope"});
        let told = |server: &Server| {
            server.api().post("/auth/jwt/create/", &wrong).headers.contains_key("x-ratelimit-limit")
        };
        assert!(told(&Server::start(program().env_remove("CHATAPI_LIMITS"))));
        assert!(!told(&Server::start(
            program().env_remove("CHATAPI_LIMITS").env("CHATAPI_LIMIT_LOGIN", "off")
        )));
        assert!(!told(&Server::start(program().env("CHATAPI_LIMITS", "off"))));
    });
}

#[test]
fn pages_of_the_sites_that_are_listed_may_ask() {
    on_each_framework(|program| {
        let origin = "https://app.example.org";
        let server = Server::start(program().env("CHATAPI_CORS_ORIGINS", origin));
        let answer = server.api().get_with("/rooms/", "origin", origin);
        assert_eq!(
            (answer.status, &answer.headers["access-control-allow-origin"]),
            (401, &origin.parse().unwrap())
        );
        let answer = server.api().get_with("/rooms/", "origin", "https://evil.example");
        assert!(!answer.headers.contains_key("access-control-allow-origin"));
    });
}
