//! Users whom others find, by their names.

use crate::error::Result;
use crate::permission::is_current_user_or_staff;
use crate::rooms::Member;
use crate::text::nfkc;
use crate::users::User;
use crate::{ChatApi, CurrentUser};

impl ChatApi {
    /// The user of this name, in whatever compatibility characters it is written: names are kept in Unicode's NFKC.
    ///
    /// # Errors
    /// [`Error::Unavailable`](crate::Error::Unavailable) where the store does not answer.
    pub async fn user_named(&self, username: &str) -> Result<Option<User>> {
        // No store keeps such a name, and not every database can be asked for it.
        if username.contains('\0') {
            return Ok(None);
        }
        Ok(self.store().user_by_name(&nfkc(username)).await?)
    }

    /// The user of exactly this name, as `user` may see it: its address is told to itself and to staff alone, and somebody
    /// who is inactive is found by staff alone. Who knows a name can invite its user to a room; nobody can go through the
    /// names that there are.
    ///
    /// # Errors
    /// [`Error::Unavailable`](crate::Error::Unavailable) where the store does not answer.
    pub async fn find_user(&self, user: &CurrentUser, username: &str) -> Result<Option<Member>> {
        let found = self.user_named(username).await?;
        Ok(found.filter(|found| found.is_active || user.is_staff).map(|found| {
            let sees_all = is_current_user_or_staff(user, found.id);
            let email = if sees_all { found.email } else { String::new() };
            Member { id: found.id, username: found.username, email }
        }))
    }
}
