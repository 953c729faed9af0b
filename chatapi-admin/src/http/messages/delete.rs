//! Messages deleted, one or several.

use chatapi_core::http::Response;
use chatapi_core::messages::Message;
use chatapi_core::{Error, MessageId, Result};

use super::{named, require_change, title};
use crate::http::bulk::{Bulk, deletion, nothing, outcome, reason};
use crate::http::dashboard::link_to;
use crate::request::AdminRequest;
use crate::store::Kind;
use crate::view::number_of;

pub(in crate::http) async fn ask(request: AdminRequest) -> Result<Response> {
    require_change(&request)?;
    let message = named(&request).await?;
    let link = link_to(&request, "messages", message.id.0, format!("“{}”", title(&message.content)));
    let mut page = deletion(&request, "messages", vec![link], Vec::new());
    page.back = request.link(&format!("/messages/{}/", message.id));
    request.page(&page)
}

pub(in crate::http) async fn delete(request: AdminRequest) -> Result<Response> {
    require_change(&request)?;
    let message = named(&request).await?;
    remove(&request, &message).await?;
    request.done(&request.link("/messages/"), "The message was deleted.")
}

pub(in crate::http) async fn act(request: AdminRequest) -> Result<Response> {
    require_change(&request)?;
    let bulk = Bulk::of(&request)?;
    let (mut messages, actor) = (Vec::new(), request.actor()?);
    for id in &bulk.ids {
        match request.api.message(&actor, MessageId(*id)).await {
            Err(Error::NotFound(_)) => {}
            message => messages.push(message?),
        }
    }
    if bulk.action != "delete" || messages.is_empty() {
        return nothing(&request, "messages");
    }
    let count = number_of(messages.len() as u64, u64::MAX, "message");
    if !bulk.is_confirmed {
        let link = |message: &Message| link_to(&request, "messages", message.id.0, title(&message.content));
        let mut page = deletion(&request, "messages", messages.iter().map(link).collect(), Vec::new());
        page.question = format!("Delete {count}?");
        page.hidden = bulk.hidden();
        return request.page(&page);
    }
    let (mut count, mut refused) = (0, Vec::new());
    for message in &messages {
        match remove(&request, message).await {
            Ok(()) => count += 1,
            Err(error) => refused.push(reason(&title(&message.content), error)?),
        }
    }
    outcome(&request, "messages", &format!("Deleted {}.", number_of(count, u64::MAX, "message")), &refused)
}

async fn remove(request: &AdminRequest, message: &Message) -> Result<()> {
    request.api.delete_message(&request.actor()?, message).await?;
    request.note("Deleted", Kind::Message, message.id.0, &title(&message.content), "").await
}
