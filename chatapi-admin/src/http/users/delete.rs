//! A user deleted.

use chatapi_core::Result;
use chatapi_core::http::Response;

use super::{consequences, remove, to_change};
use crate::http::bulk::deletion;
use crate::http::dashboard::link_to;
use crate::request::AdminRequest;

pub(in crate::http) async fn ask(request: AdminRequest) -> Result<Response> {
    let user = to_change(&request).await?;
    let consequences = consequences(&request, user.id).await?;
    let link = link_to(&request, "users", user.id.0, format!("the user {}", user.username));
    let mut page = deletion(&request, "users", vec![link], consequences);
    page.back = request.link(&format!("/users/{}/", user.id));
    request.page(&page)
}

pub(in crate::http) async fn delete(request: AdminRequest) -> Result<Response> {
    let user = to_change(&request).await?;
    remove(&request, &user).await?;
    request.done(&request.link("/users/"), &format!("The user {} was deleted.", user.username))
}
