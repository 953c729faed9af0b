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

use crate::database::Database;
use crate::failure::Failure;
use crate::framework::Framework;
use crate::logs::{LogOptions, Logs};
use crate::secret;
use crate::superuser::Account;

mod database;
mod limits;
mod mail;
mod values;

use values::{Address, PublicUrl};

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
    mail: mail::MailOptions,
    #[command(flatten)]
    logs: LogOptions,
}

/// What the program is to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Bring the database up to date and serve (the default)
    Serve,
    /// Bring the database up to date and end
    Migrate,
    /// Make an account that may do everything
    Createsuperuser(Account),
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
    /// Leaves out the admin site, which staff otherwise find under /admin/
    #[arg(long, env = "CHATAPI_NO_ADMIN", value_parser = clap::builder::FalseyValueParser::new())]
    no_admin: bool,
}

/// Everything that can be set, checked.
pub(crate) struct Settings {
    pub(crate) bind: Vec<SocketAddr>,
    pub(crate) framework: Framework,
    pub(crate) data_folder: PathBuf,
    pub(crate) secret: Option<String>,
    pub(crate) public_url: Option<String>,
    pub(crate) has_admin: bool,
    pub(crate) database: Database,
    pub(crate) database_connections: u32,
    pub(crate) database_wait: Duration,
    pub(crate) config: Config,
    pub(crate) mailer: Option<SmtpMailer>,
}

/// What the program was called for.
pub(crate) struct Call {
    pub(crate) command: Command,
    pub(crate) settings: Settings,
    pub(crate) logs: Logs,
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
    let config = line.mail.config(line.limits.config())?;
    let settings = Settings {
        database: line.database.database(&line.serving.data_dir)?,
        database_connections: line.database.connections(),
        database_wait: line.database.wait(),
        mailer: line.mail.mailer()?,
        config,
        bind: line.serving.bind.0,
        framework: line.serving.framework.unwrap_or_default(),
        data_folder: line.serving.data_dir,
        secret: line.serving.secret_key.map(long_enough).transpose()?,
        public_url: line.serving.public_url.map(|url| url.0),
        has_admin: !line.serving.no_admin,
    };
    let command = line.command.unwrap_or(Command::Serve);
    let level = if matches!(command, Command::Serve) { "info" } else { "warn" };
    Ok(Call { command, settings, logs: line.logs.logs(level)? })
}

fn long_enough(secret: String) -> Result<String, Failure> {
    if secret.len() < secret::SHORTEST {
        let least = secret::SHORTEST;
        return Err(Failure::setting(format!(
            "--secret-key / SECRET_KEY: it must have at least {least} bytes"
        )));
    }
    Ok(secret)
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
    let line = text.lines().next().unwrap_or_default();
    let line = line.strip_prefix("error: ").unwrap_or(line);
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
        None => line.to_owned(),
    };
    Failure::setting(line).into()
}
