//! Who may do what on the site: pure functions over loaded values.

use chatapi_core::users::User;

/// How much somebody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Everything.
    Superuser,
    /// Change users who are neither staff nor superusers, rooms, and messages.
    Staff,
    /// Look.
    Viewer,
}

impl Level {
    /// What pages call it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Superuser => "superuser",
            Self::Staff => "staff",
            Self::Viewer => "view only",
        }
    }
}

/// The level of a user; `None` for those who may not log in. A superuser is more than a viewer.
pub fn level_of(user: &User, is_viewer: bool) -> Option<Level> {
    match (user.is_active && user.is_staff, user.is_superuser, is_viewer) {
        (false, _, _) => None,
        (true, true, _) => Some(Level::Superuser),
        (true, false, true) => Some(Level::Viewer),
        (true, false, false) => Some(Level::Staff),
    }
}

/// Whether this level changes rooms, messages and ordinary users.
pub fn may_change(level: Level) -> bool {
    level != Level::Viewer
}

/// Whether this level makes somebody staff, superuser or viewer.
pub fn may_promote(level: Level) -> bool {
    level == Level::Superuser
}

/// Whether this level changes and deletes that user, and sets its password.
pub fn may_change_user(level: Level, is_staff: bool, is_superuser: bool) -> bool {
    match level {
        Level::Superuser => true,
        Level::Staff => !is_staff && !is_superuser,
        Level::Viewer => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_level_changes_what_is_below_it() {
        for (level, changes, promotes, changes_staff) in [
            (Level::Superuser, true, true, true),
            (Level::Staff, true, false, false),
            (Level::Viewer, false, false, false),
        ] {
            assert_eq!(may_change(level), changes, "{level:?}");
            assert_eq!(may_promote(level), promotes, "{level:?}");
            assert_eq!(may_change_user(level, true, false), changes_staff, "{level:?}");
            assert_eq!(may_change_user(level, false, true), changes_staff, "{level:?}");
            assert_eq!(may_change_user(level, false, false), changes, "{level:?}");
        }
    }
}
