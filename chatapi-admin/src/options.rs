//! What a deployment may set.

use std::time::Duration;

/// How the site is to be. [`Options::default`] is the documented deployment.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// The path that the site is under, without a slash at its end: `/admin`.
    pub path: String,
    /// What pages call the site.
    pub title: String,
    /// Rows a page, 500 at most.
    pub page_size: u32,
    /// How long somebody stays logged in who does nothing.
    pub idle: Duration,
    /// How long somebody stays logged in at most.
    pub lifetime: Duration,
    /// How many times in a row a log-in may fail, by one name from one address. One more may after each
    /// [`log_in_pause`](Self::log_in_pause).
    pub log_in_tries: u32,
    /// See [`log_in_tries`](Self::log_in_tries).
    pub log_in_pause: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            path: "/admin".into(),
            title: "ChatAPI administration".into(),
            page_size: 50,
            idle: Duration::from_secs(12 * 60 * 60),
            lifetime: Duration::from_secs(14 * 24 * 60 * 60),
            log_in_tries: 10,
            log_in_pause: Duration::from_secs(60),
        }
    }
}
