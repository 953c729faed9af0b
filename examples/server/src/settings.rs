//! The command line and the environment, read and checked before anything is done.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;
use std::{env, io};

use chatapi_core::Config;
use chatapi_core::mail::smtp::SmtpMailer;
use clap::builder::Resettable;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::backup::BackupFile;
use crate::connections::ConnectionSettings;
use crate::database::Database;
use crate::failure::Failure;
use crate::framework::Framework;
use crate::healthcheck::Probe;
use crate::import_django::ImportOptions;
use crate::logs::{LogOptions, Logs};
use crate::metrics::{MetricOptions, MetricSettings};
use crate::secret;
use crate::seed::SeedOptions;
use crate::superuser::Account;
use crate::traces::TraceOptions;

mod chat_page;
mod connections;
pub(crate) mod database;
mod limits;
mod mail;
mod postgres_url;
mod rates;
mod unknown;
pub(crate) mod values;

use values::{Address, Period, PublicUrl, yes_or_no};

/// A chat server: rooms, messages, accounts and tokens behind a REST API.
///
/// Without any setting it keeps everything in a SQLite file under the folder `data` and listens on
/// http://127.0.0.1:8000/. A setting that is empty in the environment counts as not set. A time is a number and its unit,
/// s, m, h or d; a number alone is seconds.
#[derive(Debug, Parser)]
#[command(name = "chatapi-server", version, disable_help_subcommand = true)]
struct CommandLine {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serving: ServingOptions,
    #[command(flatten)]
    database: database::DatabaseOptions,
    #[command(flatten)]
    limits: limits::LimitOptions,
    #[command(flatten)]
    connections: connections::ConnectionOptions,
    #[command(flatten)]
    chat_page: chat_page::ChatPageOptions,
    #[command(flatten)]
    rates: rates::RateOptions,
    #[command(flatten)]
    mail: mail::MailOptions,
    #[command(flatten)]
    logs: LogOptions,
    #[command(flatten)]
    metrics: MetricOptions,
    #[command(flatten)]
    traces: TraceOptions,
}

/// What the program is to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Bring the database up to date and serve (the default)
    Serve,
    /// Bring the database up to date and end
    Migrate,
    /// Ask the server that runs with these settings whether it can answer requests; ends with 0 where it can, else with 1
    Healthcheck(Probe),
    /// Make an account that may do everything
    Createsuperuser(Account),
    /// Fill the database with people, rooms and conversations to try the chat on
    Seed(SeedOptions),
    /// Take over the database of a Django deployment: its users, rooms and messages
    ImportDjango(ImportOptions),
    /// Copy the SQLite database, and the generated secret key, into a new file, while the server runs or not
    Backup(BackupFile),
    /// Put a file that `backup` made in the place of the SQLite database, while no server runs
    Restore(BackupFile),
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Serving")]
struct ServingOptions {
    /// The address and port to listen on; port 0 picks a free one
    #[arg(long, env = "BIND", global = true, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8000")]
    bind: Address,
    /// The web framework that serves, of those that the program was built with [default: axum, where it is one of them]
    #[arg(long, env = "CHATAPI_FRAMEWORK", value_name = "NAME")]
    framework: Option<Framework>,
    /// The folder for what has no other place: the SQLite file and the generated secret key
    #[arg(long, env = "CHATAPI_DATA_DIR", global = true, value_name = "FOLDER", default_value = "data")]
    data_dir: PathBuf,
    /// The secret that signs tokens, at least 32 bytes [default: one that is generated and kept in the data folder, or in
    /// the database where that is PostgreSQL]
    #[arg(long, env = "SECRET_KEY", global = true, value_name = "SECRET", hide_env_values = true)]
    secret_key: Option<String>,
    /// Where the pages are that links in mails lead to, as in a browser: scheme and host [default: the address that the
    /// server listens on]
    #[arg(long, env = "CHATAPI_PUBLIC_URL", value_name = "URL")]
    public_url: Option<PublicUrl>,
    /// How long the server goes on as before when it is asked to end, but for /readyz, which says so: as long as it takes
    /// until a balancer sends requests elsewhere
    #[arg(long, env = "CHATAPI_STOP_DELAY", value_name = "TIME", default_value = "0s")]
    stop_delay: Period,
    /// Show browsers pages: the API's document at /schema/, interactive ones at /docs/, and every endpoint as a page
    #[cfg(feature = "pages")]
    #[arg(long, env = "CHATAPI_PAGES", value_name = "YES OR NO", default_value = "yes")]
    #[arg(action = clap::ArgAction::Set, value_parser = yes_or_no)]
    pages: bool,
    /// Serve the admin site, which staff find under /admin/
    #[arg(long, env = "CHATAPI_ADMIN", value_name = "YES OR NO", default_value = "yes")]
    #[arg(action = clap::ArgAction::Set, value_parser = yes_or_no)]
    admin: bool,
}

/// Everything that can be set, checked.
pub(crate) struct Settings {
    pub(crate) bind: Vec<SocketAddr>,
    pub(crate) framework: Framework,
    pub(crate) data_folder: PathBuf,
    pub(crate) secret: Option<String>,
    pub(crate) public_url: Option<String>,
    #[cfg(feature = "pages")]
    pub(crate) pages: bool,
    pub(crate) has_admin: bool,
    pub(crate) database: Database,
    pub(crate) database_connections: u32,
    pub(crate) database_wait: Duration,
    pub(crate) pools_transactions: bool,
    pub(crate) config: Config,
    pub(crate) connections: ConnectionSettings,
    pub(crate) chat_page: bool,
    pub(crate) mailer: Option<SmtpMailer>,
    pub(crate) metrics: Option<MetricSettings>,
    pub(crate) stop_delay: Duration,
}

/// What the program was called for.
pub(crate) struct Call {
    pub(crate) command: Command,
    pub(crate) settings: Settings,
    pub(crate) logs: Logs,
    pub(crate) traces: TraceOptions,
    /// What is odd about the settings and hinders nothing, for the log.
    pub(crate) warnings: Vec<String>,
}

/// The answer where there is nothing to do.
pub(crate) enum Answer {
    /// What `--help` and `--version` print.
    Text(String),
    /// What is wrong.
    Failure(Failure),
}

impl Answer {
    pub(crate) fn show(self) -> ExitCode {
        match self {
            Self::Text(text) => {
                // Where nobody listens there is nothing left to do.
                let _ = io::stdout().write_all(text.as_bytes());
                ExitCode::SUCCESS
            }
            Self::Failure(failure) => failure.report(),
        }
    }
}

impl From<Failure> for Answer {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

/// Reads the command line and the environment of this process.
pub(crate) fn read() -> Result<Call, Answer> {
    let mut shape = CommandLine::command().mut_args(for_every_command);
    let matches = shape.try_get_matches_from_mut(env::args_os());
    let line = matches.and_then(|matches| CommandLine::from_arg_matches(&matches));
    let line = line.map_err(|fault| answer(&fault, &shape))?;
    let config = line.mail.config(line.rates.config(line.limits.config()?))?;
    let config = line.connections.config(line.chat_page.config(config));
    let settings = Settings {
        database: line.database.database(&line.serving.data_dir)?,
        database_connections: line.database.connections(),
        database_wait: line.database.wait(),
        pools_transactions: line.database.pools_transactions(),
        mailer: line.mail.mailer()?,
        config,
        connections: line.connections.connections(),
        chat_page: line.chat_page.is_served(),
        metrics: line.metrics.settings()?,
        stop_delay: line.serving.stop_delay.0,
        bind: line.serving.bind.0,
        framework: line.serving.framework.unwrap_or_default(),
        data_folder: line.serving.data_dir,
        secret: line.serving.secret_key.map(sound).transpose()?,
        public_url: line.serving.public_url.map(|url| url.0),
        #[cfg(feature = "pages")]
        pages: line.serving.pages,
        has_admin: line.serving.admin,
    };
    let command = line.command.unwrap_or(Command::Serve);
    let level = if matches!(command, Command::Serve) { "info" } else { "warn" };
    let warnings = unknown::warnings(&shape);
    Ok(Call { command, settings, logs: line.logs.logs(level)?, traces: line.traces, warnings })
}

fn sound(secret: String) -> Result<String, Failure> {
    match secret::fault(&secret) {
        Some(why) => Err(Failure::setting(format!("--secret-key / SECRET_KEY: {why}"))),
        None => Ok(secret),
    }
}

/// A setting as every command has it. Variables that are there but empty are what `docker compose` makes of those that
/// are not there; an empty password alone means something.
fn for_every_command(setting: clap::Arg) -> clap::Arg {
    let is_empty = setting.get_env().and_then(env::var_os).is_some_and(|value| value.is_empty());
    let setting = setting.global(true);
    if is_empty && setting.get_id() != "pg_password" { setting.env(Resettable::Reset) } else { setting }
}

/// The parser's message, on one line, with both names of the setting.
fn answer(fault: &clap::Error, shape: &clap::Command) -> Answer {
    if matches!(fault.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        return Answer::Text(fault.to_string());
    }
    let text = fault.to_string();
    let what = text.split("\n\n").next().unwrap_or_default();
    let line = what.strip_prefix("error: ").unwrap_or(what).split_whitespace().collect::<Vec<_>>().join(" ");
    let named = match fault.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(named)) => {
            shape.get_arguments().find(|argument| argument.to_string() == *named)
        }
        _ => None,
    };
    let line = match named.and_then(|argument| Some((argument, argument.get_long()?, argument.get_env()?))) {
        Some((argument, flag, variable)) => {
            line.replace(&format!("'{argument}'"), &format!("--{flag} / {}", variable.display()))
        }
        None => line,
    };
    Failure::setting(line).into()
}
