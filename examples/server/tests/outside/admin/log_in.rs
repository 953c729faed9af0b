//! Who gets in, and out again.

use super::{boss_at, log_in};
use crate::browser::{Browser, key};
use crate::site::{BOSS, Site};
use crate::support::api::PASSWORD;

#[test]
fn a_stranger_is_sent_to_the_log_in_and_then_where_they_wanted() {
    let site = Site::start();
    let page = site.browser();
    page.go("/admin/users/?role=staff");
    page.is_at("/admin/login/?next=%2Fadmin%2Fusers%2F%3Frole%3Dstaff");
    page.shot("admin-log-in");
    log_in(&page, BOSS, "not-the-password");
    page.holds(
        "the form says that it was wrong",
        "document.querySelector('form').previousElementSibling.matches('[role=alert]')",
    );
    page.shot("admin-log-in-refused");
    log_in(&page, BOSS, PASSWORD);
    page.is_at("/admin/users/?role=staff");
}

#[test]
fn who_is_no_staff_is_refused_as_with_a_wrong_password() {
    let site = Site::start();
    site.api().sign_up("ada");
    let page = site.browser();
    page.go("/admin/");
    log_in(&page, "ada", PASSWORD);
    page.sees("Please enter the correct username and password for an active staff account.");
}

#[test]
fn a_log_out_ends_the_session_for_whoever_has_its_cookie() {
    let site = Site::start();
    let page = boss_at(&site);
    let cookie = page.cookie("chatapi_admin");
    page.press("Log out");
    page.sees("You have been logged out.");
    page.give_cookie(cookie);
    page.go("/admin/users/");
    page.is_at("/admin/login/?next=%2Fadmin%2Fusers%2F");
}

#[test]
fn the_keyboard_alone_suffices() {
    let site = Site::start();
    let page = site.browser();
    page.go("/admin/");
    page.holds("the name is to be typed first", "document.activeElement.name === 'username'");
    page.keys(BOSS);
    page.keys(key::TAB);
    page.keys(&format!("{PASSWORD}{}", key::ENTER));
    page.sees("Recent changes");
    walk_to(&page, "document.activeElement.innerText === 'Users'");
    page.keys(key::ENTER);
    page.is_at("/admin/users/");
    walk_to(&page, "document.activeElement.innerText === 'Add user'");
    page.keys(key::ENTER);
    page.is_at("/admin/users/add/");
    for (field, text) in [("username", "dora"), ("password", PASSWORD), ("again", PASSWORD)] {
        walk_to(&page, &format!("document.activeElement.name === '{field}'"));
        page.keys(text);
    }
    walk_to(&page, "document.activeElement.name === 'is_staff'");
    page.keys(key::SPACE);
    page.keys(key::ENTER);
    page.sees("The user dora was added.");
    page.sees("staff");
}

/// Presses the tabulator until the focus is where it is wanted, and can be seen.
fn walk_to(page: &Browser, wanted: &str) {
    for _ in 0..60 {
        page.keys(key::TAB);
        if page.value(wanted) == true {
            let outline = page.value("getComputedStyle(document.activeElement).outlineStyle");
            assert_ne!(outline, "none", "where the focus is cannot be seen");
            return;
        }
    }
    panic!("the tabulator does not lead to where {wanted}");
}

#[test]
fn everything_works_without_scripts() {
    let site = Site::start();
    site.api().sign_up("ada");
    let page = site.browser();
    page.without_scripts();
    page.go("/admin/users/");
    log_in(&page, BOSS, PASSWORD);
    page.is_at("/admin/users/");
    page.press("ada");
    page.fill("Email address", "ada@example.org");
    page.press("Save");
    page.sees("The user ada was saved.");
    page.tick("Select ada");
    page.choose("Action for the selected rows:", "Delete");
    page.press("Go");
    page.press("Delete");
    page.sees("Deleted 1 user.");
    page.press("Log out");
    page.sees("You have been logged out.");
}
