//! Paths that do not exist.

use crate::support::{Server, exchange, on_each_framework};

/// What Firefox accepts.
const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

fn get(server: &Server, path: &str, headers: &str) -> (u16, String) {
    let request = format!("GET {path} HTTP/1.1\r\nhost: chat.example\r\nconnection: close\r\n{headers}\r\n");
    exchange(server.address(), &request)
}

#[test]
fn a_browser_gets_a_page_with_a_way_back() {
    on_each_framework(|program| {
        let server = Server::start(&mut program());
        for (path, way) in [
            ("/nowhere", "/"),
            ("/nowhere/at/all.html", "/"),
            ("/rooms/1/nowhere/", "/rooms/1/"),
            ("/admin/nowhere/", "/admin/"),
            ("/admin/users/7/nowhere/", "/admin/users/7/"),
            ("/docs/nowhere", "/docs/"),
        ] {
            let (status, answer) = get(&server, path, &format!("accept: {BROWSER}\r\n"));
            assert_eq!(status, 404, "{path}");
            let (head, page) = answer.split_once("\r\n\r\n").unwrap();
            assert!(head.contains("content-type: text/html; charset=utf-8"), "{path}: {head}");
            assert!(
                head.contains("content-security-policy: ") && head.contains("x-frame-options: DENY"),
                "{head}"
            );
            assert!(
                page.contains("Page not found") && page.contains(&format!("<code>{path}</code>")),
                "{page}"
            );
            assert!(page.contains(&format!("href=\"{way}\"")), "{path}: {page}");
        }
        let (_, answer) = get(&server, "/nowhere/%3Cscript%3E<b>", &format!("accept: {BROWSER}\r\n"));
        assert!(!answer.contains("<b>"), "{answer}");
    });
}

#[test]
fn whoever_asks_for_json_gets_it() {
    on_each_framework(|program| {
        let server = Server::start(&mut program());
        for (path, headers) in [
            ("/nowhere/", ""),
            ("/nowhere/", "accept: */*\r\n"),
            ("/admin/nowhere/", "accept: application/json\r\n"),
            ("/nowhere/?format=json", "accept: text/html\r\n"),
            ("/nowhere/", "accept: image/png\r\n"),
        ] {
            let (status, answer) = get(&server, path, headers);
            assert_eq!(status, 404, "{path}");
            assert!(answer.ends_with(r#"{"detail":"Not found."}"#), "{path} with {headers}: {answer}");
        }
        let server = Server::start(program().env("CHATAPI_PAGES", "no"));
        let (_, answer) = get(&server, "/nowhere/", &format!("accept: {BROWSER}\r\n"));
        assert!(answer.ends_with(r#"{"detail":"Not found."}"#), "{answer}");
    });
}

#[test]
fn pages_of_other_sites_can_read_that_nothing_is_there() {
    on_each_framework(|program| {
        let server = Server::start(program().env("CHATAPI_CORS_ORIGINS", "https://app.example.org"));
        let origin = "origin: https://app.example.org\r\n";
        let (status, answer) = get(&server, "/nowhere/", origin);
        assert_eq!(status, 404);
        assert!(answer.contains("access-control-allow-origin: https://app.example.org\r\n"), "{answer}");
        let request = format!(
            "OPTIONS /nowhere/ HTTP/1.1\r\nhost: chat\r\nconnection: close\r\n{origin}\
             access-control-request-method: PUT\r\naccess-control-request-headers: authorization\r\n\r\n"
        );
        let (status, answer) = exchange(server.address(), &request);
        assert_eq!(status, 204);
        for header in [
            "access-control-allow-origin: https://app.example.org",
            "access-control-allow-methods: GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS",
            "access-control-allow-headers: authorization",
        ] {
            assert!(answer.contains(&format!("{header}\r\n")), "{header}: {answer}");
        }
        let (_, answer) = get(&server, "/nowhere/", "origin: https://evil.example\r\n");
        assert!(!answer.contains("access-control-allow-origin"), "{answer}");
    });
}
