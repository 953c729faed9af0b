//! `/auth/users/`, as djoser has it.

use http::{Method, StatusCode};
use serde::Serialize;

use super::form::Form;
use super::{Call, Field, Response, Route, response};
use crate::auth::mail_token::Purpose;
use crate::error::{Error, Result};
use crate::rate_limit::{Key, RateClass};
use crate::rooms::Member;
use crate::text::fold;
use crate::users::{BAD_PASSWORD, EMAIL_LIMIT, NewAccount, User};
use crate::{ChatApi, UserId};

mod docs;

const FIELDS: &[Field] = &[
    Field::optional("email", "email", "Email address").at_most(EMAIL_LIMIT).example("\"alice@example.org\""),
    Field::read_only("id", "integer", "ID"),
    Field::read_only("username", "string", "Username")
        .help("Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only."),
];

pub(crate) fn routes() -> Vec<Route> {
    let account = |path: &'static str, name: &'static str| Route::new(path).named(name).tagged("Accounts");
    let action = |path, name| account(path, name).json_suffix().form(Method::POST, FIELDS);
    vec![
        account("/auth/", "Api Root")
            .root_json_suffix()
            .described("Where the accounts are.")
            .get(root)
            .documented(docs::ROOT),
        action("/auth/users/", "User List")
            .get(list)
            .documented(docs::LIST)
            .post(register)
            .documented(docs::REGISTER)
            .open()
            .limited(RateClass::Registration),
        account("/auth/users/me/", "Me")
            .json_suffix()
            .get(read_me)
            .documented(docs::READ_ME)
            .put(update_me)
            .documented(docs::REPLACE_ME)
            .patch(update_me)
            .documented(docs::UPDATE_ME)
            .delete(delete_me)
            .documented(docs::DELETE_ME)
            .limited(RateClass::LogIn)
            .form(Method::PUT, FIELDS),
        action("/auth/users/set_password/", "Set password")
            .post(set_password)
            .documented(docs::SET_PASSWORD)
            .limited(RateClass::LogIn),
        action("/auth/users/set_username/", "Set username")
            .post(set_username)
            .documented(docs::SET_USERNAME)
            .limited(RateClass::LogIn),
        action("/auth/users/activation/", "Activation").post(activate).documented(docs::ACTIVATE).open(),
        action("/auth/users/resend_activation/", "Resend activation")
            .post(resend_activation)
            .documented(docs::RESEND_ACTIVATION)
            .open()
            .limited(RateClass::Mail),
        action("/auth/users/reset_password/", "Reset password")
            .post(reset_password)
            .documented(docs::RESET_PASSWORD)
            .open()
            .limited(RateClass::Mail),
        action("/auth/users/reset_password_confirm/", "Reset password confirm")
            .post(reset_password_confirm)
            .documented(docs::RESET_PASSWORD_CONFIRM)
            .open(),
        action("/auth/users/reset_username/", "Reset username")
            .post(reset_username)
            .documented(docs::RESET_USERNAME)
            .open()
            .limited(RateClass::Mail),
        action("/auth/users/reset_username_confirm/", "Reset username confirm")
            .post(reset_username_confirm)
            .documented(docs::RESET_USERNAME_CONFIRM)
            .open(),
        account("/auth/users/{id}/", "User Instance")
            .json_suffix()
            .parameter(docs::ID)
            .get(read)
            .documented(docs::READ)
            .put(update)
            .documented(docs::REPLACE)
            .patch(update)
            .documented(docs::UPDATE)
            .delete(delete)
            .documented(docs::DELETE)
            .limited(RateClass::LogIn)
            .guarded_form(Method::PUT, FIELDS, guard),
    ]
}

/// An account, as it is shown.
#[derive(Serialize)]
struct Account<'a> {
    email: &'a str,
    id: UserId,
    username: &'a str,
}

impl<'a> From<&'a User> for Account<'a> {
    fn from(user: &'a User) -> Self {
        Self { email: &user.email, id: user.id, username: &user.username }
    }
}

impl<'a> From<&'a Member> for Account<'a> {
    fn from(member: &'a Member) -> Self {
        Self { email: &member.email, id: member.id, username: &member.username }
    }
}

/// A new account, as it is shown: the same, in another order.
#[derive(Serialize)]
struct Registered<'a> {
    email: &'a str,
    username: &'a str,
    id: UserId,
}

async fn root(_: ChatApi, call: Call) -> Result<Response> {
    #[derive(Serialize)]
    struct Root {
        users: String,
    }
    let path = call.head().uri.path();
    let users = match call.param("format") {
        Some(format) => {
            let root = path.rsplit_once("/.").map_or(path, |(root, _)| root);
            format!("{root}/users.{format}")
        }
        None => format!("{}/users/", path.strip_suffix('/').unwrap_or(path)),
    };
    response::ok(&Root { users: call.link(&users) })
}

async fn list(api: ChatApi, call: Call) -> Result<Response> {
    if let Some(username) = call.query("username").filter(|_| api.config().finds_users) {
        return found(&api, &call, crate::text::strip(username)).await;
    }
    let page = api.accounts(call.user()?, call.page(&api)).await?;
    response::page(&call, &page.map(Account::from))
}

/// A page of the user of this name, or of nobody.
async fn found(api: &ChatApi, call: &Call, username: &str) -> Result<Response> {
    let found = Vec::from_iter(api.find_user(call.user()?, username).await?);
    let page = call.page(api).of(&found, Member::clone).ok_or_else(Error::no_such_page)?;
    response::page(call, &page.map(Account::from))
}

async fn register(api: ChatApi, call: Call) -> Result<Response> {
    let mut form = call.form().await?;
    let email = form.optional_email("email", EMAIL_LIMIT);
    let username = username(&api, &mut form, "username").await?;
    let password = form.text("password", None);
    form.finish()?;
    let account = NewAccount {
        username: username.ok_or_else(|| Error::required("username"))?,
        email: email.unwrap_or_default(),
        password: password.ok_or_else(|| Error::required("password"))?,
        is_superuser: false,
    };
    let user = api.admit(account).await?;
    response::created(&Registered { email: &user.email, username: &user.username, id: user.id })
}

async fn read_me(api: ChatApi, call: Call) -> Result<Response> {
    response::ok(&Account::from(&api.own_account(call.user()?).await?))
}

async fn update_me(api: ChatApi, call: Call) -> Result<Response> {
    let id = call.user()?.id;
    change(api, call, id).await
}

async fn delete_me(api: ChatApi, call: Call) -> Result<Response> {
    let id = call.user()?.id;
    remove(api, call, id).await
}

async fn read(api: ChatApi, call: Call) -> Result<Response> {
    let account = api.account(call.user()?, named(&call)?).await?;
    response::ok(&Account::from(&account))
}

async fn update(api: ChatApi, call: Call) -> Result<Response> {
    let id = named(&call)?;
    change(api, call, id).await
}

async fn delete(api: ChatApi, call: Call) -> Result<Response> {
    let id = named(&call)?;
    remove(api, call, id).await
}

async fn set_password(api: ChatApi, call: Call) -> Result<Response> {
    let mut form = call.form().await?;
    let new = form.text("new_password", None);
    let account = proved(&api, &call, &mut form).await?;
    form.finish()?;
    let account = account.ok_or_else(|| Error::required("current_password"))?;
    api.replace_password(&account, &new.unwrap_or_default()).await?;
    response::no_content()
}

async fn set_username(api: ChatApi, call: Call) -> Result<Response> {
    let mut form = call.form().await?;
    let account = proved(&api, &call, &mut form).await?;
    let new = username(&api, &mut form, "new_username").await?;
    form.finish()?;
    let account = account.ok_or_else(|| Error::required("current_password"))?;
    api.rename(&account, &new.unwrap_or_default()).await?;
    response::no_content()
}

async fn activate(api: ChatApi, call: Call) -> Result<Response> {
    let mut form = call.form().await?;
    let (uid, token) = link(&mut form);
    form.finish()?;
    api.activate(&uid, &token).await?;
    response::no_content()
}

async fn resend_activation(api: ChatApi, call: Call) -> Result<Response> {
    let email = email(&api, &call).await?;
    if !api.config().accounts.send_activation_email {
        return Ok(response::empty(StatusCode::BAD_REQUEST));
    }
    api.resend_activation(&email).await?;
    response::no_content()
}

async fn reset_password(api: ChatApi, call: Call) -> Result<Response> {
    api.reset_password(&email(&api, &call).await?).await?;
    response::no_content()
}

async fn reset_password_confirm(api: ChatApi, call: Call) -> Result<Response> {
    let mut form = call.form().await?;
    let (uid, token) = link(&mut form);
    let new = form.text("new_password", None);
    form.finish()?;
    api.reset_password_confirm(&uid, &token, &new.unwrap_or_default()).await?;
    response::no_content()
}

async fn reset_username(api: ChatApi, call: Call) -> Result<Response> {
    api.reset_username(&email(&api, &call).await?).await?;
    response::no_content()
}

async fn reset_username_confirm(api: ChatApi, call: Call) -> Result<Response> {
    let mut form = call.form().await?;
    let (uid, token) = link(&mut form);
    let new = username(&api, &mut form, "new_username").await?;
    form.finish()?;
    let user = api.user_of_link(Purpose::UsernameReset, &uid, &token).await?;
    api.rename_by_link(&user, &new.unwrap_or_default()).await?;
    response::no_content()
}

async fn change(api: ChatApi, call: Call, id: UserId) -> Result<Response> {
    let account = api.account_to_change(call.user()?, id).await?;
    let mut form = call.form().await?;
    let email = form.optional_email("email", EMAIL_LIMIT);
    form.finish()?;
    let account = match email {
        Some(email) => api.readdress(call.user()?, &account, email).await?,
        None => account,
    };
    response::ok(&Account::from(&account))
}

async fn remove(api: ChatApi, call: Call, id: UserId) -> Result<Response> {
    let account = api.account_to_delete(call.user()?, id).await?;
    let mut form = call.form().await?;
    if let Some(password) = form.text("current_password", None) {
        let user = call.user()?;
        let asks = if user.id == id { account.clone() } else { api.own_account(user).await? };
        if !api.is_password_of(&asks, &password).await? {
            form.reject("current_password", BAD_PASSWORD);
        }
    }
    form.finish()?;
    api.remove_account_for(call.user()?, &account).await?;
    response::no_content()
}

/// Lets through who may change the account.
async fn guard(api: ChatApi, call: Call) -> Result<Response> {
    api.account_to_change(call.user()?, named(&call)?).await?;
    response::no_content()
}

/// The path's `{id}`. What is no number names nobody, and so does what only staff could find.
fn named(call: &Call) -> Result<UserId> {
    let id = call.param("id").unwrap_or_default().parse();
    id.map(UserId).map_err(|_| Error::not_found())
}

/// The account of the user who asks, where the form has its password. Where not, the fault stands among those of the other
/// fields.
async fn proved(api: &ChatApi, call: &Call, form: &mut Form) -> Result<Option<User>> {
    let Some(password) = form.text("current_password", None) else { return Ok(None) };
    let account = api.proved_account(call.user()?, &password).await?;
    if account.is_none() {
        form.reject("current_password", BAD_PASSWORD);
    }
    Ok(account)
}

/// A name that somebody wants.
async fn username(api: &ChatApi, form: &mut Form, field: &'static str) -> Result<Option<String>> {
    let name = form.any_text(field);
    if let Some(name) = &name {
        for fault in api.username_faults(name).await? {
            form.reject(field, fault);
        }
    }
    Ok(name)
}

/// The parts of a mailed link.
fn link(form: &mut Form) -> (String, String) {
    let uid = form.text("uid", None);
    let token = form.text("token", None);
    (uid.unwrap_or_default(), token.unwrap_or_default())
}

/// The address that a mail is asked for: nobody's mailbox is to be flooded, from wherever.
async fn email(api: &ChatApi, call: &Call) -> Result<String> {
    let mut form = call.form().await?;
    let email = form.email("email");
    form.finish()?;
    let email = email.ok_or_else(|| Error::required("email"))?;
    api.count(RateClass::Mail, Key::Name(fold(&email))).await?;
    Ok(email)
}
