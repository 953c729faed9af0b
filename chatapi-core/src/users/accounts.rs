//! Accounts as djoser has them: registration, addresses, names, passwords, activation.

use super::account_mails::AccountMail;
use super::emails::{is_address, normalized};
use super::usernames::taken;
use super::{Administration, NewUser, User, UserChange, UserEdit};
use crate::auth::mail_token::{Purpose, read_uid};
use crate::auth::password::is_usable;
use crate::error::{Error, FieldErrors, NO_ADDRESS, Result, Unauthenticated};
use crate::hooks::Event;
use crate::page::{Page, PageRequest};
use crate::permission::{is_current_user_or_staff, may_change_account};
use crate::random::Random;
use crate::text::nfkc;
use crate::{ChatApi, CurrentUser, UserId};

/// Who wants an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAccount {
    /// A name that nobody has: letters, digits and `@.+-_`, 150 at most.
    pub username: String,
    /// A mail address, or nothing.
    pub email: String,
    /// A password that the rules allow.
    pub password: String,
    /// Whether it is to do everything, on the admin site too.
    pub is_superuser: bool,
}

impl NewAccount {
    /// An account like most, without an address.
    pub fn new(username: impl Into<String>, password: impl Into<String>) -> Self {
        Self {
            username: username.into(),
            email: String::new(),
            password: password.into(),
            is_superuser: false,
        }
    }
}

/// The longest mail address, in characters.
pub const EMAIL_LIMIT: usize = 254;

pub(crate) const BAD_PASSWORD: &str = "Invalid password.";

impl ChatApi {
    /// Makes an account.
    ///
    /// # Errors
    /// [`Error::Invalid`] where the name is taken or has odd characters, the address is none, or the password is against
    /// the rules.
    pub async fn register(&self, account: NewAccount) -> Result<User> {
        let mut errors = FieldErrors::default();
        if !account.email.is_empty() && !is_address(&account.email) {
            errors.add("email", NO_ADDRESS);
        }
        for fault in self.username_faults(&account.username).await? {
            errors.add("username", fault);
        }
        errors.into_result()?;
        self.admit(account).await
    }

    /// Makes an account whose name and address were looked at.
    pub(crate) async fn admit(&self, account: NewAccount) -> Result<User> {
        let accounts = &self.config().accounts;
        let is_active = account.is_superuser || !accounts.send_activation_email;
        let username = nfkc(&account.username);
        let user = NewUser {
            password: self.hash_new_password(&account.password, &username, &account.email).await?,
            username,
            email: account.email,
            is_active,
            awaits_activation: !is_active,
            is_staff: account.is_superuser,
            is_superuser: account.is_superuser,
            is_viewer: false,
            date_joined: self.now(),
            revision: 0,
        };
        let user = self.add_user(user).await?;
        if !user.is_active {
            self.write_to(&user, AccountMail::Activation);
        } else if accounts.send_confirmation_email {
            self.write_to(&user, AccountMail::Confirmation);
        }
        Ok(user)
    }

    /// Adds a user as the host wants it, whose name and address were looked at: no mail says so, and its revision is drawn
    /// here. The host's hooks hear of it. Where a member of the staff adds one, see [`administer`](Self::administer).
    ///
    /// # Errors
    /// [`Error::Invalid`] where the name is taken.
    pub async fn add_user(&self, user: NewUser) -> Result<User> {
        let user = self.normalized_user(user);
        let made = self.write(
            |store| async move { store.create_user(user).await },
            |user| Some(Event::UserCreated { user: user.id }),
        );
        made.await.map_err(|error| taken(error, "username"))
    }

    /// A new user in the form that is kept, with a revision of its own.
    pub(super) fn normalized_user(&self, user: NewUser) -> NewUser {
        NewUser {
            username: nfkc(&user.username),
            email: normalized(&user.email),
            revision: first_revision(self.random()),
            ..user
        }
    }

    /// The accounts that a user may see: all for staff, otherwise its own.
    ///
    /// # Errors
    /// [`Error::NotFound`] where there is no such page.
    pub async fn accounts(&self, user: &CurrentUser, page: PageRequest) -> Result<Page<User>> {
        let found = if user.is_staff {
            self.store().users(page).await?
        } else {
            let own: Vec<User> = self.store().user(user.id).await?.into_iter().collect();
            page.of(&own, User::clone)
        };
        found.ok_or_else(Error::no_such_page)
    }

    /// An account, for its user or for staff.
    ///
    /// # Errors
    /// [`Error::NotFound`] where there is none, or it is somebody else's.
    pub async fn account(&self, user: &CurrentUser, id: UserId) -> Result<User> {
        if !is_current_user_or_staff(user, id) {
            return Err(Error::not_found());
        }
        self.store().user(id).await?.ok_or_else(|| Error::no_such("User"))
    }

    /// The user's own account, as it is now.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] where it is gone.
    pub async fn own_account(&self, user: &CurrentUser) -> Result<User> {
        self.store().user(user.id).await?.ok_or_else(|| Unauthenticated::UserNotFound.into())
    }

    /// Gives an account another address. Where addresses must be proved, the user is inactive until this one is.
    ///
    /// # Errors
    /// As for [`account`](Self::account); [`Error::Forbidden`] where it is somebody else's whom `user` may not change, or the
    /// last active superuser's, who would be inactive.
    pub async fn set_email(&self, user: &CurrentUser, id: UserId, email: String) -> Result<User> {
        if !email.is_empty() && !is_address(&email) {
            return Err(Error::field("email", NO_ADDRESS));
        }
        let account = self.account_to_change(user, id).await?;
        self.readdress(user, &account, email).await
    }

    /// The account that a user wants to change.
    ///
    /// # Errors
    /// As for [`set_email`](Self::set_email).
    pub(crate) async fn account_to_change(&self, user: &CurrentUser, id: UserId) -> Result<User> {
        let account = self.account(user, id).await?;
        if may_change(user, &account) { Ok(account) } else { Err(Error::forbidden()) }
    }

    /// Gives an account, as it was read, another address, which was looked at.
    pub(crate) async fn readdress(&self, user: &CurrentUser, account: &User, email: String) -> Result<User> {
        let must_prove_email = self.config().accounts.send_activation_email && account.email != email;
        let account = if user.id == account.id {
            let change =
                if must_prove_email { UserChange::UnprovedEmail(email) } else { UserChange::Email(email) };
            self.change_user(account.id, change).await?.ok_or_else(|| Error::no_such("User"))?
        } else {
            let edit = UserEdit { email: Some(email), must_prove_email, ..UserEdit::default() };
            self.administer(user, Administration::Change { account: account.id, edit }).await?
        };
        if must_prove_email && account.awaits_activation {
            self.write_to(&account, AccountMail::Activation);
        }
        Ok(account)
    }

    /// The account that a user wants to delete.
    ///
    /// # Errors
    /// [`Error::Forbidden`] where it is somebody else's whom `user` may not change, [`Error::NotFound`] where there is none.
    pub(crate) async fn account_to_delete(&self, user: &CurrentUser, id: UserId) -> Result<User> {
        match self.store().user(id).await? {
            Some(account) if may_change(user, &account) => Ok(account),
            Some(_) => Err(Error::forbidden()),
            None if user.is_staff => Err(Error::no_such("User")),
            None => Err(Error::not_found()),
        }
    }

    /// Deletes an account, with its messages. The password is that of the user who asks.
    ///
    /// # Errors
    /// As for reading it, but [`Error::Forbidden`] where it is somebody else's whom `user` may not change, or the last active
    /// superuser's; [`Error::Invalid`] where the password is wrong.
    pub async fn delete_account(&self, user: &CurrentUser, id: UserId, current_password: &str) -> Result<()> {
        let account = self.account_to_delete(user, id).await?;
        self.proved_account(user, current_password).await?.ok_or_else(bad_password)?;
        self.remove_account_for(user, &account).await
    }

    /// Deletes an account with its messages, as it was read, for a user who proved to be who it is.
    pub(crate) async fn remove_account_for(&self, user: &CurrentUser, account: &User) -> Result<()> {
        if user.id == account.id {
            return self.remove_account(account).await;
        }
        let delete = Administration::Delete { account: account.id, revision: account.revision };
        self.administer(user, delete).await.map(drop)
    }

    /// Deletes an account with its messages, as it was read, and asks neither who wants it nor for a password: for the host.
    ///
    /// # Errors
    /// [`Error::Conflict`] where its password was changed meanwhile, or it is gone; [`Error::Forbidden`] where it is the last
    /// active superuser's.
    pub async fn remove_account(&self, account: &User) -> Result<()> {
        let (user, revision, changing) = (account.id, account.revision, self.changing(account.id));
        let deleted = self.write(
            move |store| async move {
                let _changing = changing;
                store.delete_user(user, revision).await
            },
            move |deleted| deleted.then_some(Event::UserDeleted { user }),
        );
        if deleted.await? { Ok(()) } else { Err(changed_meanwhile()) }
    }

    /// Activates an account by the parts of a mailed link.
    ///
    /// # Errors
    /// [`Error::Invalid`] where the link is false or too old, or the account was deactivated; [`Error::Forbidden`] where it is
    /// active already.
    pub async fn activate(&self, uid: &str, token: &str) -> Result<()> {
        let user = self.user_of_link(Purpose::Activation, uid, token).await?;
        if user.is_deactivated() {
            return Err(bad_link());
        }
        let Some(user) = self.change_user(user.id, UserChange::Activate).await? else {
            return Err(Error::Forbidden("Stale token for given user.".into()));
        };
        if self.config().accounts.send_confirmation_email {
            self.write_to(&user, AccountMail::Confirmation);
        }
        Ok(())
    }

    /// Mails the link for activation again, to every user of this address who awaits it.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where the store does not answer.
    pub async fn resend_activation(&self, email: &str) -> Result<()> {
        self.write_to_each(email, |user| user.awaits_activation, AccountMail::Activation).await
    }

    /// Mails this to every user of an address who is `wanted`, and has a password.
    pub(super) async fn write_to_each(
        &self,
        email: &str,
        wanted: fn(&User) -> bool,
        letter: AccountMail,
    ) -> Result<()> {
        for user in self.store().users_by_email(email).await? {
            if wanted(&user) && is_usable(&user.password) {
                self.write_to(&user, letter);
            }
        }
        Ok(())
    }

    /// The user of a mailed link.
    pub(crate) async fn user_of_link(&self, purpose: Purpose, uid: &str, token: &str) -> Result<User> {
        let user = match read_uid(uid) {
            Some(id) => self.store().user(id).await?,
            None => None,
        };
        let user = user.ok_or_else(|| Error::field("uid", "Invalid user id or user doesn't exist."))?;
        if self.mail_tokens()?.check(purpose, &user, token) { Ok(user) } else { Err(bad_link()) }
    }
}

/// 400: the present password is another.
pub(super) fn bad_password() -> Error {
    Error::field("current_password", BAD_PASSWORD)
}

pub(super) fn bad_link() -> Error {
    Error::field("token", "Invalid token for given user.")
}

/// 409: what was read of the account no longer holds.
pub(super) fn changed_meanwhile() -> Error {
    Error::Conflict("The account was changed in the meantime; try again.".into())
}

/// Whether an account, as it was read, is this user's own or one that it may change.
fn may_change(user: &CurrentUser, account: &User) -> bool {
    let may_change = |level| may_change_account(level, account.is_staff, account.is_superuser);
    user.id == account.id || user.level().is_some_and(may_change)
}

/// A revision to start with: what nobody guesses, and no two users have alike. Below 2^52, so that it stays a number in JSON
/// (RFC 8259, section 6) however often it grows.
pub fn first_revision(random: &dyn Random) -> i64 {
    let mut drawn = [0; 8];
    random.fill(&mut drawn);
    i64::from_le_bytes(drawn) & ((1 << 52) - 1)
}
