//! Endpoints as pages: the answer, what it means, and what can be done next, as users of Django REST Framework expect.

use askama::Template;
use chatapi_core::ChatApi;
use chatapi_core::http::{Body, Call, HeaderMap, HeaderValue, Pages, Response, Route, Shown, StatusCode};
use http::Method;
use http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use serde_json::Value;

use crate::assets;

mod forms;
mod links;
mod missing;
mod pretty;
mod prose;

use forms::{Control, Form, Kind};
use links::{Link, Links};
use missing::Missing;

/// Shows answers in JSON as pages.
#[derive(Debug)]
pub(crate) struct Browsable;

impl Pages for Browsable {
    fn page(&self, shown: &Shown<'_>, answer: Response) -> Response {
        let Body::Full(bytes) = answer.body() else { return answer };
        let is_json = answer.headers().get(CONTENT_TYPE).is_none_or(|kind| kind == "application/json");
        if !is_json || answer.status() == StatusCode::NO_CONTENT {
            return answer;
        }
        let text = String::from_utf8_lossy(bytes);
        // A template of ours writes into a text, which does not fail; if it did, there is JSON.
        match Page::new(shown, answer.status(), answer.headers(), &text).render() {
            Ok(html) => as_html(answer, html),
            Err(_) => answer,
        }
    }

    fn not_found(&self, api: &ChatApi, call: &Call, answer: Response) -> Response {
        match Missing::new(api, call, answer.status()).render() {
            Ok(html) => as_html(answer, html),
            Err(_) => answer,
        }
    }
}

/// The same answer, with a page for its body.
fn as_html(answer: Response, html: String) -> Response {
    let (mut head, _) = answer.into_parts();
    head.headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    head.headers.insert(CONTENT_SECURITY_POLICY, assets::POLICY);
    Response::from_parts(head, Body::Full(html.into()))
}

#[derive(Template)]
#[template(path = "browse.html")]
struct Page<'a> {
    site: &'a str,
    name: &'a str,
    /// Already HTML.
    about: String,
    root: String,
    user: Option<&'a str>,
    navigation: Vec<Link>,
    crumbs: Vec<Link>,
    documentation: Option<String>,
    /// The format by its name, and the link that asks for it.
    formats: [Link; 2],
    log_in: LogIn,
    request: String,
    status: StatusCode,
    headers: Vec<(String, String)>,
    /// Already HTML.
    body: String,
    count: Option<u64>,
    previous: Option<String>,
    next: Option<String>,
    filters: Vec<Control>,
    forms: Vec<Form>,
    deletion: Option<Form>,
    can_get: bool,
}

/// How somebody says who they are.
enum LogIn {
    /// They are known.
    Done,
    /// By name and password, which go there.
    At(String),
    /// By a token that they have from elsewhere.
    ByToken,
}

impl<'a> Page<'a> {
    fn new(shown: &'a Shown<'a>, status: StatusCode, headers: &HeaderMap, text: &str) -> Self {
        let head = shown.call.head();
        let answer: Value = serde_json::from_str(text).unwrap_or_default();
        let links = Links::of(shown);
        let sent = forms::Sent::new(shown.call, status, &answer);
        let get = shown.route.endpoints().iter().find(|endpoint| endpoint.method() == Method::GET);
        let asked = shown.route.endpoints().iter().find(|endpoint| endpoint.method() == head.method);
        let about = asked.or(get).map(|endpoint| endpoint.doc().about).unwrap_or_default();
        let about = if about.is_empty() { shown.route.description() } else { about };
        let link = |name: &str| answer.get(name).and_then(Value::as_str).map(str::to_owned);
        let path = head.uri.path_and_query().map_or(head.uri.path(), |path| path.as_str());
        Self {
            site: &shown.api.config().accounts.site_name,
            name: shown.route.name(),
            about: prose::html(about),
            user: shown.call.user().ok().map(|user| user.username.as_str()),
            navigation: links.navigation(),
            crumbs: links.crumbs(),
            documentation: links.documentation(),
            formats: links.formats(),
            log_in: log_in(shown, &links),
            request: format!("{} {path}", head.method),
            status,
            headers: shown_headers(headers),
            body: pretty::html(text, links.details().as_deref()),
            count: answer.get("count").and_then(Value::as_u64),
            previous: link("previous"),
            next: link("next"),
            filters: get.map(|endpoint| forms::filters(endpoint, shown.call)).unwrap_or_default(),
            forms: forms::forms(shown, &sent),
            deletion: forms::deletion(shown, &sent),
            can_get: get.is_some(),
            root: links.into_root(),
        }
    }

    fn asset(&self, name: &str) -> String {
        format!("{}{}", self.root, assets::url(name))
    }

    /// The path, without the query.
    fn path(&self) -> &str {
        let path = self.request.split_once(' ').map_or("", |(_, path)| path);
        path.split('?').next().unwrap_or_default()
    }

    fn reason(&self) -> &str {
        self.status.canonical_reason().unwrap_or_default()
    }

    fn has_filters(&self) -> bool {
        !self.filters.is_empty() && !self.is_refused_to_strangers()
    }

    fn is_filtered(&self) -> bool {
        self.filters.iter().any(|filter| !filter.value.is_empty())
    }

    fn is_refused_to_strangers(&self) -> bool {
        self.status == StatusCode::UNAUTHORIZED && self.user.is_none()
    }
}

fn log_in(shown: &Shown<'_>, links: &Links<'_>) -> LogIn {
    const LOG_IN: &str = "/auth/jwt/create/";
    if shown.call.user().is_ok() {
        LogIn::Done
    } else if shown.api.routes().any(|route| route.path() == LOG_IN) {
        LogIn::At(links.to(LOG_IN))
    } else {
        LogIn::ByToken
    }
}

/// The headers that JSON comes with, less those that concern the connection.
fn shown_headers(headers: &HeaderMap) -> Vec<(String, String)> {
    let mut shown: Vec<_> = headers
        .iter()
        .map(|(name, value)| (title(name.as_str()), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    if !headers.contains_key(http::header::VARY) {
        shown.push(("Vary".to_owned(), "Accept".to_owned()));
    }
    shown.sort();
    shown
}

/// `www-authenticate` as people write it.
fn title(name: &str) -> String {
    let word = |word: &str| match word {
        "www" => "WWW".to_owned(),
        word => word[..1].to_ascii_uppercase() + &word[1..],
    };
    name.split('-').filter(|part| !part.is_empty()).map(word).collect::<Vec<_>>().join("-")
}

/// Whether a path may be opened in a browser.
fn is_open(route: &Route) -> bool {
    route.is_listed() && route.endpoints().iter().any(|endpoint| endpoint.method() == Method::GET)
}
