//! Users added and changed.

use chatapi_core::error::FieldErrors;
use chatapi_core::http::Response;
use chatapi_core::permission::{may_change, may_change_account, may_promote};
use chatapi_core::users::{Administration, EMAIL_LIMIT, NewUser, User, UserEdit, is_address};
use chatapi_core::{Error, Result};

use super::{administer, is_oneself, named, to_change};
use crate::http::pages::{Form, after_save};
use crate::request::{AdminRequest, faults_of};
use crate::view::{Field, Fragment, Frame, Input, Link};

/// What a form says of a user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Entered {
    username: String,
    email: String,
    is_active: bool,
    is_staff: bool,
    is_superuser: bool,
    is_viewer: bool,
}

impl Entered {
    fn of(request: &AdminRequest) -> Self {
        let fields = &request.fields;
        Self {
            username: fields.get("username").to_owned(),
            email: fields.get("email").to_owned(),
            is_active: fields.is_ticked("is_active"),
            is_staff: fields.is_ticked("is_staff") || fields.is_ticked("is_superuser"),
            is_superuser: fields.is_ticked("is_superuser"),
            is_viewer: fields.is_ticked("is_viewer"),
        }
    }

    fn known(user: &User) -> Self {
        Self {
            username: user.username.clone(),
            email: user.email.clone(),
            is_active: user.is_active,
            is_staff: user.is_staff,
            is_superuser: user.is_superuser,
            is_viewer: user.is_viewer,
        }
    }

    fn fields(&self, promotes: bool) -> Vec<Field> {
        let name = Field::line("username", "Username", &self.username).required();
        let email = Field {
            autocomplete: "off",
            ..Field::new("email", "Email address", Input::Line("email"), &self.email)
        };
        let mut fields = vec![
            name.help("150 characters or fewer: letters, digits and @ . + - _"),
            email.help("Optional. Several users may share an address."),
            Field::tick("is_active", "Active", self.is_active)
                .help("Whether the user can log in. Untick this instead of deleting the account."),
        ];
        if promotes {
            fields.push(
                Field::tick("is_staff", "Staff", self.is_staff)
                    .help("Can use this site and change ordinary users, rooms and messages."),
            );
            fields.push(
                Field::tick("is_viewer", "View only", self.is_viewer)
                    .help("For staff: can view everything on this site, but change nothing."),
            );
            fields.push(
                Field::tick("is_superuser", "Superuser", self.is_superuser)
                    .help("Has every permission on this site; implies staff."),
            );
        }
        fields
    }
}

/// What is wrong with a name and an address that somebody wants to give.
async fn faults_in(
    request: &AdminRequest,
    entered: &Entered,
    before: Option<&Entered>,
) -> Result<FieldErrors> {
    let mut faults = FieldErrors::default();
    if before.is_none_or(|before| before.username != entered.username) {
        for fault in request.api.username_faults(&entered.username).await? {
            faults.add("username", fault);
        }
    }
    if !entered.email.is_empty() && before.is_none_or(|before| before.email != entered.email) {
        if !is_address(&entered.email) || entered.email.contains('\0') {
            faults.add("email", "Enter a valid email address.");
        } else if entered.email.chars().count() > EMAIL_LIMIT {
            faults.add("email", format!("Ensure this field has no more than {EMAIL_LIMIT} characters."));
        }
    }
    Ok(faults)
}

pub(in crate::http) async fn add(request: AdminRequest) -> Result<Response> {
    let entered = Entered { is_active: true, ..Entered::default() };
    add_form(&request, &entered, &FieldErrors::default())
}

fn add_form(request: &AdminRequest, entered: &Entered, faults: &FieldErrors) -> Result<Response> {
    if !may_change(request.level()?) {
        return Err(Error::forbidden());
    }
    let mut fields = entered.fields(may_promote(request.level()?));
    fields.insert(
        2,
        Field::password("password", "Password")
            .help("At least 8 characters; not common and not similar to the username."),
    );
    fields.insert(3, Field::password("again", "Password confirmation"));
    let form = Form { goes_on: true, ..Form::new(frame(request, "Add a user"), fields, faults) };
    request.form_page(faults, &form)
}

pub(in crate::http) async fn create(request: AdminRequest) -> Result<Response> {
    if !may_change(request.level()?) {
        return Err(Error::forbidden());
    }
    let mut entered = Entered::of(&request);
    if !may_promote(request.level()?) {
        entered = Entered { is_staff: false, is_superuser: false, is_viewer: false, ..entered };
    }
    let mut faults = faults_in(&request, &entered, None).await?;
    let password = request.fields.exact("password");
    if password != request.fields.exact("again") {
        faults.add("again", "The two passwords do not match.");
    }
    if !faults.is_empty() {
        return add_form(&request, &entered, &faults);
    }
    match make(&request, &entered, password).await {
        Ok(user) => request.done(
            &after_save(&request, "users", user.id.0),
            &format!("The user {} was added.", user.username),
        ),
        Err(error) => add_form(&request, &entered, &faults_of(error)?),
    }
}

async fn make(request: &AdminRequest, entered: &Entered, password: &str) -> Result<User> {
    let user = NewUser {
        username: entered.username.clone(),
        email: entered.email.clone(),
        password: request.api.hash_new_password(password, &entered.username, &entered.email).await?,
        is_active: entered.is_active,
        awaits_activation: false,
        is_staff: entered.is_staff,
        is_superuser: entered.is_superuser,
        is_viewer: entered.is_viewer && entered.is_staff,
        date_joined: request.api.now(),
        revision: 0,
    };
    administer(request, Administration::Add(user)).await
}

pub(in crate::http) async fn change(request: AdminRequest) -> Result<Response> {
    let user = named(&request).await?;
    let entered = Entered::known(&user);
    change_form(&request, &user, &entered, &FieldErrors::default())
}

fn change_form(
    request: &AdminRequest,
    user: &User,
    entered: &Entered,
    faults: &FieldErrors,
) -> Result<Response> {
    let (level, id) = (request.level()?, user.id);
    let changes = may_change_account(level, user.is_staff, user.is_superuser);
    // Who may not promote sees what holds all the same.
    let fields = entered.fields(may_promote(level) || user.is_staff || user.is_superuser);
    let mut form = Form::new(frame(request, &user.username), fields, faults);
    form.facts = vec![
        ("Id", Link::new(id.to_string(), "")),
        ("Joined", Link::new(Fragment::shown(&user.date_joined), "")),
    ];
    if user.awaits_activation {
        form.facts.push(("Status", Link::new("awaiting activation by an emailed link", "")));
    }
    if let Some(external) = &user.external_id {
        form.facts.push(("External id", Link::new(external, "")));
    }
    form.tools = vec![
        Link::new("History", request.link(&format!("/users/{id}/history/"))),
        Link::new("Messages", request.link(&format!("/messages/?author={id}"))),
        Link::new("Rooms", request.link(&format!("/rooms/?member={id}"))),
    ];
    form.save = changes.then_some("Save");
    form.goes_on = changes;
    if changes {
        form.tools.insert(0, Link::new("Set password", request.link(&format!("/users/{id}/password/"))));
        form.delete = (!is_oneself(request, id)?).then(|| request.link(&format!("/users/{id}/delete/")));
    }
    request.form_page(faults, &form)
}

pub(in crate::http) async fn save(request: AdminRequest) -> Result<Response> {
    let user = to_change(&request).await?;
    let before = Entered::known(&user);
    let mut entered = Entered::of(&request);
    let promotes = may_promote(request.level()?);
    if !promotes {
        entered = Entered {
            is_staff: before.is_staff,
            is_superuser: before.is_superuser,
            is_viewer: before.is_viewer,
            ..entered
        };
    }
    let mut faults = faults_in(&request, &entered, Some(&before)).await?;
    if is_oneself(&request, user.id)? {
        if !entered.is_active {
            faults.add("is_active", "You cannot deactivate the account that you are using.");
        }
        if !entered.is_staff {
            faults.add("is_staff", "You cannot revoke your own access to this site.");
        }
    }
    if faults.is_empty() {
        faults = store(&request, &user, &entered, promotes).await?;
    }
    if !faults.is_empty() {
        return change_form(&request, &user, &entered, &faults);
    }
    let (id, name) = (user.id.0, &entered.username);
    request.done(&after_save(&request, "users", id), &format!("The user {name} was saved."))
}

async fn store(
    request: &AdminRequest,
    user: &User,
    entered: &Entered,
    promotes: bool,
) -> Result<FieldErrors> {
    let edit = UserEdit {
        username: Some(entered.username.clone()),
        email: Some(entered.email.clone()),
        must_prove_email: false,
        // Who awaits the activation goes on to, unless the box was ticked.
        is_active: (entered.is_active != user.is_active).then_some(entered.is_active),
        is_staff: promotes.then_some(entered.is_staff),
        is_superuser: promotes.then_some(entered.is_superuser),
        is_viewer: promotes.then_some(entered.is_viewer && entered.is_staff),
    };
    match administer(request, Administration::Change { account: user.id, edit }).await {
        Ok(_) => Ok(FieldErrors::default()),
        Err(error) => faults_of(error),
    }
}

fn frame(request: &AdminRequest, title: &str) -> Frame {
    request
        .frame(title, "users")
        .under([Link::new("Home", request.link("/")), Link::new("Users", request.link("/users/"))])
}
