//! Where a page leads to.

use chatapi_core::http::{Route, Shown};

use super::is_open;
use crate::place;

/// A link.
pub(super) struct Link {
    pub(super) label: String,
    pub(super) href: String,
    /// Whether it leads here.
    pub(super) is_here: bool,
}

/// The links of a page, all of them relative to its own path.
pub(super) struct Links<'a> {
    shown: &'a Shown<'a>,
    root: String,
    /// The parts of the path, as the client sent them, without what it is mounted under.
    parts: Vec<&'a str>,
    /// Whether the path ends with the suffix of a format, which comes before `?format=`.
    has_suffix: bool,
}

impl<'a> Links<'a> {
    pub(super) fn of(shown: &'a Shown<'a>) -> Self {
        let path = shown.call.head().uri.path();
        let depth = place::depth(shown.route);
        let has_suffix = shown.call.param("format").is_some();
        let own = path.rsplit_once('.').filter(|_| has_suffix).map_or(path, |(bare, _)| bare);
        // `/auth/.api` is one part longer than `/auth/`.
        let root = place::root(depth + usize::from(has_suffix && own.ends_with('/')), path);
        let own = own.strip_prefix(place::prefix(depth, own)).unwrap_or(own);
        Self { shown, root, parts: place::parts(own).collect(), has_suffix }
    }

    /// The way to a path of the chat's.
    pub(super) fn to(&self, path: &str) -> String {
        format!("{}{}", self.root, path.trim_start_matches('/'))
    }

    /// The paths that may be opened as they are spelled.
    pub(super) fn navigation(&self) -> Vec<Link> {
        let spelled = |route: &Route| is_open(route) && !route.path().contains('{');
        let routes = self.shown.api.routes().filter(|route| spelled(route));
        routes
            .map(|route| Link {
                label: route.path().to_owned(),
                href: self.to(route.path()),
                is_here: route.path() == self.shown.route.path(),
            })
            .collect()
    }

    /// The paths above this one that may be opened, and this one.
    pub(super) fn crumbs(&self) -> Vec<Link> {
        let above = (1..self.parts.len()).filter_map(|count| {
            let path = format!("/{}/", self.parts[..count].join("/"));
            let (route, _) = self.shown.api.find(&path)?;
            is_open(route).then(|| Link {
                label: route.name().to_owned(),
                href: self.to(&path),
                is_here: false,
            })
        });
        let here = Link { label: self.shown.route.name().to_owned(), href: String::new(), is_here: true };
        above.chain([here]).collect()
    }

    /// Where the things of a list are by their id, where there is such a path.
    pub(super) fn details(&self) -> Option<String> {
        let one = format!("{}{{id}}/", self.shown.route.path());
        let is_there = self.shown.api.routes().any(|route| route.path() == one && is_open(route));
        is_there.then(|| self.to(&format!("{}/", self.parts.join("/"))))
    }

    /// The documentation: the interactive pages, else the document.
    pub(super) fn documentation(&self) -> Option<String> {
        let is_there = |path: &&str| self.shown.api.routes().any(|route| route.path() == *path);
        ["/docs/", "/schema/"].iter().find(|path| is_there(path)).map(|path| self.to(path))
    }

    /// This very question, and its answer in one format or the other.
    pub(super) fn formats(&self) -> [Link; 2] {
        let query = self.shown.call.head().uri.query().unwrap_or_default();
        let kept = query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("format="));
        let kept: String = kept.map(|pair| format!("{pair}&")).collect();
        let here =
            if self.has_suffix { self.to(&format!("{}/", self.parts.join("/"))) } else { String::new() };
        [("json", "JSON"), ("api", "Page")].map(|(format, label)| Link {
            label: label.to_owned(),
            href: format!("{here}?{kept}format={format}"),
            is_here: format == "api",
        })
    }

    pub(super) fn into_root(self) -> String {
        self.root
    }
}
