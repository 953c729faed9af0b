//! Several users at once: activated, deactivated, deleted.

use chatapi_core::http::Response;
use chatapi_core::permission::may_change;
use chatapi_core::users::{Administration, User, UserEdit};
use chatapi_core::{Error, Result, UserId};

use super::{administer, consequences, is_oneself, remove};
use crate::desk::Desk;
use crate::http::bulk::{Bulk, deletion, nothing, outcome, reason};
use crate::http::dashboard::link_to;
use crate::view::number_of;

pub(in crate::http) async fn act(desk: Desk) -> Result<Response> {
    if !may_change(desk.level()?) {
        return Err(Error::forbidden());
    }
    let bulk = Bulk::of(&desk)?;
    let mut users = Vec::new();
    for id in &bulk.ids {
        users.extend(desk.api.store().user(UserId(*id)).await?);
    }
    match bulk.action.as_str() {
        "activate" | "deactivate" | "delete" if !users.is_empty() => {}
        _ => return nothing(&desk, "users"),
    }
    if bulk.is_confirmed {
        carry_out(&desk, &bulk.action, &users).await
    } else {
        ask(&desk, &bulk, &users).await
    }
}

async fn ask(desk: &Desk, bulk: &Bulk, users: &[User]) -> Result<Response> {
    let links = users.iter().map(|user| link_to(desk, "users", user.id.0, &user.username)).collect();
    let mut page = deletion(desk, "users", links, Vec::new());
    page.hidden = bulk.hidden();
    let count = number_of(users.len() as u64, u64::MAX, "user");
    match bulk.action.as_str() {
        "delete" => {
            page.question = format!("Delete {count}?");
            for user in users {
                let more = consequences(desk, user.id).await?;
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
    desk.page(&page)
}

async fn carry_out(desk: &Desk, action: &str, users: &[User]) -> Result<Response> {
    let (mut count, mut refused) = (0, Vec::new());
    for user in users {
        let result = match action {
            "delete" => remove(desk, user).await,
            action => set_active(desk, user, action == "activate").await,
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
    outcome(desk, "users", &format!("{did} {}.", number_of(count, u64::MAX, "user")), &refused)
}

async fn set_active(desk: &Desk, user: &User, is_active: bool) -> Result<()> {
    if !is_active && is_oneself(desk, user.id)? {
        return Err(Error::Conflict("you cannot deactivate the account that you are using.".into()));
    }
    let edit = UserEdit { is_active: Some(is_active), ..UserEdit::default() };
    administer(desk, Administration::Change { account: user.id, edit }).await.map(drop)
}
