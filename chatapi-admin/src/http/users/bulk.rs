//! Several users at once: activated, deactivated, deleted.

use chatapi_core::http::Response;
use chatapi_core::permission::may_change;
use chatapi_core::users::{Administration, User, UserEdit};
use chatapi_core::{Error, Result, UserId};

use super::{administer, consequences, is_oneself, remove};
use crate::http::bulk::{Bulk, deletion, nothing, outcome, reason};
use crate::http::dashboard::link_to;
use crate::request::AdminRequest;
use crate::view::number_of;

pub(in crate::http) async fn act(request: AdminRequest) -> Result<Response> {
    if !may_change(request.level()?) {
        return Err(Error::forbidden());
    }
    let bulk = Bulk::of(&request)?;
    let mut users = Vec::new();
    for id in &bulk.ids {
        users.extend(request.api.store().user(UserId(*id)).await?);
    }
    match bulk.action.as_str() {
        "activate" | "deactivate" | "delete" if !users.is_empty() => {}
        _ => return nothing(&request, "users"),
    }
    if bulk.is_confirmed {
        carry_out(&request, &bulk.action, &users).await
    } else {
        ask(&request, &bulk, &users).await
    }
}

async fn ask(request: &AdminRequest, bulk: &Bulk, users: &[User]) -> Result<Response> {
    let links = users.iter().map(|user| link_to(request, "users", user.id.0, &user.username)).collect();
    let mut page = deletion(request, "users", links, Vec::new());
    page.hidden = bulk.hidden();
    let count = number_of(users.len() as u64, u64::MAX, "user");
    match bulk.action.as_str() {
        "delete" => {
            page.question = format!("Delete {count}?");
            for user in users {
                let more = consequences(request, user.id).await?;
                page.consequences.extend(more.into_iter().map(|text| format!("{}: {text}", user.username)));
            }
        }
        "activate" => {
            page.frame.title = "Confirm activation".into();
            page.question = format!("Activate {count}?");
            page.yes = "Activate";
            page.is_dangerous = false;
        }
        _ => {
            page.frame.title = "Confirm deactivation".into();
            page.question = format!("Deactivate {count}?");
            page.consequences =
                vec!["They are logged out everywhere. Their rooms and messages are kept.".into()];
            page.yes = "Deactivate";
        }
    }
    request.page(&page)
}

async fn carry_out(request: &AdminRequest, action: &str, users: &[User]) -> Result<Response> {
    let (mut count, mut refused) = (0, Vec::new());
    for user in users {
        let result = match action {
            "delete" => remove(request, user).await,
            action => set_active(request, user, action == "activate").await,
        };
        match result {
            Ok(()) => count += 1,
            Err(error) => refused.push(reason(&user.username, error)?),
        }
    }
    let did = match action {
        "delete" => "Deleted",
        "activate" => "Activated",
        _ => "Deactivated",
    };
    outcome(request, "users", &format!("{did} {}.", number_of(count, u64::MAX, "user")), &refused)
}

async fn set_active(request: &AdminRequest, user: &User, is_active: bool) -> Result<()> {
    if !is_active && is_oneself(request, user.id)? {
        return Err(Error::Conflict("you cannot deactivate the account that you are using.".into()));
    }
    let edit = UserEdit { is_active: Some(is_active), ..UserEdit::default() };
    administer(request, Administration::Change { account: user.id, edit }).await.map(drop)
}
