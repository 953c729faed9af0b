//! What is added, changed and deleted, and what is told of it.

use serde_json::json;

use super::{boss_at, log_in, room_with_messages};
use crate::browser::key;
use crate::site::Site;
use crate::support::api::PASSWORD;

#[test]
fn a_user_is_added_and_what_is_wrong_is_told_beside_its_field() {
    let site = Site::start();
    site.api().sign_up("ada");
    let page = boss_at(&site);
    page.press("Users");
    page.press("Add user");
    page.fill("Username", "ada");
    page.fill("Password", PASSWORD);
    page.fill("Password confirmation", "something-else-7");
    page.press("Save");
    page.sees("Nothing was saved.");
    let faults = "[...document.querySelectorAll('.fault')].map((fault) => [fault.closest('.field').querySelector('input').name, fault.innerText])";
    assert_eq!(
        page.value(faults),
        json!([
            ["username", "A user with that username already exists."],
            ["again", "The two passwords do not match."],
        ])
    );
    page.holds("the first is to be corrected", "document.activeElement.name === 'username'");
    page.shot("admin-user-add");
    page.fill("Username", "dora");
    page.fill("Password", PASSWORD);
    page.fill("Password confirmation", PASSWORD);
    page.press("Save");
    page.sees("The user dora was added.");
    site.api().log_in("dora", PASSWORD);
}

#[test]
fn a_change_stands_in_the_history() {
    let site = Site::start();
    site.api().sign_up("ada");
    let page = boss_at(&site);
    page.press("Users");
    page.press("ada");
    page.shot("admin-user");
    page.fill("Username", "ada lovelace");
    page.press("Save");
    page.sees("Enter a valid username.");
    page.fill("Username", "lovelace");
    page.press("Save and continue editing");
    page.sees("The user lovelace was saved.");
    page.press("History");
    page.sees("Username (was ada)");
    page.shot("admin-history");
    page.press("Log");
    page.sees("Username (was ada)");
}

#[test]
fn a_deletion_asks_first_and_names_what_else_goes() {
    let site = Site::start();
    let ada = site.api().sign_up("ada");
    let room = room_with_messages(&ada, 3);
    let page = boss_at(&site);
    page.press("Rooms");
    page.press("Lobby");
    page.press("Delete");
    page.sees("Delete the room Lobby?");
    page.sees("3 messages will be deleted");
    page.sees("1 user will lose their membership");
    page.shot("admin-delete");
    page.press("Cancel");
    page.is_at(&format!("/admin/rooms/{room}/"));
    assert_eq!(ada.messages().len(), 3);
    page.press("Delete");
    page.sees("Delete the room Lobby?");
    page.press("Delete");
    page.sees("The room Lobby was deleted.");
    page.sees("There are no rooms yet.");
    page.shot("admin-rooms-none");
    assert!(ada.messages().is_empty());
}

#[test]
fn members_are_picked_by_typing() {
    let site = Site::start();
    let ada = site.api().sign_up("ada");
    site.api().sign_up("bob");
    let page = boss_at(&site);
    page.press("Rooms");
    page.press("Add room");
    page.fill("Name", "Tea");
    page.fill("Members", "ad");
    page.holds("ada is suggested", "document.querySelector('[role=option]')?.innerText === 'ada'");
    page.shot("admin-room-add");
    page.type_into("Members", &format!("{}{}bo", key::DOWN, key::ENTER));
    page.holds("bob is suggested", "document.querySelector('[role=option]')?.innerText === 'bob'");
    page.press_at("[role=option]");
    page.holds("both are taken", r"document.querySelector('[name=add]').value === 'ada\nbob\n'");
    page.press("Save");
    page.sees("The room Tea was added.");
    page.press("Tea");
    page.shot("admin-room");
    let rooms = ada.get("/rooms/").body;
    let names: Vec<_> =
        rooms["results"][0]["users"].as_array().unwrap().iter().map(|user| &user["username"]).collect();
    assert_eq!(names.len(), 3, "{names:?}");
    page.tick("bob");
    page.press("Save");
    page.sees("The room Tea was saved.");
    assert_eq!(ada.get("/rooms/").body["results"][0]["users"].as_array().unwrap().len(), 2);
}

#[test]
fn who_may_only_look_finds_nothing_to_press() {
    let site = Site::start();
    let room = room_with_messages(&site.api().sign_up("ada"), 1);
    let page = boss_at(&site);
    page.go("/admin/users/add/");
    page.fill("Username", "vera");
    page.fill("Password", PASSWORD);
    page.fill("Password confirmation", PASSWORD);
    page.tick("Staff");
    page.tick("View only");
    page.press("Save");
    page.sees("The user vera was added.");
    page.press("Log out");
    log_in(&page, "vera", PASSWORD);
    page.sees("view only");
    for path in
        ["/admin/", "/admin/users/", "/admin/rooms/", "/admin/messages/", &format!("/admin/rooms/{room}/")]
    {
        page.go(path);
        let offers = page.value(
            "[...document.querySelectorAll('main :is(a.button, button)')].map((button) => button.innerText)",
        );
        for offer in ["Add", "Delete", "Save", "Go"] {
            assert!(!offers.as_array().unwrap().iter().any(|label| label == offer), "{path} offers {offers}");
        }
        assert_eq!(
            page.value("document.querySelectorAll('main input[type=checkbox]:not(:disabled)').length"),
            0
        );
    }
    page.sees("You have permission to view this, but not to change it.");
    page.shot("admin-view-only");
    page.go("/admin/users/add/");
    page.sees("You do not have permission to do this.");
    page.shot("admin-not-allowed");
}
