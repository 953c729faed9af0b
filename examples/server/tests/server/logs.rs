//! What the log of a server says of ordinary requests.

use serde_json::json;

use crate::support::{Server, on_each_framework};

#[test]
fn with_default_settings_ordinary_requests_log_nothing_above_info() {
    on_each_framework(|program| {
        let server = Server::start(program().env_remove("CHATAPI_LIMITS"));
        let ada = server.api().sign_up("ada");
        let room = ada.room();
        assert_eq!(ada.post("/messages/", &json!({"room": room, "content": "Hello"})).status, 201);
        let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        assert_eq!(ada.get_with("/messages/?search=hello", "traceparent", parent).status, 200);
        assert_eq!(ada.get_with("/rooms/", "traceparent", "nonsense").status, 200);
        for (path, status) in
            [("/rooms/", 401), ("/nowhere/", 404), ("/auth/jwt/create/", 405), ("/readyz", 200), ("/", 200)]
        {
            assert_eq!(server.api().get(path).status, status, "{path}");
        }
        server.wait_for_log("path=\"/\" ");
        let log = server.log();
        let answered = log.lines().filter(|line| line.contains("request completed")).count();
        assert_eq!(answered, 11, "each request has its line: {log}");
        let levels = log.lines().filter_map(|line| line.split_whitespace().nth(1));
        let loud: Vec<_> = levels.filter(|level| *level != "INFO").collect();
        assert!(loud.is_empty(), "{log}");
    });
}

#[test]
fn no_token_of_a_mailed_link_is_logged() {
    on_each_framework(|program| {
        let server =
            Server::start(program().env("CHATAPI_LOG", "debug").env("CHATAPI_SEND_ACTIVATION_EMAIL", "yes"));
        let paths = [
            "/activate/MQ/hush-1",
            "/password-reset/MQ/hush-2/",
            "/username-reset/MQ/hush%2D3",
            // Pages of somebody else's, and links that were copied wrongly.
            "/accounts/password-reset/MQ/hush-4",
            "/password-reset/MQ/hush-5/more",
            "//password-reset/hush-6",
        ];
        for path in paths {
            server.api().get(path);
        }
        assert_eq!(server.api().get("/rooms/7/").status, 401);
        server.wait_for_log("path=\"/rooms/{id}/\"");
        let log = server.log();
        assert!(log.contains("path=\"/password-reset/{uid}/{token}/\""), "{log}");
        assert!(log.contains("path=\"/accounts/…\""), "{log}");
        assert!(!log.contains("hush"), "{log}");
    });
}
