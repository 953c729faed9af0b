//! The passwords of accounts: proved, changed, and set anew by a mailed link.

use super::account_mails::AccountMail;
use super::accounts::{bad_link, bad_password};
use super::{Administration, User, UserChange};
use crate::auth::mail_token::Purpose;
use crate::auth::password::Verdict;
use crate::error::{FieldErrors, Result};
use crate::{ChatApi, CurrentUser};

impl ChatApi {
    /// The user's own account, where this is its password.
    pub(crate) async fn proved_account(&self, user: &CurrentUser, password: &str) -> Result<Option<User>> {
        let account = self.own_account(user).await?;
        Ok(self.is_password_of(&account, password).await?.then_some(account))
    }

    /// Whether an account, as it was read, has this password.
    pub(crate) async fn is_password_of(&self, account: &User, password: &str) -> Result<bool> {
        Ok(self.passwords().verify(password, &account.password).await? != Verdict::Wrong)
    }

    /// Gives the user another password. Every token that was issued before ends.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) where the present password is wrong or the new one is against
    /// the rules.
    pub async fn set_password(
        &self,
        user: &CurrentUser,
        new_password: &str,
        current_password: &str,
    ) -> Result<()> {
        let account = self.proved_account(user, current_password).await?.ok_or_else(bad_password)?;
        self.replace_password(&account, new_password).await
    }

    /// Gives a proved account another password. Where somebody else did so meanwhile, what was proved no longer holds.
    pub(crate) async fn replace_password(&self, account: &User, new_password: &str) -> Result<()> {
        if self.change_password(account, new_password).await? { Ok(()) } else { Err(bad_password()) }
    }

    /// Mails a link for a new password to every active user of this address. Nothing tells whether there is one.
    ///
    /// # Errors
    /// [`Error::Unavailable`](crate::Error::Unavailable) where the store does not answer.
    pub async fn reset_password(&self, email: &str) -> Result<()> {
        self.write_to_each(email, |user| user.is_active, AccountMail::PasswordReset).await
    }

    /// Sets a new password by the parts of a mailed link.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) where the link is false, used or too old, or the password is
    /// against the rules.
    pub async fn reset_password_confirm(&self, uid: &str, token: &str, new_password: &str) -> Result<()> {
        // As far as the rules are not about the user, they come first.
        self.check_password("new_password", new_password, "", "")?;
        let user = self.user_of_link(Purpose::PasswordReset, uid, token).await?;
        if self.change_password(&user, new_password).await? { Ok(()) } else { Err(bad_link()) }
    }

    /// Gives an account, as it was read, another password, and asks neither who wants it nor for the present one: for the
    /// host. Every token that was issued before ends. Whether it could be done: not where the password was changed since, or
    /// the account is gone.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) where the new one is against the rules.
    pub async fn change_password(&self, user: &User, new_password: &str) -> Result<bool> {
        self.check_password("new_password", new_password, &user.username, &user.email)?;
        let hash = self.passwords().hash(new_password).await?;
        let change = UserChange::Password { hash, revision: user.revision };
        let changed = self.change_user(user.id, change).await?;
        if changed.is_some() && self.config().accounts.password_changed_email_confirmation {
            self.write_to(user, AccountMail::PasswordChanged);
        }
        Ok(changed.is_some())
    }

    /// Gives another's account, as it was read, another password, where `actor` may. Every token that was issued before ends.
    ///
    /// # Errors
    /// As for [`administer`](Self::administer); [`Error::Invalid`](crate::Error::Invalid) where the password is against the
    /// rules.
    pub async fn set_password_of(&self, actor: &CurrentUser, user: &User, new_password: &str) -> Result<()> {
        self.check_password("new_password", new_password, &user.username, &user.email)?;
        let hash = self.passwords().hash(new_password).await?;
        let set = Administration::SetPassword { account: user.id, hash, revision: user.revision };
        self.administer(actor, set).await?;
        if self.config().accounts.password_changed_email_confirmation {
            self.write_to(user, AccountMail::PasswordChanged);
        }
        Ok(())
    }

    /// The hash of the password that a new account of this name and address is to have.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) where it is against the rules.
    pub async fn hash_new_password(&self, password: &str, username: &str, email: &str) -> Result<String> {
        self.check_password("password", password, username, email)?;
        Ok(self.passwords().hash(password).await?)
    }

    /// What the rules say of a new password, as the faults of a field.
    pub(super) fn check_password(
        &self,
        field: &'static str,
        password: &str,
        username: &str,
        email: &str,
    ) -> Result<()> {
        let mut errors = FieldErrors::default();
        for fault in
            self.password_rules().check(password, &[("username", username), ("email address", email)])
        {
            errors.add(field, fault);
        }
        errors.into_result()
    }
}
