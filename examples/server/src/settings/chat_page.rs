//! The chat page, what it needs beyond the documented API, and what users see of each other.

use chatapi_core::Config;
use chatapi_core::config::ShowEmails;
use clap::{ArgAction, Args, ValueEnum};

use super::values::yes_or_no;

#[derive(Debug, Args)]
#[command(next_help_heading = "Chat page and privacy")]
pub(super) struct ChatPageOptions {
    /// Serve the chat page at /
    #[arg(long, env = "CHATAPI_CHAT_PAGE", value_name = "YES OR NO", default_value = "yes")]
    #[arg(action = ArgAction::Set, value_parser = yes_or_no)]
    chat_page: bool,
    /// Let users look up others by exact username: GET /auth/users/?username=
    #[arg(long, env = "CHATAPI_FIND_USERS", value_name = "YES OR NO", default_value = "yes")]
    #[arg(action = ArgAction::Set, value_parser = yes_or_no)]
    find_users: bool,
    /// Who sees the email addresses of a room's members: `members`, as the API is documented, or `staff`, which leaves the
    /// field empty for everyone else; users always see their own address
    #[arg(long, env = "CHATAPI_SHOW_EMAILS", value_name = "AUDIENCE", default_value = "staff")]
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
