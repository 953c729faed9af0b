//! Messages added and changed.

use chatapi_core::error::FieldErrors;
use chatapi_core::http::Response;
use chatapi_core::messages::{Message, MessageChange};
use chatapi_core::{CurrentUser, Error, Result, RoomId};

use super::{named, require_change, title};
use crate::desk::{Desk, faults_of};
use crate::http::dashboard::link_to;
use crate::http::pages::{Form, after_save};
use crate::store::Kind;
use crate::view::{Field, Frame, Link, Piece};
use chatapi_core::permission::may_change;

pub(in crate::http) async fn add(desk: Desk) -> Result<Response> {
    let room = desk.call.query("room").unwrap_or_default().to_owned();
    add_form(&desk, [room, desk.visitor()?.user.username.clone(), String::new()], &FieldErrors::default())
}

fn add_form(desk: &Desk, [room, author, content]: [String; 3], faults: &FieldErrors) -> Result<Response> {
    require_change(desk)?;
    let fields = vec![
        Field::line("room", "Room", room)
            .required()
            .suggest(desk.link("/suggest/rooms/"))
            .help("The id of a room; type its name to look it up."),
        Field::line("author", "Author", author)
            .required()
            .suggest(desk.link("/suggest/users/"))
            .help("The username of a member of the room."),
        Field::area("content", "Text", content).required(),
    ];
    desk.form_page(faults, &Form { goes_on: true, ..Form::new(frame(desk, "Add a message"), fields, faults) })
}

pub(in crate::http) async fn create(desk: Desk) -> Result<Response> {
    require_change(&desk)?;
    let [room, author, content] = ["room", "author", "content"].map(|name| desk.fields.get(name).to_owned());
    let mut faults = FieldErrors::default();
    let user = desk.api.user_named(&author).await?;
    let id = room.parse().ok().map(RoomId);
    if user.is_none() {
        faults.add("author", "This user does not exist.");
    }
    if id.is_none() {
        faults.add("room", "Enter the id of a room.");
    }
    let (Some(user), Some(id)) = (user, id) else { return add_form(&desk, [room, author, content], &faults) };
    match desk.api.send_message(&CurrentUser::from(&user), id, &content).await {
        Ok(message) => {
            desk.note(
                "Added",
                Kind::Message,
                message.id.0,
                &title(&message.content),
                format!("As {}", user.username),
            )
            .await?;
            desk.done(&after_save(&desk, "messages", message.id.0), "The message was added.")
        }
        Err(error) => add_form(&desk, [room, author, content], &faults_of(error)?),
    }
}

pub(in crate::http) async fn change(desk: Desk) -> Result<Response> {
    let message = named(&desk).await?;
    let content = message.content.clone();
    change_form(&desk, &message, content, &FieldErrors::default()).await
}

async fn change_form(
    desk: &Desk,
    message: &Message,
    content: String,
    faults: &FieldErrors,
) -> Result<Response> {
    let row =
        desk.store().messages_of(&[message.id]).await?.pop().ok_or_else(|| Error::no_such("Message"))?;
    let changes = may_change(desk.level()?);
    let fields = vec![Field::area("content", "Text", content).required()];
    let mut form = Form::new(frame(desk, &format!("Message {}", message.id)), fields, faults);
    form.facts = vec![
        ("Author", link_to(desk, "users", row.author.0.0, row.author.1)),
        ("Room", link_to(desk, "rooms", row.room.0.0, row.room.1)),
        ("Sent", Link::new(Piece::shown(&message.created_at), "")),
        ("Changed", Link::new(Piece::shown(&message.updated_at), "")),
    ];
    form.tools = vec![Link::new("History", desk.link(&format!("/messages/{}/history/", message.id)))];
    form.save = changes.then_some("Save");
    form.goes_on = changes;
    form.delete = changes.then(|| desk.link(&format!("/messages/{}/delete/", message.id)));
    desk.form_page(faults, &form)
}

pub(in crate::http) async fn save(desk: Desk) -> Result<Response> {
    require_change(&desk)?;
    let (message, content) = (named(&desk).await?, desk.fields.get("content").replace("\r\n", "\n"));
    let id = message.id.0;
    if content == message.content {
        return desk.done(&after_save(&desk, "messages", id), "Nothing was changed.");
    }
    let change = MessageChange { content: Some(content.clone()), room: None };
    match desk.api.update_message(&desk.actor()?, &message, change).await {
        Ok(changed) => {
            let detail = format!("Text (was {})", title(&message.content));
            desk.note("Changed", Kind::Message, id, &title(&changed.content), detail).await?;
            desk.done(&after_save(&desk, "messages", id), "The message was saved.")
        }
        Err(error) => change_form(&desk, &message, content, &faults_of(error)?).await,
    }
}

fn frame(desk: &Desk, title: &str) -> Frame {
    desk.frame(title, "messages")
        .under([Link::new("Home", desk.link("/")), Link::new("Messages", desk.link("/messages/"))])
}
