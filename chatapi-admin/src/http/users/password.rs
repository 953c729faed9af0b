//! Other users' passwords.

use chatapi_core::error::FieldErrors;
use chatapi_core::http::Response;
use chatapi_core::users::User;
use chatapi_core::{Error, Result};

use super::{is_oneself, to_change};
use crate::http::dashboard::link_to;
use crate::http::pages::Form;
use crate::request::{AdminRequest, faults_of};
use crate::view::{Field, Link};

pub(in crate::http) async fn show(request: AdminRequest) -> Result<Response> {
    let user = to_change(&request).await?;
    if is_oneself(&request, user.id)? {
        return request.go_to(&request.link("/password/"));
    }
    form(&request, &user, &FieldErrors::default())
}

pub(in crate::http) async fn set(request: AdminRequest) -> Result<Response> {
    let user = to_change(&request).await?;
    if is_oneself(&request, user.id)? {
        return request.go_to(&request.link("/password/"));
    }
    let password = request.fields.exact("new_password");
    let mut faults = FieldErrors::default();
    if password != request.fields.exact("again") {
        faults.add("again", "The two passwords do not match.");
    } else {
        match request.api.set_password_of(&request.actor()?, &user, password).await {
            Err(error @ Error::Invalid(_)) => faults = faults_of(error)?,
            set => set?,
        }
    }
    if !faults.is_empty() {
        return form(&request, &user, &faults);
    }
    let url = request.link(&format!("/users/{}/", user.id));
    request.done(
        &url,
        &format!("The password of {} was changed. They are logged out everywhere.", user.username),
    )
}

fn form(request: &AdminRequest, user: &User, faults: &FieldErrors) -> Result<Response> {
    let fields = vec![
        Field::password("new_password", "New password")
            .help("At least 8 characters; not common and not similar to the username."),
        Field::password("again", "New password confirmation"),
    ];
    let frame = request.frame("Set password", "users").under([
        Link::new("Home", request.link("/")),
        Link::new("Users", request.link("/users/")),
        link_to(request, "users", user.id.0, &user.username),
    ]);
    let lead = format!("Set a new password for {}. This logs them out everywhere.", user.username);
    request.form_page(faults, &Form { lead, save: Some("Set password"), ..Form::new(frame, fields, faults) })
}
