//! The chat page, and what it needs beyond the documented API.

use chatapi_core::Config;
use clap::{ArgAction, Args};

use super::values::yes_or_no;

#[derive(Debug, Args)]
#[command(next_help_heading = "Chat page")]
pub(super) struct ChatPageOptions {
    /// Whether the chat page is served at /
    #[arg(long, env = "CHATAPI_CHAT_PAGE", value_name = "YES OR NO", default_value = "yes")]
    #[arg(action = ArgAction::Set, value_parser = yes_or_no)]
    chat_page: bool,
    /// Whether users find others by their exact names, GET /auth/users/?username=
    #[arg(long, env = "CHATAPI_FIND_USERS", value_name = "YES OR NO", default_value = "yes")]
    #[arg(action = ArgAction::Set, value_parser = yes_or_no)]
    find_users: bool,
}

impl ChatPageOptions {
    /// Adds what is set here to a configuration.
    pub(super) fn config(&self, mut config: Config) -> Config {
        config.finds_users = self.find_users;
        config
    }

    pub(super) fn is_served(&self) -> bool {
        self.chat_page
    }
}
