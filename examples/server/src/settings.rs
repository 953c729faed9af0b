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
mod renamed;
mod unknown;
pub(crate) mod values;

use values::{Address, Period, PublicUrl, yes_or_no};

/// A chat server: rooms, messages, accounts and tokens behind a REST API.
///
/// By default, the server stores its data in a SQLite file in the directory `data` and listens on http://127.0.0.1:8000/.
/// An empty environment variable counts as unset. Durations are a number and a unit: s, m, h or d; a number without a unit
/// is in seconds.
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
    /// Apply pending migrations and run the server (the default)
    Serve,
    /// Apply pending migrations and exit
    Migrate,
    /// Check whether the server running with these settings can handle requests; exits with 0 if it can, otherwise with 1
    Healthcheck(Probe),
    /// Create a superuser: an account with every permission
    Createsuperuser(Account),
    /// Fill the database with sample users, rooms and messages
    Seed(SeedOptions),
    /// Import the users, rooms and messages of a Django deployment
    ImportDjango(ImportOptions),
    /// Back up the SQLite database and the generated secret key to a new file; the server may be running
    Backup(BackupFile),
    /// Replace the SQLite database with a backup; the server must be stopped
    Restore(BackupFile),
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Serving")]
struct ServingOptions {
    /// Address and port to listen on; port 0 picks a free port
    #[arg(long, env = "BIND", global = true, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8000")]
    bind: Address,
    /// Web framework to run on; it must be compiled in [default: axum, if compiled in]
    #[arg(long, env = "CHATAPI_FRAMEWORK", value_name = "NAME")]
    framework: Option<Framework>,
    /// Directory of the SQLite file and the generated secret key
    #[arg(long, env = "CHATAPI_DATA_DIR", global = true, value_name = "DIRECTORY", default_value = "data")]
    data_dir: PathBuf,
    /// Secret that signs tokens, at least 32 bytes [default: generated, and stored in the data directory or, with
    /// PostgreSQL, in the database]
    #[arg(long, env = "SECRET_KEY", global = true, value_name = "SECRET", hide_env_values = true)]
    secret_key: Option<String>,
    /// Base URL of the links in emails: scheme and host [default: the address that the server listens on]
    #[arg(long, env = "CHATAPI_PUBLIC_URL", value_name = "URL")]
    public_url: Option<PublicUrl>,
    /// How long the server keeps accepting requests after a stop signal, while /readyz already fails, so that a load
    /// balancer has time to send requests elsewhere
    #[arg(long, env = "CHATAPI_STOP_DELAY", value_name = "DURATION", default_value = "0s")]
    stop_delay: Period,
    /// Serve the OpenAPI document at /schema/, Swagger UI at /docs/, and every endpoint as an HTML page for browsers
    #[cfg(feature = "pages")]
    #[arg(long, env = "CHATAPI_PAGES", value_name = "YES OR NO", default_value = "yes")]
    #[arg(action = clap::ArgAction::Set, value_parser = yes_or_no)]
    pages: bool,
    /// Serve the admin site at /admin/
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
    /// Problems with the settings that do not prevent a start, for the log.
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
    let warnings = renamed::warnings().into_iter().chain(unknown::warnings(&shape)).collect();
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
    let setting = match renamed::variable(&setting) {
        Some(old) => setting.env(old),
        None => setting,
    };
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
