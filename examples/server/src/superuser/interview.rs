//! Asks for a name, an address and a password, again where they cannot be.

use std::io::{self, Write as _};

use chatapi_core::Error;
use chatapi_core::error::{FieldErrors, Invalid};
use chatapi_core::users::NewAccount;

use super::{Chats, email_fault};

/// Somebody who answers questions.
pub(super) trait Dialog {
    /// Asks, and gives the answer.
    fn ask(&mut self, question: &str) -> io::Result<String>;
    /// Asks for what nobody else may see.
    fn ask_hidden(&mut self, question: &str) -> io::Result<String>;
    /// Says what is wrong.
    fn say(&mut self, line: &str) -> io::Result<()>;
}

/// Makes a superuser as the answers have it, and gives its name. What is given already is not asked.
pub(super) async fn interview(
    dialog: &mut impl Dialog,
    chats: &Chats,
    mut given_username: Option<String>,
    mut given_email: Option<String>,
) -> io::Result<String> {
    loop {
        let username = username(dialog, chats, given_username.take()).await?;
        let email = email(dialog, given_email.take())?;
        // The name may be taken while the password is typed: then everything is asked again.
        if let Some(made) = account(dialog, chats, &username, &email).await? {
            return Ok(made);
        }
    }
}

async fn username(dialog: &mut impl Dialog, chats: &Chats, mut given: Option<String>) -> io::Result<String> {
    loop {
        let username = match given.take() {
            Some(given) => given,
            None => dialog.ask("Username: ")?,
        };
        if username.is_empty() {
            dialog.say("Error: This field cannot be blank.")?;
            continue;
        }
        let faults = chats.strict.username_faults(&username).await.map_err(io::Error::other)?;
        if faults.is_empty() {
            return Ok(username);
        }
        for fault in faults {
            dialog.say(&format!("Error: {fault}"))?;
        }
    }
}

fn email(dialog: &mut impl Dialog, mut given: Option<String>) -> io::Result<String> {
    loop {
        let email = match given.take() {
            Some(given) => given,
            None => dialog.ask("Email address: ")?,
        };
        match email_fault(&email) {
            Some(fault) => dialog.say(&format!("Error: {fault}"))?,
            None => return Ok(email),
        }
    }
}

/// The name of the account; `None` where it cannot be made under this name.
async fn account(
    dialog: &mut impl Dialog,
    chats: &Chats,
    username: &str,
    email: &str,
) -> io::Result<Option<String>> {
    loop {
        let password = password(dialog)?;
        let account =
            NewAccount { username: username.into(), email: email.into(), password, is_superuser: true };
        let mut made = chats.strict.register(account.clone()).await;
        if let Err(Error::Invalid(Invalid::Fields(fields))) = &made
            && only_the_password(fields)
        {
            for (_, fault) in fields.iter() {
                dialog.say(fault)?;
            }
            let bypass = dialog.ask("Bypass password validation and create user anyway? [y/N]: ")?;
            if !bypass.eq_ignore_ascii_case("y") {
                continue;
            }
            made = chats.lenient.register(account).await;
        }
        match made {
            Ok(user) => return Ok(Some(user.username)),
            Err(Error::Invalid(Invalid::Fields(fields))) => {
                for (_, fault) in fields.iter() {
                    dialog.say(&format!("Error: {fault}"))?;
                }
                return Ok(None);
            }
            Err(error) => return Err(io::Error::other(error)),
        }
    }
}

fn only_the_password(fields: &FieldErrors) -> bool {
    fields.iter().all(|(field, _)| field == "password")
}

fn password(dialog: &mut impl Dialog) -> io::Result<String> {
    loop {
        let password = dialog.ask_hidden("Password: ")?;
        if dialog.ask_hidden("Password (again): ")? != password {
            dialog.say("Error: Your passwords didn't match.")?;
        } else if password.trim().is_empty() {
            dialog.say("Error: Blank passwords aren't allowed.")?;
        } else {
            return Ok(password);
        }
    }
}

/// The person at the terminal.
pub(super) struct Terminal;

impl Dialog for Terminal {
    fn ask(&mut self, question: &str) -> io::Result<String> {
        let mut stdout = io::stdout().lock();
        stdout.write_all(question.as_bytes())?;
        stdout.flush()?;
        let mut answer = String::new();
        if io::stdin().read_line(&mut answer)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(answer.trim().to_owned())
    }

    fn ask_hidden(&mut self, question: &str) -> io::Result<String> {
        rpassword::prompt_password(question)
    }

    fn say(&mut self, line: &str) -> io::Result<()> {
        writeln!(io::stderr(), "{line}")
    }
}

#[cfg(test)]
mod tests;
