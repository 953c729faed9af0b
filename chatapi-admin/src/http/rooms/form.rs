//! Rooms added and changed.

use std::collections::BTreeSet;

use chatapi_core::error::FieldErrors;
use chatapi_core::http::Response;
use chatapi_core::rooms::{Room, RoomChange, RoomDraft};
use chatapi_core::users::User;
use chatapi_core::{CurrentUser, Error, Result, UserId};

use super::{named, require_change};
use crate::desk::{Desk, faults_of, shortened};
use crate::http::dashboard::link_to;
use crate::http::pages::{Form, Tick, after_save};
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
    fn of(desk: &Desk) -> Self {
        let fields = &desk.fields;
        Self {
            name: fields.get("name").to_owned(),
            admin: fields.get("admin").to_owned(),
            add: fields.get("add").to_owned(),
            remove_names: fields.get("remove_names").to_owned(),
            remove: fields.ids("remove"),
        }
    }

    fn fields(&self, desk: &Desk, members: &'static str) -> Vec<Field> {
        let users = desk.link("/suggest/users/");
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
    desk: &Desk,
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
        match desk.api.user_named(name).await? {
            Some(user) => users.push(user),
            None => faults.add(field, format!("There is no user named “{}”.", shortened(name, 150))),
        }
    }
    Ok(users)
}

/// The user whom the form names as admin.
async fn admin(desk: &Desk, entered: &Entered, faults: &mut FieldErrors) -> Result<Option<User>> {
    let name: Vec<String> = Some(entered.admin.clone()).filter(|name| !name.is_empty()).into_iter().collect();
    Ok(users(desk, "admin", &name, faults).await?.pop())
}

pub(in crate::http) async fn add(desk: Desk) -> Result<Response> {
    let entered = Entered { admin: desk.visitor()?.user.username.clone(), ..Entered::default() };
    add_form(&desk, &entered, &FieldErrors::default())
}

fn add_form(desk: &Desk, entered: &Entered, faults: &FieldErrors) -> Result<Response> {
    require_change(desk)?;
    let mut fields = entered.fields(desk, "Members");
    fields[1].is_required = true;
    desk.form_page(faults, &Form { goes_on: true, ..Form::new(frame(desk, "Add a room"), fields, faults) })
}

pub(in crate::http) async fn create(desk: Desk) -> Result<Response> {
    require_change(&desk)?;
    let (entered, mut faults) = (Entered::of(&desk), FieldErrors::default());
    let members = users(&desk, "add", &desk.fields.lines("add"), &mut faults).await?;
    let admin = admin(&desk, &entered, &mut faults).await?;
    if entered.admin.is_empty() {
        faults.add("admin", "A room must have an admin.");
    }
    let (Some(admin), true) = (admin, faults.is_empty()) else { return add_form(&desk, &entered, &faults) };
    let members = members.iter().map(|user| user.id).chain([admin.id]).collect();
    let draft = RoomDraft { name: entered.name.clone(), users: members, admin: None };
    match desk.api.create_room(&CurrentUser::from(&admin), draft).await {
        Ok(room) => {
            let detail = number_of(room.users.len() as u64, u64::MAX, "member");
            desk.note("Added", Kind::Room, room.id.0, &room.name, detail).await?;
            desk.done(&after_save(&desk, "rooms", room.id.0), &format!("The room {} was added.", room.name))
        }
        Err(error) => add_form(&desk, &entered, &faults_of(error)?),
    }
}

pub(in crate::http) async fn change(desk: Desk) -> Result<Response> {
    let room = named(&desk).await?;
    let admin = admin_name(&room);
    let entered = Entered { name: room.name.clone(), admin, ..Entered::default() };
    change_form(&desk, &room, &entered, &FieldErrors::default())
}

/// The admin is a member, so its name is known.
fn admin_name(room: &Room) -> String {
    let admin = room.users.iter().find(|member| Some(member.id) == room.admin);
    admin.map(|member| member.username.clone()).unwrap_or_default()
}

fn change_form(desk: &Desk, room: &Room, entered: &Entered, faults: &FieldErrors) -> Result<Response> {
    let id = room.id;
    let mut fields = entered.fields(desk, "Add members");
    if room.users.len() > SHOWN {
        let field = Field::area("remove_names", "Remove members", &entered.remove_names);
        fields.push(field.suggest(desk.link("/suggest/users/")).help("Usernames, one per line."));
    }
    let mut form = Form::new(frame(desk, &room.name), fields, faults);
    form.facts =
        vec![("Id", Link::new(id.to_string(), "")), ("Members", Link::new(room.users.len().to_string(), ""))];
    form.members = room
        .users
        .iter()
        .take(SHOWN)
        .map(|member| Tick {
            value: member.id.0,
            link: link_to(desk, "users", member.id.0, &member.username),
            is_ticked: entered.remove.contains(&member.id.0),
        })
        .collect();
    form.more_members = room.users.len().saturating_sub(SHOWN);
    form.tools = vec![
        Link::new("History", desk.link(&format!("/rooms/{id}/history/"))),
        Link::new("Messages", desk.link(&format!("/messages/?room={id}"))),
    ];
    let changes = may_change(desk.level()?);
    form.save = changes.then_some("Save");
    form.goes_on = changes;
    form.delete = changes.then(|| desk.link(&format!("/rooms/{id}/delete/")));
    desk.form_page(faults, &form)
}

pub(in crate::http) async fn save(desk: Desk) -> Result<Response> {
    require_change(&desk)?;
    let mut room = named(&desk).await?;
    let (entered, mut faults) = (Entered::of(&desk), FieldErrors::default());
    let added = users(&desk, "add", &desk.fields.lines("add"), &mut faults).await?;
    let removed = users(&desk, "remove_names", &desk.fields.lines("remove_names"), &mut faults).await?;
    let admin = admin(&desk, &entered, &mut faults).await?;
    if entered.admin.is_empty() && room.admin.is_some() {
        faults.add("admin", "A room must have an admin.");
    }
    if !faults.is_empty() {
        return change_form(&desk, &room, &entered, &faults);
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
        match desk.api.update_room(&desk.actor()?, &room, change).await {
            // The form names who joins and who leaves: that holds for the members of now as well.
            Err(Error::Conflict(_)) if attempts < ATTEMPTS => attempts += 1,
            saved => break (detail, saved),
        }
        room = named(&desk).await?;
    };
    match saved {
        Ok(changed) => {
            if !detail.is_empty() {
                desk.note("Changed", Kind::Room, room.id.0, &changed.name, detail).await?;
            }
            desk.done(
                &after_save(&desk, "rooms", room.id.0),
                &format!("The room {} was saved.", changed.name),
            )
        }
        Err(error) => change_form(&desk, &room, &entered, &faults_of(error)?),
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

fn frame(desk: &Desk, title: &str) -> Frame {
    desk.frame(title, "rooms")
        .under([Link::new("Home", desk.link("/")), Link::new("Rooms", desk.link("/rooms/"))])
}
