//! The chat page, what it needs beyond the documented API, and what users see of each other.

use chatapi_core::Config;
use chatapi_core::config::ShowEmails;
use clap::{ArgAction, Args, ValueEnum};

use super::values::yes_or_no;

#[derive(Debug, Args)]
#[command(next_help_heading = "Chat page and privacy")]
pub(super) struct ChatPageOptions {
    /// Whether the chat page is served at /
    #[arg(long, env = "CHATAPI_CHAT_PAGE", value_name = "YES OR NO", default_value = "yes")]
    #[arg(action = ArgAction::Set, value_parser = yes_or_no)]
    chat_page: bool,
    /// Whether users find others by their exact names, GET /auth/users/?username=
    #[arg(long, env = "CHATAPI_FIND_USERS", value_name = "YES OR NO", default_value = "yes")]
    #[arg(action = ArgAction::Set, value_parser = yes_or_no)]
    find_users: bool,
    /// Who sees the mail addresses of a room's members: everybody in the room, as documented, or staff and each user its own
    #[arg(long, env = "CHATAPI_SHOW_EMAILS", value_name = "TO WHOM", default_value = "staff")]
    show_emails: ToWhom,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ToWhom {
    Members,
    Staff,
}

impl ChatPageOptions {
    /// Adds what is set here to a configuration.
    pub(super) fn config(&self, mut config: Config) -> Config {
        config.finds_users = self.find_users;
        config.show_emails = match self.show_emails {
            ToWhom::Members => ShowEmails::Members,
            ToWhom::Staff => ShowEmails::Staff,
        };
        config
    }

    pub(super) fn is_served(&self) -> bool {
        self.chat_page
    }
}
