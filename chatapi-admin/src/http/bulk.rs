//! Things that were selected in a list.

use chatapi_core::http::Response;
use chatapi_core::{Error, Result};

use super::pages::Confirmation;
use crate::request::AdminRequest;
use crate::view::Link;

/// The most things that are changed by one request.
const MOST: usize = 500;

/// What is to be done, and to what.
pub(super) struct Bulk {
    pub(super) action: String,
    pub(super) ids: Vec<i64>,
    /// Whether somebody saw what it comes to.
    pub(super) is_confirmed: bool,
}

impl Bulk {
    pub(super) fn of(request: &AdminRequest) -> Result<Self> {
        let ids = request.fields.ids("selected");
        if ids.len() > MOST {
            return Err(Error::field("selected", format!("Select no more than {MOST} at once.")));
        }
        Ok(Self {
            action: request.fields.get("action").to_owned(),
            ids,
            is_confirmed: request.fields.is_ticked("confirmed"),
        })
    }

    /// What a confirmation brings back.
    pub(super) fn hidden(&self) -> Vec<(&'static str, String)> {
        let fixed = [("action", self.action.clone()), ("confirmed", "yes".to_owned())];
        fixed.into_iter().chain(self.ids.iter().map(|id| ("selected", id.to_string()))).collect()
    }
}

/// A page that asks before things are deleted.
pub(super) fn deletion(
    request: &AdminRequest,
    section: &'static str,
    things: Vec<Link>,
    consequences: Vec<String>,
) -> Confirmation {
    let question = match things.as_slice() {
        [one] => format!("Delete {}?", one.text),
        several => format!("Delete these {}?", several.len()),
    };
    Confirmation {
        frame: request.frame("Confirm deletion", section).under([
            Link::new("Home", request.link("/")),
            Link::new(heading(section), request.link(&format!("/{section}/"))),
        ]),
        question,
        things,
        consequences,
        hidden: Vec::new(),
        yes: "Delete",
        is_dangerous: true,
        back: request.link(&format!("/{section}/")),
    }
}

/// What a section is called.
pub(super) fn heading(section: &str) -> &'static str {
    match section {
        "users" => "Users",
        "rooms" => "Rooms",
        "messages" => "Messages",
        _ => "Log",
    }
}

/// The page after several things were changed: `Deleted 3 rooms.`, and why others were not.
pub(super) fn outcome(
    request: &AdminRequest,
    section: &str,
    done: &str,
    refused: &[String],
) -> Result<Response> {
    let url = request.link(&format!("/{section}/"));
    match refused {
        [] => request.done(&url, done),
        refused => request.undone(&url, &format!("{done} {}", refused.join(" "))),
    }
}

/// What is said where nothing was selected, or nothing to do with it.
pub(super) fn nothing(request: &AdminRequest, section: &str) -> Result<Response> {
    let text = "Nothing was changed: choose an action, and mark at least one row.";
    request.undone(&request.link(&format!("/{section}/")), text)
}

/// Why one of several things was not changed, where that is no failure of the whole.
pub(super) fn reason(name: &str, error: Error) -> Result<String> {
    match error {
        Error::Unavailable(_) | Error::Internal(_) => Err(error),
        Error::Forbidden(_) => Ok(format!("{name}: you do not have permission to do this.")),
        other => Ok(format!("{name}: {other}")),
    }
}
