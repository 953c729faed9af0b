//! Log-in, log-out, and one's own password.

use askama::Template;
use chatapi_core::error::FieldErrors;
use chatapi_core::http::{Response, StatusCode};
use chatapi_core::users::User;
use chatapi_core::{Error, Result};

use super::pages::{Confirmation, Form};
use crate::desk::{Desk, faults_of};
use crate::session;
use crate::store::Kind;
use crate::view::{Field, Frame, Link};

#[derive(Template)]
#[template(path = "login.html")]
struct LogIn {
    frame: Frame,
    fault: String,
    username: String,
    next: String,
}

/// The same for a wrong name, a wrong password, and somebody who is no staff: it is not told which accounts there are.
const REFUSED: &str = "Please enter the correct username and password for an active staff account. Note that both fields are case-sensitive.";

pub(super) async fn show(desk: Desk) -> Result<Response> {
    if session::visitor(&desk.site, &desk.api, &desk.call).await?.is_some() {
        return desk.go_to(&next(&desk, desk.call.query("next")));
    }
    let page = LogIn {
        frame: desk.frame("Log in", ""),
        fault: String::new(),
        username: String::new(),
        next: next(&desk, desk.call.query("next")),
    };
    desk.page(&page)
}

pub(super) async fn log_in(desk: Desk) -> Result<Response> {
    let (name, now) = (desk.fields.get("username").to_owned(), desk.api.now());
    let address = desk.call.address(&desk.api).map(|address| address.to_string());
    let (address, throttle) = (address.unwrap_or_default(), desk.site.log_ins());
    if let Some(retry_after) = throttle.wait(&name, &address, now) {
        return Err(Error::TooManyRequests { retry_after });
    }
    let next = next(&desk, Some(desk.fields.get("next")));
    let Some(user) = staff(&desk, &name).await? else {
        throttle.failed(&name, &address, now);
        let page = LogIn { frame: desk.frame("Log in", ""), fault: REFUSED.into(), username: name, next };
        return desk.page_with(StatusCode::BAD_REQUEST, &page);
    };
    throttle.succeeded(&name, &address);
    session::close(&desk.site, &desk.call).await?;
    let token = session::open(&desk.site, &desk.api, &user).await?;
    let mut response = desk.go_to(&next)?;
    desk.set_session(&mut response, Some(&token))?;
    Ok(response)
}

/// The member of staff of this name, where the password that was sent is theirs.
async fn staff(desk: &Desk, name: &str) -> Result<Option<User>> {
    let user = match desk.api.prove(desk.call.address(&desk.api), name, desk.fields.exact("password")).await {
        Err(Error::Unauthenticated(_)) => return Ok(None),
        user => user?,
    };
    Ok(user.level().map(|_| user))
}

/// 302: log in, then go on.
pub(super) fn send_there(desk: &Desk) -> Result<Response> {
    let asked = desk.call.head().uri.query().map_or_else(String::new, |query| format!("?{query}"));
    let is_page = desk.call.head().method == http::Method::GET;
    let here = if is_page { format!("{}{asked}", desk.call.path()) } else { desk.link("/") };
    let next = form_urlencoded::Serializer::new(String::new()).append_pair("next", &here).finish();
    let mut response = desk.go_to(&desk.link(&format!("/login/?{next}")))?;
    *response.status_mut() = StatusCode::FOUND;
    Ok(response)
}

/// Where a log-in leads: a page of this site, whatever the link to the log-in said.
fn next(desk: &Desk, wanted: Option<&str>) -> String {
    let home = desk.link("/");
    let is_ours = |path: &&str| {
        path.starts_with(&home) && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
    };
    wanted.filter(is_ours).map_or(home.clone(), str::to_owned)
}

pub(super) async fn ask_to_leave(desk: Desk) -> Result<Response> {
    desk.page(&Confirmation {
        frame: desk.frame("Log out", ""),
        question: "Do you want to log out of the admin site?".into(),
        things: Vec::new(),
        consequences: Vec::new(),
        hidden: Vec::new(),
        yes: "Log out",
        is_dangerous: false,
        back: desk.link("/"),
    })
}

pub(super) async fn log_out(desk: Desk) -> Result<Response> {
    session::close(&desk.site, &desk.call).await?;
    let mut response = desk.done(&desk.link("/login/"), "You have been logged out.")?;
    desk.set_session(&mut response, None)?;
    Ok(response)
}

pub(super) async fn password(desk: Desk) -> Result<Response> {
    password_form(&desk, &FieldErrors::default())
}

pub(super) async fn set_password(desk: Desk) -> Result<Response> {
    let user = &desk.visitor()?.user;
    let (new, again) = (desk.fields.exact("new_password"), desk.fields.exact("again"));
    let mut faults = FieldErrors::default();
    if new != again {
        faults.add("again", "The two passwords do not match.");
    } else if let Err(error) =
        desk.api.set_password(&desk.actor()?, new, desk.fields.exact("current_password")).await
    {
        faults = faults_of(error)?;
    }
    if !faults.is_empty() {
        return password_form(&desk, &faults);
    }
    desk.note("Changed", Kind::User, user.id.0, &user.username, "Own password").await?;
    session::close(&desk.site, &desk.call).await?;
    // Every session ended with the old password; this one goes on with the new.
    let user = desk.api.store().user(user.id).await?.ok_or_else(Error::not_found)?;
    let token = session::open(&desk.site, &desk.api, &user).await?;
    let mut response = desk.done(&desk.link("/"), "Your password was changed.")?;
    desk.set_session(&mut response, Some(&token))?;
    Ok(response)
}

fn password_form(desk: &Desk, faults: &FieldErrors) -> Result<Response> {
    let current =
        Field { autocomplete: "current-password", ..Field::password("current_password", "Current password") };
    let fields = vec![
        current,
        Field::password("new_password", "New password"),
        Field::password("again", "New password confirmation"),
    ];
    let frame = desk.frame("Change your password", "").under([Link::new("Home", desk.link("/"))]);
    let lead = "You stay logged in here and are logged out everywhere else.".into();
    desk.form_page(faults, &Form { lead, save: Some("Change password"), ..Form::new(frame, fields, faults) })
}
