//! `chatapi-server createsuperuser`: makes an account that may do everything, as Django's command of this name does.

use std::env;
use std::io::{self, IsTerminal as _};

use chatapi_core::auth::password::PasswordRules;
use chatapi_core::error::Invalid;
use chatapi_core::users::{NewAccount, is_address};
use chatapi_core::{ChatApi, Error};
use clap::Args;

use crate::database::{self, Opened};
use crate::failure::{Failure, causes};
use crate::settings::Settings;
use crate::{secret, welcome};

mod interview;

use interview::{Terminal, interview};

/// Where the password comes from when nobody is asked: an argument would stand in the list of processes.
const PASSWORD: &str = "CHATAPI_SUPERUSER_PASSWORD";

/// Who is to be made.
#[derive(Debug, Args)]
pub(crate) struct Account {
    /// Do not prompt: take the username and the address from the options and the password from CHATAPI_SUPERUSER_PASSWORD
    #[arg(long, alias = "no-input")]
    noinput: bool,
    /// Username
    #[arg(long, env = "CHATAPI_SUPERUSER_USERNAME", value_name = "NAME")]
    username: Option<String>,
    /// Email address, which may be empty
    #[arg(long, env = "CHATAPI_SUPERUSER_EMAIL", value_name = "ADDRESS")]
    email: Option<String>,
}

/// Makes the account that is given, or asks for it.
pub(crate) async fn create(account: Account, settings: &Settings) -> Result<(), Failure> {
    let given = if account.noinput { Some(given(&account)?) } else { None };
    if given.is_none() && !io::stdin().is_terminal() {
        return Err(Failure::setting(format!(
            "standard input is not a terminal: use --noinput with --username, and set the password in {PASSWORD}"
        )));
    }
    let store = database::open(settings).await?;
    let chats = Chats::on(&store, settings)?;
    let username = match given {
        Some(given) => chats.strict.register(given).await.map_err(|error| refused(&error))?.username,
        None => {
            let asked = interview(&mut Terminal, &chats, account.username, account.email).await;
            asked.map_err(|fault| match fault.kind() {
                io::ErrorKind::Interrupted | io::ErrorKind::UnexpectedEof => Failure::hindrance("cancelled"),
                _ => Failure::because("cannot create the superuser", &fault),
            })?
        }
    };
    chats.strict.shutdown().await;
    chats.lenient.shutdown().await;
    store.close().await;
    welcome::print(&format!("Created the superuser {username}.\n"));
    Ok(())
}

fn given(account: &Account) -> Result<NewAccount, Failure> {
    let Some(username) = account.username.clone() else {
        return Err(Failure::setting("--noinput requires --username"));
    };
    let password = env::var(PASSWORD).unwrap_or_default();
    if password.is_empty() {
        return Err(Failure::setting(format!("--noinput requires a password in {PASSWORD}")));
    }
    let email = account.email.clone().unwrap_or_default();
    Ok(NewAccount { username, email, password, is_superuser: true })
}

/// What is wrong with a mail address; none is none.
fn email_fault(email: &str) -> Option<&'static str> {
    (!email.is_empty() && !is_address(email)).then_some("Enter a valid email address.")
}

/// A line for each fault of each field.
fn refused(error: &Error) -> Failure {
    match error {
        Error::Invalid(Invalid::Fields(fields)) => {
            Failure::hindrances(fields.iter().map(|(field, fault)| format!("{field}: {fault}")).collect())
        }
        other => Failure::hindrance(causes(other)),
    }
}

/// The chat, with its rules for passwords, and without any for whoever insists.
struct Chats {
    strict: ChatApi,
    lenient: ChatApi,
}

impl Chats {
    fn on(store: &Opened, settings: &Settings) -> Result<Self, Failure> {
        let mut anything = PasswordRules::default();
        anything.max_similarity = f64::INFINITY;
        anything.min_length = 0;
        anything.refuse_common = false;
        anything.refuse_numeric = false;
        let chat = |rules| {
            // Nothing is signed here, so the secret may be any.
            let mut builder =
                store.builder(secret::fresh()).config(settings.config.clone()).password_rules(rules);
            if let Some(mailer) = settings.mailer.clone() {
                builder = builder.mailer(mailer);
            }
            builder.build().map_err(|fault| Failure::setting(fault.to_string()))
        };
        Ok(Self { strict: chat(PasswordRules::default())?, lenient: chat(anything)? })
    }
}
