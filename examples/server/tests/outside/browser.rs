//! A browser of a test's own, used as a person would: fields are found by their labels, what can be pressed by what it says,
//! and whatever takes a while is waited for.

use std::fmt::Debug;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use thirtyfour::common::log::BrowserLogEntry;
use thirtyfour::error::WebDriverErrorInner;
use thirtyfour::prelude::*;
use tokio::runtime::{self, Runtime};
use tokio::time;

mod chromedriver;
mod pictures;

use chromedriver::{Driver, capabilities};

/// How long anything may take that a test waits for; far more than it does take.
const TIMEOUT: Duration = Duration::from_secs(30);
const BETWEEN_LOOKS: Duration = Duration::from_millis(25);

/// Keys that are no letters, as WebDriver writes them.
pub(crate) mod key {
    pub(crate) const TAB: &str = "\u{e004}";
    pub(crate) const ENTER: &str = "\u{e007}";
    pub(crate) const SPACE: &str = " ";
    pub(crate) const UP: &str = "\u{e013}";
    pub(crate) const DOWN: &str = "\u{e015}";
}

/// A browser. Dropping it closes it, and fails a test whose pages complained in the browser's console.
pub(crate) struct Browser {
    site: String,
    driver: Option<WebDriver>,
    runtime: Runtime,
    expected: Mutex<Vec<&'static str>>,
    // Last, since it ends when it is dropped.
    _process: Driver,
}

impl Browser {
    pub(crate) fn open(site: &str) -> Self {
        let process = Driver::start();
        let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let driver = runtime.block_on(WebDriver::new(&process.url, capabilities())).unwrap();
        let expected = Mutex::default();
        Self { site: site.to_owned(), driver: Some(driver), runtime, expected, _process: process }
    }

    /// Opens a page of the site.
    pub(crate) fn go(&self, path: &str) {
        self.go_elsewhere(&format!("{}{path}", self.site));
    }

    /// Opens a page of another site.
    pub(crate) fn go_elsewhere(&self, url: &str) {
        self.runtime.block_on(self.driver().goto(url)).unwrap();
    }

    /// A cookie of the page's.
    pub(crate) fn cookie(&self, name: &str) -> Cookie {
        self.runtime.block_on(self.driver().get_named_cookie(name)).unwrap()
    }

    pub(crate) fn give_cookie(&self, cookie: Cookie) {
        self.runtime.block_on(self.driver().add_cookie(cookie)).unwrap();
    }

    /// Types into a field, in place of what is there.
    pub(crate) fn fill(&self, label: &str, text: &str) {
        self.with("field", label, async |field| {
            field.clear().await?;
            field.send_keys(text).await
        });
    }

    /// Types on, into a field.
    pub(crate) fn type_into(&self, label: &str, text: &str) {
        self.with("field", label, async |field| field.send_keys(text).await);
    }

    /// Chooses of a list.
    pub(crate) fn choose(&self, label: &str, option: &str) {
        self.with("field", label, async |field| {
            let xpath = format!("./option[normalize-space()='{option}']");
            field.find(By::XPath(xpath)).await?.click().await
        });
    }

    /// Presses a button, a link, or a box to tick, of this label.
    pub(crate) fn press(&self, name: &str) {
        self.with("press", name, async |button| button.click().await);
    }

    pub(crate) fn tick(&self, label: &str) {
        self.with("field", label, async |field| field.click().await);
    }

    /// Presses what a selector of CSS finds: for what says nothing, such as a message's own buttons.
    pub(crate) fn press_at(&self, selector: &str) {
        self.until(&format!("{selector} is pressed"), async |driver| {
            driver.find(By::Css(selector)).await?.click().await.map(Some)
        });
    }

    /// Types into what a selector of CSS finds.
    pub(crate) fn type_at(&self, selector: &str, text: &str) {
        self.until(&format!("{selector} is typed into"), async |driver| {
            driver.find(By::Css(selector)).await?.send_keys(text).await.map(Some)
        });
    }

    /// Presses keys, wherever the focus is.
    pub(crate) fn keys(&self, keys: &str) {
        self.until("keys are pressed", async |driver| {
            driver.active_element().await?.send_keys(keys).await.map(Some)
        });
    }

    /// Waits until the page says something.
    pub(crate) fn sees(&self, text: &str) {
        self.holds(&format!("it says: {text}"), &format!("{PAGE}.includes({})", json!(text)));
    }

    /// Waits until the page does not say something.
    pub(crate) fn sees_no(&self, text: &str) {
        self.holds(&format!("it does not say: {text}"), &format!("!{PAGE}.includes({})", json!(text)));
    }

    /// Waits until the page is at a path, with its query and fragment.
    pub(crate) fn is_at(&self, path: &str) {
        let here = "location.pathname + location.search + location.hash";
        self.holds(&format!("it is at {path}"), &format!("{here} === {}", json!(path)));
    }

    /// Waits until a condition in JavaScript holds.
    pub(crate) fn holds(&self, what: &str, condition: &str) {
        let script = format!("return Boolean(({condition}))");
        self.until(what, async |driver| {
            let holds = driver.execute(script.as_str(), Vec::new()).await?.json().as_bool();
            Ok(holds.filter(|holds| *holds))
        });
    }

    /// The value of an expression in JavaScript, now.
    pub(crate) fn value(&self, expression: &str) -> Value {
        self.run(&format!("return {expression}"))
    }

    /// Runs JavaScript in the page.
    pub(crate) fn run(&self, script: &str) -> Value {
        let answer = self.runtime.block_on(self.driver().execute(script, Vec::new()));
        answer.unwrap_or_else(|error| panic!("{script}: {error}")).json().clone()
    }

    /// As if scripts were switched off in the browser, from the next page on.
    pub(crate) fn without_scripts(&self) {
        self.tell("Emulation.setScriptExecutionDisabled", &json!({"value": true}));
    }

    /// Says that the console may complain of something.
    pub(crate) fn expects_complaint(&self, part: &'static str) {
        self.expected.lock().unwrap().push(part);
    }

    fn tell(&self, command: &str, parameters: &Value) {
        self.runtime.block_on(self.driver().cdp().send_raw(command, parameters)).unwrap();
    }

    fn with(&self, kind: &str, name: &str, act: impl AsyncFn(WebElement) -> WebDriverResult<()>) {
        self.until(&format!("there is a {kind} “{name}” to use"), async |driver| {
            let found = driver.execute(include_str!("find.js"), vec![json!(kind), json!(name)]).await?;
            if found.json().is_null() {
                return Ok(None);
            }
            act(found.element()?).await.map(Some)
        });
    }

    /// Tries until something is there. A page that is being replaced meanwhile is no fault.
    fn until<T>(
        &self,
        what: &str,
        mut attempt: impl AsyncFnMut(&WebDriver) -> WebDriverResult<Option<T>>,
    ) -> T {
        let deadline = Instant::now() + TIMEOUT;
        self.runtime.block_on(async {
            let mut looks = time::interval(BETWEEN_LOOKS);
            loop {
                looks.tick().await;
                let fault: Box<dyn Debug> = match attempt(self.driver()).await {
                    Ok(Some(value)) => return value,
                    Ok(None) => Box::new("not yet"),
                    Err(error) if passes(&error) => Box::new(error),
                    Err(error) => panic!("{what}: {error}"),
                };
                if Instant::now() > deadline {
                    let page = self
                        .driver()
                        .execute(format!("return location.href + '\\n' + {PAGE}"), Vec::new())
                        .await;
                    let page = page.map(|page| page.json().as_str().unwrap_or_default().to_owned());
                    panic!("in vain: {what}: {fault:?}\n{}", page.unwrap_or_default());
                }
            }
        })
    }

    fn driver(&self) -> &WebDriver {
        self.driver.as_ref().unwrap()
    }

    /// What the console complained of: faults of scripts, what the policy forbade, and what could not be loaded. That the API
    /// refuses something is none.
    fn complaints(&self) -> Vec<BrowserLogEntry> {
        let log = self.runtime.block_on(self.driver().browser_log()).unwrap_or_default();
        let expected = self.expected.lock().unwrap();
        let is_fault = |entry: &BrowserLogEntry| {
            let refusals = ["400", "401", "403"].map(|status| format!("status of {status}"));
            let refused = refusals.iter().any(|refusal| entry.message.contains(refusal));
            let expected = expected.iter().any(|part| entry.message.contains(part));
            let is_security = entry.source.as_deref() == Some("security");
            (entry.level == "SEVERE" || is_security) && !refused && !expected
        };
        log.into_iter().filter(is_fault).collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let complaints = self.complaints();
        if thread::panicking() {
            let test = thread::current().name().unwrap_or("test").replace("::", "-");
            // The test has failed, whether there is a picture of that or not.
            let _ = self.picture(&format!("failed-{test}"));
        }
        if let Some(driver) = self.driver.take() {
            // A browser that is gone already is as good as closed.
            let _ = self.runtime.block_on(driver.quit());
        }
        assert!(thread::panicking() || complaints.is_empty(), "{complaints:#?}");
    }
}

/// What the page says, with each gap as one blank.
const PAGE: &str = r#"(document.body?.innerText ?? "").replace(/\s+/g, " ")"#;

/// Whether trying again may help: what was found is gone, or not to be used yet, or the page is just being replaced.
fn passes(error: &WebDriverError) -> bool {
    use WebDriverErrorInner as Inner;
    matches!(
        **error,
        Inner::StaleElementReference(_)
            | Inner::NoSuchElement(_)
            | Inner::ElementNotInteractable(_)
            | Inner::ElementClickIntercepted(_)
            | Inner::InvalidElementState(_)
            | Inner::JavascriptError(_)
            | Inner::UnknownError(_)
    )
}
