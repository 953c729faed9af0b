//! A user deleted.

use chatapi_core::Result;
use chatapi_core::http::Response;

use super::{consequences, remove, to_change};
use crate::desk::Desk;
use crate::http::bulk::deletion;
use crate::http::dashboard::link_to;

pub(in crate::http) async fn ask(desk: Desk) -> Result<Response> {
    let user = to_change(&desk).await?;
    let consequences = consequences(&desk, user.id).await?;
    let link = link_to(&desk, "users", user.id.0, format!("the user {}", user.username));
    let mut page = deletion(&desk, "users", vec![link], consequences);
    page.back = desk.link(&format!("/users/{}/", user.id));
    desk.page(&page)
}

pub(in crate::http) async fn delete(desk: Desk) -> Result<Response> {
    let user = to_change(&desk).await?;
    remove(&desk, &user).await?;
    desk.done(&desk.link("/users/"), &format!("The user {} was deleted.", user.username))
}
