//! Messages deleted, one or several.

use chatapi_core::http::Response;
use chatapi_core::messages::Message;
use chatapi_core::{Error, MessageId, Result};

use super::{named, require_change, title};
use crate::desk::Desk;
use crate::http::bulk::{Bulk, deletion, nothing, outcome, reason};
use crate::http::dashboard::link_to;
use crate::store::Kind;
use crate::view::number_of;

pub(in crate::http) async fn ask(desk: Desk) -> Result<Response> {
    require_change(&desk)?;
    let message = named(&desk).await?;
    let link = link_to(&desk, "messages", message.id.0, format!("“{}”", title(&message.content)));
    let mut page = deletion(&desk, "messages", vec![link], Vec::new());
    page.back = desk.link(&format!("/messages/{}/", message.id));
    desk.page(&page)
}

pub(in crate::http) async fn delete(desk: Desk) -> Result<Response> {
    require_change(&desk)?;
    let message = named(&desk).await?;
    remove(&desk, &message).await?;
    desk.done(&desk.link("/messages/"), "The message was deleted.")
}

pub(in crate::http) async fn act(desk: Desk) -> Result<Response> {
    require_change(&desk)?;
    let bulk = Bulk::of(&desk)?;
    let (mut messages, actor) = (Vec::new(), desk.actor()?);
    for id in &bulk.ids {
        match desk.api.message(&actor, MessageId(*id)).await {
            Err(Error::NotFound(_)) => {}
            message => messages.push(message?),
        }
    }
    if bulk.action != "delete" || messages.is_empty() {
        return nothing(&desk, "messages");
    }
    let count = number_of(messages.len() as u64, u64::MAX, "message");
    if !bulk.is_confirmed {
        let link = |message: &Message| link_to(&desk, "messages", message.id.0, title(&message.content));
        let mut page = deletion(&desk, "messages", messages.iter().map(link).collect(), Vec::new());
        page.question = format!("Delete {count}?");
        page.hidden = bulk.hidden();
        return desk.page(&page);
    }
    let (mut count, mut refused) = (0, Vec::new());
    for message in &messages {
        match remove(&desk, message).await {
            Ok(()) => count += 1,
            Err(error) => refused.push(reason(&title(&message.content), error)?),
        }
    }
    outcome(&desk, "messages", &format!("Deleted {}.", number_of(count, u64::MAX, "message")), &refused)
}

async fn remove(desk: &Desk, message: &Message) -> Result<()> {
    desk.api.delete_message(&desk.actor()?, message).await?;
    desk.note("Deleted", Kind::Message, message.id.0, &title(&message.content), "").await
}
