//! Messages added and changed.

use chatapi_core::error::FieldErrors;
use chatapi_core::http::Response;
use chatapi_core::messages::{Message, MessageChange};
use chatapi_core::{CurrentUser, Error, Result, RoomId};

use super::{named, require_change, title};
use crate::http::dashboard::link_to;
use crate::http::pages::{Form, after_save};
use crate::request::{AdminRequest, faults_of};
use crate::store::Kind;
use crate::view::{Field, Fragment, Frame, Link};
use chatapi_core::permission::may_change;

pub(in crate::http) async fn add(request: AdminRequest) -> Result<Response> {
    let room = request.call.query("room").unwrap_or_default().to_owned();
    add_form(
        &request,
        [room, request.visitor()?.user.username.clone(), String::new()],
        &FieldErrors::default(),
    )
}

fn add_form(
    request: &AdminRequest,
    [room, author, content]: [String; 3],
    faults: &FieldErrors,
) -> Result<Response> {
    require_change(request)?;
    let fields = vec![
        Field::line("room", "Room", room)
            .required()
            .suggest(request.link("/suggest/rooms/"))
            .help("The id of a room; type its name to look it up."),
        Field::line("author", "Author", author)
            .required()
            .suggest(request.link("/suggest/users/"))
            .help("The username of a member of the room."),
        Field::area("content", "Text", content).required(),
    ];
    request.form_page(
        faults,
        &Form { goes_on: true, ..Form::new(frame(request, "Add a message"), fields, faults) },
    )
}

pub(in crate::http) async fn create(request: AdminRequest) -> Result<Response> {
    require_change(&request)?;
    let [room, author, content] =
        ["room", "author", "content"].map(|name| request.fields.get(name).to_owned());
    let mut faults = FieldErrors::default();
    let user = request.api.user_named(&author).await?;
    let id = room.parse().ok().map(RoomId);
    if user.is_none() {
        faults.add("author", "This user does not exist.");
    }
    if id.is_none() {
        faults.add("room", "Enter the id of a room.");
    }
    let (Some(user), Some(id)) = (user, id) else {
        return add_form(&request, [room, author, content], &faults);
    };
    match request.api.send_message(&CurrentUser::from(&user), id, &content).await {
        Ok(message) => {
            request
                .note(
                    "Added",
                    Kind::Message,
                    message.id.0,
                    &title(&message.content),
                    format!("As {}", user.username),
                )
                .await?;
            request.done(&after_save(&request, "messages", message.id.0), "The message was added.")
        }
        Err(error) => add_form(&request, [room, author, content], &faults_of(error)?),
    }
}

pub(in crate::http) async fn change(request: AdminRequest) -> Result<Response> {
    let message = named(&request).await?;
    let content = message.content.clone();
    change_form(&request, &message, content, &FieldErrors::default()).await
}

async fn change_form(
    request: &AdminRequest,
    message: &Message,
    content: String,
    faults: &FieldErrors,
) -> Result<Response> {
    let row =
        request.store().messages_of(&[message.id]).await?.pop().ok_or_else(|| Error::no_such("Message"))?;
    let changes = may_change(request.level()?);
    let fields = vec![Field::area("content", "Text", content).required()];
    let mut form = Form::new(frame(request, &format!("Message {}", message.id)), fields, faults);
    form.facts = vec![
        ("Author", link_to(request, "users", row.author.0.0, row.author.1)),
        ("Room", link_to(request, "rooms", row.room.0.0, row.room.1)),
        ("Sent", Link::new(Fragment::shown(&message.created_at), "")),
        ("Changed", Link::new(Fragment::shown(&message.updated_at), "")),
    ];
    form.tools = vec![Link::new("History", request.link(&format!("/messages/{}/history/", message.id)))];
    form.save = changes.then_some("Save");
    form.goes_on = changes;
    form.delete = changes.then(|| request.link(&format!("/messages/{}/delete/", message.id)));
    request.form_page(faults, &form)
}

pub(in crate::http) async fn save(request: AdminRequest) -> Result<Response> {
    require_change(&request)?;
    let (message, content) = (named(&request).await?, request.fields.get("content").replace("\r\n", "\n"));
    let id = message.id.0;
    if content == message.content {
        return request.done(&after_save(&request, "messages", id), "Nothing was changed.");
    }
    let change = MessageChange { content: Some(content.clone()), room: None };
    match request.api.update_message(&request.actor()?, &message, change).await {
        Ok(changed) => {
            let detail = format!("Text (was {})", title(&message.content));
            request.note("Changed", Kind::Message, id, &title(&changed.content), detail).await?;
            request.done(&after_save(&request, "messages", id), "The message was saved.")
        }
        Err(error) => change_form(&request, &message, content, &faults_of(error)?).await,
    }
}

fn frame(request: &AdminRequest, title: &str) -> Frame {
    request
        .frame(title, "messages")
        .under([Link::new("Home", request.link("/")), Link::new("Messages", request.link("/messages/"))])
}
