//! Lists: searched, narrowed, sorted, paged, and acted upon.

use super::{boss_at, room_with_messages, rows};
use crate::site::{BOSS, Site};
use crate::support::api::PASSWORD;

#[test]
fn users_are_searched_narrowed_and_sorted() {
    let site = Site::start();
    for name in ["cyd", "ada", "adam"] {
        site.api().sign_up(name);
    }
    let page = boss_at(&site);
    page.shot("admin-home");
    page.press("Users");
    page.is_at("/admin/users/");
    assert_eq!(rows(&page), ["ada", "adam", BOSS, "cyd"]);
    page.shot("admin-users");
    page.press("Username");
    page.is_at("/admin/users/?sort=-username");
    assert_eq!(rows(&page), ["cyd", BOSS, "adam", "ada"]);
    page.fill("Search usernames and email addresses", "AD");
    page.press("Search");
    page.is_at("/admin/users/?sort=-username&q=AD");
    assert_eq!(rows(&page), ["adam", "ada"]);
    page.press("Superusers");
    page.sees("There are no matches.");
    page.shot("admin-users-none");
    page.press("Show all");
    page.press("Superusers");
    page.is_at("/admin/users/?role=superuser");
    assert_eq!(rows(&page), [BOSS]);
}

#[test]
fn a_long_list_has_pages() {
    let site = Site::start();
    room_with_messages(&site.api().sign_up("ada"), 60);
    let page = boss_at(&site);
    page.press("Messages");
    page.sees("60 messages");
    page.shot("admin-messages");
    let first = rows(&page);
    assert_eq!(first[0], "Cup 59.");
    page.press("Next");
    page.sees("Cup 0.");
    let second = rows(&page);
    page.press("Previous");
    page.sees("Cup 59.");
    assert_eq!(rows(&page), first);
    let all: Vec<_> = (0..60).rev().map(|number| format!("Cup {number}.")).collect();
    assert_eq!([first, second].concat(), all);
}

#[test]
fn several_are_deactivated_at_once() {
    let site = Site::start();
    for name in ["ada", "bob", "cyd"] {
        site.api().sign_up(name);
    }
    let page = boss_at(&site);
    page.press("Users");
    page.press("Go");
    page.sees("Nothing was changed: choose an action, and mark at least one row.");
    page.tick("Select ada");
    page.tick("Select bob");
    page.sees("2 of 4 selected");
    page.choose("Action for the selected rows:", "Deactivate");
    page.press("Go");
    page.sees("Deactivate 2 users?");
    page.shot("admin-bulk");
    page.press("Deactivate");
    page.sees("Deactivated 2 users.");
    let refused = serde_json::json!({"username": "ada", "password": PASSWORD});
    assert_eq!(site.api().post("/auth/jwt/create/", &refused).status, 401);
    site.api().log_in("cyd", PASSWORD);
}
