//! What it was measured on, as the machine itself says.

use std::fs;
use std::process::Command;
use std::thread::available_parallelism;

use chatapi_core::Clock as _;
use chatapi_core::clock::SystemClock;
use serde::{Deserialize, Serialize};
use sqlx::Connection as _;
use sqlx::postgres::PgConnection;

use crate::Result;

/// A machine, the code, and the moment.
#[derive(Debug, Serialize, Deserialize)]
pub struct Machine {
    /// The commit that was measured.
    pub commit: String,
    /// Whether the files differed from it.
    pub is_changed: bool,
    /// When, in UTC.
    pub at: String,
    /// The processor.
    pub processor: String,
    /// How many cores it has.
    pub cores: usize,
    /// In bytes.
    pub memory: u64,
    /// The system's kernel.
    pub kernel: String,
    /// The compiler.
    pub rustc: String,
    /// PostgreSQL's version.
    pub postgres: String,
    /// What was set in PostgreSQL otherwise than by default.
    pub settings: Vec<(String, String)>,
}

impl Machine {
    /// This machine now, with the PostgreSQL that the URL names.
    ///
    /// # Errors
    /// Where PostgreSQL does not answer.
    pub async fn here(postgres: &str) -> Result<Self> {
        let mut connection = PgConnection::connect(postgres).await?;
        let (version,) = sqlx::query_as("show server_version").fetch_one(&mut connection).await?;
        let settings = sqlx::query_as(
            "select name, current_setting(name) from pg_settings
             where source in ('command line', 'configuration file', 'database')
                 and name !~ '(^lc_|^log_|^logging|^data_directory|^unix|^port|^listen|_file$|TimeZone|^DateStyle|^default_text|dynamic_shared)'
             order by name",
        );
        Ok(Self {
            commit: said(Command::new("git").args(["rev-parse", "HEAD"])),
            is_changed: !said(Command::new("git").args(["status", "--porcelain"])).is_empty(),
            at: SystemClock.now().to_string(),
            processor: field("/proc/cpuinfo", "model name"),
            cores: available_parallelism()?.get(),
            memory: kilobytes(&field("/proc/meminfo", "MemTotal")) * 1024,
            kernel: said(Command::new("uname").arg("-sr")),
            rustc: said(Command::new("rustc").arg("--version")),
            postgres: version,
            settings: settings.fetch_all(&mut connection).await?,
        })
    }
}

/// What a program prints; nothing where it cannot say.
fn said(command: &mut Command) -> String {
    let output = command.output().map(|output| output.stdout).unwrap_or_default();
    String::from_utf8_lossy(&output).trim().to_owned()
}

/// What a file of the system's says of `name`, after a colon.
fn field(file: &str, name: &str) -> String {
    let text = fs::read_to_string(file).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.trim_start().strip_prefix(':'));
    line.unwrap_or_default().trim().to_owned()
}

fn kilobytes(text: &str) -> u64 {
    text.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or_default()
}
