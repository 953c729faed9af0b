//! `/rooms/`

use http::{HeaderName, HeaderValue, Method};

use super::form::{Form, Given, Key};
use super::{Call, Field, Response, Route, Shape, response};
use crate::error::{Error, Result};
use crate::permission::Action;
use crate::rate_limit::RateClass;
use crate::rooms::{ListedRoom, NAME_LIMIT, RoomChange, RoomDraft, admin_is_no_member};
use crate::{ChatApi, UserId};

mod docs;

const FIELDS: &[Field] = &[
    Field::read_only("id", "integer", "ID"),
    Field::required("name", "string", "Name").at_most(NAME_LIMIT).example("\"Tea\""),
    Field::optional("admin", "field", "Admin").example("1"),
    Field::required("users", "field", "Users").shaped(Shape::List(&Shape::Integer)).example("[1, 2]"),
];

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::new("/rooms/")
            .named("Room")
            .get(list)
            .documented(docs::LIST)
            .post(create)
            .documented(docs::CREATE)
            .limited(RateClass::Room)
            .form(Method::POST, FIELDS),
        Route::new("/rooms/{id}/")
            .named("Single Room")
            .integer_id()
            .parameter(docs::ID)
            .get(read)
            .documented(docs::READ)
            .put(replace)
            .documented(docs::REPLACE)
            .limited(RateClass::Room)
            .patch(update)
            .documented(docs::UPDATE)
            .limited(RateClass::Room)
            .delete(delete)
            .documented(docs::DELETE)
            .guarded_form(Method::PUT, FIELDS, may_change),
    ]
}

async fn list(api: ChatApi, call: Call) -> Result<Response> {
    let page = api.rooms(call.user()?, call.page(&api)).await?;
    let mut response = response::page(&call, &page)?;
    if let Some(rooms) = truncated(&page.results) {
        response.headers_mut().insert(X_MEMBERS_TRUNCATED, rooms);
    }
    Ok(response)
}

/// Names the rooms of a list that have more members than it shows.
const X_MEMBERS_TRUNCATED: HeaderName = HeaderName::from_static("x-members-truncated");

fn truncated(rooms: &[ListedRoom]) -> Option<HeaderValue> {
    let ids = rooms.iter().filter(|room| room.is_truncated).map(|room| room.id.to_string());
    let ids: Vec<String> = ids.collect();
    // Ids are made of digits, which a header may have.
    if ids.is_empty() { None } else { HeaderValue::try_from(ids.join(", ")).ok() }
}

async fn create(api: ChatApi, call: Call) -> Result<Response> {
    let input = RoomInput::read(&api, call.form().await?).await?;
    let name = input.name.ok_or_else(|| Error::required("name"))?;
    let users = input.users.ok_or_else(|| Error::required("users"))?;
    let draft = RoomDraft { name, users, admin: input.admin };
    response::created(&api.create_room(call.user()?, draft).await?)
}

async fn read(api: ChatApi, call: Call) -> Result<Response> {
    response::ok(&api.room(call.user()?, call.id("Room")?).await?)
}

async fn replace(api: ChatApi, call: Call) -> Result<Response> {
    change(api, call, |form| form).await
}

async fn update(api: ChatApi, call: Call) -> Result<Response> {
    change(api, call, Form::partial).await
}

async fn change(api: ChatApi, call: Call, form: fn(Form) -> Form) -> Result<Response> {
    let room = api.room_for(call.user()?, call.id("Room")?, Action::Change).await?;
    let input = RoomInput::read(&api, form(call.form().await?)).await?;
    let change = RoomChange { name: input.name, admin: input.admin, users: input.users };
    response::ok(&api.update_room(call.user()?, &room, change).await?)
}

async fn delete(api: ChatApi, call: Call) -> Result<Response> {
    let room = api.room_for(call.user()?, call.id("Room")?, Action::Delete).await?;
    api.delete_room(call.user()?, &room).await?;
    response::no_content()
}

async fn may_change(api: ChatApi, call: Call) -> Result<Response> {
    api.room_for(call.user()?, call.id("Room")?, Action::Change).await?;
    response::no_content()
}

/// What a form says of a room, all of it sound.
struct RoomInput {
    name: Option<String>,
    admin: Option<UserId>,
    users: Option<Vec<UserId>>,
}

impl RoomInput {
    async fn read(api: &ChatApi, mut form: Form) -> Result<Self> {
        let name = form.text("name", Some(NAME_LIMIT));
        let admin = form.key("admin");
        let users = form.keys("users", api.config().members_per_request);

        let named = users.iter().flatten().flatten().chain(match &admin {
            Given::Value(admin) => Some(admin),
            _ => None,
        });
        let named: Vec<UserId> = named.filter_map(|key| key.id).map(UserId).collect();
        let known = if named.is_empty() { Vec::new() } else { api.store().existing_users(&named).await? };
        let known = |key: &Key| key.id.map(UserId).filter(|id| known.binary_search(id).is_ok());

        if let Given::Value(key) = &admin
            && known(key).is_none()
        {
            form.reject_key("admin", key);
        }
        // The first that is wrong is the one that is named.
        let mut members = Vec::new();
        for user in users.iter().flatten() {
            match user {
                Ok(key) => match known(key) {
                    Some(id) => members.push(id),
                    None => {
                        form.reject_key("users", key);
                        break;
                    }
                },
                Err(fault) => {
                    form.reject("users", fault.clone());
                    break;
                }
            }
        }
        form.finish_in_order(FIELDS)?;
        let admin = match admin {
            Given::Value(key) => known(&key),
            Given::Null => return Err(admin_is_no_member()),
            Given::Absent => None,
        };
        Ok(Self { name, admin, users: users.map(|_| members) })
    }
}
