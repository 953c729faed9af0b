//! Pages of more than one kind of thing: forms, confirmations, and what went wrong.

use askama::Template;
use chatapi_core::error::{FieldErrors, NON_FIELD};
use chatapi_core::http::Response;
use chatapi_core::{Error, Result};
use http::HeaderValue;
use http::header::RETRY_AFTER;

use crate::request::AdminRequest;
use crate::view::{Field, Frame, Link};

/// A form.
#[derive(Template)]
#[template(path = "form.html")]
pub(super) struct Form {
    pub(super) frame: Frame,
    pub(super) lead: String,
    pub(super) fields: Vec<Field>,
    /// Faults of no field.
    pub(super) faults: Vec<String>,
    /// What is known of the thing and not changed here.
    pub(super) facts: Vec<(&'static str, Link)>,
    /// The members that can be ticked to be removed.
    pub(super) members: Vec<Tick>,
    /// How many members there are beside them.
    pub(super) more_members: usize,
    /// What else can be done with the thing.
    pub(super) tools: Vec<Link>,
    /// The page that deletes it.
    pub(super) delete: Option<String>,
    /// The button; nothing may be saved where there is none.
    pub(super) save: Option<&'static str>,
    /// Whether somebody can go on with the thing, or with another.
    pub(super) goes_on: bool,
}

/// A box among others.
pub(super) struct Tick {
    pub(super) value: i64,
    pub(super) link: Link,
    pub(super) is_ticked: bool,
}

impl Form {
    pub(super) fn new(frame: Frame, fields: Vec<Field>, faults: &FieldErrors) -> Self {
        let mut fields = fields;
        let mut of_none = Vec::new();
        for (name, fault) in faults.iter() {
            match fields.iter_mut().find(|field| field.name == name) {
                Some(field) => field.faults.push(fault.to_owned()),
                None if name == NON_FIELD => of_none.push(fault.to_owned()),
                None => of_none.push(format!("{name}: {fault}")),
            }
        }
        Self {
            frame,
            lead: String::new(),
            fields,
            faults: of_none,
            facts: Vec::new(),
            members: Vec::new(),
            more_members: 0,
            tools: Vec::new(),
            delete: None,
            save: Some("Save"),
            goes_on: false,
        }
    }

    fn is_faulty(&self) -> bool {
        !self.faults.is_empty() || self.fields.iter().any(|field| !field.faults.is_empty())
    }
}

/// What is about to happen, and what else with it.
#[derive(Template)]
#[template(path = "confirm.html")]
pub(super) struct Confirmation {
    pub(super) frame: Frame,
    pub(super) question: String,
    pub(super) things: Vec<Link>,
    /// What else goes.
    pub(super) consequences: Vec<String>,
    /// What the form brings back beside its token.
    pub(super) hidden: Vec<(&'static str, String)>,
    pub(super) yes: &'static str,
    pub(super) is_dangerous: bool,
    pub(super) back: String,
}

/// What went wrong.
#[derive(Template)]
#[template(path = "failure.html")]
pub(super) struct Failure {
    frame: Frame,
    status: u16,
    text: String,
}

impl Failure {
    /// The page of an error. What the visitor is not told is logged here, once.
    pub(super) fn answer(request: &AdminRequest, error: &Error) -> Result<Response> {
        let (title, text) = match error {
            Error::Forbidden(text) if !text.starts_with("You do not have") => {
                ("Not allowed", text.to_string())
            }
            Error::Forbidden(_) => ("Not allowed", "You do not have permission to do this.".to_owned()),
            Error::NotFound(_) => {
                ("Not found", "The requested page does not exist, or the object was deleted.".to_owned())
            }
            Error::Conflict(text) => ("Conflict", text.to_string()),
            Error::TooManyRequests { .. } => ("Too many attempts", error.to_string()),
            Error::Unavailable(cause) => {
                tracing::warn!(error = &**cause as &dyn std::error::Error, "{error}");
                (
                    "Not available",
                    "The database is unavailable, or the request timed out. Try again later.".to_owned(),
                )
            }
            Error::Internal(cause) => {
                tracing::error!(error = &**cause as &dyn std::error::Error, "{error}");
                ("Server error", "The cause is in the server's log.".to_owned())
            }
            other => ("Not possible", other.to_string()),
        };
        let status = error.status();
        let page = Self { frame: request.frame(title, ""), status: status.as_u16(), text };
        let mut response = request.page_with(status, &page)?;
        if let Some(seconds) = error.retry_after() {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        Ok(response)
    }
}

/// Where somebody goes after a thing was saved: on with it, to another, or back to the list.
pub(super) fn after_save(request: &AdminRequest, section: &str, id: i64) -> String {
    match request.fields.get("then") {
        "stay" => request.link(&format!("/{section}/{id}/")),
        "another" => request.link(&format!("/{section}/add/")),
        _ => request.link(&format!("/{section}/")),
    }
}
