//! A request, put together and sent; and its answer.

use std::fmt::Display;
use std::future::IntoFuture;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use bytes::Bytes;
use chatapi_core::http::Cors;
use chatapi_core::rate_limit::Limits;
use futures_util::future::BoxFuture;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use super::chat::{Chat, Person};
use super::coverage::route_of;
use super::documented;
use super::json::Json;

/// A request that is sent when it is awaited.
#[must_use]
pub(super) struct Ask<'a> {
    chat: &'a Chat,
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Option<Bytes>,
}

impl<'a> Ask<'a> {
    pub(super) fn new(chat: &'a Chat, method: Method, path: impl Display) -> Self {
        Self { chat, method, path: path.to_string(), headers: HeaderMap::new(), body: None }
    }

    /// With this user's access token.
    pub(super) fn by(self, person: &Person) -> Self {
        self.bearer(&person.access)
    }

    pub(super) fn bearer(self, token: impl Display) -> Self {
        self.header("authorization", format!("Bearer {token}"))
    }

    pub(super) fn header(mut self, name: &'static str, value: impl AsRef<[u8]>) -> Self {
        let value = HeaderValue::from_bytes(value.as_ref()).unwrap();
        self.headers.append(HeaderName::from_static(name), value);
        self
    }

    pub(super) fn json(self, body: impl Display) -> Self {
        self.body("application/json", body.to_string())
    }

    pub(super) fn form(self, body: impl Display) -> Self {
        self.body("application/x-www-form-urlencoded", body.to_string())
    }

    /// A form in parts, `--B` between them.
    pub(super) fn parts(self, parts: &[(&str, &str)]) -> Self {
        let part = |(head, value): &(&str, &str)| {
            format!("--B\r\nContent-Disposition: form-data; {head}\r\n\r\n{value}\r\n")
        };
        let body = parts.iter().map(part).collect::<String>() + "--B--\r\n";
        self.body("multipart/form-data; boundary=B", body)
    }

    pub(super) fn body(mut self, content_type: &str, body: impl Into<Bytes>) -> Self {
        self.body = Some(body.into());
        if !content_type.is_empty() {
            self.headers.insert(CONTENT_TYPE, content_type.parse().unwrap());
        }
        self
    }

    async fn send(self) -> Answer {
        let Self { chat, method, path, headers, body } = self;
        let mut request = chat.client().request(method.clone(), chat.url(&path)).headers(headers.clone());
        if let Some(body) = body {
            request = request.body(body);
        }
        let response = request.send().await.unwrap_or_else(|fault| panic!("{method} {path}: {fault:?}"));
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let body = response.bytes().await.unwrap_or_else(|fault| panic!("{method} {path}: {fault:?}"));
        let body = String::from_utf8(body.into()).unwrap_or_else(|fault| panic!("{method} {path}: {fault}"));
        let answer = Answer { to: format!("{method} {path}"), status, headers, body };
        answer.check(chat, &method, &path);
        answer
    }
}

impl<'a> IntoFuture for Ask<'a> {
    type Output = Answer;
    type IntoFuture = BoxFuture<'a, Answer>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

/// Sends these very bytes and reads until the other side ends.
pub(super) async fn raw(chat: &Chat, request: Vec<u8>) -> Answer {
    let address = chat.address();
    let exchange = move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        stream.write_all(&request).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8(answer).unwrap()
    };
    let text = tokio::task::spawn_blocking(exchange).await.unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer but {text:?}"));
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|status| status.parse().ok());
    let pairs = lines.filter_map(|line| line.split_once(": "));
    let headers =
        pairs.map(|(name, value)| (name.parse::<HeaderName>().unwrap(), value.parse().unwrap())).collect();
    Answer { to: "a raw request".to_owned(), status: status.unwrap(), headers, body: body.to_owned() }
}

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) to: String,
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

/// The headers that every answer carries.
const ALWAYS: [(&str, &str); 4] = [
    ("x-frame-options", "DENY"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
];

/// What frameworks add: the time, and what concerns the connection alone.
const FRAMEWORKS: [&str; 4] = ["connection", "date", "keep-alive", "transfer-encoding"];

impl Answer {
    /// Exactly this status and these bytes.
    #[track_caller]
    pub(super) fn is(&self, status: u16, body: impl AsRef<str>) {
        assert_eq!((self.status, self.body.as_str()), (status, body.as_ref()), "{}", self.to);
    }

    /// This status, with a `detail` alone.
    #[track_caller]
    pub(super) fn detail(&self, status: u16, detail: &str) {
        self.is(status, format!(r#"{{"detail":{}}}"#, Json::Text(detail.to_owned())));
    }

    /// 400, with one fault of one field.
    #[track_caller]
    pub(super) fn fault(&self, field: &str, fault: &str) {
        self.is(400, format!(r#"{{"{field}":[{}]}}"#, Json::Text(fault.to_owned())));
    }

    #[track_caller]
    pub(super) fn status(&self, status: u16) -> &Self {
        assert_eq!(self.status, status, "{}: {}", self.to, self.body);
        self
    }

    #[track_caller]
    pub(super) fn json(&self) -> Json {
        serde_json::from_str(&self.body)
            .unwrap_or_else(|fault| panic!("{}: {fault}: {:?}", self.to, self.body))
    }

    /// What stands at a path like `results.0.id`.
    #[track_caller]
    pub(super) fn at(&self, path: &str) -> Json {
        self.json().at(path).unwrap_or_else(|| panic!("{}: no {path} in {}", self.to, self.body)).clone()
    }

    #[track_caller]
    pub(super) fn text(&self, path: &str) -> String {
        let found = self.at(path);
        found.as_str().unwrap_or_else(|| panic!("{}: {path} is {found}", self.to)).to_owned()
    }

    /// The `id` of what was made.
    #[track_caller]
    pub(super) fn id(&self) -> i64 {
        self.at("id").as_i64().unwrap()
    }

    /// This field of each result of a page.
    #[track_caller]
    pub(super) fn each(&self, field: &str) -> Vec<Json> {
        self.status(200);
        self.at("results").items().iter().filter_map(|item| item.at(field).cloned()).collect()
    }

    /// The texts of a page of messages.
    #[track_caller]
    pub(super) fn contents(&self) -> Vec<String> {
        self.each("content").iter().filter_map(Json::as_str).map(str::to_owned).collect()
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// What is true of every answer to a path of the API's; and the row of the table counts as reached.
    fn check(&self, chat: &Chat, method: &Method, path: &str) {
        let Some(route) = route_of(chat.api(), path) else {
            return;
        };
        let surprise = documented::surprise(&route, method, self.status, &self.body);
        assert_eq!(surprise, None, "{} ({}) is not as documented", self.to, self.status);
        if (200..300).contains(&self.status) {
            chat.reached(&route, method);
        }
        let allow = Some(("allow", route.allow()));
        let challenge = (self.status == 401).then_some(("www-authenticate", "Bearer realm=\"api\""));
        let is_alone = chat.api().config().cors == Cors::Off;
        let vary = is_alone.then_some(("vary", "Accept"));
        for (name, value) in ALWAYS.into_iter().chain(vary).chain(allow).chain(challenge) {
            assert_eq!(self.header(name), Some(value), "{name} of {} ({})", self.to, self.status);
        }
        let is_limited = chat.api().config().limits != Limits::default();
        let now_and_then = [
            (401, "www-authenticate"),
            (429, "retry-after"),
            (503, "retry-after"),
            (200, "x-count"),
            (200, "x-members-truncated"),
        ];
        let known = |name: &str| {
            ALWAYS.iter().any(|(always, _)| *always == name)
                || ["allow", "content-length", "content-type", "vary"].contains(&name)
                || !is_alone && name.starts_with("access-control-")
                || is_limited && name.starts_with("x-ratelimit-")
                || now_and_then.contains(&(self.status, name))
                || FRAMEWORKS.contains(&name)
        };
        for (name, values) in self.headers.keys().map(|name| (name, self.headers.get_all(name))) {
            assert!(known(name.as_str()), "{} has an odd header {name}", self.to);
            assert_eq!(values.iter().count(), 1, "{name} of {}", self.to);
        }
        let in_pieces = self.headers.contains_key("transfer-encoding");
        let length = (self.status != 204 && !in_pieces).then(|| self.body.len().to_string());
        if method != Method::HEAD {
            let length_said = self.header(CONTENT_LENGTH.as_str());
            assert_eq!(length_said, length.as_deref(), "content-length of {} ({})", self.to, self.status);
        }
        if !self.body.is_empty() {
            let is_page = self.body.starts_with('<');
            let kind = if is_page { "text/html; charset=utf-8" } else { "application/json" };
            assert_eq!(self.header("content-type"), Some(kind), "content-type of {}", self.to);
        }
    }
}
