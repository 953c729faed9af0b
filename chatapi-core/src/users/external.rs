//! Users whom the host knows, and the chat at first sight.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::accounts::first_revision;
use super::emails::{is_address, normalized};
use super::usernames::{USERNAME_LIMIT, is_name_char};
use super::{EMAIL_LIMIT, NewUser, User, UserChange};
use crate::ChatApi;
use crate::error::{BLANK, Error, ErrorDetail, NUL, Result, Unauthenticated, too_long};
use crate::store::StoreError;
use crate::text::nfkc;

/// What the host says of one of its users. What it leaves unsaid stays as it is.
///
/// The host's middleware may put one into a request's extensions; [`ChatApi::user_of_host`] finds or makes the user.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExternalUser {
    /// What the host calls it, for ever: 1 to 255 characters (as a token's `sub` in OpenID Connect Core, section 2).
    pub id: String,
    /// The name that it should have. What names may not have becomes `_`; where somebody else has the name, a number
    /// follows it. Where the host has never said one, the id is taken.
    pub username: Option<String>,
    /// Its mail address; the empty text where it has none. What is no address counts as unsaid.
    pub email: Option<String>,
    /// Whether it reads every account.
    pub is_staff: Option<bool>,
}

/// The longest external id, in characters.
const ID_LIMIT: usize = 255;

/// The last of the numbers that are tried in turn behind a name that is somebody else's.
const NUMBERS: u32 = 9;

impl ExternalUser {
    /// A user of the host's by its id there, of which nothing more is said.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), username: None, email: None, is_staff: None }
    }

    /// With this name.
    #[must_use]
    pub fn username(self, username: impl Into<String>) -> Self {
        Self { username: Some(username.into()), ..self }
    }

    /// With this mail address.
    #[must_use]
    pub fn email(self, email: impl Into<String>) -> Self {
        Self { email: Some(email.into()), ..self }
    }

    /// Staff or not.
    #[must_use]
    pub fn staff(self, is_staff: bool) -> Self {
        Self { is_staff: Some(is_staff), ..self }
    }

    /// Why no user can be kept by this id, where that is so.
    pub(crate) fn id_fault(&self) -> Option<ErrorDetail> {
        if self.id.is_empty() {
            return Some(BLANK);
        }
        if self.id.contains('\0') {
            return Some(NUL);
        }
        (self.id.chars().count() > ID_LIMIT).then(|| too_long(ID_LIMIT))
    }

    /// The names that it may have for this wish, in the order in which they are tried: the wish, the wish with small
    /// numbers, and one with a number that is drawn from the id, which nobody else is likely to have.
    fn names(&self, wish: &str) -> impl Iterator<Item = String> {
        let stem = sound_name(wish);
        let digest = Sha256::digest(&self.id);
        let own = u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]);
        let first = std::iter::once(stem.clone());
        first.chain((2..=NUMBERS).chain([own]).map(move |number| numbered(&stem, number)))
    }

    fn sound_email(&self) -> Option<String> {
        let email = self.email.as_deref()?;
        let sound = email.is_empty() || (is_address(email) && email.chars().count() <= EMAIL_LIMIT);
        sound.then(|| normalized(email))
    }

    /// What is to change about the user, its name aside.
    fn news(&self, user: &User) -> (Option<String>, Option<bool>) {
        let email = self.sound_email().filter(|email| *email != user.email);
        (email, self.is_staff.filter(|is_staff| *is_staff != user.is_staff))
    }

    /// The name that the user should have had instead of its own.
    fn new_wish(&self, user: &User) -> Option<&str> {
        let wish = self.username.as_deref()?;
        (!self.names(wish).any(|name| name == user.username)).then_some(wish)
    }
}

impl ChatApi {
    /// The chat's user for one of the host's: found by its external id, made where there is none, and brought up to date
    /// where the host says something else now. Nobody logs in as such a user by password, nor sets one.
    ///
    /// A user that was seen within [`Config::user_cache`](crate::Config::user_cache) and has not changed costs no statement;
    /// one that was not costs one, which only reads.
    ///
    /// # Errors
    /// [`Error::Invalid`] where the external id is empty, too long or has a NUL character in it;
    /// [`Error::Unauthenticated`] where the user is inactive; [`Error::Conflict`] where a new user's name, and each that it
    /// could have instead, is somebody else's.
    pub async fn user_of_host(&self, said: &ExternalUser) -> Result<User> {
        if let Some(fault) = said.id_fault() {
            return Err(Error::field("external_id", fault));
        }
        let user = match self.known_user_of_host(&said.id).await? {
            Some(user) => Arc::unwrap_or_clone(user),
            None => self.admit_from_host(said).await?,
        };
        if !user.is_active {
            return Err(Unauthenticated::UserInactive.into());
        }
        self.bring_up_to_date(user, said).await
    }

    async fn admit_from_host(&self, said: &ExternalUser) -> Result<User> {
        let wish = said.username.as_deref().unwrap_or(&said.id);
        for username in said.names(wish) {
            let fresh = NewUser {
                username,
                email: said.sound_email().unwrap_or_default(),
                password: self.passwords().unusable(),
                is_active: true,
                awaits_activation: false,
                is_staff: said.is_staff.unwrap_or_default(),
                is_superuser: false,
                is_viewer: false,
                date_joined: self.now(),
                revision: first_revision(self.random()),
            };
            match self.store().keep_user(&said.id, fresh).await {
                Err(StoreError::Taken) => {}
                kept => return Ok(kept?),
            }
        }
        Err(Error::Conflict(format!("All usernames similar to \"{}\" are taken.", sound_name(wish)).into()))
    }

    /// Where the new name, and each that could stand for it, is somebody else's, the user keeps the one that it has.
    async fn bring_up_to_date(&self, user: User, said: &ExternalUser) -> Result<User> {
        let (email, is_staff) = said.news(&user);
        let names = said.new_wish(&user).into_iter().flat_map(|wish| said.names(wish));
        for username in names.map(Some).chain([None]) {
            if username.is_none() && email.is_none() && is_staff.is_none() {
                break;
            }
            let change = |is_staff| UserChange::External {
                username: username.clone(),
                email: email.clone(),
                is_staff,
            };
            let changed = match self.change_user(user.id, change(is_staff)).await {
                // Somebody has to be left who may do everything, whatever the host says.
                Err(StoreError::LastSuperuser) => self.change_user(user.id, change(None)).await,
                changed => changed,
            };
            match changed {
                Err(StoreError::Taken) => {}
                changed => return changed?.ok_or_else(|| Unauthenticated::UserNotFound.into()),
            }
        }
        Ok(user)
    }
}

/// The name as accounts may have it.
fn sound_name(wish: &str) -> String {
    let sound = |c: char| if is_name_char(c) { c } else { '_' };
    let name: String = nfkc(wish.trim()).chars().map(sound).take(USERNAME_LIMIT).collect();
    if name.is_empty() { "_".to_owned() } else { name }
}

/// The name with a number behind it, and no longer than names may be.
fn numbered(stem: &str, number: u32) -> String {
    let number = format!("_{number}");
    stem.chars().take(USERNAME_LIMIT - number.len()).collect::<String>() + &number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_brought_into_the_form_that_names_have() {
        assert_eq!(sound_name("Ann Müller"), "Ann_Müller");
        assert_eq!(sound_name("auth0|42"), "auth0_42");
        assert_eq!(sound_name(" ann@example.org\n"), "ann@example.org");
        assert_eq!(sound_name("ﬁ\0"), "fi_");
        assert_eq!(sound_name(" "), "_");
        assert_eq!(sound_name(&"ä".repeat(151)), "ä".repeat(150));
    }

    #[test]
    fn the_names_for_a_wish_are_few_and_no_longer_than_names_may_be() {
        let user = ExternalUser::new("auth0|42");
        let names: Vec<String> = user.names("ann").collect();
        assert_eq!(names[..3], ["ann", "ann_2", "ann_3"]);
        assert_eq!((names.len(), &*names[8]), (10, "ann_9"));
        assert_eq!(names, user.names("ann").collect::<Vec<_>>());
        assert_ne!(names[9], ExternalUser::new("auth0|43").names("ann").last().unwrap());
        for name in user.names(&"ä".repeat(200)) {
            assert_eq!(name.chars().count(), USERNAME_LIMIT, "{name}");
        }
    }
}
