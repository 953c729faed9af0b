//! `/messages/`

use http::Method;

use super::form::Form;
use super::{Call, Field, Response, Route, Shape, cursor, highlights, ranked, response};
use crate::error::{Error, Result};
use crate::messages::{MessageChange, MessageFilter};
use crate::permission::{AccessScope, Action};
use crate::rate_limit::RateClass;
use crate::search::SearchTerms;
use crate::text::integer;
use crate::{ChatApi, RoomId, UserId};

mod docs;

const FIELDS: &[Field] = &[
    Field::read_only("id", "integer", "ID"),
    Field::required("content", "string", "Content").shaped(Shape::Prose).example("\"Hello, tea drinkers\""),
    Field::read_only("created_at", "datetime", "Created at"),
    Field::read_only("updated_at", "datetime", "Updated at"),
    Field::read_only("user", "field", "User"),
    Field::required("room", "field", "Room").example("1"),
];

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::new("/messages/")
            .named("Message")
            .get(list)
            .documented(docs::LIST)
            .post(create)
            .documented(docs::CREATE)
            .limited(RateClass::Send)
            .form(Method::POST, FIELDS),
        Route::new("/messages/{id}/")
            .named("Single Message")
            .integer_id()
            .parameter(docs::ID)
            .get(read)
            .documented(docs::READ)
            .put(replace)
            .documented(docs::REPLACE)
            .limited(RateClass::Send)
            .patch(update)
            .documented(docs::UPDATE)
            .limited(RateClass::Send)
            .delete(delete)
            .documented(docs::DELETE)
            .guarded_form(Method::PUT, FIELDS, may_change),
    ]
}

async fn list(api: ChatApi, call: Call) -> Result<Response> {
    let reader = call.user()?.id;
    let filter = MessageFilter {
        scope: AccessScope::RoomsOf(reader),
        room: choice(&call, "room").map(RoomId),
        user: choice(&call, "user").map(UserId),
        search: SearchTerms::parse(call.query("search").unwrap_or_default())?,
    };
    if let Some(search) = ranked::search(&api, &call, reader, &filter)? {
        let page = api.search(&search, call.page(&api)).await?;
        let found = move |content: &str| search.query.highlights(content, search.analyzer);
        return response::highlighted(&call, &page, highlights::of(&call, &page.results, found).await?);
    }
    let terms = filter.search.clone();
    let found = move |content: &str| terms.highlights(content);
    if let Some(asked) = cursor::asked(&api, &call)? {
        let (request, page) = asked.find(&api, &call, &filter).await?;
        return cursor::reply(&call, &request, &page, highlights::of(&call, &page.results, found).await?);
    }
    let page = api.messages(&filter, call.page(&api)).await?;
    response::highlighted(&call, &page, highlights::of(&call, &page.results, found).await?)
}

async fn create(api: ChatApi, call: Call) -> Result<Response> {
    let input = MessageInput::read(&api, call.form().await?).await?;
    let content = input.content.ok_or_else(|| Error::required("content"))?;
    let room = input.room.ok_or_else(|| Error::required("room"))?;
    response::created(&api.send_message(call.user()?, room, &content).await?)
}

async fn read(api: ChatApi, call: Call) -> Result<Response> {
    response::ok(&api.message(call.user()?, call.id("Message")?).await?)
}

async fn replace(api: ChatApi, call: Call) -> Result<Response> {
    change(api, call, |form| form).await
}

async fn update(api: ChatApi, call: Call) -> Result<Response> {
    change(api, call, Form::partial).await
}

async fn change(api: ChatApi, call: Call, form: fn(Form) -> Form) -> Result<Response> {
    let message = api.message_for(call.user()?, call.id("Message")?, Action::Change).await?;
    let input = MessageInput::read(&api, form(call.form().await?)).await?;
    let change = MessageChange { content: input.content, room: input.room };
    response::ok(&api.update_message(call.user()?, &message, change).await?)
}

async fn delete(api: ChatApi, call: Call) -> Result<Response> {
    let message = api.message_for(call.user()?, call.id("Message")?, Action::Delete).await?;
    api.delete_message(call.user()?, &message).await?;
    response::no_content()
}

async fn may_change(api: ChatApi, call: Call) -> Result<Response> {
    api.message_for(call.user()?, call.id("Message")?, Action::Change).await?;
    response::no_content()
}

/// What a form says of a message, all of it sound.
struct MessageInput {
    content: Option<String>,
    room: Option<RoomId>,
}

impl MessageInput {
    async fn read(api: &ChatApi, mut form: Form) -> Result<Self> {
        let content = form.text("content", Some(api.config().message_limit));
        let key = form.required_key("room");
        let room = key.as_ref().and_then(|key| key.id).map(RoomId);
        if let Some(key) = &key {
            // Where the rest is sound, the statement that sends will tell.
            let is_there = match room {
                None => false,
                Some(_) if form.is_sound() => true,
                Some(room) => api.store().room_exists(room).await?,
            };
            if !is_there {
                form.reject_key("room", key);
            }
        }
        form.finish()?;
        Ok(Self { content, room })
    }
}

/// The id that a filter names. What cannot be one names nothing, as this one does.
fn choice(call: &Call, name: &str) -> Option<i64> {
    const NOTHING: i64 = -1;
    call.query(name).map(|value| integer(value).flatten().unwrap_or(NOTHING))
}
