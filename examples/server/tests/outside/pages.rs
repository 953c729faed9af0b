//! The API, as somebody meets it who opens it in a browser.

use std::collections::BTreeSet;

use crate::browser::Browser;
use crate::site::{BOSS, Site};
use crate::support::api::PASSWORD;

/// Opens an endpoint as a stranger, and logs in on its page.
fn logged_in_at(site: &Site, path: &str) -> Browser {
    let page = site.browser();
    page.go(path);
    page.sees("HTTP 401 Unauthorized");
    page.shot("pages-log-in");
    page.fill("Username", BOSS);
    page.fill("Password", PASSWORD);
    page.press("Log in");
    page.sees("HTTP 200 OK");
    page
}

#[test]
fn an_endpoint_asks_for_a_log_in_and_then_shows_what_it_has() {
    let site = Site::start();
    site.api().log_in(BOSS, PASSWORD).room();
    let page = site.browser();
    page.go("/rooms/");
    page.fill("Username", BOSS);
    page.fill("Password", "not-the-password");
    page.press("Log in");
    page.sees("No active account found with the given credentials");
    page.fill("Password", PASSWORD);
    page.press("Log in");
    page.sees("HTTP 200 OK");
    page.sees("\"name\": \"Lobby\"");
    page.shot("pages-rooms");
    page.press("/messages/");
    page.sees("GET /messages/");
    page.sees("HTTP 200 OK");
    page.press("Log out");
    page.sees("HTTP 401 Unauthorized");
}

#[test]
fn a_form_sends_and_tells_what_is_wrong_beside_its_field() {
    let site = Site::start();
    let page = logged_in_at(&site, "/rooms/");
    page.expects_complaint("status of 404");
    page.fill("Name", "Tea");
    page.fill("Users", "4711");
    page.press("POST");
    page.sees("HTTP 400 Bad Request");
    page.holds(
        "it is told beside the field",
        "document.querySelector('[name=users]').closest('.field').querySelector('.error')?.innerText.includes('4711')",
    );
    page.shot("pages-form");
    page.fill("Users", "1");
    page.press("POST");
    page.sees("HTTP 201 Created");
    page.go("/rooms/1/");
    page.sees("\"name\": \"Tea\"");
    page.shot("pages-room");
    page.fill("Name", "Coffee");
    page.press("PATCH");
    page.sees("\"name\": \"Coffee\"");
    page.press("DELETE");
    page.sees("will be permanently deleted");
    page.press("DELETE");
    page.sees("HTTP 204");
    page.go("/rooms/1/");
    page.sees("HTTP 404 Not Found");
}

#[test]
fn markup_in_an_answer_is_text() {
    let site = Site::start();
    let boss = site.api().log_in(BOSS, PASSWORD);
    let markup = "<img src=x onerror=alert(1)></pre><script>alert(2)</script>";
    let sent = serde_json::json!({"room": boss.room(), "content": markup});
    assert_eq!(boss.post("/messages/", &sent).status, 201);
    let page = logged_in_at(&site, "/messages/1/");
    page.sees(markup);
    assert_eq!(page.value("document.querySelectorAll('main :is(img, script)').length"), 0);
}

#[test]
fn the_documentation_shows_every_path_and_sends_requests_with_a_token() {
    let site = Site::start();
    let api = site.api();
    let created = api.post("/auth/jwt/create/", &serde_json::json!({"username": BOSS, "password": PASSWORD}));
    let token = created.body["access"].as_str().unwrap().to_owned();
    let document = api.get("/schema/?format=json").body;
    let paths: BTreeSet<_> = document["paths"].as_object().unwrap().keys().cloned().collect();
    let page = site.browser();
    page.go("/docs/");
    page.holds("there are operations", "document.querySelector('.opblock [data-path]')");
    let shown =
        page.value("[...document.querySelectorAll('.opblock [data-path]')].map((path) => path.dataset.path)");
    let shown: BTreeSet<String> = serde_json::from_value(shown).unwrap();
    assert_eq!(shown, paths);
    page.shot("docs");

    page.press_at(".auth-wrapper .authorize");
    page.type_at(".dialog-ux .auth-container input", &token);
    page.press_at(".dialog-ux .auth-container .authorize");
    page.press_at(".dialog-ux .btn-done");
    page.press_at("[id$=-read_me] .opblock-summary-control");
    page.press_at("[id$=-read_me] .execute");
    page.holds(
        "the request is answered",
        "document.querySelector('[id$=-read_me] .live-responses-table tbody .response-col_status')?.innerText.startsWith('200')",
    );
    page.sees(&format!("\"username\": \"{BOSS}\""));
    page.shot("docs-answer");
}
