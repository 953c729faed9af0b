//! chromedriver, as a process, and the browsers that it opens.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::thread;

use rustix::process::{Pid, Signal, geteuid, kill_process};
use serde_json::json;
use thirtyfour::common::log::LoggingPrefsLogLevel;
use thirtyfour::prelude::*;

use crate::support::postgres::setting;

/// A chromedriver of a test's own. Dropping it ends it, and its browsers.
pub(super) struct Driver {
    process: Child,
    pub(super) url: String,
}

impl Driver {
    pub(super) fn start() -> Self {
        let mut command = Command::new(setting("CHATAPI_TEST_CHROMEDRIVER"));
        command.arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines().map_while(Result::ok);
        let port = lines.find_map(|line| {
            let (_, port) = line.split_once("started successfully on port ")?;
            Some(port.trim_end_matches('.').to_owned())
        });
        thread::spawn(move || lines.for_each(drop));
        let Some(port) = port else { panic!("chromedriver does not start") };
        Self { process, url: format!("http://127.0.0.1:{port}") }
    }
}

impl Drop for Driver {
    /// Asked to end, it ends its browsers too.
    fn drop(&mut self) {
        if let Some(id) = i32::try_from(self.process.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process(id, Signal::TERM);
        }
        let _ = self.process.wait();
    }
}

/// How a browser is to be: without a window, quiet, and telling what its console says.
pub(super) fn capabilities() -> impl Into<Capabilities> {
    let mut chromium = DesiredCapabilities::chrome();
    chromium.set_binary(&setting("CHATAPI_TEST_CHROMIUM")).unwrap();
    let switches = [
        "--headless=new",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--lang=en-US",
        "--no-first-run",
        "--window-size=1280,900",
    ];
    // Chromium's own walls need what root cannot have.
    let for_root = geteuid().is_root().then_some("--no-sandbox");
    for switch in switches.into_iter().chain(for_root) {
        chromium.add_arg(switch).unwrap();
    }
    let quiet =
        json!({"credentials_enable_service": false, "profile.password_manager_leak_detection": false});
    chromium.add_experimental_option("prefs", quiet).unwrap();
    chromium.set_browser_log_level(LoggingPrefsLogLevel::All).unwrap();
    chromium
}
