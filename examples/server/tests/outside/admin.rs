//! The admin site, as staff use it.

mod forms;
mod lists;
mod log_in;
mod safety;

use serde_json::json;

use crate::browser::Browser;
use crate::site::{BOSS, Site};
use crate::support::Api;
use crate::support::api::PASSWORD;

/// A browser in which the superuser is logged in.
fn boss_at(site: &Site) -> Browser {
    let page = site.browser();
    page.go("/admin/");
    log_in(&page, BOSS, PASSWORD);
    page.sees("Recent changes");
    page
}

fn log_in(page: &Browser, name: &str, password: &str) {
    page.fill("Username", name);
    page.fill("Password", password);
    page.press("Log in");
}

/// A room of this user's own, with so many messages in it.
fn room_with_messages(user: &Api, number: usize) -> i64 {
    let room = user.room();
    for number in 0..number {
        let sent = user.post("/messages/", &json!({"room": room, "content": format!("Cup {number}.")}));
        assert_eq!(sent.status, 201, "{sent:?}");
    }
    room.as_i64().unwrap()
}

/// What stands first in each row of the list.
fn rows(page: &Browser) -> Vec<String> {
    let rows = page
        .value("[...document.querySelectorAll('tbody tr')].map((row) => row.querySelector('a').innerText)");
    serde_json::from_value(rows).unwrap()
}
