//! Other users' passwords.

use chatapi_core::error::FieldErrors;
use chatapi_core::http::Response;
use chatapi_core::users::User;
use chatapi_core::{Error, Result};

use super::{is_oneself, to_change};
use crate::desk::{Desk, faults_of};
use crate::http::dashboard::link_to;
use crate::http::pages::Form;
use crate::view::{Field, Link};

pub(in crate::http) async fn show(desk: Desk) -> Result<Response> {
    let user = to_change(&desk).await?;
    if is_oneself(&desk, user.id)? {
        return desk.go_to(&desk.link("/password/"));
    }
    form(&desk, &user, &FieldErrors::default())
}

pub(in crate::http) async fn set(desk: Desk) -> Result<Response> {
    let user = to_change(&desk).await?;
    if is_oneself(&desk, user.id)? {
        return desk.go_to(&desk.link("/password/"));
    }
    let password = desk.fields.exact("new_password");
    let mut faults = FieldErrors::default();
    if password != desk.fields.exact("again") {
        faults.add("again", "The two passwords do not match.");
    } else {
        match desk.api.set_password_of(&desk.actor()?, &user, password).await {
            Err(error @ Error::Invalid(_)) => faults = faults_of(error)?,
            set => set?,
        }
    }
    if !faults.is_empty() {
        return form(&desk, &user, &faults);
    }
    let url = desk.link(&format!("/users/{}/", user.id));
    desk.done(
        &url,
        &format!("The password of {} was changed. They are logged out everywhere.", user.username),
    )
}

fn form(desk: &Desk, user: &User, faults: &FieldErrors) -> Result<Response> {
    let fields = vec![
        Field::password("new_password", "New password")
            .help("At least 8 characters; not common and not similar to the username."),
        Field::password("again", "New password confirmation"),
    ];
    let frame = desk.frame("Set password", "users").under([
        Link::new("Home", desk.link("/")),
        Link::new("Users", desk.link("/users/")),
        link_to(desk, "users", user.id.0, &user.username),
    ]);
    let lead = format!("Set a new password for {}. This logs them out everywhere.", user.username);
    desk.form_page(faults, &Form { lead, save: Some("Set password"), ..Form::new(frame, fields, faults) })
}
