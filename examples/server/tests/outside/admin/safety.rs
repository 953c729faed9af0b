//! What others may try.

use serde_json::json;

use super::boss_at;
use crate::site::Site;

#[test]
fn a_form_without_its_token_is_refused() {
    let site = Site::start();
    site.api().sign_up("ada");
    let page = boss_at(&site);
    page.press("Users");
    page.press("ada");
    page.run("document.querySelector('form.card [name=form_token]').value = 'guessed'");
    page.fill("Username", "eve");
    page.press("Save");
    page.sees("Not allowed");
    page.go("/admin/users/");
    page.sees("ada");
    page.sees_no("eve");
}

#[test]
fn a_form_on_another_site_is_refused() {
    let site = Site::start();
    site.api().sign_up("ada");
    let page = boss_at(&site);
    page.press("Users");
    page.press("ada");
    page.sees("Email address");
    let token = page.value("document.querySelector('[name=form_token]').value");
    let action = page.value("location.href");
    // Even one that knows the token: an address of another origin, which the browser names as such.
    page.go_elsewhere("data:text/html,<title>Elsewhere</title>");
    let form = format!(
        "const form = document.createElement('form');
         Object.assign(form, {{method: 'post', action: {action}}});
         for (const [name, value] of [['form_token', {token}], ['username', 'eve'], ['is_active', 'yes']]) {{
           form.append(Object.assign(document.createElement('input'), {{name, value}}));
         }}
         document.body.append(form);
         form.submit();"
    );
    page.run(&form);
    page.sees("Not allowed");
    page.go("/admin/users/");
    page.sees("ada");
    page.sees_no("eve");
}

#[test]
fn markup_is_text_wherever_it_is_shown() {
    let site = Site::start();
    let ada = site.api().sign_up("ada");
    let me = ada.get("/auth/users/me/").body["id"].clone();
    let markup = "<img src=x onerror=alert(1)><b>bold</b>";
    let room = ada.post("/rooms/", &json!({"name": markup, "users": [me]})).body["id"].clone();
    let message = ada.post("/messages/", &json!({"room": room, "content": markup})).body["id"].clone();
    let page = boss_at(&site);
    for path in [
        "/admin/messages/".to_owned(),
        "/admin/rooms/".to_owned(),
        format!("/admin/rooms/{room}/"),
        format!("/admin/messages/{message}/"),
        format!("/admin/messages/{message}/delete/"),
    ] {
        page.go(&path);
        let markup = json!(markup);
        page.holds(
            &format!("{path} shows it as text"),
            &format!("document.body.textContent.includes({markup}) || [...document.querySelectorAll('textarea, input')].some(({{ value }}) => value === {markup})"),
        );
        assert_eq!(
            page.value("document.querySelectorAll('img[onerror], main script, b').length"),
            0,
            "{path}"
        );
    }
    page.go("/admin/messages/");
    page.shot("admin-markup");
}
