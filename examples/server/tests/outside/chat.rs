//! The chat page, as people use it.

use std::fmt::Write as _;

use serde_json::json;

use crate::browser::{Browser, key};
use crate::site::Site;
use crate::support::Api;
use crate::support::api::PASSWORD;

/// Somebody who has an account signs in.
fn signed_in(site: &Site, username: &str) -> Browser {
    let page = site.browser();
    page.go("/");
    sign_in(&page, username, PASSWORD);
    page.sees(&format!("Hello, {username}"));
    page
}

fn sign_in(page: &Browser, username: &str, password: &str) {
    page.fill("Username", username);
    page.fill("Password", password);
    page.press("Sign in");
}

fn id_of(user: &Api) -> i64 {
    user.get("/auth/users/me/").body["id"].as_i64().unwrap()
}

/// A room of these users, the first of whom is its admin.
fn room_of(users: &[&Api], name: &str) -> i64 {
    let ids: Vec<_> = users.iter().map(|user| id_of(user)).collect();
    let made = users[0].post("/rooms/", &json!({"name": name, "users": ids}));
    made.body["id"].as_i64().unwrap()
}

fn say(user: &Api, room: i64, content: &str) {
    let sent = user.post("/messages/", &json!({"room": room, "content": content}));
    assert_eq!(sent.status, 201, "{sent:?}");
}

#[test]
fn a_stranger_makes_an_account_and_a_room_and_writes() {
    let site = Site::start();
    let page = site.browser();
    page.go("/");
    page.sees("Create an account");
    page.shot("chat-sign-in");
    page.press("Create an account");
    page.fill("Username", "ada");
    page.fill("Password", "1234567");
    page.press("Create account");
    page.sees("This password is too short.");
    page.shot("chat-sign-up");
    page.fill("Password", PASSWORD);
    page.press("Create account");
    page.sees("Hello, ada");
    page.shot("chat-empty");
    page.press("Create a room");
    page.fill("Name", "Tea");
    page.press("Create room");
    page.sees("There are no messages yet.");
    page.type_into("Message", &format!("Earl Grey?{}", key::ENTER));
    page.holds(
        "it is sent",
        "document.querySelector('#log .message:not(.sending) .text')?.innerText === 'Earl Grey?'",
    );
    let said = site.api().log_in("ada", PASSWORD).messages();
    assert_eq!(said.into_iter().collect::<Vec<_>>(), ["Earl Grey?"]);
}

#[test]
fn a_wrong_password_is_told_beside_the_form() {
    let site = Site::start();
    site.api().sign_up("ada");
    let page = site.browser();
    page.go("/");
    sign_in(&page, "ada", "not-her-password");
    page.holds(
        "the form says so",
        "document.querySelector('#sign-in .fault-rest').innerText.startsWith('No active account')",
    );
    page.sees_no("Hello");
}

#[test]
fn people_are_added_by_their_names_and_see_what_is_said() {
    let site = Site::start();
    let ada = site.api().sign_up("ada");
    site.api().sign_up("bob");
    room_of(&[&ada], "Tea");
    let page = signed_in(&site, "ada");
    page.press("Tea");
    page.press("People and settings");
    page.fill("Add someone by username", "nobody");
    page.press("Add");
    page.holds(
        "it is told beside the field",
        "document.querySelector('#add-person-username-fault').innerText.includes('There is no user named')",
    );
    page.fill("Add someone by username", "bob");
    page.press("Add");
    page.sees("bob was added to the room.");
    page.shot("chat-people");
    page.press_at("#details .close");

    let other = signed_in(&site, "bob");
    other.press("Tea");
    other.sees("There are no messages yet.");
    page.type_into("Message", &format!("Welcome, bob{}", key::ENTER));
    other.sees("Welcome, bob");
    other.type_into("Message", &format!("Thank you{}", key::ENTER));
    page.sees("Thank you");
    page.shot("chat-room");
}

#[test]
fn a_message_is_edited_and_deleted() {
    let site = Site::start();
    let ada = site.api().sign_up("ada");
    let room = room_of(&[&ada], "Tea");
    say(&ada, room, "Erl Gray");
    let page = signed_in(&site, "ada");
    page.press("Tea");
    page.sees("Erl Gray");
    page.type_into("Message", key::UP);
    page.holds("it is edited", "document.activeElement.closest('form.editor')");
    page.fill("Message", &format!("Earl Grey{}", key::ENTER));
    page.sees("Earl Grey edited");
    page.press_at("#log .deeds [aria-label=Delete]");
    page.sees("Delete this message?");
    page.shot("chat-delete");
    page.press("Delete");
    page.sees_no("Earl Grey edited");
    assert!(ada.messages().is_empty());
}

#[test]
fn what_is_searched_for_is_found_and_marked() {
    let site = Site::start();
    let ada = site.api().sign_up("ada");
    let room = room_of(&[&ada], "Tea");
    for content in ["A pot of Darjeeling", "Coffee", "More darjeeling, please"] {
        say(&ada, room, content);
    }
    let page = signed_in(&site, "ada");
    page.press("Tea");
    page.press("Search this room");
    page.fill("Search terms", "jeel");
    page.press("Search");
    page.sees("2 messages");
    let marked = page.value("[...document.querySelectorAll('#results mark')].map((mark) => mark.innerText)");
    assert_eq!(marked, json!(["jeel", "jeel"]));
    page.shot("chat-search");
    page.press_at("#results li:last-child a");
    page.holds(
        "it is pointed out",
        "document.querySelector('#log .pointed-out')?.innerText.includes('A pot of')",
    );
}

#[test]
fn history_is_read_back_by_scrolling() {
    let site = Site::start();
    let ada = site.api().sign_up("ada");
    let room = room_of(&[&ada], "Tea");
    (0..130).for_each(|number| say(&ada, room, &format!("Cup {number}.")));
    let page = signed_in(&site, "ada");
    page.press("Tea");
    page.sees("Cup 129.");
    let loaded = page.value("document.querySelectorAll('#log .message').length");
    assert!(loaded.as_u64().unwrap() < 130, "all are loaded at once");
    page.holds(
        "scrolling up leads to the beginning",
        "document.querySelector('#scroller').scrollTo(0, 0), document.querySelector('#log').innerText.includes('Cup 0.')",
    );
    let first = "[...document.querySelectorAll('#log .text')].map((text) => text.innerText)";
    let expected: Vec<_> = (0..130).map(|number| format!("Cup {number}.")).collect();
    assert_eq!(page.value(first), json!(expected));
}

#[test]
fn markup_in_a_message_is_text() {
    let site = Site::start();
    let ada = site.api().sign_up("ada");
    let room = room_of(&[&ada], "<i>Tea</i>");
    let markup = "<img src=x onerror=alert(1)><script>alert(2)</script> & <b>bold</b>";
    say(&ada, room, markup);
    let page = signed_in(&site, "ada");
    page.sees("<i>Tea</i>");
    page.press_at("#rooms a");
    page.holds(
        "it is text",
        &format!("document.querySelector('#log .text')?.textContent === {}", json!(markup)),
    );
    assert_eq!(
        page.value("document.querySelectorAll('#log :is(img, script, b), #rooms :is(i, b)').length"),
        0
    );
    page.shot("chat-markup");
}

#[test]
fn a_server_that_is_gone_is_told_and_the_message_sent_when_it_is_back() {
    let mut site = Site::start();
    let ada = site.api().sign_up("ada");
    room_of(&[&ada], "Tea");
    let page = signed_in(&site, "ada");
    page.expects_complaint("net::ERR_");
    page.press("Tea");
    page.sees("There are no messages yet.");
    site.stop();
    page.type_into("Message", &format!("Still there?{}", key::ENTER));
    page.sees("Not sent. The server cannot be reached.");
    page.sees("The server cannot be reached. Trying again…");
    page.shot("chat-offline");
    site.start_again();
    page.press("Try again");
    page.sees_no("Not sent.");
    page.press_at("#notice button");
    page.sees_no("Trying again…");
    assert_eq!(ada.at(&site.url()).messages().into_iter().collect::<Vec<_>>(), ["Still there?"]);
}

#[test]
fn a_phone_shows_the_rooms_then_one_of_them() {
    let site = Site::start();
    let ada = site.api().sign_up("ada");
    let room = room_of(&[&ada], "Tea");
    let long = (0..40).fold(String::new(), |mut text, number| {
        let _ = write!(text, "{number}withoutablank");
        text
    });
    say(&ada, room, &long);
    let page = signed_in(&site, "ada");
    page.on_a_phone();
    page.press("Tea");
    page.sees("0withoutablank");
    page.holds("nothing is scrolled sideways", "document.documentElement.scrollWidth <= 390");
    page.press("Back to the rooms");
    page.holds("the rooms are back", "document.querySelector('#rooms a').getBoundingClientRect().left >= 0");
}
