//! Limits and tokens.

use chatapi_core::Config;
use chatapi_core::search::Language;
use clap::builder::RangedU64ValueParser;
use clap::{ArgAction, Args};

use super::values::{Period, yes_or_no};
use crate::failure::Failure;

#[derive(Debug, Args)]
#[command(next_help_heading = "Limits")]
pub(super) struct LimitOptions {
    /// Rows per page
    #[arg(long, env = "CHATAPI_PAGE_SIZE", value_name = "ROWS")]
    #[arg(default_value_t = Config::default().page_size)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=10_000))]
    page_size: u32,
    /// Maximum size of a request body, in bytes
    #[arg(long, env = "CHATAPI_BODY_LIMIT", value_name = "BYTES")]
    #[arg(default_value_t = Config::default().body_limit)]
    #[arg(value_parser = RangedU64ValueParser::<usize>::new().range(1024..=1 << 30))]
    body_limit: usize,
    /// Maximum length of a message, in characters
    #[arg(long, env = "CHATAPI_MESSAGE_LIMIT", value_name = "CHARACTERS")]
    #[arg(default_value_t = Config::default().message_limit)]
    #[arg(value_parser = RangedU64ValueParser::<usize>::new().range(1..=100_000_000))]
    message_limit: usize,
    /// Maximum number of members of a room; existing rooms with more members are left unchanged
    #[arg(long, env = "CHATAPI_MEMBERS_PER_ROOM", value_name = "USERS")]
    #[arg(default_value_t = Config::default().members_per_room)]
    #[arg(value_parser = RangedU64ValueParser::<usize>::new().range(1..=1_000_000))]
    members_per_room: usize,
    /// Maximum number of users that one request may list as members of a room
    #[arg(long, env = "CHATAPI_MEMBERS_PER_REQUEST", value_name = "USERS")]
    #[arg(default_value_t = Config::default().members_per_request)]
    #[arg(value_parser = RangedU64ValueParser::<usize>::new().range(1..=1_000_000))]
    members_per_request: usize,
    /// Number of messages up to which `count` is exact; the length of longer lists is estimated
    #[arg(long, env = "CHATAPI_COUNT_BOUND", value_name = "ROWS")]
    #[arg(default_value_t = Config::default().count_bound)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    count_bound: u64,
    /// Language of most messages, for ranked search: english, german, none or another. After a change, the server rewrites
    /// the search index in the background
    #[arg(long, env = "CHATAPI_SEARCH_LANGUAGE", value_name = "LANGUAGE")]
    #[arg(default_value_t = Config::default().language)]
    search_language: Language,
    /// Run the background indexer of the search index. Without it searches return the same results, but become slower
    #[arg(long, alias = "tidy", env = "CHATAPI_INDEXER", value_name = "YES OR NO", default_value = "yes")]
    #[arg(action = ArgAction::Set, value_parser = yes_or_no)]
    indexer: bool,
    /// How long the user cache keeps an entry: other instances see a deactivation, deletion or password change after at most
    /// this time. 0s disables the cache
    #[arg(long, env = "CHATAPI_USER_CACHE", value_name = "DURATION")]
    #[arg(default_value_t = Period(Config::default().user_cache), value_parser = Period::up_to_an_hour)]
    user_cache: Period,
    /// Lifetime of access tokens, such as 90s, 60m, 12h or 1d
    #[arg(long, env = "CHATAPI_ACCESS_LIFETIME", value_name = "DURATION")]
    #[arg(default_value_t = Period(Config::default().access_lifetime), value_parser = Period::positive)]
    access_lifetime: Period,
    /// Lifetime of refresh tokens
    #[arg(long, env = "CHATAPI_REFRESH_LIFETIME", value_name = "DURATION")]
    #[arg(default_value_t = Period(Config::default().refresh_lifetime), value_parser = Period::positive)]
    refresh_lifetime: Period,
}

impl LimitOptions {
    /// Checks that what is set here makes sense together.
    pub(super) fn config(&self) -> Result<Config, Failure> {
        if self.refresh_lifetime.0 < self.access_lifetime.0 {
            return Err(Failure::setting(
                "--refresh-lifetime / CHATAPI_REFRESH_LIFETIME must not be shorter than --access-lifetime / CHATAPI_ACCESS_LIFETIME",
            ));
        }
        if self.body_limit < self.message_limit {
            return Err(Failure::setting(
                "--body-limit / CHATAPI_BODY_LIMIT must not be less than --message-limit / CHATAPI_MESSAGE_LIMIT",
            ));
        }
        let mut config = Config::default();
        config.page_size = self.page_size;
        config.body_limit = self.body_limit;
        config.message_limit = self.message_limit;
        config.members_per_room = self.members_per_room;
        config.members_per_request = self.members_per_request;
        config.count_bound = self.count_bound;
        config.language = self.search_language;
        config.background_indexing = self.indexer;
        config.user_cache = self.user_cache.0;
        config.access_lifetime = self.access_lifetime.0;
        config.refresh_lifetime = self.refresh_lifetime.0;
        Ok(config)
    }
}
