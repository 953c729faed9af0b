//! What is told of an import, while it lasts and afterwards.

use std::collections::BTreeMap;
use std::fmt;

/// How far an import is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The table of Django's that is being read.
    pub table: &'static str,
    /// How many of its rows were read.
    pub done: u64,
    /// How many it has.
    pub total: u64,
}

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Rows of `auth_user`.
    pub users: Tally,
    /// Rows of `chat_room`.
    pub rooms: Tally,
    /// Rows of `chat_room_users`.
    pub members: Tally,
    /// Rows of `chat_message`.
    pub messages: Tally,
    /// What somebody should know of, and where it was found.
    pub oddities: BTreeMap<Oddity, Found>,
}

impl Report {
    pub(super) fn note_if(&mut self, is_so: bool, oddity: Oddity, id: i64) {
        if !is_so {
            return;
        }
        let found = self.oddities.entry(oddity).or_default();
        found.count += 1;
        if found.ids.len() < Found::NAMED {
            found.ids.push(id);
        }
    }
}

/// What became of a table's rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many Django had.
    pub read: u64,
    /// How many are here now.
    pub kept: u64,
}

impl Tally {
    pub(super) fn count(&mut self, is_kept: bool) {
        self.read += 1;
        self.kept += u64::from(is_kept);
    }
}

/// Where an oddity was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// In how many rows.
    pub count: u64,
    /// Their ids in Django's table: the first twenty.
    pub ids: Vec<i64>,
}

impl Found {
    /// How many ids are named.
    const NAMED: usize = 20;
}

/// `ids 1, 2, 3`, or `ids 1, 2, 3 and 40 more`.
impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.count == 1 { "id " } else { "ids " })?;
        for (place, id) in self.ids.iter().enumerate() {
            f.write_str(if place > 0 { ", " } else { "" })?;
            id.fmt(f)?;
        }
        match self.count - self.ids.len() as u64 {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

macro_rules! oddities {
    ($($(#[doc = $doc:literal])* $name:ident $text:literal)*) => {
        /// Something odd about a row, and what was done about it. Its text says both.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Oddity {
            $($(#[doc = $doc])* $name,)*
        }

        impl fmt::Display for Oddity {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self {
                    $(Self::$name => $text,)*
                })
            }
        }
    };
}

oddities! {
    /// Django says that no password fits: its hash begins with `!`, or is empty.
    NoPassword "users without a usable password, imported unchanged: they cannot log in until a password is set"
    /// The hash is in a form that is not read here, or asks for more work than is allowed.
    UnknownHash "users with an unsupported password hash, imported unchanged: they can log in after a password reset"
    /// The name has more than 150 characters.
    LongUsername "users whose username exceeds the maximum length, imported unchanged"
    /// The name was not in the form that log-in reads, Unicode's NFKC.
    OtherForm "users whose username was not in Unicode's NFKC, imported with the username normalised"
    /// The name is another user's in that form.
    SameName "users whose username equals another one after Unicode normalisation, renamed: their id is appended"
    /// A name, an address or a hash held NUL characters.
    NulInUser "users with NUL characters in their fields, which were removed"
    /// The name has more than 100 characters.
    LongRoomName "rooms whose name exceeds the maximum length, imported unchanged"
    /// The name held NUL characters.
    NulInRoom "rooms with NUL characters in their name, which were removed"
    /// There is no such user.
    AdminGone "rooms whose admin does not exist, imported without an admin"
    /// The admin is not among the members.
    AdminOutside "rooms whose admin is not a member, imported unchanged: add the admin as a member before changing one"
    /// There is no such room, or no such user.
    MemberGone "memberships of nonexistent rooms or users, skipped"
    /// There is no such room, or no such user.
    MessageOfNothing "messages whose room or author does not exist, skipped"
    /// The text held NUL characters.
    NulInMessage "messages with NUL characters, which were removed"
    /// There is nothing in it but blanks.
    BlankMessage "blank messages, imported unchanged"
}
