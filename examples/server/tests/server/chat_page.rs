//! The chat page: that it is there, whole, and takes nothing from elsewhere.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use reqwest::blocking::{Client, Response};
use reqwest::redirect::Policy;

use crate::support::{Server, on_each_framework, program};

fn assets() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("assets")
}

/// The page's files, by name, less the page itself.
fn files() -> BTreeSet<String> {
    let names =
        fs::read_dir(assets()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name != "index.html").collect()
}

fn get(server: &Server, path: &str, headers: &[(&str, &str)]) -> Response {
    let client = Client::builder().redirect(Policy::none()).build().unwrap();
    let request = client.get(format!("{}{path}", server.url()));
    headers.iter().fold(request, |request, (name, value)| request.header(*name, *value)).send().unwrap()
}

const BROWSER: (&str, &str) = ("accept", "text/html,application/xhtml+xml,*/*;q=0.8");

#[test]
fn each_framework_serves_the_page_with_all_of_its_files() {
    on_each_framework(|program| {
        let server = Server::start(&mut program());
        let page = get(&server, "/", &[BROWSER]);
        assert_eq!(page.status(), 200);
        assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
        let page = page.text().unwrap();
        for name in files() {
            let file = get(&server, &format!("/assets/{name}"), &[("accept", "*/*")]);
            let kind = match name.rsplit('.').next() {
                Some("js") => "text/javascript; charset=utf-8",
                Some("css") => "text/css; charset=utf-8",
                _ => "image/svg+xml",
            };
            assert_eq!(
                (file.status().as_u16(), &file.headers()["content-type"]),
                (200, &kind.parse().unwrap())
            );
            assert!(page.contains(&format!("\"assets/{name}\"")), "the page does not name {name}");
            assert_eq!(file.text().unwrap(), fs::read_to_string(assets().join(name)).unwrap());
        }
    });
}

#[test]
fn the_page_takes_nothing_from_elsewhere_and_makes_no_markup_of_text() {
    let server_folder = tempfile::tempdir().unwrap();
    let server = Server::start(&mut program(server_folder.path()));
    let policy =
        get(&server, "/", &[BROWSER]).headers()["content-security-policy"].to_str().unwrap().to_owned();
    for rule in
        ["default-src 'none'", "script-src 'self'", "style-src 'self'", "require-trusted-types-for 'script'"]
    {
        assert!(policy.contains(rule), "{policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");

    for name in files().into_iter().chain(["index.html".to_owned()]) {
        let text = fs::read_to_string(assets().join(&name)).unwrap();
        let sinks = ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function("];
        let inline = ["<script>", "<style", " style=\"", " onclick=\"", "javascript:"];
        let elsewhere =
            ["src=\"http", "href=\"http", "src=\"//", "href=\"//", "@import", "url(", "from \"http"];
        for odd in sinks.iter().chain(&inline).chain(&elsewhere) {
            assert!(!text.contains(odd), "{name} says {odd}");
        }
    }
}

#[test]
fn a_browser_that_has_a_file_is_told_so() {
    on_each_framework(|program| {
        let server = Server::start(&mut program());
        let first = get(&server, "/assets/chat.js", &[]);
        assert_eq!(first.headers()["cache-control"], "no-cache");
        let tag = first.headers()["etag"].to_str().unwrap().to_owned();
        for known in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}")] {
            let again = get(&server, "/assets/chat.js", &[("if-none-match", &known)]);
            assert_eq!(again.status(), 304, "{known}");
            assert_eq!(again.headers()["etag"], *tag);
            assert_eq!(again.text().unwrap(), "");
        }
        assert_eq!(get(&server, "/assets/chat.js", &[("if-none-match", "\"other\"")]).status(), 200);
    });
}

#[test]
fn who_wants_json_finds_no_page() {
    on_each_framework(|program| {
        let server = Server::start(&mut program());
        let answer = get(&server, "/", &[("accept", "application/json")]);
        assert_eq!((answer.status().as_u16(), &*answer.text().unwrap()), (404, r#"{"detail":"Not found."}"#));
    });
}

#[test]
fn a_mailed_link_leads_to_the_page() {
    on_each_framework(|program| {
        let server = Server::start(&mut program());
        for (path, place) in [
            ("/activate/MQ/abc-123", "../../#/activate/MQ/abc%2D123"),
            ("/activate/MQ/abc-123/", "../../../#/activate/MQ/abc%2D123"),
            ("/password-reset/MQ/a/", "../../../#/password-reset/MQ/a"),
            ("/username-reset/MQ/a/", "../../../#/username-reset/MQ/a"),
        ] {
            let answer = get(&server, path, &[BROWSER]);
            assert_eq!(
                (answer.status().as_u16(), answer.headers()["location"].to_str().unwrap()),
                (303, place)
            );
        }
    });
}

#[test]
fn the_page_and_the_look_up_of_users_can_be_switched_off() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&mut program(folder.path()));
    let ada = server.api().sign_up("ada");
    server.api().sign_up("ben");
    assert_eq!(ada.get("/auth/users/?username=ben").body["results"][0]["username"], "ben");
    assert!(server.greeting().iter().any(|line| line == &format!("Chat in a browser: {}/", server.url())));
    drop(server);

    let off = [("CHATAPI_CHAT_PAGE", "no"), ("CHATAPI_FIND_USERS", "no")];
    let server = Server::start(program(folder.path()).envs(off));
    let ada = ada.at(server.url());
    assert_eq!(get(&server, "/", &[BROWSER]).status(), 404);
    assert_eq!(ada.get("/auth/users/?username=ben").body["results"][0]["username"], "ada");
    assert!(!server.greeting().iter().any(|line| line.contains("browser")));
}
