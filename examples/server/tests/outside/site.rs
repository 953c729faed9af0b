//! A server with a superuser, and nothing else, in a folder of its own.

use std::process::Command;

use tempfile::TempDir;

use crate::browser::Browser;
use crate::support::api::PASSWORD;
use crate::support::{Api, Server, program, run};

/// The superuser that every site has.
pub(crate) const BOSS: &str = "boss";

pub(crate) struct Site {
    folder: TempDir,
    server: Option<Server>,
    address: String,
}

impl Site {
    /// One on SQLite.
    pub(crate) fn start() -> Self {
        Self::start_with(&[])
    }

    /// One with settings of its own.
    pub(crate) fn start_with(settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let set = |mut command: Command| {
            // What a person never meets, a test may: it is quicker.
            command.env("CHATAPI_LIMITS", "no").envs(settings.iter().copied());
            command
        };
        let mut createsuperuser = set(program(folder.path()));
        createsuperuser.args(["createsuperuser", "--noinput", "--username", BOSS]);
        let made = run(createsuperuser.env("CHATAPI_SUPERUSER_PASSWORD", PASSWORD));
        assert!(made.status.success(), "{made:?}");
        let server = Server::start(&mut set(program(folder.path())));
        let address = server.address().to_owned();
        Self { folder, server: Some(server), address }
    }

    /// `http://127.0.0.1:port`
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// `127.0.0.1:port`
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// A client of the API that is not logged in.
    pub(crate) fn api(&self) -> Api {
        Api::new(&self.url())
    }

    /// A browser, as new.
    pub(crate) fn browser(&self) -> Browser {
        Browser::open(&self.url())
    }

    pub(crate) fn stop(&mut self) {
        if let Some(server) = self.server.take() {
            server.stop();
        }
    }

    /// Starts it where it was before.
    pub(crate) fn start_again(&mut self) {
        let mut again = program(self.folder.path());
        self.server = Some(Server::start(again.env("BIND", &self.address)));
    }
}
