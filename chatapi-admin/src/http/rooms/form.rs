//! Rooms added and changed.

use std::collections::BTreeSet;

use chatapi_core::error::FieldErrors;
use chatapi_core::http::Response;
use chatapi_core::rooms::{Room, RoomChange, RoomDraft};
use chatapi_core::users::User;
use chatapi_core::{CurrentUser, Error, Result, UserId};

use super::{named, require_change};
use crate::http::dashboard::link_to;
use crate::http::pages::{Form, Tick, after_save};
use crate::request::{AdminRequest, faults_of, shortened};
use crate::store::Kind;
use crate::view::{Field, Frame, Link, number_of};
use chatapi_core::permission::may_change;

/// How many members a page shows to be ticked. Others are removed by name.
const SHOWN: usize = 300;

/// How many names a form may give at once.
const NAMES: usize = 200;

/// How often a form is saved anew because others changed the members meanwhile.
const ATTEMPTS: usize = 5;

/// What a form says of a room.
#[derive(Default)]
struct Entered {
    name: String,
    admin: String,
    add: String,
    remove_names: String,
    remove: Vec<i64>,
}

impl Entered {
    fn of(request: &AdminRequest) -> Self {
        let fields = &request.fields;
        Self {
            name: fields.get("name").to_owned(),
            admin: fields.get("admin").to_owned(),
            add: fields.get("add").to_owned(),
            remove_names: fields.get("remove_names").to_owned(),
            remove: fields.ids("remove"),
        }
    }

    fn fields(&self, request: &AdminRequest, members: &'static str) -> Vec<Field> {
        let users = request.link("/suggest/users/");
        vec![
            Field::line("name", "Name", &self.name).required().help("100 characters or fewer."),
            Field::line("admin", "Admin", &self.admin)
                .suggest(users.clone())
                .help("A username; the user becomes a member."),
            Field::area("add", members, &self.add).suggest(users).help("Usernames, one per line."),
        ]
    }
}

/// The users of these names.
async fn users(
    request: &AdminRequest,
    field: &'static str,
    names: &[String],
    faults: &mut FieldErrors,
) -> Result<Vec<User>> {
    if names.len() > NAMES {
        faults.add(field, format!("At most {NAMES} usernames at once."));
        return Ok(Vec::new());
    }
    let mut users = Vec::new();
    for name in names {
        match request.api.user_named(name).await? {
            Some(user) => users.push(user),
            None => faults.add(field, format!("There is no user named “{}”.", shortened(name, 150))),
        }
    }
    Ok(users)
}

/// The user whom the form names as admin.
async fn admin(request: &AdminRequest, entered: &Entered, faults: &mut FieldErrors) -> Result<Option<User>> {
    let name: Vec<String> = Some(entered.admin.clone()).filter(|name| !name.is_empty()).into_iter().collect();
    Ok(users(request, "admin", &name, faults).await?.pop())
}

pub(in crate::http) async fn add(request: AdminRequest) -> Result<Response> {
    let entered = Entered { admin: request.visitor()?.user.username.clone(), ..Entered::default() };
    add_form(&request, &entered, &FieldErrors::default())
}

fn add_form(request: &AdminRequest, entered: &Entered, faults: &FieldErrors) -> Result<Response> {
    require_change(request)?;
    let mut fields = entered.fields(request, "Members");
    fields[1].is_required = true;
    request
        .form_page(faults, &Form { goes_on: true, ..Form::new(frame(request, "Add a room"), fields, faults) })
}

pub(in crate::http) async fn create(request: AdminRequest) -> Result<Response> {
    require_change(&request)?;
    let (entered, mut faults) = (Entered::of(&request), FieldErrors::default());
    let members = users(&request, "add", &request.fields.lines("add"), &mut faults).await?;
    let admin = admin(&request, &entered, &mut faults).await?;
    if entered.admin.is_empty() {
        faults.add("admin", "A room must have an admin.");
    }
    let (Some(admin), true) = (admin, faults.is_empty()) else {
        return add_form(&request, &entered, &faults);
    };
    let members = members.iter().map(|user| user.id).chain([admin.id]).collect();
    let draft = RoomDraft { name: entered.name.clone(), users: members, admin: None };
    match request.api.create_room(&CurrentUser::from(&admin), draft).await {
        Ok(room) => {
            let detail = number_of(room.users.len() as u64, u64::MAX, "member");
            request.note("Added", Kind::Room, room.id.0, &room.name, detail).await?;
            request.done(
                &after_save(&request, "rooms", room.id.0),
                &format!("The room {} was added.", room.name),
            )
        }
        Err(error) => add_form(&request, &entered, &faults_of(error)?),
    }
}

pub(in crate::http) async fn change(request: AdminRequest) -> Result<Response> {
    let room = named(&request).await?;
    let admin = admin_name(&room);
    let entered = Entered { name: room.name.clone(), admin, ..Entered::default() };
    change_form(&request, &room, &entered, &FieldErrors::default())
}

/// The admin is a member, so its name is known.
fn admin_name(room: &Room) -> String {
    let admin = room.users.iter().find(|member| Some(member.id) == room.admin);
    admin.map(|member| member.username.clone()).unwrap_or_default()
}

fn change_form(
    request: &AdminRequest,
    room: &Room,
    entered: &Entered,
    faults: &FieldErrors,
) -> Result<Response> {
    let id = room.id;
    let mut fields = entered.fields(request, "Add members");
    if room.users.len() > SHOWN {
        let field = Field::area("remove_names", "Remove members", &entered.remove_names);
        fields.push(field.suggest(request.link("/suggest/users/")).help("Usernames, one per line."));
    }
    let mut form = Form::new(frame(request, &room.name), fields, faults);
    form.facts =
        vec![("Id", Link::new(id.to_string(), "")), ("Members", Link::new(room.users.len().to_string(), ""))];
    form.members = room
        .users
        .iter()
        .take(SHOWN)
        .map(|member| Tick {
            value: member.id.0,
            link: link_to(request, "users", member.id.0, &member.username),
            is_ticked: entered.remove.contains(&member.id.0),
        })
        .collect();
    form.more_members = room.users.len().saturating_sub(SHOWN);
    form.tools = vec![
        Link::new("History", request.link(&format!("/rooms/{id}/history/"))),
        Link::new("Messages", request.link(&format!("/messages/?room={id}"))),
    ];
    let changes = may_change(request.level()?);
    form.save = changes.then_some("Save");
    form.goes_on = changes;
    form.delete = changes.then(|| request.link(&format!("/rooms/{id}/delete/")));
    request.form_page(faults, &form)
}

pub(in crate::http) async fn save(request: AdminRequest) -> Result<Response> {
    require_change(&request)?;
    let mut room = named(&request).await?;
    let (entered, mut faults) = (Entered::of(&request), FieldErrors::default());
    let added = users(&request, "add", &request.fields.lines("add"), &mut faults).await?;
    let removed = users(&request, "remove_names", &request.fields.lines("remove_names"), &mut faults).await?;
    let admin = admin(&request, &entered, &mut faults).await?;
    if entered.admin.is_empty() && room.admin.is_some() {
        faults.add("admin", "A room must have an admin.");
    }
    if !faults.is_empty() {
        return change_form(&request, &room, &entered, &faults);
    }
    let removed: Vec<UserId> =
        removed.iter().map(|user| user.id).chain(entered.remove.iter().copied().map(UserId)).collect();
    let joining: Vec<UserId> = added.iter().chain(&admin).map(|user| user.id).collect();
    let mut attempts = 1;
    let (detail, saved) = loop {
        let before: BTreeSet<UserId> = room.users.iter().map(|member| member.id).collect();
        let mut after = before.clone();
        after.retain(|id| !removed.contains(id));
        after.extend(&joining);
        let change = RoomChange {
            name: (entered.name != room.name).then(|| entered.name.clone()),
            admin: admin.as_ref().map(|user| user.id).filter(|id| room.admin != Some(*id)),
            users: (after != before).then(|| after.iter().copied().collect()),
        };
        let detail =
            differences(&room, &change, before.difference(&after).count(), after.difference(&before).count());
        match request.api.update_room(&request.actor()?, &room, change).await {
            // The form names who joins and who leaves: that holds for the members of now as well.
            Err(Error::Conflict(_)) if attempts < ATTEMPTS => attempts += 1,
            saved => break (detail, saved),
        }
        room = named(&request).await?;
    };
    match saved {
        Ok(changed) => {
            if !detail.is_empty() {
                request.note("Changed", Kind::Room, room.id.0, &changed.name, detail).await?;
            }
            request.done(
                &after_save(&request, "rooms", room.id.0),
                &format!("The room {} was saved.", changed.name),
            )
        }
        Err(error) => change_form(&request, &room, &entered, &faults_of(error)?),
    }
}

/// What differs, as the log tells it.
fn differences(room: &Room, change: &RoomChange, left: usize, joined: usize) -> String {
    let mut parts = Vec::new();
    if change.name.is_some() {
        parts.push(format!("Name (was {})", room.name));
    }
    if change.admin.is_some() {
        parts.push("Admin".to_owned());
    }
    if joined > 0 {
        parts.push(format!("{} added", number_of(joined as u64, u64::MAX, "member")));
    }
    if left > 0 {
        parts.push(format!("{} removed", number_of(left as u64, u64::MAX, "member")));
    }
    parts.join(", ")
}

fn frame(request: &AdminRequest, title: &str) -> Frame {
    request
        .frame(title, "rooms")
        .under([Link::new("Home", request.link("/")), Link::new("Rooms", request.link("/rooms/"))])
}
