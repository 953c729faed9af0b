//! How much one user, one network and one name may ask for, and which other sites' pages may ask at all.

use std::str::FromStr;

use chatapi_core::Config;
use chatapi_core::http::Cors;
use chatapi_core::rate_limit::{Limits, ParseRateError, Rate};
use clap::Args;

use super::values::yes_or_no;

#[derive(Debug, Args)]
#[command(next_help_heading = "Rate limits: a number per s, min, h or d, such as 30/min, or off")]
pub(super) struct RateOptions {
    /// Enable the rate limits below
    #[arg(long, env = "CHATAPI_LIMITS", value_name = "YES OR NO", default_value = "yes")]
    #[arg(value_parser = yes_or_no, action = clap::ArgAction::Set)]
    limits: bool,
    /// Login attempts per network, and other requests that check a password per user
    #[arg(long, env = "CHATAPI_LIMIT_LOGIN", value_name = "RATE", default_value = "60/min")]
    limit_login: Allowed,
    /// Failed login attempts per username, from all networks together; networks that the user logged in from are exempt
    #[arg(long, env = "CHATAPI_LIMIT_GUESS", value_name = "RATE", default_value = "20/min")]
    limit_guess: Allowed,
    /// New accounts per network
    #[arg(long, env = "CHATAPI_LIMIT_REGISTRATION", value_name = "RATE", default_value = "120/h")]
    limit_registration: Allowed,
    /// Emails requested per network and per user, and emails sent to one address
    #[arg(long, env = "CHATAPI_LIMIT_MAIL", value_name = "RATE", default_value = "30/h")]
    limit_mail: Allowed,
    /// Messages sent or changed per user
    #[arg(long, env = "CHATAPI_LIMIT_SEND", value_name = "RATE", default_value = "300/min")]
    limit_send: Allowed,
    /// Rooms created or changed per user, including changes of members
    #[arg(long, env = "CHATAPI_LIMIT_ROOM", value_name = "RATE", default_value = "120/min")]
    limit_room: Allowed,
    /// Origins whose pages may use the API from a browser (CORS): a comma-separated list, or * for all [default: none]
    #[arg(long, env = "CHATAPI_CORS_ORIGINS", value_name = "ORIGINS")]
    cors_origins: Option<Cors>,
}

impl RateOptions {
    /// Adds what is set here to a configuration.
    pub(super) fn config(&self, mut config: Config) -> Config {
        config.cors = self.cors_origins.clone().unwrap_or_default();
        config.limits = Limits::default();
        if self.limits {
            config.limits.log_in = self.limit_login.0;
            config.limits.guess = self.limit_guess.0;
            config.limits.registration = self.limit_registration.0;
            config.limits.mail = self.limit_mail.0;
            config.limits.send = self.limit_send.0;
            config.limits.room = self.limit_room.0;
        }
        config
    }
}

/// A rate, or as much as anybody likes.
#[derive(Clone, Copy, Debug)]
struct Allowed(Option<Rate>);

impl FromStr for Allowed {
    type Err = ParseRateError;

    fn from_str(text: &str) -> Result<Self, ParseRateError> {
        if text == "off" { Ok(Self(None)) } else { text.parse().map(Some).map(Self) }
    }
}
