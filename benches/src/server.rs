//! The server that is measured: the documented deployment, in a process of its own.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use tempfile::TempDir;

use crate::{Result, chat};

/// A server that runs; dropping it ends it.
#[derive(Debug)]
pub struct Server {
    process: Child,
    /// `host:port`.
    pub address: String,
    _printed: BufReader<ChildStdout>,
    _folder: TempDir,
}

impl Server {
    /// Starts `program` on the database that the URL names, with this many connections to it.
    ///
    /// # Errors
    /// Where it does not start; it says why on standard error.
    pub fn start(program: &Path, database: &str, connections: u32) -> Result<Self> {
        Self::start_with(program, database, connections, &[])
    }

    /// The same with more settings.
    ///
    /// # Errors
    /// Where it does not start; it says why on standard error.
    pub fn start_with(
        program: &Path,
        database: &str,
        connections: u32,
        settings: &[(&str, &str)],
    ) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let mut process = Command::new(program)
            .env("DATABASE_URL", database)
            .env("CHATAPI_DATABASE_CONNECTIONS", connections.to_string())
            .env("SECRET_KEY", chat::SECRET)
            .env("BIND", "127.0.0.1:0")
            .env("CHATAPI_DATA_DIR", folder.path())
            .env("CHATAPI_LOG", "error")
            .env("CHATAPI_LIMITS", "off")
            .envs(settings.iter().copied())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|fault| format!("{} does not start: {fault}", program.display()))?;
        let mut printed = BufReader::new(process.stdout.take().ok_or("the server prints nothing")?);
        let mut line = String::new();
        printed.read_line(&mut line)?;
        let address = line.trim().strip_prefix("ChatAPI is listening on http://");
        let Some(address) = address.map(|address| address.trim_end_matches('/').to_owned()) else {
            let _ = process.kill();
            let status = process.wait()?;
            return Err(format!("the server ended: {status}").into());
        };
        Ok(Self { process, address, _printed: printed, _folder: folder })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // One that has ended by itself is as good as killed.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
