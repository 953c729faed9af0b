//! Log-in, log-out, and one's own password.

use askama::Template;
use chatapi_core::error::FieldErrors;
use chatapi_core::http::{Response, StatusCode};
use chatapi_core::users::User;
use chatapi_core::{Error, Result};

use super::pages::{Confirmation, Form};
use crate::request::{AdminRequest, faults_of};
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

pub(super) async fn show(request: AdminRequest) -> Result<Response> {
    if session::visitor(&request.site, &request.api, &request.call).await?.is_some() {
        return request.go_to(&next(&request, request.call.query("next")));
    }
    let page = LogIn {
        frame: request.frame("Log in", ""),
        fault: String::new(),
        username: String::new(),
        next: next(&request, request.call.query("next")),
    };
    request.page(&page)
}

pub(super) async fn log_in(request: AdminRequest) -> Result<Response> {
    let (name, now) = (request.fields.get("username").to_owned(), request.api.now());
    let address = request.call.address(&request.api).map(|address| address.to_string());
    let (address, throttle) = (address.unwrap_or_default(), request.site.log_ins());
    if let Some(retry_after) = throttle.wait(&name, &address, now) {
        return Err(Error::TooManyRequests { retry_after });
    }
    let next = next(&request, Some(request.fields.get("next")));
    let Some(user) = staff(&request, &name).await? else {
        throttle.failed(&name, &address, now);
        let page = LogIn { frame: request.frame("Log in", ""), fault: REFUSED.into(), username: name, next };
        return request.page_with(StatusCode::BAD_REQUEST, &page);
    };
    throttle.succeeded(&name, &address);
    session::close(&request.site, &request.call).await?;
    let token = session::open(&request.site, &request.api, &user).await?;
    let mut response = request.go_to(&next)?;
    request.set_session(&mut response, Some(&token))?;
    Ok(response)
}

/// The member of staff of this name, where the password that was sent is theirs.
async fn staff(request: &AdminRequest, name: &str) -> Result<Option<User>> {
    let user = match request
        .api
        .prove(request.call.address(&request.api), name, request.fields.exact("password"))
        .await
    {
        Err(Error::Unauthenticated(_)) => return Ok(None),
        user => user?,
    };
    Ok(user.level().map(|_| user))
}

/// 302: log in, then go on.
pub(super) fn send_there(request: &AdminRequest) -> Result<Response> {
    let asked = request.call.head().uri.query().map_or_else(String::new, |query| format!("?{query}"));
    let is_page = request.call.head().method == http::Method::GET;
    let here = if is_page { format!("{}{asked}", request.call.path()) } else { request.link("/") };
    let next = form_urlencoded::Serializer::new(String::new()).append_pair("next", &here).finish();
    let mut response = request.go_to(&request.link(&format!("/login/?{next}")))?;
    *response.status_mut() = StatusCode::FOUND;
    Ok(response)
}

/// Where a log-in leads: a page of this site, whatever the link to the log-in said.
fn next(request: &AdminRequest, wanted: Option<&str>) -> String {
    let home = request.link("/");
    let is_ours = |path: &&str| {
        path.starts_with(&home) && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
    };
    wanted.filter(is_ours).map_or(home.clone(), str::to_owned)
}

pub(super) async fn ask_to_leave(request: AdminRequest) -> Result<Response> {
    request.page(&Confirmation {
        frame: request.frame("Log out", ""),
        question: "Do you want to log out of the admin site?".into(),
        things: Vec::new(),
        consequences: Vec::new(),
        hidden: Vec::new(),
        yes: "Log out",
        is_dangerous: false,
        back: request.link("/"),
    })
}

pub(super) async fn log_out(request: AdminRequest) -> Result<Response> {
    session::close(&request.site, &request.call).await?;
    let mut response = request.done(&request.link("/login/"), "You have been logged out.")?;
    request.set_session(&mut response, None)?;
    Ok(response)
}

pub(super) async fn password(request: AdminRequest) -> Result<Response> {
    password_form(&request, &FieldErrors::default())
}

pub(super) async fn set_password(request: AdminRequest) -> Result<Response> {
    let user = &request.visitor()?.user;
    let (new, again) = (request.fields.exact("new_password"), request.fields.exact("again"));
    let mut faults = FieldErrors::default();
    if new != again {
        faults.add("again", "The two passwords do not match.");
    } else if let Err(error) =
        request.api.set_password(&request.actor()?, new, request.fields.exact("current_password")).await
    {
        faults = faults_of(error)?;
    }
    if !faults.is_empty() {
        return password_form(&request, &faults);
    }
    request.note("Changed", Kind::User, user.id.0, &user.username, "Own password").await?;
    session::close(&request.site, &request.call).await?;
    // Every session ended with the old password; this one goes on with the new.
    let user = request.api.store().user(user.id).await?.ok_or_else(Error::not_found)?;
    let token = session::open(&request.site, &request.api, &user).await?;
    let mut response = request.done(&request.link("/"), "Your password was changed.")?;
    request.set_session(&mut response, Some(&token))?;
    Ok(response)
}

fn password_form(request: &AdminRequest, faults: &FieldErrors) -> Result<Response> {
    let current =
        Field { autocomplete: "current-password", ..Field::password("current_password", "Current password") };
    let fields = vec![
        current,
        Field::password("new_password", "New password"),
        Field::password("again", "New password confirmation"),
    ];
    let frame = request.frame("Change your password", "").under([Link::new("Home", request.link("/"))]);
    let lead = "You stay logged in here and are logged out everywhere else.".into();
    request
        .form_page(faults, &Form { lead, save: Some("Change password"), ..Form::new(frame, fields, faults) })
}
