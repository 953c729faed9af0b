//! Names of users: what they may be, and how they change.

use super::account_mails::AccountMail;
use super::accounts::{bad_link, bad_password};
use super::{User, UserChange};
use crate::auth::mail_token::Purpose;
use crate::auth::password::unicode::is_word;
use crate::error::{Error, ErrorDetail, FieldErrors, NUL, Result, too_long};
use crate::store::StoreError;
use crate::text::{is_default_ignorable, nfkc};
use crate::{ChatApi, CurrentUser};

/// The longest name of a user, in characters.
pub(crate) const USERNAME_LIMIT: usize = 150;

fn taken_name() -> ErrorDetail {
    ErrorDetail::new("unique", "A user with that username already exists.")
}
const BAD_NAME: &str =
    "Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.";

impl ChatApi {
    /// What is wrong with a name that somebody wants: nothing where [`register`](Self::register) would take it now.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where the store does not answer.
    pub async fn username_faults(&self, username: &str) -> Result<Vec<ErrorDetail>> {
        let mut faults = Vec::new();
        // What is checked is what is kept.
        let username = &*nfkc(username);
        if username.is_empty() || !username.chars().all(is_name_char) {
            faults.push(BAD_NAME.into());
        }
        if username.chars().count() > USERNAME_LIMIT {
            faults.push(too_long(USERNAME_LIMIT));
        }
        if username.contains('\0') {
            faults.push(NUL);
        }
        if faults.is_empty() && self.store().user_by_name(username).await?.is_some() {
            faults.push(taken_name());
        }
        Ok(faults)
    }

    /// Gives the user another name.
    ///
    /// # Errors
    /// [`Error::Invalid`] where the password is wrong, or the name is taken or has odd characters.
    pub async fn set_username(
        &self,
        user: &CurrentUser,
        new_username: &str,
        current_password: &str,
    ) -> Result<()> {
        let account = self.proved_account(user, current_password).await?.ok_or_else(bad_password)?;
        self.check_new_username(new_username).await?;
        self.rename(&account, new_username).await
    }

    /// Gives a proved account another name, which was looked at; otherwise like
    /// [`replace_password`](Self::replace_password).
    pub(crate) async fn rename(&self, account: &User, new_username: &str) -> Result<()> {
        if self.change_username(account, new_username).await? { Ok(()) } else { Err(bad_password()) }
    }

    /// Mails a link for a new name to every active user of this address. Nothing tells whether there is one.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where the store does not answer.
    pub async fn reset_username(&self, email: &str) -> Result<()> {
        self.write_to_each(email, |user| user.is_active, AccountMail::UsernameReset).await
    }

    /// Sets a new name by the parts of a mailed link.
    ///
    /// # Errors
    /// [`Error::Invalid`] where the link is false, used or too old, or the name is taken or has odd characters.
    pub async fn reset_username_confirm(&self, uid: &str, token: &str, new_username: &str) -> Result<()> {
        let user = self.user_of_link(Purpose::UsernameReset, uid, token).await?;
        self.check_new_username(new_username).await?;
        self.rename_by_link(&user, new_username).await
    }

    /// Gives the user of a mailed link another name, which was looked at.
    pub(crate) async fn rename_by_link(&self, user: &User, new_username: &str) -> Result<()> {
        if self.change_username(user, new_username).await? { Ok(()) } else { Err(bad_link()) }
    }

    /// Whether the name could be changed: not where the password was changed since `user` was read.
    async fn change_username(&self, user: &User, new_username: &str) -> Result<bool> {
        let change = UserChange::Username { username: nfkc(new_username), revision: user.revision };
        let changed =
            self.change_user(user.id, change).await.map_err(|error| taken(error, "new_username"))?;
        if let Some(changed) = &changed
            && self.config().accounts.username_changed_email_confirmation
        {
            self.write_to(changed, AccountMail::UsernameChanged);
        }
        Ok(changed.is_some())
    }

    async fn check_new_username(&self, username: &str) -> Result<()> {
        let mut errors = FieldErrors::default();
        for fault in self.username_faults(username).await? {
            errors.add("new_username", fault);
        }
        errors.into_result()
    }
}

/// Whether a name may have this character in it.
pub(super) fn is_name_char(c: char) -> bool {
    (is_word(c) && !is_default_ignorable(c)) || "@.+-".contains(c)
}

pub(super) fn taken(error: StoreError, field: &'static str) -> Error {
    match error {
        StoreError::Taken => Error::field(field, taken_name()),
        other => other.into(),
    }
}
